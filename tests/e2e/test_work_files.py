"""Strange things in the place of libstint-work's files, and a file that takes nothing for a while (jobs.md §10, files):
an error or a notice, at once, and what can be kept is kept."""

import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing, contextmanager

import pytest
from events import Directory, wait_for_end
from work import PACKAGE, WorkApp

ENQUEUED, SUCCEEDED = 0, 2  # as the file has it: numbers that are stored never change


@pytest.fixture
def app(world):
    made = WorkApp(world)
    world.start_daemon()
    return made


def put(kind, path):
    if path.exists():
        path.unlink()
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a directory":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")


@pytest.mark.parametrize("kind", ["a pipe", "a directory", "a link"])
@pytest.mark.parametrize("name", ["work.db", "work.db-wal", "work.db-shm", "work.lock"])
def test_what_is_no_file_is_an_error_and_nothing_is_lost(world, app, kind, name):
    app.does("tree")  # a step that waits for a day
    content = (app.own / "work.db").read_bytes()
    put(kind, app.own / name)
    answer = world.stint("start", PACKAGE, "info")
    # The one can be locked as well; SQLite removes the other as it closes the file, before that is opened once more.
    if kind == "a pipe" and name in ("work.lock", "work.db-wal"):
        assert answer.code == 0
    else:
        assert answer.code == 1, answer
        assert name.removesuffix("-wal").removesuffix("-shm") in answer.err
    if name == "work.db":
        return
    assert answer.code == 0 or (app.own / "work.db").read_bytes() == content
    if kind == "a directory":
        (app.own / name).rmdir()
    else:
        (app.own / name).unlink(missing_ok=True)  # SQLite may have removed it
    assert app.does("info").startswith("Step ENQUEUED 0")


@pytest.mark.parametrize("kind", ["a pipe", "a directory", "a link"])
def test_without_a_witness_work_goes_on_and_it_is_told(world, app, kind):
    app.does("tree")  # a step that waits for a day
    put(kind, app.own / "work-ended.db")
    answer = world.stint("start", PACKAGE, "info")
    assert answer.out.startswith("Step ENQUEUED 0")
    assert "work-ended.db" in answer.err and "would be done again" in answer.err


@pytest.mark.parametrize("length", [0, 1, 600, 4096, 5000])
def test_half_a_file_is_set_aside_and_told_or_is_a_new_one(world, app, length):
    app.does("tree")  # a step that waits for a day
    whole = (app.own / "work.db").read_bytes()
    (app.own / "work.db").write_bytes(whole[:length])
    answer = world.stint("start", PACKAGE, "info")
    assert (answer.code, answer.out) == (0, "")
    assert length <= 1 or "set aside" in answer.err
    assert "1 jobs at the scheduler were of no request in the file" in answer.err or "restored" in answer.err
    app.does("once", "Step")
    app.until(lambda: len(app.count("end")) == 1)


@contextmanager
def refuses(app, state):
    """The file takes no request in this state, as on a full disk."""
    with closing(sqlite3.connect(app.own / "work.db")) as file:
        file.execute(
            f"CREATE TRIGGER full BEFORE INSERT ON requests WHEN NEW.state = {state} "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        yield
        file.execute("DROP TRIGGER full")


def test_an_end_that_a_full_disk_refused_is_kept_when_there_is_room(app):
    app.does("info")  # makes the file
    with refuses(app, SUCCEEDED):
        app.does("once", "Step")
        app.until(lambda: len(app.count("end")) == 1)
        assert app.does("info").startswith("Step RUNNING 1")
    app.until(lambda: app.does("info").startswith("Step SUCCEEDED 1"))
    assert sum(app.count("begin").values()) == 1


@pytest.mark.parametrize("worker", ["Endless", "Shower"])
def test_a_stop_that_a_full_disk_refused_comes_when_there_is_room(world, app, worker):
    """jobs.md §10: also that of a worker in the foreground, which has outlasted its job."""
    world.done("device", "set", "charging=true")
    world.done("app", PACKAGE, "--state", "visible")
    app.does("once", "Endless")  # job 1, without which the process would end with job 2
    app.until(lambda: len(app.lines()) == 1)
    app.does("once", worker, "charging")
    app.until(lambda: len(app.lines()) == 2)
    if worker == "Shower":
        world.done("cmd", "jobscheduler", "timeout", "-n", "stint.work", PACKAGE, "2")
    log = world.daemons[-1].log
    with refuses(app, ENQUEUED):
        world.done("device", "set", "charging=false")
        with Directory(log.parent) as directory:
            directory.until(lambda: "and is tried again: " in log.read_text())
        assert len(app.lines()) == 2
    app.until(lambda: len(app.lines()) == 3)
    assert app.lines()[2].startswith("stopped ") and app.lines()[2].endswith(" 6")  # CONSTRAINT_CHARGING
    assert f"{worker} ENQUEUED 1 6" in app.does("info")


@pytest.mark.skipif(os.getuid() != 0, reason="a small disk is a tmpfs, which needs root")
def test_a_file_that_is_set_aside_is_told_also_where_the_disk_has_no_room_for_a_new_one(world, app):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "stint-test", app.own], check=True)
    try:
        app.does("tree")  # a step that waits for a day
        (app.own / "work.db").write_bytes(b"\xaa" * 8192)
        with (app.own / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError):
            while True:
                ballast.write(b"\0" * 4096)
        answer = world.stint("start", PACKAGE, "info")
        assert answer.code == 1
        assert "it was set aside as work.db.damaged-" in answer.err and "disk full" in answer.err, answer
        (app.own / "ballast").unlink()
        assert world.stint("start", PACKAGE, "info").code == 0
    finally:
        subprocess.run(["umount", "-l", app.own], check=True)


def test_a_file_restored_without_the_schedulers_store_and_the_other_way_round(world, app):
    app.does("tree")  # a step that waits for a day
    shutil.copytree(app.own, world.root / "backup")
    app.does("once", "Step")
    app.until(lambda: len(app.count("end")) == 1)
    app.until(lambda: "Step SUCCEEDED" in app.does("info"))
    for pid in app.processes(world.daemons[-1]):  # nobody has the file open, nor has left what is not in it yet
        os.kill(pid, signal.SIGKILL)
        wait_for_end(pid)
    (app.own / "work.db-wal").unlink(missing_ok=True)
    (app.own / "work.db").write_bytes((world.root / "backup" / "work.db").read_bytes())
    answer = world.stint("start", PACKAGE, "info")
    assert "restored from a backup" in answer.err and answer.out.startswith("Step ENQUEUED 0")
    assert sum(app.count("begin").values()) == 1


def test_a_process_whose_file_was_set_aside_ends_and_the_next_one_works_on_the_new_file(world, app):
    app.does("once", "Endless")
    app.until(lambda: any(line.startswith("begin") for line in app.lines()))
    (app.own / "work.db").rename(app.own / "work.db.damaged-1")
    answer = world.stint("start", PACKAGE, "once", "Step")
    assert answer.code == 0
    # This command is the first to open the new file, or the process that stintd has started meanwhile.
    log = world.daemons[-1].log
    with Directory(log.parent) as directory:
        directory.until(lambda: "restored from a backup, or lost" in answer.err + log.read_text())
    app.until(lambda: len(app.count("end")) == 1)
    assert app.does("info").startswith("Step SUCCEEDED 1")

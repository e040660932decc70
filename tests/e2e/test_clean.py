"""`stint clean` names what a download leaves behind and removes it: nothing that is needed, and nothing else."""

import json
import os

import pytest
import tus_server
from events import Directory, size_of, wait_for_end
from origin import MIB, bytes_of
from scripted import Scripted, break_off, reply
from transfers import CONTENT, names, typed
from tus_server import TusServer

SOON = {"job.min_backoff": "100ms", "job.default_backoff": "100ms"}
PART = ".file.bin.stint-part"
STATE = ".file.bin.stint-state"


def cut_off_then(status):
    """The first answer breaks off after a MiB; all others are this status."""

    def answer(handler, server):
        if len(server.requests) > 1:
            return reply(handler, status)
        return break_off(handler, CONTENT, MIB)

    return Scripted(answer)


@pytest.fixture
def left(world):
    """The part of a download that was refused for good after its first MiB."""
    world.start_daemon(SOON)
    with cut_off_then(403) as server:
        ended = typed(world, "get", server.url())
    assert ended.code == 77, ended
    assert f"left behind: {world.downloads}/{PART}, 1 MiB (`stint clean` removes it)" in ended.err.replace("\r\n", "")
    assert size_of(world.downloads / PART) == MIB
    return world.downloads / PART


def test_it_is_listed_and_removed_only_where_a_person_says_so(world, left):
    unasked = world.stint("clean")
    assert unasked.code == 64
    assert "with --yes they are removed unasked" in unasked.err
    assert "1 MiB" in unasked.out
    for answer, kept in (("n\n", True), ("\n", True), ("y\n", False)):
        terminal = world.in_terminal("clean")
        terminal.until("[y/N] ")
        terminal.press(answer)
        assert terminal.ends() == 0
        assert left.exists() == kept
    assert names(world.downloads) == []
    assert "removed 2 files, 1" in terminal.output
    assert "nothing is left behind" in world.stint("clean", "--yes").err


def test_under_json_each_file_is_an_object(world, left):
    rows = [json.loads(row) for row in world.done("clean", "--yes", "--json").splitlines()]
    assert {row["path"]: row["bytes"] for row in rows}[str(left)] == MIB
    assert {row["target"] for row in rows} == {str(world.downloads / "file.bin")}


def test_what_a_job_needs_that_waits_or_runs_stays(world, daemon, line, slow_origin):
    slow_origin.serve("file.bin", bytes_of("kept", 24 * MIB))
    job = world.get(slow_origin.url("file.bin"))
    line.until(job, lambda state: state["transferredDown"] > MIB)
    assert "nothing is left behind" in world.stint("clean", "--yes").err
    world.done("device", "set", "network=none")
    line.until(job, lambda state: state["state"] == "pending")
    assert "nothing is left behind" in world.stint("clean", "--yes").err
    part = world.downloads / PART
    assert size_of(part) > MIB
    cancelled = world.stint("cancel", "--all", "org.stint.transfer")
    assert f"/{job}: left behind: {part}, " in cancelled.err
    assert world.stint("clean", "--yes").code == 0
    assert list(world.downloads.iterdir()) == []


def test_what_a_run_shows_is_not_called_left_behind(world, daemon, line, slow_origin):
    """jobs.md §5.4: the notification of a regular download, while that runs."""
    slow_origin.serve("file.bin", bytes_of("regular", 24 * MIB))
    world.done("get", "--no-wait", slow_origin.url("file.bin"))
    job = line.until(1, lambda state: state["transferredDown"] > MIB)
    assert job["kind"] == "regular"
    shown = world.done("tasks")
    assert "  shows " in shown and "left behind" not in shown


def test_what_a_kill_in_the_middle_left_is_found(world, slow_origin):
    slow_origin.serve("file.bin", bytes_of("killed", 24 * MIB))
    daemon = world.start_daemon()
    with world.line() as line:
        job = world.get(slow_origin.url("file.bin"))
        line.until(job, lambda state: state["transferredDown"] > MIB)
        below = daemon.transfers()
        daemon.kill()
    for pid in below:
        wait_for_end(pid)  # it dies with its daemon
    for kept in world.store.glob("*.db*"):
        kept.unlink()  # and no store tells of the job
    world.start_daemon()
    assert size_of(world.downloads / PART) > MIB
    assert "removed" in world.stint("clean", "--yes").err
    assert list(world.downloads.iterdir()) == []


def test_a_finished_download_and_a_cancelled_one_leave_nothing(world, daemon, line, slow_origin):
    slow_origin.serve("file.bin", bytes_of("gone", 24 * MIB))
    slow_origin.serve("small", CONTENT)
    assert typed(world, "get", slow_origin.url("small")).code == 0
    job = world.get(slow_origin.url("file.bin"))
    line.until(job, lambda state: state["transferredDown"] > MIB)
    assert world.stint("cancel", str(job)).err == ""
    with Directory(world.downloads) as watched:
        watched.until(lambda: not (world.downloads / PART).exists())
    assert names(world.downloads) == ["small"]
    assert "nothing is left behind" in world.stint("clean", "--yes").err


@pytest.mark.parametrize("swapped", ["link", "hard link", "directory"])
def test_what_stands_there_by_another_hand_is_not_touched(world, left, swapped):
    precious = world.root / "precious"
    precious.write_bytes(b"mine")
    left.unlink()
    if swapped == "link":
        left.symlink_to(precious)
    elif swapped == "hard link":
        left.hardlink_to(precious)
    else:
        left.mkdir()
    assert world.stint("clean", "--yes").code == 0
    assert precious.read_bytes() == b"mine"
    assert os.path.lexists(left)
    assert not (world.downloads / STATE).exists()


def test_a_hostile_name_steers_no_terminal(world):
    (world.downloads / "a\n\x1b[2J").mkdir()
    world.start_daemon(SOON)
    with cut_off_then(403) as server:
        typed(world, "get", "-o", "a\n\x1b[2J/x", server.url())
    listed = world.stint("clean")
    assert "\x1b" not in listed.out + listed.err
    assert len(listed.out.splitlines()) == 3
    assert world.stint("clean", "--yes").code == 0
    assert list((world.downloads / "a\n\x1b[2J").iterdir()) == []


# Uploads


@pytest.fixture
def tus(world):
    if not tus_server.installed():
        pytest.skip("the reference server is not installed: ./test installs it where npm and Node.js 20.19 are")
    made = TusServer(world.root / "tus")
    yield made
    made.stop()


def records(world):
    return sorted((world.store / "uploads").iterdir())


def test_the_record_of_an_upload_goes_once_no_job_needs_it(world, daemon, line, tus):
    source = world.downloads / "talk.mp4"
    source.write_bytes(bytes_of("talk", 24 * MIB))

    def put():
        world.in_terminal("put", "--no-wait", "--tus", "--limit-rate", "4MiB", str(source), tus.url()).ends()
        (job,) = [job["id"] for job in line.jobs()]
        line.until(job, lambda state: state["transferredUp"] > MIB)
        return job

    job = put()
    (record,) = records(world)
    assert "nothing is left behind" in world.stint("clean", "--yes").err, "it goes on from there"
    (pid,) = daemon.transfers()
    world.done("cancel", str(job))
    wait_for_end(pid)
    listed = world.stint("clean")
    assert str(record) in listed.out and f"the upload of {source}" in listed.out
    (row,) = [json.loads(row) for row in world.stint("clean", "--json").out.splitlines()]
    assert (row["source"], row["path"]) == (str(source), str(record))
    job = put()
    assert tus.methods().count("POST") == 1, "a new one has gone on from it"
    assert "nothing is left behind" in world.stint("clean", "--yes").err
    (pid,) = daemon.transfers()
    world.done("cancel", str(job))
    wait_for_end(pid)
    assert "removed 1 file" in world.stint("clean", "--yes").err
    assert records(world) == []
    world.done("cancel", str(put()))
    assert tus.methods().count("POST") == 2


def test_an_upload_that_is_refused_before_it_begins_leaves_nothing(world, daemon, tus, origin):
    (world.downloads / "talk.mp4").write_bytes(b"small")
    assert typed(world, "put", "--tus", "talk.mp4", origin.url("x")).code != 0
    assert records(world) == []
    assert "nothing is left behind" in world.stint("clean", "--yes").err

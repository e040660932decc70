"""A disk that is full, and a store that has lost something (architecture.md, the core, store): what is there goes on and can
be cancelled, nothing new is accepted, and what is known to be lost is told."""

import errno
import fcntl
import os
import re
import resource
import signal
import struct
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import schedule, script, until_written
from events import IN_OPEN, Directory
from jobs import AS_TRANSFER, job, refused
from line import SCHEDULER, TASKS, Closed, WireError

F_OFD_SETLK = 37  # of Linux; Python 3.11 has no name for it
BIG = {"extras": ("a{sv}", {"text": ("s", "x" * 30_000)})}
PLENTY = {"job.max_jobs_per_app": 1_000_000, "job.schedule_rate": 1_000_000}
as_root = pytest.mark.skipif(os.getuid() != 0, reason="a small disk is a tmpfs, which needs root")


class SmallDisk:
    def __init__(self, world):
        self.store = world.store

    def fill(self):
        """Not one free block."""
        with (self.store / "ballast").open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 4096):
                    pass
            except OSError:
                pass

    def empty(self):
        (self.store / "ballast").unlink()


@contextmanager
def small_disk(world, size="8m"):
    world.store.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "stint-test", world.store], check=True)
    try:
        yield SmallDisk(world)
    finally:
        subprocess.run(["umount", "-l", world.store], check=True)


def fill_with_jobs(line, first=1):
    """Those that were accepted, and the error that ended it."""
    accepted = []
    try:
        for number in range(first, first + 2000):
            assert line.schedule(job(number, **BIG), **AS_TRANSFER) == (1, number)
            accepted.append(number)
    except WireError as error:
        return accepted, error
    raise AssertionError("the disk has room for everything")


@as_root
def test_a_full_disk_refuses_new_jobs_and_keeps_the_old_ones(world):
    with small_disk(world):
        daemon = world.start_daemon(PLENTY)
        with world.line() as line:
            line.set_device(charging="false")
            accepted, error = fill_with_jobs(line)
            assert error.name == "org.stint.Error.Storage"
            assert str(world.store) in error.text
            assert daemon.lives()
            assert [kept["id"] for kept in line.jobs()] == accepted
            world.done("cancel", str(accepted[0]))  # an end can still be recorded
        daemon.kill()
        daemon = world.start_daemon(PLENTY)
        with world.line() as line:
            assert [kept["id"] for kept in line.jobs()] == accepted[1:]
        daemon.stop()


@as_root
def test_who_goes_on_scheduling_on_a_full_disk_does_not_eat_what_cancels_need(world):
    """Issue: the freed reserve was eaten by new jobs; then nothing could be cancelled, and stintd did not start. Without the
    ballast there must be room for what the store has grown to, its log, and four times the reserve."""
    with small_disk(world, "16m") as disk:
        daemon = world.start_daemon(PLENTY)
        over = threading.Event()

        def flood():
            number = 100_000
            try:
                with world.line() as line:
                    while not over.is_set():
                        number += 1
                        try:
                            line.schedule(job(number), **AS_TRANSFER)
                        except WireError:
                            pass
            except (Closed, OSError):
                pass

        with world.line() as line:
            line.set_device(charging="false")
            accepted = list(range(1, 101))
            for number in accepted:
                line.schedule(job(number, **BIG), **AS_TRANSFER)
            disk.fill()
            more, _ = fill_with_jobs(line, 101)
            accepted += more
            greedy = threading.Thread(target=flood)
            greedy.start()
            for number in accepted[:-10]:
                line.call(SCHEDULER, "Cancel", "isa{sv}", number, "", AS_TRANSFER)
            left = accepted[-10:]
            assert [kept["id"] for kept in line.jobs()] == left
            assert refused(lambda: line.schedule(job(7), **AS_TRANSFER)).name == "org.stint.Error.Storage"
            doctor = world.stint("doctor")
            assert doctor.code != 0 and "new ones are refused until there is room" in " ".join(doctor.out.split())
            over.set()
            greedy.join()
        daemon.kill()
        # It starts on the full disk, too, with what was there.
        daemon = world.start_daemon(PLENTY)
        with world.line() as line:
            assert [kept["id"] for kept in line.jobs()] == left
            assert refused(lambda: line.schedule(job(7), **AS_TRANSFER)).name == "org.stint.Error.Storage"
            world.done("cancel", str(left[0]))
            disk.empty()
            assert line.schedule(job(7), **AS_TRANSFER) == (1, 7), "there is room again: nothing has to be restarted"
            assert [kept["id"] for kept in line.jobs()] == sorted([7, *left[1:]])
        assert world.done("doctor")
        daemon.stop()


@as_root
def test_a_start_on_a_disk_without_a_byte_lists_what_is_there(world):
    """Not even the reserve is left."""
    with small_disk(world) as disk:
        daemon = world.start_daemon(PLENTY)
        with world.line() as line:
            line.set_device(charging="false")
            for number in range(1, 6):
                line.schedule(job(number), **AS_TRANSFER)
        assert daemon.stop() == 0  # no log is left that could be used again
        (world.store / "stint.reserve").unlink()
        disk.fill()
        daemon = world.start_daemon(PLENTY)
        with world.line() as line:
            assert [kept["id"] for kept in line.jobs()] == [1, 2, 3, 4, 5]
            assert refused(lambda: line.schedule(job(7), **AS_TRANSFER)).name == "org.stint.Error.Storage"
            assert "disk full" in world.stint("jobs").err
            assert "disk full" in world.stint("cancel", "1").err
            assert [kept["id"] for kept in line.jobs()] == [1, 2, 3, 4, 5]
            disk.empty()
            world.done("cancel", "1")
            assert line.schedule(job(7), **AS_TRANSFER) == (1, 7)
        assert world.stint("jobs").err == ""
        daemon.stop()


def test_a_write_ahead_log_that_was_emptied_is_told_of(world):
    daemon = world.start_daemon()
    with world.line() as line:
        line.set_device(charging="false")
        line.schedule(job(1), **AS_TRANSFER)
    assert daemon.stop() == 0
    daemon = world.start_daemon()
    with world.line() as line:
        for number in range(2, 5):
            line.schedule(job(number), **AS_TRANSFER)
    daemon.kill()
    (world.store / "stint.db-wal").write_bytes(b"")
    daemon = world.start_daemon()
    told = "has lost its last"
    for verb in ("doctor", "jobs"):
        ended = world.stint(verb)
        assert told in " ".join((ended.out + ended.err).split()), ended
    assert told in daemon.log.read_text()
    daemon.stop()


def test_jobs_of_more_than_a_moment_ago_do_not_go_with_the_log(world):
    """Issue: 94 of 124 damaged logs lost jobs, up to all of them; what was written within 30 s was in that file alone."""
    daemon = world.start_daemon()
    log = world.store / "stint.db-wal"
    with world.line() as line, Directory(world.store) as directory:
        line.set_device(charging="false")
        for number in range(1, 6):
            line.schedule(job(number), **AS_TRANSFER)
        directory.until(lambda: not any(log.read_bytes()))
    daemon.kill()
    log.write_bytes(b"")
    daemon = world.start_daemon()
    with world.line() as line:
        assert [kept["id"] for kept in line.jobs()] == [1, 2, 3, 4, 5]
    assert "has lost" not in daemon.log.read_text()


def test_secrets_of_a_job_go_with_it_while_the_daemon_runs(world):
    """Neither in the database nor in its log, soon after it was cleared; jobs.md §14.3, SECURITY.md."""
    daemon = world.start_daemon()
    world.done("get", "--no-wait", "-H", "Authorization: Bearer hunter2",
               "http://127.0.0.1:9/file.bin")
    with world.line() as line:
        (number,) = [one["id"] for one in line.jobs()]

    def holding():
        return [file.name for file in world.store.rglob("*") if file.is_file() and b"hunter2" in file.read_bytes()]

    assert holding()
    world.done("cancel", str(number))
    assert holding(), "for `stint retry`"
    world.done("clear", str(number))
    with Directory(world.store) as directory:
        directory.until(lambda: not holding())
    daemon.stop()
    assert not holding()


@as_root
def test_a_command_on_a_full_disk_is_refused_as_every_other_job_is(world):
    with small_disk(world) as disk:
        world.start_daemon()
        disk.fill()
        done = world.stint("run", "--no-wait", "--", "true")
        assert done.code == 74  # it was 71
        assert "No space left on device" in done.err


def test_a_store_that_is_not_free_yet_is_waited_for(world):
    """A daemon that starts in the instant after another was killed ended with 69: a process that the other was just
    starting still had its lock."""
    world.start_daemon().kill()
    held = (world.store / "lock").open("r+b")
    fcntl.fcntl(held, F_OFD_SETLK, struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))

    def free_it_once_it_was_tried():
        opened.once()
        held.close()

    with Directory(world.store / "lock", IN_OPEN) as opened:
        other = threading.Thread(target=free_it_once_it_was_tried)
        other.start()
        assert world.start_daemon().lives()
        other.join()


class FailingDisk:
    """Each change of stintd's database fails while there is an errno (failing_disk.c)."""

    def __init__(self, world, library):
        self.control = world.root / "disk"
        self.control.write_bytes(bytes(4))
        self.environment = {"LD_PRELOAD": str(library), "FAILING_DISK": str(self.control)}

    def fails_with(self, number):
        with self.control.open("r+b") as file:
            file.write(struct.pack("i", number))

    def mend(self):
        self.fails_with(0)


@pytest.fixture(scope="module")
def failing_disk(tmp_path_factory):
    library = tmp_path_factory.mktemp("disk") / "failing_disk.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("failing_disk.c"), "-ldl"],
                   check=True)
    return library


ASKED = ("apps", "jobs", "jobs --finished", "device", "policy", "alarms", "quota org.stint.shell", "tasks", "doctor",
         "networks", "holds", "log org.stint.shell/1", "log org.stint.shell/2", "app org.stint.shell")


def answers(world):
    """All that a person may ask of the daemon, but for numbers that grow with time, the daemon's own pid, and whether an
    app's process is there still: a restart ends that."""
    told = {}
    for words in ASKED:
        ended = world.stint(*words.split())
        said = re.sub(r"just now|(in )?([0-9.]+(ms|min|s|h|d)?)+( ago)?", "N", ended.out)
        said = re.sub(r"\bnot_running\b", "background", said)
        told[words] = (ended.code, re.sub(r"\s+", " ", said), ended.err)
    return told


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="what is preloaded comes before asan")
@pytest.mark.parametrize("tries", [1, 2, 3])
@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_daemon_whose_store_failed_for_a_while_answers_as_one_that_was_restarted(world, failing_disk, number, tries):
    """Issue: after a second failed try no app was known, until a restart. architecture.md, the turn."""
    disk = FailingDisk(world, failing_disk)
    daemon = world.start_daemon(environment=disk.environment)
    world.done("device", "set", "charging=false", "screen=off")
    schedule(world, "--charging", "--", "true")
    world.done("run", "--", "true")
    begun = script(world, "echo begun >> begun; read word < fifo; echo ended >> ended")
    os.mkfifo(world.downloads / "fifo")
    schedule(world, "--retries", "0", "--", begun)
    until_written(world.downloads / "begun")

    disk.fails_with(number)
    for _ in range(tries):
        failed = world.stint("run", "--no-wait", "--", "true")
        assert failed.code == 74, failed
        assert str(world.store) in failed.err
        assert "org.stint.shell" in world.done("apps")
    disk.mend()
    daemon.until_logged("the store can be written again")
    world.done("run", "--", "true")
    (world.downloads / "fifo").write_text("go on\n")
    until_written(world.downloads / "ended")
    world.done("run", "--", "true")

    before = answers(world)
    assert daemon.stop() == 0
    world.start_daemon()
    assert before == answers(world)
    assert (world.downloads / "begun").read_text() == "begun\n"
    assert "stintd ended" not in world.done("log", "--day")


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="what is preloaded comes before asan")
def test_who_asks_at_once_after_a_failed_commit_is_told_of_every_app(world, failing_disk):
    """When a second one failed, a question that came just then was answered before the new core knew of any."""
    disk = FailingDisk(world, failing_disk)
    daemon = world.start_daemon(environment=disk.environment)
    with world.line() as line:
        (before,) = line.call(TASKS, "ListApps", "a{sv}", {})
        for times in range(1, 6):
            line.set_device(battery=str(10 * times))
            disk.fails_with(errno.EIO)
            for percent in (1, 2):
                with pytest.raises(WireError) as failed:
                    line.set_device(battery=str(10 * times + percent))
                assert failed.value.name.endswith("Storage")
            (after,) = line.call(TASKS, "ListApps", "a{sv}", {})
            assert len(after) == len(before)
            disk.mend()
            daemon.until_logged("the store can be written again", times)


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="what is preloaded comes before asan")
def test_a_command_that_ends_while_nothing_can_be_written_has_run_once(world, failing_disk):
    """Issue: with --retries 0 one ran three times, and the log said that stintd had ended."""
    disk = FailingDisk(world, failing_disk)
    daemon = world.start_daemon(environment=disk.environment)
    os.mkfifo(world.downloads / "fifo")
    command = script(world, "echo begun >> begun; read word < fifo; echo ended >> ended")
    number = schedule(world, "--retries", "0", "--", command)
    until_written(world.downloads / "begun")
    disk.fails_with(errno.EIO)
    (world.downloads / "fifo").write_text("go on\n")
    daemon.until_logged("trying again in 2s")
    disk.mend()
    daemon.until_logged(f"finished job=org.stint.shell/{number}")
    assert (world.downloads / "begun").read_text() == "begun\n"
    assert world.stint("jobs").out.count(f"/{number}") == 0
    assert "stintd ended" not in world.done("log", "--day")


def test_a_file_that_may_not_grow_is_an_error_and_no_end(world):
    """Issue: SIGXFSZ killed stintd."""
    daemon = world.start_daemon()
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    for _ in range(3):
        assert world.stint("run", "--no-wait", "--", "true").code == 74
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    daemon.until_logged("the store can be written again")
    # And what it starts has the signal's own effect.
    limited = script(world, "ulimit -f 1; exec head -c 1000000 /dev/zero > big")
    world.done("run", "--", "true")
    assert "SIGXFSZ" in world.stint("run", "--retries", "0", "--", limited).err


def test_the_log_says_who_ended_the_daemon(world):
    """Issue: nothing said why it was gone."""
    daemon = world.start_daemon()
    assert daemon.stop() == 0
    assert f"ends: SIGTERM from process {os.getpid()} (" in daemon.log.read_text()
    daemon = world.start_daemon()
    daemon.process.send_signal(signal.SIGINT)
    assert daemon.process.wait(30) == 0
    assert f"ends: SIGINT from process {os.getpid()} (" in daemon.log.read_text()

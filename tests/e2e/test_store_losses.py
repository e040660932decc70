"""A disk that is full, and a store that has lost something (architecture.md, the core, store): what is there goes on and can
be cancelled, nothing new is accepted, and what is known to be lost is told."""

import fcntl
import os
import struct
import subprocess
import threading
from contextlib import contextmanager

import pytest
from events import IN_OPEN, Directory
from jobs import AS_TRANSFER, job, refused
from line import SCHEDULER, Closed, WireError

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
    """Issue: the freed reserve was eaten by new jobs; then nothing could be cancelled, and stintd did not start."""
    with small_disk(world) as disk:
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
            assert doctor.code != 0 and "nothing new is accepted until there is room" in " ".join(doctor.out.split())
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


def test_secrets_of_a_job_go_with_it_while_the_daemon_runs(world):
    """Neither in the database nor in its log, soon after the cancel; SECURITY.md."""
    daemon = world.start_daemon()
    world.done("get", "--no-wait", "-H", "Authorization: Bearer hunter2",
               "http://127.0.0.1:9/file.bin")
    with world.line() as line:
        (number,) = [one["id"] for one in line.jobs()]

    def holding():
        return [file.name for file in world.store.rglob("*") if file.is_file() and b"hunter2" in file.read_bytes()]

    assert holding()
    world.done("cancel", str(number))
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

"""Waiting without sleeping: on a directory's changes (inotify) and on the ends of processes (pidfd). Every wait has a
deadline, which is a guard against a hang and never a measure of time."""

import ctypes
import os
import select
import time
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
IN_MODIFY, IN_OPEN, IN_MOVED_TO, IN_CREATE, IN_DELETE = 0x2, 0x20, 0x80, 0x100, 0x200
IN_NONBLOCK, IN_CLOEXEC = 0o4000, 0o2000000


class TooLate(AssertionError):
    """The awaited event did not happen."""


class Deadline:
    def __init__(self, within):
        self.end = time.monotonic() + within

    def left(self):
        return max(0.0, self.end - time.monotonic())

    def passed(self):
        return time.monotonic() >= self.end


class Directory:
    """Watches the files of one directory."""

    def __init__(self, path, mask=IN_MODIFY | IN_MOVED_TO | IN_CREATE | IN_DELETE):
        self.fd = LIBC.inotify_init1(IN_NONBLOCK | IN_CLOEXEC)
        if LIBC.inotify_add_watch(self.fd, os.fsencode(path), mask) < 0:
            raise OSError(ctypes.get_errno(), f"cannot watch {path}")

    def until(self, condition, within=60):
        """Answers condition() once it is true: asked now, and again at each change."""
        deadline = Deadline(within)
        while not (answer := condition()):
            if not select.select([self.fd], [], [], deadline.left())[0]:
                raise TooLate(f"{condition} is not true after {within} s")
            self._drain()
        return answer

    def once(self, within=60):
        """Until something has happened."""
        if not select.select([self.fd], [], [], within)[0]:
            raise TooLate(f"nothing has happened for {within} s")

    def _drain(self):
        try:
            while os.read(self.fd, 65536):
                pass
        except BlockingIOError:
            pass

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def size_of(path):
    """0 where there is no such file."""
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def wait_for_end(pid, within=30):
    """Until the process is gone; at once where it is already."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([pidfd], [], [], within)[0]:
            raise TooLate(f"process {pid} lives after {within} s")
    finally:
        os.close(pidfd)


def descendants(pid):
    """The processes below `pid`, nearest first; those that end meanwhile are left out."""
    found, open_ends = [], [pid]
    while open_ends:
        parent = open_ends.pop(0)
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += map(int, children)
        open_ends += map(int, children)
    return found


def works(pid):
    """The processes below stintd `pid` that something was started for: not the helper that waits ready (decision 20)."""
    def waits(child):
        try:
            return b"--serve" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
    return [child for child in descendants(pid) if not waits(child)]


def running(pid, program):
    """The descendants of `pid` that run the file `program`."""
    program = os.path.realpath(program)

    def runs(child):
        try:
            return os.readlink(f"/proc/{child}/exe") == program
        except OSError:
            return False

    return [child for child in descendants(pid) if runs(child)]

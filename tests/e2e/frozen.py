"""A cgroup's standstill, as the kernel tells of it."""

import os
import select

from events import Deadline


def events_of(cgroup):
    return (cgroup / "cgroup.events").read_text()


def until_frozen(cgroup, word="frozen 1"):
    """The kernel tells of each change of cgroup.events by POLLPRI."""
    with (cgroup / "cgroup.events").open() as events:
        change = select.poll()
        change.register(events, select.POLLPRI)
        deadline = Deadline(30)
        while word not in os.pread(events.fileno(), 4096, 0).decode():
            assert change.poll(deadline.left() * 1000), f"{word}: {events_of(cgroup)}"

"""A restart of stintd.service, and kill -9 of stintd: what ran is dead, runs again, and the new daemon has its leaf and its
controllers (jobs.md §12.5)."""

import os
import signal

import guest


def running(base):
    """The pid of the command, and its cgroup."""
    def found():
        for procs in base.glob("stint-*/app.org.stint.shell/*/command/cgroup.procs"):
            try:
                pids = procs.read_text().split()
            except OSError:
                return None  # it goes just now
            if pids:
                return int(pids[-1])
        return None
    return guest.until(found, what="the command's run")


def play():
    guest.stintd()
    guest.ann("stint run --no-wait --persisted -p MemoryMax=64M --name stays -- sleep 100000")
    base = guest.unit_cgroup()
    first_daemon, first = guest.main_pid(), running(base)

    assert guest.ann("systemctl --user restart stintd").code == 0
    guest.ended(first)
    second_daemon, second = guest.main_pid(), running(base)
    assert second_daemon != first_daemon

    os.kill(second_daemon, signal.SIGKILL)
    guest.ended(second)
    third_daemon = guest.until(lambda: guest.main_pid() not in (0, second_daemon) and guest.main_pid(), what="a new stintd")
    third = running(base)
    guest.until(lambda: guest.cgroup_of(third_daemon) == base / "daemon", what="its leaf")
    assert {"cpu", "memory", "pids"} <= set(guest.words_of(base / "cgroup.subtree_control"))
    assert guest.words_of(guest.cgroup_of(third) / "memory.max") == [str(64 << 20)]
    numbers = [place.name for place in base.glob("stint-*/app.org.stint.shell/*") if place.is_dir()]
    assert len(numbers) == 1, numbers

    assert guest.ann("systemctl --user stop stintd").code == 0
    guest.ended(third)
    guest.until(lambda: not base.exists(), what="the end of its cgroups")
    return "restart and kill -9: the run was dead, began anew in a cgroup of its own with its limit; stop left no cgroup"

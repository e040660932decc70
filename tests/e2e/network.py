"""Machines that a switch joins: a network namespace each, with a cable that can be pulled out. Root's alone."""

import ctypes
import os
import subprocess
from contextlib import contextmanager, suppress

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def is_possible():
    """A namespace can be made here."""
    name = f"stint-try-{os.getpid()}"
    with suppress(OSError, subprocess.CalledProcessError):
        ip("netns", "add", name)
        ip("netns", "del", name)
        return os.geteuid() == 0
    return False


class Network:
    def __init__(self, count):
        # The switch has a namespace, too: nothing of the host (a NetworkManager of another test) sees a link to speak on.
        self.switch = f"stint{os.getpid()}-switch"
        self.names = []
        ip("netns", "add", self.switch)
        self.at_switch("add", "switch", "up", "type", "bridge", "mcast_snooping", "0")
        for n in range(count):
            name, cable = f"stint{os.getpid()}-{n}", f"cable{n}"
            ip("netns", "add", name)
            self.names.append(name)
            self.at_switch("add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
            self.at_switch("set", cable, "master", "switch", "up")
            ip("-n", name, "addr", "add", f"{self.address(n)}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                ip("-n", name, "link", "set", device, "up")

    def at_switch(self, *words):
        ip("-n", self.switch, "link", *words)

    @staticmethod
    def address(which):
        return f"10.77.0.{which + 1}"

    def words(self, which):
        """Before the words of a program: it runs on that machine."""
        return ["ip", "netns", "exec", self.names[which]]

    @contextmanager
    def on(self, which):
        """Sockets that this thread makes meanwhile are on that machine."""
        with open("/proc/thread-self/ns/net") as before, open(f"/run/netns/{self.names[which]}") as its:
            assert LIBC.setns(its.fileno(), CLONE_NEWNET) == 0
            try:
                yield
            finally:
                assert LIBC.setns(before.fileno(), CLONE_NEWNET) == 0

    def pull(self, which):
        self.at_switch("set", f"cable{which}", "down")

    def plug(self, which):
        self.at_switch("set", f"cable{which}", "up")

    def close(self):
        """The cables go with the namespaces that they are in."""
        for name in (*self.names, self.switch):
            ip("netns", "del", name)

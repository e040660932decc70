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
        self.switch = f"sw{os.getpid()}"
        self.names, self.cables = [], []
        ip("link", "add", self.switch, "type", "bridge")
        ip("link", "set", self.switch, "up")
        for n in range(count):
            name, cable = f"stint{os.getpid()}-{n}", f"c{os.getpid()}-{n}"
            ip("netns", "add", name)
            self.names.append(name)
            ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
            self.cables.append(cable)
            ip("link", "set", cable, "master", self.switch, "up")
            ip("-n", name, "addr", "add", f"{self.address(n)}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                ip("-n", name, "link", "set", device, "up")

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
        ip("link", "set", self.cables[which], "down")

    def plug(self, which):
        ip("link", "set", self.cables[which], "up")

    def close(self):
        for cable in self.cables:
            with suppress(subprocess.CalledProcessError):
                ip("link", "del", cable)
        for name in self.names:
            ip("netns", "del", name)
        ip("link", "del", self.switch)

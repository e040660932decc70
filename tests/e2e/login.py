"""A login manager of the tests' own: elogind on a private system bus, in a mount namespace where /run and the cgroups
are its own and /sys/power is a directory, so that a suspend suspends nothing. Its packages are unpacked once, below
build/, since elogind and systemd cannot both be installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from events import Deadline, TooLate
from installed import BUILD, run
from jeepney import DBusAddress, MatchRule, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from session import started

PACKAGES = ("elogind", "libelogind0")
PROGRAMS = ("lib/elogind/elogind", "usr/libexec/elogind")  # in Debian 12, and since
CONFIGURATION = """<busconfig><type>system</type><listen>unix:path={root}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""
# The files that elogind finds in place of the machine's.
GROUND = """set -e
mount -t tmpfs none /run
mkdir /run/systemd
mount -t cgroup2 none /sys/fs/cgroup
mount --bind "$1" /sys/power
exec "$2"
"""
NAME = "org.freedesktop.login1"
MANAGER = DBusAddress("/org/freedesktop/login1", NAME, f"{NAME}.Manager")

needs_login = pytest.mark.skipif(
    os.getuid() != 0 or not Path("/sys/class/tty/tty0/active").exists() or not shutil.which("unshare"),
    reason="elogind needs root, unshare, and a seat with virtual terminals")


def elogind():
    """The directory that its packages are unpacked in."""
    place = BUILD.parent / "elogind"
    if not place.exists():
        new = place.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        run("apt-get", "download", "-o", "APT::Sandbox::User=root", *PACKAGES, cwd=new)
        for package in new.glob("*.deb"):
            run("dpkg", "-x", package, new)
        new.rename(place)
    return place


class Refused(AssertionError):
    """The login manager answered with an error."""


class Login:
    """`root` is a directory that is there for this alone."""

    def __init__(self, root):
        self.power = root / "power"
        self.power.mkdir(parents=True)
        (self.power / "state").write_text("freeze mem\n")
        (self.power / "mem_sleep").write_text("s2idle [deep]\n")
        (root / "bus.conf").write_text(CONFIGURATION.format(root=root))
        self.address = f"unix:path={root}/bus"
        self.bus, _ = started(["dbus-daemon", f"--config-file={root}/bus.conf", "--nofork", "--print-address={fd}"],
                              os.environ)
        self.line = open_dbus_connection(self.address, enable_fds=True, auth_timeout=30)
        self.leaders = []
        self.manager = None
        self.start()

    def start(self):
        unpacked = elogind()
        program = next(unpacked / name for name in PROGRAMS if (unpacked / name).exists())
        libraries = {str(library.parent) for library in unpacked.rglob("*.so*")}
        self.manager = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", GROUND, "sh", self.power, program],
            env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self.address, "LD_LIBRARY_PATH": ":".join(libraries)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._until_owned(True)

    def kill(self):
        self.manager.kill()
        self.manager.wait()
        self._until_owned(False)

    def _until_owned(self, owned, within=60):
        deadline = Deadline(within)
        changes = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
        changes.add_arg_condition(0, NAME)
        with self.line.filter(changes) as told:
            Proxy(message_bus, self.line).AddMatch(changes)
            while Proxy(message_bus, self.line).NameHasOwner(NAME)[0] != owned:
                self.line.recv_until_filtered(told, timeout=deadline.left())

    def ask(self, address, method, types="", *arguments):
        answer = self.line.send_and_get_reply(new_method_call(address, method, types, arguments), timeout=60)
        if answer.header.message_type.name == "error":
            raise Refused(f"{method}: {answer.body}")
        return answer.body

    def session(self):
        """A graphical one of this user on seat0, and active."""
        leader = subprocess.Popen(["sleep", "infinity"], stdin=subprocess.DEVNULL)
        self.leaders.append(leader)
        seen = Path("/sys/class/tty/tty0/active").read_text().strip().removeprefix("tty")
        answer = self.ask(MANAGER, "CreateSession", "uusssssussbssa(sv)", os.getuid(), leader.pid, "test", "x11", "user",
                          "test", "seat0", int(seen), "", ":5", False, "", "", [])
        return Session(self, answer[0], answer[1], answer[3])

    def inhibitors(self):
        """(what, who, why, mode) of each."""
        return [row[:4] for row in self.ask(MANAGER, "ListInhibitors")[0]]

    def until_inhibitors(self, are, within=60):
        """Until are(inhibitors) is true."""
        deadline = Deadline(within)
        changes = MatchRule(type="signal", path=MANAGER.object_path, member="PropertiesChanged")
        with self.line.filter(changes) as told:
            Proxy(message_bus, self.line).AddMatch(changes)
            while not are(self.inhibitors()):
                self.line.recv_until_filtered(told, timeout=deadline.left())

    def sleeps(self):
        """A line on which PrepareForSleep is heard."""
        return Sleeps(self.address)

    def suspend(self):
        self.ask(MANAGER, "Suspend", "b", False)

    def close(self):
        self.line.close()
        for process in (self.manager, *self.leaders, self.bus):
            process.kill()
            process.wait()


class Session:
    def __init__(self, login, name, path, descriptor):
        self.login = login
        self.name = name
        self.at = DBusAddress(path, NAME, f"{NAME}.Session")
        self.descriptor = descriptor  # the session ends with it

    def says(self, hint, value):
        """`hint`: IdleHint or LockedHint."""
        self.login.ask(self.at, f"Set{hint}", "b", value)

    def ends(self):
        self.descriptor.close()
        self.login.ask(MANAGER, "ReleaseSession", "s", self.name)


class Sleeps:
    """Hears of each sleep: whether it begins, or has ended."""

    def __init__(self, address):
        self.line = open_dbus_connection(address, auth_timeout=30)
        self.rule = MatchRule(type="signal", path=MANAGER.object_path, interface=MANAGER.interface,
                              member="PrepareForSleep")
        Proxy(message_bus, self.line).AddMatch(self.rule)
        self.filter = self.line.filter(self.rule)
        self.told = self.filter.__enter__()

    def next(self, within=60):
        try:
            return bool(self.line.recv_until_filtered(self.told, timeout=within).body[0])
        except TimeoutError as late:
            raise TooLate(f"no word of a sleep for {within} s") from late

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.line.close()

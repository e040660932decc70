"""Debian's packages of Stint on a whole machine, by apt alone: a distribution ships them, an administrator upgrades them,
and a purge takes them away (packaging/debian; linux.md §A.6)."""

import json
import os

import pytest
from events import Directory
from machine import needs_machine
from netguard import needs_netguard
from origin import MIB, contents
from packages import Packaged, made, needs_history, next_version
from test_machine_netguard import ANN_MAY, ENFORCES, OPTIONS, RULES, helper, network
from transfers import durable_offset

pytestmark = [needs_history, needs_machine, needs_netguard]

content = contents("packages", 64 * MIB)
ALL = ("stint", "stint-netguard", "stint-taskmanager", "stint-push", "stint-fleet", "libstint0", "libstint-work0",
       "libstint-webpush0", "libstint-dev", "libstint-work-dev", "libstint-webpush-dev", "stint-doc")
REGISTERS = ("dbus-send --session --print-reply --dest=org.unifiedpush.Distributor.stint /org/unifiedpush/Distributor "
             "org.unifiedpush.Distributor1.Register string:org.example.Mail string:t string:")
RUNNING = "for exe in /proc/[0-9]*/exe; do readlink $exe || true; done | grep stint | sort"


@pytest.fixture(scope="module")
def packages():
    return made()


@pytest.fixture(scope="module")
def next_packages(packages, tmp_path_factory):
    return next_version(packages, tmp_path_factory.mktemp("next"))


@pytest.fixture
def machine_with(world):
    made = []

    def make(options=()):
        made.append(Packaged(world.root, options))
        return made[-1]

    yield make
    for machine in made:
        machine.close()


def files(machine):
    """All but what a running system writes, and apt's own records."""
    left_out = ("home", "proc", "sys", "dev", "run", "tmp", "var/log", "var/tmp", "var/cache", "var/lib/apt", "var/lib/dpkg",
                "var/lib/systemd", "root", "etc/ld.so.cache")
    found = set()
    for place, directories, names in os.walk(machine.tree):
        below = os.path.relpath(place, machine.tree)
        directories[:] = [each for each in directories if os.path.normpath(os.path.join(below, each)) not in left_out]
        found |= {os.path.normpath(os.path.join(below, each)) for each in (*directories, *names)}
    return {file for file in found if file not in left_out}


def running(machine):
    return machine.as_root("sh", "-c", RUNNING).splitlines()


def is_outdated(machine):
    """Doctor says it of ann's stintd, in lines of 80 columns."""
    return "its program was replaced since it started" in " ".join(machine.types("stint doctor --plain").out.split())


def test_a_transfer_goes_on_after_a_reboot(machine_with, packages, origin_with):
    """No unit was enabled, and no verb is typed."""
    machine = machine_with()
    machine.apt("install", packages["stint"])
    machine.boot()
    origin = origin_with(rate="2m", further="limit_rate_after 33m;")
    checksum = origin.serve("file.bin", content())
    part = machine.home / ".file.bin.stint-part"
    assert machine.types("loginctl enable-linger").code == 0
    machine.begins(f"stint get {origin.url('file.bin')} --checksum sha256:{checksum}")
    with Directory(machine.home) as directory:
        directory.until(lambda: durable_offset(part) >= 32 * MIB)
    machine.off()
    assert not (machine.home / "file.bin").exists()
    with Directory(machine.home) as directory:
        machine.boot()
        directory.until((machine.home / "file.bin").exists)
    assert (machine.home / "file.bin").read_bytes() == content()


def test_an_upgrade_restarts_each_stintd_that_runs_and_a_purge_leaves_homes_alone(machine_with, packages, next_packages,
                                                                                 origin_with):
    """Two users have one, ann with three transfers, and carol has none. A downgrade is an upgrade to a file before."""
    machine = machine_with()
    machine.boot()
    for user in ("bob", "carol"):
        machine.as_root("useradd", "-m", "-s", "/bin/bash", user)
    for user in ("ann", "bob", "carol"):
        machine.as_root("loginctl", "enable-linger", user)
    before = files(machine)
    machine.apt("install", *(packages[name] for name in ALL))
    origin = origin_with(rate="1m")
    names = ("one.bin", "two.bin", "three.bin")
    checksums = {name: origin.serve(name, contents(name, 24 * MIB)()) for name in names}
    machine.types("stint jobs", user="bob")
    getting = [machine.begins(f"stint get {origin.url(name)} --checksum sha256:{checksum}")
               for name, checksum in checksums.items()]
    with Directory(machine.home) as directory:
        directory.until(lambda: all((machine.home / f".{name}.stint-part").exists() for name in names))
    assert "not the caller's name on the bus" in machine.types(REGISTERS, user="bob").out
    assert machine.types("systemctl --user is-active stint-push", user="bob").out == "active\n"
    old = running(machine)
    assert old.count("/usr/bin/stintd") == 2 and "/usr/libexec/stint/stint-transfer" in old

    unpacked = [machine.lay(next_packages[name]) for name in ALL]
    machine.as_root("dpkg", "--unpack", *unpacked)  # and no further: an upgrade that was cut off
    assert is_outdated(machine)
    checksum = origin.serve("small.bin", b"small")
    assert machine.types(f"stint get {origin.url('small.bin')} --checksum sha256:{checksum}").code == 0
    assert (machine.home / "small.bin").read_bytes() == b"small", "the old daemon, by the new one's programs"

    for version, replaced in ((next_packages, "0stint2"), (packages, "0stint1")):
        machine.apt("install", *(version[name] for name in ALL))
        assert replaced in machine.as_root("dpkg-query", "-W", "stint")
        assert running(machine).count("/usr/bin/stintd") == 2, "carol has none, nobody an old one"
        assert not is_outdated(machine)
    with Directory(machine.home) as directory:
        directory.until(lambda: all((machine.home / name).exists() for name in names), within=120)
    for name in names:
        assert (machine.home / name).read_bytes() == contents(name, 24 * MIB)()
    for each in getting:
        each.wait(30)

    machine.begins(f"stint get {origin.url('one.bin')} -o again.bin")
    with Directory(machine.home) as directory:
        directory.until((machine.home / ".again.bin.stint-part").exists)
    told = machine.apt("purge", *ALL)
    assert "what users have stays in their homes: ~/.local/state/stint" in told
    assert running(machine) == []
    assert not [place for place in machine.cgroup.rglob("*stint*") if place.is_dir()]
    assert files(machine) == before
    assert (machine.home / ".local/state/stint/stint.db").exists()


def test_the_helper_comes_late_and_stays(machine_with, packages, next_packages):
    """Nobody enables it, and stintd finds it by itself; whoever ends it has the next one there, and so has an upgrade."""
    machine = machine_with(OPTIONS)
    machine.apt("install", packages["stint"])
    machine.boot()
    (machine.tree / RULES).parent.mkdir(parents=True, exist_ok=True)
    (machine.tree / RULES).write_text(ANN_MAY)
    machine.as_root("loginctl", "enable-linger", "ann")
    assert machine.types("stint jobs").code == 0
    before = network(machine)
    assert before.split()[2] == "advisory" and "the package stint-netguard" in " ".join(before.split())
    machine.apt("install", packages["stint-netguard"])
    machine.until_logged(ENFORCES)
    assert network(machine).split()[2] == "enforced"
    build = json.loads(machine.types("stint --version --json").out)
    assert [each["program"] for each in build["running"]] == ["stintd", "stint-netguard"]
    assert {each["commit"] for each in build["running"]} == {build["commit"]} and len(build["commit"]) == 40
    assert build["features"] == ["fleet", "manual", "netguard", "push", "taskmanager", "wayland", "x11"]
    for user in ("nobody", "ann"):
        tried = machine.as_root("sh", "-c", f"setpriv --reuid={user} --clear-groups kill -KILL {helper(machine)} 2>&1 || true")
        assert "not permitted" in tried
    machine.as_root("kill", "-KILL", helper(machine))
    machine.until_logged(ENFORCES, 2)
    for seen, name in enumerate(("stint-netguard", "stint"), start=3):  # a new helper for an old daemon, and then both
        was = helper(machine)
        machine.apt("install", next_packages[name])
        machine.until_logged(ENFORCES, seen)
        assert (helper(machine) != was) == (name == "stint-netguard")
        assert network(machine).split()[2] == "enforced"
    machine.apt("purge", "stint-netguard")
    machine.until_logged("not enforced: stint-netguard has gone")
    assert not any("netguard" in each for each in running(machine))
    assert network(machine).split()[2] == "advisory"

"""The screen, the lock and memory as the machine's own services tell of them (limits.md §13, linux.md §A.5): elogind on a
private bus, screen savers under several names, the kernel's pressure."""

import json
import subprocess
from pathlib import Path

import pytest
from events import Deadline, Directory, TooLate, size_of
from jeepney import DBusAddress, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy
from line import TRANSFER
from login import Login, needs_login
from origin import MIB, contents
from session import SessionBus

content = contents("sleep", 24 * MIB)


def told(world):
    """{key: (value, source)} of `stint device`."""
    rows = [json.loads(row) for row in world.done("device", "--json").splitlines()]
    return {row["key"]: (row["value"], row["source"]) for row in rows if "source" in row}


def until(world, wanted, within=60):
    """Until `stint device` says all of it: what a sensor hears is told once a burst of news is over."""
    deadline = Deadline(within)
    while any((said := told(world)).get(key) != value for key, value in wanted.items()):
        if deadline.passed():
            raise TooLate(f"{wanted} is not told after {within} s, but {said}")


@pytest.fixture
def login(world):
    made = Login(world.root / "login")
    yield made
    made.close()


def sensed(world, *sensors, **environment):
    return world.start_daemon(environment=environment | {"STINT_SENSORS": ",".join(sensors)})


@needs_login
def test_the_screen_is_that_of_the_users_session(world, login):
    session = login.session()
    sensed(world, "logind", DBUS_SYSTEM_BUS_ADDRESS=login.address)
    until(world, {"screen": ("on", "logind"), "locked": ("false", "logind"),
                  "session": (f"{session.name} on seat0", "logind")})
    session.says("IdleHint", True)
    until(world, {"screen": ("off", "logind")})
    session.says("IdleHint", False)
    session.says("LockedHint", True)
    until(world, {"screen": ("on", "logind"), "locked": ("true", "logind")})
    session.says("LockedHint", False)
    until(world, {"locked": ("false", "logind")})


@needs_login
def test_a_login_manager_that_dies_says_nothing_and_is_read_again_when_it_is_back(world, login):
    daemon = sensed(world, "logind", DBUS_SYSTEM_BUS_ADDRESS=login.address)
    until(world, {"session": ("none", "logind"), "screen": ("on", "logind")})
    login.kill()
    until(world, {"screen": ("on", "embedded default"), "session": None})
    login.start()
    session = login.session()
    session.says("IdleHint", True)
    until(world, {"screen": ("off", "logind")})
    assert daemon.lives()


@pytest.mark.parametrize("desktop", ["org.mate.ScreenSaver", "org.example.ScreenSaver"])
def test_a_screen_saver_is_heard_whatever_its_name_until_it_is_gone(world, desktop):
    bus = SessionBus(world.root / "session", world.environment)
    world.processes.append(bus.process)
    sensed(world, "screensaver", DBUS_SESSION_BUS_ADDRESS=bus.address)
    saver = DBusAddress("/" + desktop.replace(".", "/"), desktop, desktop)
    with bus.connect() as line:
        Proxy(message_bus, line).RequestName(desktop)
        line.send(new_signal(saver, "ActiveChanged", "b", (True,)))
        until(world, {"screen": ("off", "screen saver")})
        line.send(new_signal(saver, "ActiveChanged", "b", (False,)))
        until(world, {"screen": ("on", "embedded default")})
        line.send(new_signal(saver, "ActiveChanged", "b", (True,)))
        until(world, {"screen": ("off", "screen saver")})
        line.send(new_signal(saver, "ActiveChanged", "s", ("no",)))  # a word that it is not
        assert told(world)["screen"] == ("off", "screen saver")
    until(world, {"screen": ("on", "embedded default")})


MEMORY = Path("/sys/fs/cgroup/memory")
# Round and round a file that does not fit: each page is read from the disk again.
STALLS = """
import mmap, os, sys
with open(sys.argv[1], "w+b") as file:
    for _ in range(256):
        file.write(bytes(1 << 20))
    file.flush()
    os.fsync(file.fileno())
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    while True:
        for at in range(0, len(pages), mmap.PAGESIZE):
            pages[at]
"""


@pytest.fixture
def squeezed(world):
    """Starts a program that is short of memory; answers how it ends."""
    if not Path("/proc/pressure/memory").exists() or not (MEMORY / "memory.limit_in_bytes").exists():
        pytest.skip("to make pressure needs a cgroup of memory, version 1")
    group = MEMORY / world.root.name
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(24 << 20))
    processes = []

    def start():
        processes.append(subprocess.Popen(
            ["sh", "-c", 'echo $$ >"$0"/cgroup.procs && exec "$@"', group, "/usr/bin/python3", "-c", STALLS,
             world.root / "pages"]))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
    group.rmdir()


def test_memory_that_is_short_is_told_and_so_is_its_end(world, squeezed):
    """jobs.md §3.6."""
    sensed(world, "pressure")
    until(world, {"memory": ("normal", "memory pressure")})
    process = squeezed()
    deadline = Deadline(60)
    while (said := told(world)["memory"])[0] == "normal":
        assert not deadline.passed(), said
    assert said[1] == "memory pressure"
    process.kill()
    process.wait()
    until(world, {"memory": ("normal", "memory pressure")})


def delays(inhibitors):
    return [row[3] for row in inhibitors if row[0] == "sleep" and row[1] == "Stint"] == ["delay"]


@needs_login
def test_a_sleep_waits_until_a_transfer_has_stopped_which_goes_on_by_itself(world, login, slow_origin):
    """limits.md §13, Suspend: a real elogind, whose sleep is none."""
    daemon = sensed(world, "sleep", DBUS_SYSTEM_BUS_ADDRESS=login.address)
    login.until_inhibitors(delays)
    checksum = slow_origin.serve("file.bin", content())
    job = world.get(slow_origin.url("file.bin"), "-o", "file.bin", "--checksum", f"sha256:{checksum}")
    part = world.downloads / ".file.bin.stint-part"
    with Directory(world.downloads) as directory, login.sleeps() as sleeps:
        directory.until(lambda: size_of(part) >= 6 * MIB)
        login.suspend()
        assert sleeps.next() is True
        assert sleeps.next() is False
    assert world.stint("wait", str(job), within=120).code == 0
    assert (world.downloads / "file.bin").read_bytes() == content()
    slow_origin.stop()
    again = slow_origin.requests()[-1]
    assert again["status"] == 206 and again["bytes"] <= len(content()) - 5 * MIB, "what was there is not fetched again"
    log = daemon.log.read_text()
    told_in_order = [log.index(line) for line in (
        "sleep to=waiting", f"stopped job={TRANSFER}/{job} reason=DEVICE_STATE asked=yes", "sleep to=asleep",
        "sleep to=awake")]
    assert told_in_order == sorted(told_in_order), log
    assert log.index(f"started job={TRANSFER}/{job}", told_in_order[-1]), "by itself, and at once"
    login.until_inhibitors(delays)  # for the next sleep


@needs_login
def test_a_sleep_does_not_wait_where_nothing_is_to_be_stopped_and_a_command_goes_on(world, login):
    daemon = sensed(world, "sleep", DBUS_SYSTEM_BUS_ADDRESS=login.address)
    login.until_inhibitors(delays)
    begun = world.downloads / "begun"
    world.in_terminal("run", "--", "sh", "-c", 'echo $$ >>begun; exec sleep infinity')
    with Directory(world.downloads) as directory, login.sleeps() as sleeps:
        directory.until(lambda: begun.exists() and begun.read_text().endswith("\n"))
        login.suspend()
        assert sleeps.next() is True
        assert sleeps.next() is False
    login.until_inhibitors(lambda rows: "delay" in [row[3] for row in rows])  # a new command keeps it awake for a while, too
    assert "stopped" not in daemon.log.read_text()
    assert len(begun.read_text().split()) == 1 and Path(f"/proc/{begun.read_text().strip()}").exists()


def blocks(inhibitors):
    return sorted(row[3] for row in inhibitors if row[0] == "sleep" and row[1] == "Stint") == ["block", "delay"]


@needs_login
def test_a_transfer_keeps_the_machine_awake_and_no_longer(world, login, slow_origin):
    """limits.md §13, Keeping awake; a login manager that comes anew is asked anew."""
    sensed(world, "sleep", DBUS_SYSTEM_BUS_ADDRESS=login.address)
    login.until_inhibitors(delays)
    checksum = slow_origin.serve("file.bin", content())
    job = world.get(slow_origin.url("file.bin"), "-o", "file.bin", "--checksum", f"sha256:{checksum}")
    login.until_inhibitors(blocks)
    assert "keeps the machine awake" in world.done("tasks")
    login.kill()
    login.start()
    login.until_inhibitors(blocks)
    assert world.stint("wait", str(job), within=120).code == 0
    login.until_inhibitors(delays)


@needs_login
def test_on_battery_with_the_lid_closed_nothing_keeps_the_machine_awake(world, login, slow_origin):
    daemon = sensed(world, "sleep", DBUS_SYSTEM_BUS_ADDRESS=login.address)
    slow_origin.serve("file.bin", content())
    world.get(slow_origin.url("file.bin"), "-o", "file.bin")
    login.until_inhibitors(blocks)
    world.done("device", "set", "plugged=false", "lid=closed")
    login.until_inhibitors(delays)
    world.done("device", "set", "lid=open")
    login.until_inhibitors(blocks)
    assert "awake let because=lid" in daemon.log.read_text()

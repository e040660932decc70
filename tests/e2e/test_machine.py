"""Stint on a whole machine: installed as README says into the account of someone who has never used it, started by the
session bus, kept by systemd, and cut off by a reboot in the middle of a transfer (linux.md §A.6, §A.10)."""

import pytest
from events import Directory
from machine import Machine, needs_machine
from origin import MIB, contents
from transfers import durable_offset

pytestmark = needs_machine

PREFIX = "/home/ann/.local"
content = contents("machine", 64 * MIB)


@pytest.fixture
def machine(world):
    made = Machine(world.root)
    made.install(PREFIX)
    made.boot()
    yield made
    made.close()


def test_the_first_verb_starts_a_daemon_that_systemd_keeps(machine, origin):
    checksum = origin.serve("file.bin", b"first")
    first = machine.types(f"stint get {origin.url('file.bin')} --checksum sha256:{checksum}")
    assert first.code == 0, first
    assert first.err.startswith("stint: the session bus has started stintd\n")
    assert (machine.home / "file.bin").read_bytes() == b"first"
    assert machine.types("systemctl --user is-active stintd").out == "active\n"
    told = machine.types("stint doctor").out
    assert "stintd.service" in told, "its processes are in the unit's own cgroup"


STOPS = "stint: jobs stop when you log out, and go on when you log in; to keep them going: loginctl enable-linger\n"


def test_a_transfer_goes_on_after_a_reboot_without_a_verb(machine, origin_with):
    """linux.md §A.6: a unit that is always on starts stintd where something waits, and nothing where nothing does. Where the
    account does not linger, the verb that starts stintd says so, and doctor what makes it."""
    origin = origin_with(rate="2m", further="limit_rate_after 33m;")  # what a crash costs is fetched at most: 32 MiB
    checksum = origin.serve("file.bin", content())
    part = machine.home / ".file.bin.stint-part"
    assert STOPS in machine.types("stint jobs").err
    assert "loginctl enable-linger" in machine.types("stint doctor --plain").out
    assert machine.types("loginctl enable-linger").code == 0
    assert "jobs go on after a logout, and after a boot" in " ".join(machine.types("stint doctor --plain").out.split())
    getting = machine.begins(f"stint get {origin.url('file.bin')} --checksum sha256:{checksum}")
    with Directory(machine.home) as directory:
        directory.until(lambda: durable_offset(part) >= 32 * MIB)
    machine.off()
    getting.wait(30)
    durable = durable_offset(part)
    assert not (machine.home / "file.bin").exists()

    with Directory(machine.home) as directory:
        machine.boot()
        directory.until((machine.home / "file.bin").exists)
    assert (machine.home / "file.bin").read_bytes() == content()
    last = origin.requests()[-1]
    assert last["status"] == 206 and last["bytes"] <= len(content()) - durable + MIB, "what was there is not fetched again"
    assert machine.types("STINT_AUTOSTART=no stint wait org.stint.transfer/1").code == 0

    machine.off()
    machine.boot()
    skipped = "systemctl --user show --property=ConditionResult --value stint-resume stintd"
    assert machine.types(skipped).out.split() == ["no", "no"], "nothing waits, so no daemon was started"


WINDOWED = "com.example.two-windows"
MANIFEST = f"""package = "{WINDOWED}"
windows = true
command = ["sh", "-c", 'cat /proc/self/cgroup >cgroup; stint device set battery=50 2>refused; mv refused told; exec sleep 1000']
"""


def test_an_app_with_windows_runs_in_a_scope_and_outlives_stintd(machine):
    """linux.md §A.6: the unit says whose its process is, as where a desktop has started it."""
    apps = machine.home / ".local" / "share" / "stint" / "apps"
    machine.as_root("install", "-d", "-o", "ann", "-g", "ann", "/" + str(apps.relative_to(machine.tree)))
    (apps / f"{WINDOWED}.toml").write_text(MANIFEST)
    assert machine.types("systemctl --user start stintd").code == 0
    window = machine.begins(f"stint start {WINDOWED}")
    with Directory(machine.home) as directory:
        directory.until((machine.home / "told").exists)
    unit = (machine.home / "cgroup").read_text().strip().rpartition("/")[2]
    assert unit.startswith("app-stint-com.example.two\\x2dwindows-") and unit.endswith(".scope")
    assert WINDOWED in (machine.home / "told").read_text(), "no operator, but that app"
    running = "systemctl --user list-units --plain --no-legend --state=running 'app-stint-*.scope'"
    assert machine.types("systemctl --user stop stintd").code == 0
    assert machine.types("systemctl --user is-active stintd").out == "inactive\n"
    assert unit in machine.types(running).out
    assert window.poll() is None
    assert machine.types("systemctl --user stop 'app-stint-*.scope'").code == 0
    window.wait(30)

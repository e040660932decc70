"""Stint on a whole machine: installed as README says into the account of someone who has never used it, started by the
session bus, kept by systemd, and cut off by a reboot in the middle of a transfer (linux.md §A.6, §A.10)."""

import pytest
from events import Directory
from machine import Machine, needs_machine
from origin import MIB, contents
from transfers import durable_offset
from world import ROOT

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


def test_a_transfer_goes_on_after_a_reboot(machine, origin_with):
    """README's line enables it; lingering, the user manager starts at the boot and stintd with it."""
    line = "systemctl --user enable --now stintd"
    assert line in (ROOT / "README.md").read_text()
    assert machine.types(line).code == 0
    machine.as_root("loginctl", "enable-linger", "ann")
    origin = origin_with(rate="2m", further="limit_rate_after 33m;")  # what a crash costs is fetched at most: 32 MiB
    checksum = origin.serve("file.bin", content())
    part = machine.home / ".file.bin.stint-part"
    getting = machine.begins(f"stint get {origin.url('file.bin')} --checksum sha256:{checksum}")
    with Directory(machine.home) as directory:
        directory.until(lambda: durable_offset(part) >= 32 * MIB)
    machine.off()
    getting.wait(30)
    durable = durable_offset(part)
    assert not (machine.home / "file.bin").exists()

    machine.boot()
    assert machine.types("stint wait org.stint.transfer/1").code == 0
    assert (machine.home / "file.bin").read_bytes() == content()
    last = origin.requests()[-1]
    assert last["status"] == 206 and last["bytes"] <= len(content()) - durable + MIB, "what was there is not fetched again"


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

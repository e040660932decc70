"""`stint guard --app` on a whole machine (jobs.md §14.5): an app that the desktop started, in a unit of the user's systemd,
frozen by its guard, and let go whatever becomes of Stint. It writes a growing count; frozen, it writes nothing more."""

import pytest
from events import Directory
from frozen import until_frozen
from machine import Machine, needs_machine

pytestmark = needs_machine

PREFIX = "/home/ann/.local"
APP = "org.example.counter"
COUNTING = "while :; do echo 1 >>count; sleep 0.05; done"
START = (f"systemd-run --user --quiet --slice=app.slice --unit=app-test-{APP}-1.scope --scope "
         f"sh -c '({COUNTING}) >/dev/null 2>&1 &'")
GUARD = "stint guard --while 'not power-saver' --app " + APP


@pytest.fixture(name="machine")
def guarded_machine(world):
    made = Machine(world.root)
    made.install(PREFIX)
    made.boot()
    made.as_root("loginctl", "enable-linger", "ann")
    assert made.types("systemctl --user start stintd").code == 0
    yield made
    made.close()


def app_slice(machine):
    return next(machine.cgroup.rglob("user@*.service/app.slice"))


def unit(machine):
    """Its cgroup, as soon as it is there."""
    place = app_slice(machine)
    with Directory(place) as units:
        return units.until(lambda: next(place.glob(f"app-*-{APP}-*"), None))


def start(machine):
    started = machine.types(START)
    assert started.code == 0, started


def until_it_goes_on(machine):
    count = machine.home / "count"
    before = count.stat().st_size if count.exists() else 0
    with Directory(machine.home) as directory:
        directory.until(lambda: count.exists() and count.stat().st_size > before + 4)


def test_what_the_desktop_starts_is_frozen_by_the_condition_and_goes_on(machine):
    machine.types("stint device set battery-saver=yes")
    assert machine.types(GUARD + " --no-wait").code == 0
    machine.until_logged("Started stint-hold-")
    starting = machine.begins(START)  # comes back when it goes on, unless it was faster than its guard
    until_frozen(unit(machine))
    assert "org_example_counter" in machine.types("stint tasks --plain").out
    machine.types("stint device reset")
    assert starting.wait(30) == 0
    until_it_goes_on(machine)
    machine.types("stint device set battery-saver=yes")
    until_frozen(unit(machine))


def test_whatever_ends_stint_the_app_goes_on(machine):
    start(machine)
    # The next one would freeze it again, rightly.
    machine.types("systemctl --user set-property --runtime stintd.service Restart=no")
    for end in ("stint cancel org_example_counter", "systemctl --user stop stintd",
                "systemctl --user kill --signal=KILL stintd", "systemctl --user kill --signal=KILL 'stint-hold-*'"):
        assert machine.types("systemctl --user start stintd; stint cancel org_example_counter; "
                             f"stint device set battery-saver=yes; {GUARD} --no-wait").code == 0
        until_frozen(unit(machine))
        assert machine.types(end).code == 0
        until_it_goes_on(machine)

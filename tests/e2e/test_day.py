"""One day of a laptop, whose hours a policy makes seconds: UPower over umockdev, a network of its own whose cost a person
names, netguard's cut, Doze, a message and Stop, all of it in the log, and recorded, and played again to the byte
(scenario.md, Recordings)."""

import json
import re
import sys

import pytest
from app import PACKAGE as TEST_APP
from app import App
from line import TRANSFER
from netguard import FAR4, HERE, ground, needs_netguard, waiting_line
from network_ground import network_of
from origin import Origin, contents
from power_ground import Power

pytestmark = needs_netguard
RARE = "com.example.rare"
content = contents("day", 4 * 1024 * 1024)
DAY = {"doze.inactive": "1s", "doze.idle_after_inactive": "1s", "doze.idle": "6s", "doze.light_enabled": False,
       "doze.background_jobs_delay": "1s", "doze.min_deep_maintenance": "5s"}


@pytest.fixture
def laptop(ground):
    made = Power(ground.address, "upower")
    ground.until_owned("org.freedesktop.UPower")
    yield made
    made.close()


@pytest.fixture
def server(world, ground):
    """On the far side of the cable, which is the way to the internet."""
    ground._ip(ground.near, "route", "add", "default", "via", FAR4)
    with network_of(ground.far):
        made = Origin(world.root / "origin", rate="512k", address=FAR4)
    made.serve("one.bin", content())
    made.serve("two.bin", content())
    yield made
    made.stop()


def test_a_day(world, ground, laptop, server):
    ground.start_helper()
    listener, arrived = waiting_line(world.root / "rare")
    command = [sys.executable, str(HERE / "network_app.py"), "app", str(world.root / "rare")]
    world.apps.joinpath(f"{RARE}.toml").write_text(f'package = "{RARE}"\ncommand = {command!r}\n')
    app = App(world)
    app.install()
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
    laptop.unplug(percent=95)
    laptop.plug()
    daemon = world.start_daemon(DAY, before=ground.inside(), environment={"STINT_SENSORS": "upower,network"})
    world.done("record", "start")

    def until(job, what):
        with world.line() as line:
            line.until(job, lambda it: what in (it["state"], it.get("runState")))

    # On mains a transfer runs; unplugged, what wants power stops and says so.
    first = world.get(server.url("one.bin"), "--charging")
    until(first, "executing")
    laptop.unplug(percent=95)
    until(first, "pending")
    assert "charg" in world.stint("why", str(first)).out

    # On a metered network the unmetered waits.
    second = world.get(server.url("two.bin"), "--unmetered")
    until(second, "executing")
    world.done("net", "mark", "e0", "metered")
    until(second, "pending")
    assert "is metered" in re.sub(r"\s+", " ", world.stint("why", str(second)).out)

    # A rare app is out of sight: cut off.
    world.in_terminal("start", RARE)
    rare = arrived()
    assert "error" not in rare.do("connect", host=FAR4, port=ground.port)
    world.done("app", RARE, "--state", "background")
    world.done("app", RARE, "--bucket", "rare")
    daemon.until_logged(f"cut app={RARE}")
    assert rare.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"

    # The screen off, Doze, and a window, in which what was deferred runs.
    receiver = app.receive()
    world.done("device", "set", "screen=off")
    daemon.until_logged("machine=deep from=locating to=idle")
    assert app.run(*app.job(1)).code == 0
    assert "DEVICE_STATE" in world.stint("why", f"{TEST_APP}/1").out
    with world.line() as line:
        line.push(TEST_APP, "hello")
    app.until("high", job="message")
    app.until("finish")
    daemon.until_logged("to=idle_maintenance")

    # Home again: light, mains, an unmetered network. Everybody goes on.
    world.done("device", "set", "screen=on")
    laptop.plug()
    daemon.until_logged(f"freed app={RARE}")
    assert "error" not in rare.do("connect", host=FAR4, port=ground.port)
    world.done("net", "mark", "e0", "unmetered")
    until(first, "finished")
    until(second, "finished")
    assert (world.downloads / "one.bin").read_bytes() == (world.downloads / "two.bin").read_bytes() == content()

    # Stop.
    third = world.get(server.url("one.bin"), "-o", "third")
    until(third, "executing")
    world.done("tasks", "stop", TRANSFER)
    until(third, "finished")

    # All of it is in the log.
    logs = {job: [json.loads(text) for text in world.done("log", str(job), "--json").splitlines()]
            for job in (first, second, third)}
    for job in (first, second):
        moves = [row["what"] for row in logs[job] if row["what"] in ("started", "stopped")]
        assert moves == ["started", "stopped", "started"], logs[job]
    assert "stopped by the user" in logs[third][-1]["detail"], logs[third]

    # And it is played again to the byte.
    day = world.downloads / "day.yaml"
    world.done("record", "stop", str(day))
    *trace, verdict = world.done("sim", "--json", str(day)).splitlines()
    assert json.loads(verdict)["verdict"] == "pass", verdict
    happened = [json.loads(text) for text in trace]
    assert {"started", "stopped", "finished", "network", "doze", "message", "killed"} <= {it["what"] for it in happened}
    reasons = {it.get("reason") for it in happened if it["what"] == "stopped"}
    assert {"CONSTRAINT_CHARGING", "CONSTRAINT_CONNECTIVITY"} <= reasons
    listener.close()
    receiver.kill()

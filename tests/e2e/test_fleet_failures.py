"""Each thing that goes wrong around a fleet, and what comes of it (fleet.md §6, §7), on a real server with real devices,
which most of these tests share."""

import json
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from connector import PATIENCE
from fleet_ground import ALLOWED, POLICY, Ground, comes_back, goes_away, marked, name_of, runs
from origin import Origin
from push_line import until
from test_fleet import PASSWORD, Device, campaign, pytestmark  # noqa: F401
from world import World


@pytest.fixture(scope="module")
def ground():
    made = Ground()
    yield made
    made.close()


@pytest.fixture(scope="module")
def two(ground):
    return [ground.device("two"), ground.device("two")]


@pytest.fixture
def gate(ground):
    """A file that a step waits for."""
    file = ground.world.root / f"gate-{random.random()}"
    yield file
    file.touch()


# The broker, and what is stored.


def test_a_report_waits_for_the_broker(ground, two, gate):
    started = ground.starts("two", f"{marked('waits')}; until [ -e {gate} ]; do sleep 0.1; done")
    until(lambda: all(runs(device, "waits") for device in two), within=3 * PATIENCE)
    ground.parts.kill("nats-server")
    gate.touch()
    ground.parts.start("nats-server")
    ground.until(started, "succeeded", "succeeded")
    assert [runs(device, "waits") for device in two] == [1, 1]


def test_the_servers_file_is_made_anew(ground, two):
    started = ground.starts("two", marked("anew"))
    ground.until(started, "succeeded", "succeeded")
    before = ground.parts.results(started)
    ground.parts.kill("stint-fleetd")
    for each in (ground.world.store / "fleet-server").glob("roster.db*"):
        each.unlink()
    ground.parts.start("stint-fleetd")
    ground.parts.until_open()
    after = ground.parts.results(started)
    assert [{**row, "seen": 0} for row in after] == [{**row, "seen": 0} for row in before]


def test_sealed_words_are_read_by_who_has_signed_alone(ground, two):
    """fleet.md §4.1."""
    text = campaign(f"echo the secret; {marked('sealed')}").replace("site=berlin", "site=two")
    started = ground.office.starts(text.replace("expires", "seal-output = true\nexpires", 1), "--all")
    ground.until(started, "succeeded", "succeeded")
    rows = ground.parts.results(started)
    assert all(row["words"] == "" and row["sealed"] for row in rows), rows
    assert "secret" not in ground.office.world.done("fleet", "results", started)
    opened = ground.office.typed(f"{PASSWORD}\n", "results", started, "--open", "--json").splitlines()
    assert [json.loads(row)["words"] for row in opened] == ["the secret\n"] * 2, opened


# Devices that were away, began anew, or have wrong clocks.


def test_what_was_cancelled_while_a_device_was_off_is_not_run(ground):
    device = ground.device("off")
    goes_away(device)
    cancelled, alive = ground.starts("off", marked("cancelled")), ground.starts("off", marked("alive"))
    ground.office.says("cancel", cancelled)
    comes_back(device)
    ground.until(alive, "succeeded")
    ground.until(cancelled, "cancelled")
    assert (runs(device, "cancelled"), runs(device, "alive")) == (0, 1)


def test_an_order_of_before_a_device_was_wiped_is_void(ground):
    device = ground.device("wiped")
    goes_away(device)
    started = ground.starts("wiped", marked("before"))
    for each in ("fleet", "stint.db", "stint.db-wal", "stint.db-shm"):
        place = device.world.store / each
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    comes_back(device)
    device.joins(ground.office.invites("--labels", "site=wiped"))
    ground.until(started, "cancelled")
    after = ground.starts("wiped", marked("after"))
    ground.until(after, "succeeded")
    assert (runs(device, "before"), runs(device, "after")) == (0, 1)


def test_a_device_that_is_there_twice_runs_nothing_until_it_joins_anew(ground):
    """fleet.md §3.1."""
    device = ground.device("twice")
    name = name_of(device)
    goes_away(device)
    world = World()
    shutil.copytree(device.world.store, world.store, dirs_exist_ok=True)
    comes_back(device)
    twin = Device(allowed=ALLOWED, policy=POLICY, world=world)
    ground.devices.append(twin)

    def row():
        for each in (device, twin):  # says hello
            each.world.stint("cmd", "jobscheduler", "run", "-f", "org.stint.agent", "2")
        return json.loads(ground.office.world.done("fleet", "device", name, "--json"))

    until(lambda: row()["cloned"], within=6 * PATIENCE)
    assert "cloned" in ground.office.world.done("fleet", "devices", "label site=twice")
    device.world.done("fleet", "leave", "--yes")
    device.joins(ground.office.invites("--labels", "site=twice"))
    assert not row()["cloned"]
    started = ground.starts("twice")
    # Both have one mailbox, so whichever fetches the order first may be the wrong one; a hello brings it.
    until(lambda: not row()["cloned"] and ground.parts.outcomes(started) == ["succeeded"], within=6 * PATIENCE)
    assert [each.ran for each in (device, twin)] == [["ran"], []]


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="what is preloaded comes before asan")
def test_no_clock_of_a_device_decides_anything(ground):
    library = ground.world.root / "clock_off.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("clock_off.c"), "-ldl"], check=True)
    days = {1971: 400, 2099: 47_300}  # since 1970
    text = campaign(marked("clock"), 'stop = { failures = "none" }').replace("site=berlin", "site=clock")
    started = ground.office.starts(text.replace("expires", "open = true\nexpires"), "--all")
    devices = []
    for day in days.values():
        world = World()
        world.environment |= {"LD_PRELOAD": str(library), "CLOCK_OFF": str(day * 86_400 - int(time.time()))}
        devices.append(ground.device("clock", world))
    ground.until(started, "succeeded", "succeeded")
    assert [runs(device, "clock") for device in devices] == [1, 1]
    assert [int(device.line.daemon.log.read_text()[:4]) for device in devices] == list(days)


# Content.


@pytest.fixture(scope="module")
def origin(ground):
    made = Origin(ground.world.root / "origin", further="location /broken { return 500; }")
    yield made
    made.stop()


def fetch(ground, url, digest, size, more=""):
    text = campaign("true", 'stop = { failures = "none" }').replace("site=berlin", "site=two")
    get = f'[[step]]\nget = {{ url = "{url}", sha256 = "{digest}", size = {size}, to = "f" }}\n'
    return ground.office.starts(text.replace("[[step]]", f"{get}[[step]]{more}", 1), "--all")


def test_content_that_is_gone_or_is_another_ends_it_at_once(ground, two, origin):
    digest = origin.serve("good", b"good")
    wrong = {"404": fetch(ground, origin.url("none"), digest, 4), "hash": fetch(ground, origin.url("good"), "0" * 64, 4),
             "short": fetch(ground, origin.url("good"), digest, 5), "long": fetch(ground, origin.url("good"), digest, 3)}
    for started in wrong.values():
        ground.until(started, "failed", "failed")
        assert {row["step"] for row in ground.parts.results(started)} == {1}
    asked = [each for each in origin.requests() if each.get("path", each.get("uri", "")).endswith("none")]
    assert len(asked) == 2, origin.requests()[:3]  # once by each
    ground.until(fetch(ground, origin.url("good"), digest, 4), "succeeded", "succeeded")


# Whoever may sign no more; last, for nobody may sign here after it.


def test_an_operator_who_was_withdrawn_is_nobody(ground):
    device = ground.device("withdrawn")
    goes_away(device)
    before = ground.starts("withdrawn", marked("withdrawn"))
    server = ground.world.store / "fleet-server"
    newer = json.loads((server / "operators-1.json").read_text())
    newer["version"] = 2
    newer["operators"] = [dict(newer["operators"][0], key=newer["enrolment"], name="eve")]
    file = ground.world.root / "operators-2.json"
    file.write_text(json.dumps(newer, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    subprocess.run(["minisign", "-S", "-s", server / "root.key", "-m", file, "-t", "stint operators 2"], check=True,
                   input="root's own\n", text=True, capture_output=True, timeout=120)
    paper = json.dumps({"document": file.read_text(), "signatures": [file.with_suffix(".json.minisig").read_text()]},
                       sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    status, said = ground.parts.answers("POST", "/v1/operators", json.dumps({"signed": paper}))
    assert status == 200, said
    for words in (["pause", before], ["cancel", before]):
        made = subprocess.run(["stint", "fleet", *words], env=ground.world.environment, input=f"{PASSWORD}\n",
                              capture_output=True, text=True, timeout=120, check=False)
        assert made.returncode == 77, made
    comes_back(device)
    ground.until(before, "rejected")
    assert "not-signed" in ground.row(before)["words"] and runs(device, "withdrawn") == 0

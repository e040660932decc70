"""The network and its users: a person's marks, and what becomes of transfers (linux.md §A.4; jobs.md §3.3, §4.7)."""

import os

import pytest
from network_ground import Ground
from network_told import Told
from origin import MIB, bytes_of

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="network namespaces are made by root")


@pytest.fixture
def ground(world):
    made = Ground(world.root / "ground")
    yield made
    made.close()


@pytest.fixture
def start(world, ground):
    return lambda: Told(world, ground)


# A person's word


def test_a_mark_stands_over_what_the_machine_says_and_outlives_the_daemon(world, ground, start):
    ground.start_manager(checks=False)
    ground.connect("Pixel hotspot")
    told = start()
    told.until(network_name="Pixel hotspot", network_metered="false")
    world.done("net", "mark", "Pixel hotspot", "metered")
    device = told.device()
    assert (device["network.metered"], device["network.metered_by"]) == ("true", "a mark")
    told.daemon.stop()
    told = start()
    told.until(network_name="Pixel hotspot", network_metered="true")
    assert [(row["name"], row["metered"], row["by"], row["inUse"]) for row in told.networks()][0] == (
        "Pixel hotspot", True, "a mark", True)
    world.done("net", "mark", "Pixel hotspot", "auto")
    assert told.device()["network.metered"] == "false"
    world.done("net", "mark", "Café", "unmetered")
    assert told.networks()[-1] | {"carries": None} == told.networks()[-1] | {
        "name": "Café", "interface": "", "metered": False, "by": "a mark", "carries": None}


def test_a_mark_that_is_none_is_refused(world, ground, start):
    start()
    absent = world.stint("net", "mark", "elsewhere", "metered")
    assert (absent.code, absent.err) == (0, "no network elsewhere is there now; the mark holds once it is (stint net)\n")
    ended = world.stint("net", "mark", "e0", "expensive")
    assert ended.code == 64
    assert "metered, unmetered or auto" in ended.err
    assert world.stint("net", "mark", "", "metered").code == 64


def test_a_policy_file_names_networks_and_a_persons_mark_stands_over_it(world, ground, start):
    """linux.md §A.4: by the connection, while the daemon runs; `stint net` says which file and line."""
    ground.start_manager(checks=False)
    ground.connect("Pixel hotspot")
    told = start()
    told.until(network_name="Pixel hotspot", network_metered="false")
    file = world.root / "config" / "stint" / "policy.toml"
    file.parent.mkdir()
    file.write_text('[networks]\n"Pixel hotspot" = "metered"\n"Café" = "unmetered"\n')
    device = told.until(network_metered="true")
    assert device["network.metered_by"] == f"policy {file}:2"
    assert [(row["name"], row["metered"], row["by"], row["inUse"]) for row in told.networks()] == [
        ("Pixel hotspot", True, f"policy {file}:2", True), ("Café", False, f"policy {file}:3", False)]

    world.done("net", "mark", "Pixel hotspot", "unmetered")
    assert (told.device()["network.metered"], told.device()["network.metered_by"]) == ("false", "a mark")
    world.done("net", "mark", "Pixel hotspot", "auto")
    assert told.device()["network.metered_by"] == f"policy {file}:2"

    file.write_text('[networks]\n"Pixel hotspot" = "dear"\n')
    told.daemon.until_logged(f"policy refused: {file}:2:19: ")
    assert told.device()["network.metered"] == "true", "what held before holds on"
    file.unlink()
    assert told.until(network_metered="false")["network.metered_by"] != f"policy {file}:2"


# Its users


def test_a_transfer_stops_where_the_network_becomes_metered_and_goes_on_later(world, ground, start):
    ground.start_manager(checks=False)
    ground.connect()
    told = start()
    told.until(network_name="wired")
    with ground.origin(world.root / "origin", "4m") as origin:
        content = bytes_of("big", 24 * MIB)
        origin.serve("big.bin", content)
        job = world.get(origin.url("big.bin"), "--unmetered")
        with world.line() as line:
            line.until(job, lambda seen: seen.get("runState") == "executing")
            ground.set_metered("yes")
            line.until(job, lambda seen: seen["state"] == "pending")
            ground.set_metered("no")
        assert world.stint("wait", str(job)).code == 0
        assert (world.downloads / "big.bin").read_bytes() == content
        assert len(origin.requests()) >= 2


def test_a_transfer_whose_route_is_gone_stops_at_once(world, ground, start):
    ground.set_up_by_hand()
    told = start()
    told.until(network_interface="e0")
    with ground.origin(world.root / "origin", "4m") as origin:
        origin.serve("big.bin", bytes_of("big", 24 * MIB))
        job = world.get(origin.url("big.bin"))
        with world.line() as line:
            line.until(job, lambda seen: seen.get("runState") == "executing")
            ground.run_outside("ip", "link", "set", "p0", "down")
            line.until(job, lambda seen: seen["state"] == "pending", within=5)
            ground.run_outside("ip", "link", "set", "p0", "up")
        assert world.stint("wait", str(job)).code == 0
        assert (world.downloads / "big.bin").read_bytes() == bytes_of("big", 24 * MIB)


def test_a_transfer_moves_to_the_link_that_is_left(world, ground, start):
    """jobs.md §4.7: a connection from an address that is gone would hang; it is made anew, and the job goes on."""
    ground.set_up_by_hand()
    ground.cable("e1", "p1", "10.8.0.1/24")
    ground.run("ip", "addr", "add", "10.8.0.2/24", "dev", "e1")
    ground.run("ip", "link", "set", "e1", "up")
    ground.run("ip", "route", "add", "default", "via", "10.8.0.1", "dev", "e1", "metric", "500")
    told = start()
    told.until(network_interface="e0")
    with ground.origin(world.root / "origin", "4m") as origin:
        content = bytes_of("big", 24 * MIB)
        origin.serve("big.bin", content)
        job = world.get(origin.url("big.bin"))
        with world.line() as line:
            line.until(job, lambda seen: seen.get("runState") == "executing" and seen.get("transferredDown", 0) > 0)
            ground.run("ip", "link", "set", "e0", "down")
            told.until(network_interface="e1")
        assert world.stint("wait", str(job)).code == 0
        assert (world.downloads / "big.bin").read_bytes() == content
    assert "stopped job=" not in told.log()

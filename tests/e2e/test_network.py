"""The network as the machine tells it: the kernel's routes, the real NetworkManager and ModemManager, a person's marks
(linux.md §A.4; jobs.md §3.3, §12.10)."""

import json
import os
from pathlib import Path

import pytest
from events import Directory
from network_ground import Ground
from origin import MIB, bytes_of

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="network namespaces are made by root")


@pytest.fixture
def ground(world):
    made = Ground(world.root / "ground")
    yield made
    made.close()


class Told:
    """stintd on the ground, and what it says of its network."""

    def __init__(self, world, ground):
        self.world = world
        self.daemon = world.start_daemon(environment=ground.environment(), before=ground.enter())

    def device(self):
        rows = [json.loads(line) for line in self.world.done("device", "--json").splitlines()]
        return {row["key"]: row["value"] for row in rows if "key" in row}

    def sources(self):
        rows = [json.loads(line) for line in self.world.done("device", "--json").splitlines()]
        return {row["key"]: row["source"] for row in rows if "key" in row}

    def networks(self):
        return [json.loads(line) for line in self.world.done("net", "--json").splitlines()]

    def log(self):
        return self.daemon.log.read_text()

    def spent(self):
        """Seconds of a processor."""
        fields = Path(f"/proc/{self.daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until(self, **wanted):
        """network_metered="true": until `stint device` says so. Asked again at each line of the daemon's log."""
        wanted = {key.replace("_", ".", 1): value for key, value in wanted.items()}

        def says():
            device = self.device()
            return all(device.get(key) == value for key, value in wanted.items()) and device

        with Directory(self.world.root) as log:
            return log.until(says)


@pytest.fixture
def start(world, ground):
    return lambda: Told(world, ground)


# By the kernel alone


def test_a_machine_with_nothing_but_itself_has_no_network(start):
    assert start().device()["network"] == "none"


def test_a_default_route_is_a_network(ground, start):
    ground.set_up_by_hand()
    told = start()
    device = told.until(network_transport="ethernet")
    assert device["network.metered"] == "false"
    assert device["network.internet"] == device["network.validated"] == "true"
    assert device["network.interface"] == "e0"
    assert device["network.validated_by"] == "a guess"
    assert told.sources()["network.metered"] == "netlink"


def test_neighbours_alone_are_no_internet(ground, start):
    ground.set_up_by_hand(gateway=None)
    told = start()
    assert told.until(network_internet="false")["network.validated"] == "false"
    ground.run("ip", "route", "add", "default", "via", "10.9.0.1", "dev", "e0")
    told.until(network_internet="true")
    ground.run("ip", "addr", "flush", "dev", "e0")  # of the routes that go with it the kernel says nothing
    told.until(network="none")


def test_a_lost_carrier_is_no_network_though_its_route_stays(ground, start):
    ground.set_up_by_hand()
    told = start()
    told.until(network_interface="e0")
    ground.run_outside("ip", "link", "set", "p0", "down")
    told.until(network="none")
    assert "default" in ground.run("ip", "route")
    ground.run_outside("ip", "link", "set", "p0", "up")
    told.until(network_interface="e0")


def test_where_one_link_is_lost_the_other_carries(ground, start):
    ground.set_up_by_hand()
    ground.cable("e1", "p1", "10.8.0.1/24")
    ground.run("ip", "addr", "add", "10.8.0.2/24", "dev", "e1")
    ground.run("ip", "link", "set", "e1", "up")
    ground.run("ip", "route", "add", "default", "via", "10.8.0.1", "dev", "e1", "metric", "500")
    told = start()
    told.until(network_interface="e0")
    ground.run_outside("ip", "link", "set", "p0", "down")
    told.until(network_interface="e1")


def test_a_tunnel_is_what_carries_it_too(ground, start):
    ground.set_up_by_hand()
    ground.run("ip", "tuntap", "add", "dev", "tun0", "mode", "tun")
    told = start()
    told.until(network_transport="ethernet")
    ground.open_tunnel("tun0", "10.7.0.2/24")
    told.until(network_transport="vpn", network_metered="false")
    told.world.done("net", "mark", "e0", "metered")
    assert told.device()["network.metered"] == "true"
    told.world.done("net", "mark", "tun0", "unmetered")  # a person knows better
    assert told.device()["network.metered"] == "false"
    rows = {row["name"]: row for row in told.networks()}
    assert rows["tun0"]["inUse"]
    assert rows["e0"]["carries"]


def test_a_flood_of_changes_is_told_once(ground, start):
    ground.set_up_by_hand()
    ground.run("ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1")
    ground.run("ip", "link", "set", "d0", "up")
    told = start()
    told.until(network_interface="e0")
    lines = told.log().count("device: network")
    before = told.spent()
    batch = ground.root / "batch"
    batch.write_text("addr add 10.6.0.1/24 dev d0\nroute add default dev d0 metric 9000\naddr del 10.6.0.1/24 dev d0\n" * 1000)
    ground.run("ip", "-batch", str(batch))
    ground.run_outside("ip", "link", "set", "p0", "down")
    told.until(network="none")
    assert told.spent() - before < 1
    assert told.log().count("device: network") <= lines + 3


# By NetworkManager


def test_what_network_manager_says_of_it(ground, start):
    ground.check_server()
    ground.start_manager()
    ground.connect()
    ground.check()
    told = start()
    device = told.until(network_validated="true", network_metered="false")
    assert device["network.name"] == "wired"
    assert device["network.metered_by"] == "NetworkManager's guess"
    assert "network.validated_by" not in device
    assert device["network.down"] == "10000Mbps" or device["network.down"] == "10Gbps"
    assert told.sources()["network.metered"] == "NetworkManager"
    for word, metered in (("yes", "true"), ("no", "false"), ("yes", "true"), ("unknown", "false")):
        ground.set_metered(word)
        told.until(network_metered=metered)


def test_a_captive_portal_is_no_internet(ground, start):
    server = ground.check_server()
    ground.start_manager()
    ground.connect()
    ground.check()
    told = start()
    told.until(network_validated="true")
    server.answer = "portal"
    ground.check()
    assert told.until(network_validated="false")["network.captive_portal"] == "true"
    server.answer = "full"
    ground.check()
    assert "network.captive_portal" not in told.until(network_validated="true")


def test_where_nobody_checks_that_it_is_valid_is_a_guess(ground, start):
    ground.start_manager(checks=False)
    ground.connect()
    told = start()
    device = told.until(network_validated="true", network_name="wired")
    assert device["network.validated_by"] == "a guess"


def test_a_carrier_is_lost_before_network_manager_says_so(ground, start):
    ground.start_manager(checks=False)
    ground.connect()
    told = start()
    told.until(network_name="wired")
    ground.run_outside("ip", "link", "set", "p0", "down")
    told.until(network="none")
    assert ground.nmcli("-g", "STATE", "general").startswith("connected")  # it has yet to say so


def test_a_tunnel_over_a_metered_network_is_metered(ground, start):
    ground.start_manager(checks=False)
    ground.connect()
    ground.set_metered("yes")
    ground.run("ip", "tuntap", "add", "dev", "tun0", "mode", "tun")
    told = start()
    told.until(network_name="wired", network_metered="true")
    ground.open_tunnel("tun0", "10.7.0.2/24")
    told.until(network_transport="vpn", network_metered="true")
    ground.set_metered("no")
    told.until(network_transport="vpn", network_metered="false")


def test_what_network_manager_does_not_manage_is_a_network(ground, start):
    ground.start_manager(checks=False)
    ground.nmcli("device", "set", "e0", "managed", "no")
    ground.set_up_by_hand()
    told = start()
    assert told.until(network_interface="e0")["network.internet"] == "true"
    assert told.sources()["network.metered"] == "netlink"


def test_a_phone_says_by_dhcp_that_it_is_metered(ground, start):
    ground.start_manager(checks=False)
    ground.start("dnsmasq", "-k", "-p", "0", "-i", "p0", "--dhcp-range=10.9.0.50,10.9.0.60,1h", "-C", "/dev/null",
                 "--dhcp-option-force=43,ANDROID_METERED", f"--dhcp-leasefile={ground.root}/leases", outside=True)
    ground.nmcli("connection", "add", "type", "ethernet", "con-name", "phone", "ifname", "e0", "ipv6.method", "disabled")
    told = start()
    device = told.until(network_name="phone", network_metered="true")
    assert device["network.metered_by"] == "NetworkManager's guess"


def test_while_network_manager_is_gone_its_word_on_what_costs_holds(ground, start):
    ground.start_manager(checks=False)
    ground.connect()
    ground.set_metered("yes")
    told = start()
    told.until(network_metered="true", network_metered_by="NetworkManager")
    ground.manager.kill()
    ground.manager.wait()
    told.until(network_metered="true", network_metered_by="NetworkManager, before it went")
    ground.start_manager(checks=False)
    told.until(network_metered="true", network_metered_by="NetworkManager")
    assert "metered=false" not in told.log().split("metered=true", 1)[1]


def test_a_bus_that_restarts_is_read_again(ground, start):
    ground.start_manager(checks=False)
    ground.connect()
    told = start()
    told.until(network_name="wired")
    ground.bus.close()
    ground.manager.kill()
    ground.manager.wait()
    ground.bus.start()
    ground.start_manager(checks=False)
    ground.nmcli("connection", "up", "wired")
    told.until(network_name="wired", network_metered="false")
    ground.set_metered("yes")
    told.until(network_metered="true")


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
    ended = world.stint("net", "mark", "e0", "expensive")
    assert ended.code == 64
    assert "metered, unmetered or auto" in ended.err
    assert world.stint("net", "mark", "", "metered").code == 64


# What uses it


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

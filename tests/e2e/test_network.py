"""The network as the machine tells it: the kernel's routes, the real NetworkManager and ModemManager, a person's marks
(linux.md §A.4; jobs.md §3.3, §12.10)."""

import os

import pytest
from lying_manager import CONNECTION, DEVICE, PATH, LyingManager
from modem_ground import Modem
from network_ground import Ground
from network_told import Told

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="network namespaces are made by root")


@pytest.fixture
def ground(world):
    made = Ground(world.root / "ground")
    yield made
    made.close()


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
    before = told.daemon.spent()
    batch = ground.root / "batch"
    batch.write_text("addr add 10.6.0.1/24 dev d0\nroute add default dev d0 metric 9000\naddr del 10.6.0.1/24 dev d0\n" * 1000)
    ground.run("ip", "-batch", str(batch))
    ground.run_outside("ip", "link", "set", "p0", "down")
    told.until(network="none")
    assert told.daemon.spent() - before < 1
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


# By a NetworkManager that lies


def test_a_manager_that_contradicts_itself_is_read_once_a_burst(ground, start):
    ground.set_up_by_hand()
    with LyingManager(ground.bus) as liar:
        told = start()
        told.until(network_name="liar", network_metered="false")
        lines, before = told.log().count("device: network"), told.daemon.spent()
        for time in range(10_000):
            liar.say(DEVICE, Metered=("u", 1 + time % 2))
        liar.say(DEVICE, Metered=("u", 3))
        told.until(network_metered="true", network_metered_by="NetworkManager's guess")
        assert told.log().count("device: network") <= lines + 10  # of a few seconds
        assert told.daemon.spent() - before < 2


def test_what_nobody_could_mean_changes_nothing(ground, start):
    ground.set_up_by_hand()
    with LyingManager(ground.bus) as liar:
        told = start()
        told.until(network_name="liar")
        liar.say(PATH, Connectivity=("u", 4_000_000_000), ActiveConnections=("ao", [f"/no/{n}" for n in range(500)]))
        device = told.until(network_validated_by="a guess")  # it manages e0 no more
        assert device["network.metered_by"] == "NetworkManager, before it went"
        liar.say(PATH, ActiveConnections=("s", "none of your business"), Connectivity=("u", 4))
        liar.say(PATH, ActiveConnections=("ao", [CONNECTION]))
        liar.say(DEVICE, Metered=("s", "much"), IpInterface=("s", "../../etc"))
        liar.say(CONNECTION, Devices=("ao", [DEVICE, DEVICE]), SpecificObject=("o", PATH + "/AccessPoint/9"))
        liar.say(DEVICE, Metered=("u", 1), IpInterface=("s", "e0"))
        assert told.until(network_metered="true")["network.name"] == "liar"


def test_a_manager_that_is_silent_is_done_without(ground, start):
    ground.set_up_by_hand()
    with LyingManager(ground.bus, is_silent=True):
        told = start()
        assert told.until(network_interface="e0")["network.internet"] == "true"
        ground.run_outside("ip", "link", "set", "p0", "down")
        told.until(network="none")


# By ModemManager


def test_a_modem_that_roams_costs_and_roams(ground, start):
    ground.cable("wwan0", "p1", "10.5.0.1/24")
    ground.make_modem("wwan0")
    ground.set_up_by_hand("wwan0", "10.5.0.2/24", "10.5.0.1")
    modem = Modem(ground)
    told = start()
    told.until(network_transport="cellular", network_metered="true", network_roaming="false")
    modem.registers(Modem.ROAMING)
    told.until(network_roaming="true")
    modem.registers(Modem.HOME)
    told.until(network_roaming="false")
    modem.close()

"""Power as the machine tells it: the real upowerd and power-profiles-daemon over umockdev's supplies (limits.md §10.3,
§13; jobs.md §12.10), and the kernel's own files where there is neither."""

import json

import pytest
from flapping import FlappingUpower
from power_ground import Power
from session import SystemBus
from test_news import await_news, topics

SENSORS = "upower,power-profiles"


@pytest.fixture
def bus(world):
    made = SystemBus(world.root / "system")
    yield made
    made.close()


@pytest.fixture
def power(bus):
    """Makes a machine with these supplies."""
    made = []

    def make(service="upower", **how):
        made.append(Power(bus.address, service, **how))
        if service:
            bus.until_owned({"upower": "org.freedesktop.UPower", "profiles": "net.hadess.PowerProfiles"}[service])
        return made[-1]

    yield make
    for one in made:
        one.close()


def start(world, bus, **more):
    return world.start_daemon(environment={"DBUS_SYSTEM_BUS_ADDRESS": bus.address, "STINT_SENSORS": SENSORS} | more)


def device(world):
    rows = [json.loads(line) for line in world.done("device", "--json").splitlines()]
    return {row["key"]: (row["value"], row["source"]) for row in rows if "key" in row}


def until_told(world, key, value):
    """UPower hears of a change from the kernel, stintd from UPower, each when it comes to it."""
    with world.line() as looks:
        while device(world)[key] != (value, "UPower"):
            await_news(looks, topics=("as", ["device"]))
            if device(world)[key] != (value, "UPower"):
                topics(looks)


def test_a_laptop_on_mains(world, bus, power):
    power()
    start(world, bus)
    told = device(world)
    assert told["plugged"] == ("true", "UPower")
    assert told["battery"] == ("80", "UPower")
    assert told["charging"][1] == "level and time"  # limits.md §10.3: 80 % is not 90 %, and it was just plugged in


def test_what_wants_power_starts_when_it_is_plugged_in(world, bus, power):
    laptop = power()
    laptop.unplug(percent=95)
    start(world, bus)
    until_told(world, "plugged", "false")
    waiting = world.in_terminal("run", "--charging", "--", "true")
    waiting.until("charg")
    laptop.plug()
    assert waiting.ends() == 0
    assert device(world)["plugged"] == ("true", "UPower")


def test_no_battery_is_plugged_and_charging(world, bus, power):
    power(supplies=("AC",))
    start(world, bus)
    told = device(world)
    assert (told["plugged"], told["charging"]) == (("true", "UPower"), ("true", "UPower"))


def test_a_battery_that_is_taken_out_is_not_empty(world, bus, power):
    laptop = power()
    laptop.unplug(percent=30)
    start(world, bus)
    until_told(world, "battery", "30")
    waiting = world.in_terminal("run", "--charging", "--", "true")
    waiting.until("charg")
    laptop.set("AC", online="1")
    laptop.remove("BAT0")
    assert waiting.ends() == 0  # jobs.md §12.10: charging, since there is none
    assert device(world)["battery"][0] == "100"


def test_a_persons_word_stands_over_the_sensor(world, bus, power):
    power()
    start(world, bus)
    world.done("device", "set", "battery=7")
    assert device(world)["battery"] == ("7", "set")
    world.done("device", "reset")
    assert device(world)["battery"] == ("80", "UPower")


def test_upower_that_dies_leaves_the_default_and_comes_back(world, bus, power):
    laptop = power()
    laptop.unplug(percent=95)
    start(world, bus)
    waiting = world.in_terminal("run", "--charging", "--", "true")
    waiting.until("charg")
    laptop.close()  # and upowerd with it
    assert waiting.ends() == 0  # architecture.md: mains power where nobody tells
    assert device(world)["plugged"] == ("true", "embedded default")
    power().unplug(percent=95)
    world.daemons[-1].until_logged("device: UPower is read", times=2)
    again = world.in_terminal("run", "--charging", "--", "true")
    again.until("charg")


def test_a_bus_that_restarts_is_connected_to_again(world, bus, power):
    laptop = power()
    laptop.unplug(percent=95)
    start(world, bus)
    bus.close()
    laptop.close()
    bus.start()
    power().unplug(percent=42)
    world.daemons[-1].until_logged("device: UPower is read", times=2)
    until_told(world, "battery", "42")


def test_the_power_saver_is_androids_battery_saver(world, bus, power):
    power(service="profiles")
    start(world, bus)
    assert device(world)["battery_saver"] == ("false", "power-profiles-daemon")


def test_the_kernel_tells_where_nobody_else_does(world, bus, power):
    laptop = power(service=None)
    laptop.unplug(percent=95)
    daemon = world.start_daemon(before=["umockdev-wrapper"],
                                environment={"STINT_SENSORS": "kernel-power", "UMOCKDEV_DIR": laptop.root})
    told = device(world)
    assert (told["plugged"], told["battery"]) == (("false", "kernel"), ("95", "kernel"))
    waiting = world.in_terminal("run", "--charging", "--", "true")
    waiting.until("charg")
    laptop.plug()
    assert waiting.ends() == 0
    assert daemon.lives()


def test_a_source_that_floods_is_read_when_it_is_done(world, bus):
    """Ten thousand changes, each of which the next takes back; the daemon decides on few of them."""
    with FlappingUpower(bus) as upower:
        daemon = start(world, bus)
        waiting = world.in_terminal("run", "--charging", "--", "true")
        waiting.until("charg")
        before = daemon.spent()
        upower.flap(10_000)
        upower.say(on_battery=False)
        assert waiting.ends() == 0
        assert device(world)["plugged"] == ("true", "UPower")
    log = daemon.log.read_text()
    assert log.count("device: UPower") <= 2  # it is read, and perhaps that it is gone
    assert daemon.spent() - before < 5  # seconds: a guard; it takes less than one

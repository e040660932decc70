"""A daemon that may not wake the machine itself asks stint-netguard to (limits.md §13; dbus/org.stint.NetGuard1.xml). The
helper here is the test's: no machine that tests run on sleeps."""

import json
import time

import pytest
from app import PACKAGE, App
from events import Deadline
from jeepney import HeaderFields, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from netguard import NAME, ground, needs_netguard
from test_doctor import findings

pytestmark = needs_netguard


class Helper:
    """Takes calls, and answers as it is told."""

    def __init__(self, address):
        self.line = open_dbus_connection(address, enable_fds=True, auth_timeout=30)
        Proxy(message_bus, self.line).RequestName(NAME)

    def until_called(self, member, within=60):
        deadline = Deadline(within)
        while True:
            message = self.line.receive(timeout=deadline.left())
            called = message.header.fields.get(HeaderFields.member)
            if called == member:
                return message
            if called == "Watch":
                self.line.send(new_method_return(message, "t", (7,)))

    def close(self):
        self.line.close()


@pytest.fixture
def app(world, ground):
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
    made = App(world)
    made.install(lambda manifest: manifest.replace('["RUN_USER', '["SCHEDULE_EXACT_ALARM", "RUN_USER'))
    return made


@pytest.fixture
def helper(ground):
    made = Helper(ground.address)
    yield made
    made.close()


def device(world):
    return {row["key"]: row for row in map(json.loads, world.done("device", "--json").splitlines()) if "key" in row}


def start(world):
    return world.start_daemon(before=["setpriv", "--bounding-set=-wake_alarm"])  # as an ordinary user's


def test_the_next_alarm_is_asked_for_and_the_next_helper_is_asked_again(world, ground, app, helper):
    start(world)
    due = time.clock_gettime(time.CLOCK_BOOTTIME) + 3600
    assert app.run("alarm", "exact", "tick", "3600000").code == 0
    asked = helper.until_called("ArmWake")
    when, reason = asked.body
    assert due * 1e6 <= when < (due + 60) * 1e6
    assert reason == f"alarm tick of {PACKAGE}"
    helper.line.send(new_method_return(asked, "u", (5,)))
    wake = device(world)["wake.next"]
    assert wake["value"].endswith(f": alarm tick of {PACKAGE}") and wake["source"] == "stint-netguard"
    helper.close()
    second = Helper(ground.address)
    again = second.until_called("ArmWake")
    assert again.body == asked.body
    second.line.send(new_method_return(again, "u", (6,)))
    assert app.run("cancel-alarm", "tick").code == 0
    assert second.until_called("Disarm").body == (6,)
    second.close()


def test_the_policy_says_what_wakes_the_machine(world, app, helper):
    """wake.alarms: an alarm clock does all the same, since a person waits for it."""
    world.start_daemon(policy={"wake.alarms": False}, before=["setpriv", "--bounding-set=-wake_alarm"])
    assert app.run("alarm", "exact", "tick", "1800000").code == 0
    assert "wake.next" not in device(world)
    assert app.run("alarm", "clock", "morning", "3600000").code == 0
    assert helper.until_called("ArmWake").body[1] == f"alarm clock morning of {PACKAGE}"


def test_a_refusal_is_told_and_not_argued_with(world, app, helper):
    daemon = start(world)
    assert app.run("alarm", "exact", "tick", "3600000").code == 0
    asked = helper.until_called("ArmWake")
    helper.line.send(new_error(asked, "org.stint.Error.Unavailable", "s", ("this machine cannot wake",)))
    assert app.run("alarm", "exact", "tock", "1800000").code == 0
    wake = findings(world)["wake alarms"]
    assert wake["grade"] == "absent" and "cannot wake" in wake["found"]
    assert daemon.log.read_text().count("this machine cannot wake") == 1


def test_a_refusal_for_now_is_asked_again(world, app, helper):
    """Another process has all the wake alarms that its user may, or another user has filled the helper's queue."""
    start(world)
    assert app.run("alarm", "exact", "tick", "3600000").code == 0
    asked = helper.until_called("ArmWake")
    helper.line.send(new_error(asked, "org.stint.Error.Busy", "s", ("as many as one may",)))
    again = helper.until_called("ArmWake")
    assert again.body == asked.body
    helper.line.send(new_error(again, "org.freedesktop.DBus.Error.NoReply", "s", ("no answer in time",)))
    again = helper.until_called("ArmWake")
    assert again.body == asked.body
    helper.line.send(new_method_return(again, "u", (5,)))
    assert device(world)["wake.next"]["source"] == "stint-netguard"

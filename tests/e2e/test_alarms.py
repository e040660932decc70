"""Alarms and messages on the live daemon (limits.md §7, §8.5): they start the process of an app's receiver."""

import json

import pytest
from app import PACKAGE, App
from events import wait_for_end
from jobs import refused
from line import ALARMS

# An alarm may be set for now, so that no test waits for it.
SOON = {"alarm.min_futurity": "0s"}


@pytest.fixture
def app(world):
    made = App(world)
    made.install(lambda manifest: manifest
                 .replace('"receive", "Alarms"', f'"receive", "--log", "{made.log}", "Alarms"')
                 .replace('["RUN_USER', '["SCHEDULE_EXACT_ALARM", "RUN_USER'))
    return made


@pytest.fixture
def daemon(world, app):
    made = world.start_daemon(SOON)
    yield made
    assert world.daemons[-1].lives()


def alarm(**more):
    entries = {"tag": ("s", "tick"), "kind": ("s", "exact"), "type": ("s", "elapsed"), "time": ("x", 0)} | more
    return {key: value for key, value in entries.items() if value is not None}


class TestAlarms:
    def test_an_alarm_starts_the_receivers_process_and_lets_it_go(self, app, daemon, line):
        """§7.3: once it has taken the alarm, nothing holds it."""
        assert app.run("alarm", "exact", "tick", "0").code == 0
        ((pid, _, what),) = app.until("alarm", job="tick")
        assert what.startswith("alarm count=1 ")
        wait_for_end(int(pid))
        assert line.alarms() == []

    def test_it_goes_off_after_the_daemon_was_killed_in_between(self, world, app, daemon):
        assert app.run("alarm", "exact", "tick", "1500").code == 0
        daemon.kill()
        assert app.told("alarm", job="tick") == []
        world.start_daemon(SOON)
        ((_, _, what),) = app.until("alarm", job="tick")
        assert int(what.split("late=")[1]) >= 0, "never before its time"

    def test_one_of_the_same_tag_takes_its_place_and_a_cancelled_one_is_gone(self, app, daemon, line):
        """§7.2."""
        for delay in ("3600000", "7200000"):
            assert app.run("alarm", "set", "tick", delay).code == 0
        (pending,) = line.alarms()
        assert (pending["package"], pending["tag"], pending["kind"]) == (PACKAGE, "tick", "inexact")
        assert pending["latest"] > pending["earliest"]
        assert app.run("cancel-alarm", "tick").code == 0
        assert line.alarms() == []

    def test_a_repeating_one_has_three_quarters_of_its_interval(self, app, daemon, line):
        assert app.run("alarm", "repeating", "tick", "0", "--interval", "3600000").code == 0
        (pending,) = line.alarms()
        assert (pending["interval"], pending["window"]) == (3_600_000, 2_700_000)

    def test_an_exact_one_wants_the_permission(self, world):
        """§7.5."""
        made = App(world)
        made.install()
        world.start_daemon(SOON)
        ended = made.run("alarm", "exact", "tick", "0")
        assert (ended.code, "Security" in ended.err, "SCHEDULE_EXACT_ALARM" in ended.err) == (2, True, True)
        assert "exact=no" in made.run("standing").out

    def test_the_next_alarm_clock_is_told(self, app, daemon):
        assert "clock=none" in app.run("standing").out
        assert app.run("alarm", "clock", "wake", "3600000").code == 0
        assert "exact=yes clock=set" in app.run("standing").out

    @pytest.mark.parametrize("wrong", [
        {"tag": ("s", "")}, {"tag": ("s", "t" * 1001)}, {"tag": None}, {"kind": ("s", "loud")}, {"type": ("s", "lunar")},
        {"time": None}, {"time": ("s", "noon")}, {"window": ("x", 5)}, {"interval": ("x", 60_000)}, {"volume": ("i", 11)},
        {"kind": ("s", "window")}, {"kind": ("s", "inexact"), "interval": ("x", 0)}, {"receiver": ("s", "Ringer")},
        {"kind": ("s", "window"), "window": ("x", -1)},
    ])
    def test_a_wrong_alarm_is_refused_by_name(self, daemon, line, wrong):
        error = refused(lambda: line.call(ALARMS, "Set", "a{sv}a{sv}", alarm(**wrong), {}))
        assert error.name.endswith("IllegalArgument")
        assert line.alarms() == []

    @pytest.mark.parametrize("time", [-(2 ** 63), -1, 2 ** 63 - 1])
    def test_no_time_breaks_the_daemon(self, app, daemon, line, time):
        """§7.2: negative is now. The operator has no receiver; that its words are read is enough here."""
        for kind in ("elapsed", "wall"):
            error = refused(lambda kind=kind: line.call(
                ALARMS, "Set", "a{sv}a{sv}", alarm(time=("x", time), type=("s", kind)), {}))
            assert "declares no receiver" in error.text


class TestMessages:
    def test_a_message_starts_the_receivers_process(self, app, daemon, line):
        line.push(PACKAGE, "hello")
        ((pid, _, what),) = app.until("high", job="message")
        assert what == "high original=high hello"
        wait_for_end(int(pid))

    def test_a_normal_one_waits_for_the_end_of_doze_and_a_high_one_does_not(self, app, daemon, line):
        """§8.5."""
        line.set_device(power_source="battery", screen="off", doze="idle")
        line.push(PACKAGE, "later", high=False)
        line.push(PACKAGE, "now")
        app.until("high original=high now", job="message")
        assert app.told("normal", job="message") == []
        line.set_device(doze="auto", screen="on")
        app.until("normal original=normal later", job="message")

    def test_one_that_waits_outlives_a_kill(self, world, app, daemon, line):
        line.set_device(power_source="battery", screen="off", doze="idle")
        line.push(PACKAGE, "later", high=False)
        daemon.kill()
        world.start_daemon(SOON)
        with world.line() as again:
            again.set_device(doze="auto", screen="on")
        app.until("normal original=normal later", job="message")

    def test_a_newer_one_of_its_topic_replaces_it_and_one_that_has_run_out_is_dropped(self, world, app, daemon, line):
        """push.md §4.1; the first of them outlives a kill."""
        line.set_device(power_source="battery", screen="off", doze="idle")
        world.done("push", PACKAGE, "--data", "first", "--topic", "inbox")
        world.done("push", PACKAGE, "--data", "never", "--ttl", "0s")
        daemon.kill()
        world.start_daemon(SOON)
        world.done("push", PACKAGE, "--data", "second", "--topic", "inbox")
        with world.line() as again:
            again.set_device(doze="auto", screen="on")
        app.until("normal original=normal second", job="message")
        assert len(app.told("normal", job="message")) == 1

    def test_one_of_low_urgency_waits_for_power_or_an_unmetered_network(self, world, app, daemon, line):
        """push.md §4.2."""
        line.set_device(power_source="battery", network__transport="cellular", network__metered="true")
        world.done("push", PACKAGE, "--data", "low", "--priority", "low")
        world.done("push", PACKAGE, "--data", "very low", "--priority", "very-low")
        world.done("push", PACKAGE, "--data", "hello")
        app.until("normal original=normal hello", job="message")
        waiting = [json.loads(each) for each in world.done("push", "messages", PACKAGE, "--json").splitlines()]
        assert [(each["priority"], each["held"], each["passes"]) for each in waiting] == [
            ("low", "network", None), ("very_low", "power", None)]
        assert [[hold["by"] for hold in each["holds"]] for each in waiting] == [["network"], ["power", "network"]]
        why = world.stint("why", f"push:{waiting[1]['id']}")
        assert why.code == 75 and "not plugged in" in why.out and "no unmetered network" in why.out
        line.set_device(power_source="mains")
        app.until("normal original=normal low", job="message")
        assert len(app.told("normal", job="message")) == 2
        line.set_device(network__metered="false")
        app.until("normal original=normal very low", job="message")
        assert world.stint("why", f"push:{PACKAGE}").code == 0

    def test_a_receiver_that_dies_has_taken_its_last(self, app, daemon, line):
        line.push(PACKAGE, "crash")
        ((first, _, _),) = app.until("high original=high crash", job="message")
        wait_for_end(int(first))
        line.push(PACKAGE, "hello")
        ((second, _, _),) = app.until("high original=high hello", job="message")
        assert first != second

    def test_a_receiver_that_hangs_swallows_no_later_one(self, world, app):
        """§7.3: it was given up; what comes after that is taken by another process."""
        world.start_daemon(SOON | {"alarm.listener_timeout": "1s"})
        with world.line() as line:
            line.push(PACKAGE, "hang")
        ((first, _, _),) = app.until("high original=high hang", job="message")
        assert app.run("alarm", "exact", "tick", "1500").code == 0
        ((second, _, _),) = app.until("alarm", job="tick")
        assert first != second
        wait_for_end(int(first))

    def test_an_apps_own_process_that_hosts_takes_it(self, world, app, daemon, line):
        """architecture.md, running a job: a warm start is one message."""
        process = app.receive()
        line.push(PACKAGE, "one")
        app.until("high original=high one", job="message")
        line.push(PACKAGE, "two")
        ((pid, _, _),) = app.until("high original=high two", job="message")
        assert pid == str(process.pid)
        assert process.poll() is None, "it is not ours to end"

    def test_stop_ends_the_receiver(self, world, app, daemon, line):
        """jobs.md §5.4: everything of the app dies."""
        line.push(PACKAGE, "hang")
        ((pid, _, _),) = app.until("high original=high hang", job="message")
        app.start(*app.transfer(1, work=-1))
        app.until("notified")
        world.done("tasks", "stop", PACKAGE)
        wait_for_end(int(pid))

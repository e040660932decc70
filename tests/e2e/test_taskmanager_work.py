"""The work requests that apps show, as the page's server tells them (jobs.md §10, linux.md §A.11): what the app says is
what is told, and an app that hangs, floods or lies costs nobody else anything."""

import json
import time

import pytest
from app import PACKAGE, App
from events import Deadline
from jeepney import DBusErrorResponse
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy
from taskmanager import Served
from work_shower import WorkShower, request

OTHER = "com.example.other"


@pytest.fixture
def shower(bus):
    with WorkShower(bus, PACKAGE) as made:
        yield made


@pytest.fixture
def served(world, bus, daemon):
    return Served(world).enter()


def shows(*packages):
    return lambda event: event.topic == "work" and [app["package"] for app in event.data["apps"]] == list(packages)


def changes(event):
    return event.data["apps"][0]["changes"]


def asked(served, package=PACKAGE):
    return served.get(f"/api/work?package={package}")


def test_a_request_is_what_stint_work_prints_of_it(world, served, shower):
    shower.rows = [
        request("Thumbnail", 1, state="RUNNING", attempts=2, tags=["photo"], job=4, progress=["done=3"]),
        request("Upload", 2, state="BLOCKED", follows=[1], name="album", constraints=["an unmetered network"]),
        request("Clean", 3, periodic=86_400_000),
    ]
    told = asked(served)
    assert told.status == 200
    printed = [json.loads(line) for line in world.done("work", PACKAGE, "--json").splitlines()]
    assert told.json == {"package": PACKAGE, "requests": printed, "more": False}
    assert printed[0]["job"] == 4 and printed[0]["progress"] == ["done=3"] and printed[1]["why"] == "follows Thumbnail"
    assert list(printed[0])[-1] == "progress", "keys are added at the end"
    assert printed[2]["why"] == "waits for a place among the app's jobs" and printed[2]["periodic"] == 86_400_000


def test_why_a_request_waits_is_the_schedulers_word(world, served, shower, line):
    line.set_device(charging="false")
    app = App(world)
    app.install()
    ended = app.start(*app.job(7, "--charging", "--namespace", "stint.work"))
    assert ended.code == 0, ended
    shower.rows = [request("Upload", 1, job=7)]
    (told,) = asked(served).json["requests"]
    assert "CONSTRAINT_CHARGING" in told["why"]


class TestTopic:
    def test_who_shows_work_is_told_as_it_comes_and_goes(self, served, bus):
        with served.events() as events:
            assert events.first()["work"].data == {"apps": []}
            with WorkShower(bus, OTHER):
                assert changes(events.until(shows(OTHER))) == 1
                with WorkShower(bus, PACKAGE):
                    events.until(shows(*sorted([OTHER, PACKAGE])))
                events.until(shows(OTHER))
            events.until(shows())

    def test_a_change_is_told_and_then_not_before_somebody_has_looked(self, served, shower):
        with served.events() as events:
            assert changes(events.until(shows(PACKAGE))) == 1
            shower.changed(1000)
            assert changes(events.until(shows(PACKAGE))) == 2
            assert asked(served).json["requests"] == []
            shower.show(request("Upload", 1))
            told = events.until(lambda event: shows(PACKAGE)(event) and asked(served).json["requests"])
            assert changes(told) < 10, "a flood is next to nothing"

    def test_it_keeps_no_line_to_the_bus_when_nobody_looks(self, served, shower, bus):
        with served.events() as events:
            events.until(shows(PACKAGE))
        with bus.connect() as line:
            daemon = Proxy(message_bus, line)

            def process_of(name):
                try:
                    return daemon.GetConnectionUnixProcessID(name)[0]
                except DBusErrorResponse:  # it has gone meanwhile
                    return 0

            deadline = Deadline(30)
            while served.process.pid in [process_of(name) for name in daemon.ListNames()[0] if name.startswith(":")]:
                assert not deadline.passed()
                assert served.ask("GET", "/nobody", {"Cookie": None}).status == 401  # a stranger keeps nothing awake


class TestHostile:
    def test_a_silent_app_is_told_of_and_holds_up_nobody(self, served, shower, bus):
        shower.rows = None
        with WorkShower(bus, OTHER, [request("Upload", 1)]):
            with served.connect() as slow:
                slow.sendall(served.request("GET", f"/api/work?package={PACKAGE}"))
                began = time.monotonic()
                assert asked(served, OTHER).status == 200
                assert time.monotonic() - began < 2, "it did not wait for the other"
                assert b" 404 " in slow.makefile("rb").readline()

    @pytest.mark.parametrize("rows", ["no", [{"id": ("i", 7)}], [request("x", 1, tags=("s", "none"))],
                                      [request("x", 1, job=("s", "seven"))]], ids=["error", "id", "tags", "job"])
    def test_what_is_no_list_of_requests_is_told_of(self, served, shower, rows):
        shower.rows = rows
        answer = asked(served)
        assert answer.status == 404 and PACKAGE in answer.json["error"]

    def test_what_it_says_without_end_has_an_end(self, served, shower):
        shower.rows = [request("Upload", number) for number in range(3000)]
        told = asked(served).json
        assert len(told["requests"]) == 1000 and told["more"]
        shower.rows = [request("x" * 300_000, number) for number in range(30)]
        answer = asked(served)
        assert answer.json["more"] and len(answer.json["requests"]) < 30
        assert asked(served, OTHER).status == 404

    def test_requests_that_follow_one_another_in_a_ring_are_requests(self, served, shower):
        shower.rows = [request("x", 1, follows=[2]), request("y", 2, follows=[1, 2])]
        assert len(asked(served).json["requests"]) == 2

    @pytest.mark.parametrize("query", ["", "?package=", "?package=..", "?package=a%20b", "?package=a&package=b", "?app=x",
                                       "?package=" + "a" * 300])
    def test_a_question_that_is_none_is_400(self, served, query):
        assert served.get(f"/api/work{query}").status == 400

    def test_without_a_session_bus_nobody_shows_anything(self, world, daemon):
        world.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        served = Served(world).enter()
        assert asked(served).status == 404
        with served.events() as events:
            assert events.first()["work"].data == {"apps": []}

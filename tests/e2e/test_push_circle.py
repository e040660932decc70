"""`stint push test` (push.md §5): a message through the whole circle, over the real server and the real line."""

import json

import pytest
from push_line import CHAT, MAIL, MISSING, live, point_of, push  # noqa: F401
from test_push_line import key  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")


def seen(world):
    """Its exit code, and what it says of the circle."""
    ran = world.stint("push", "test", MAIL, "--json")
    return ran.code, json.loads(ran.out), ran.err


@pytest.mark.parametrize("version", [1, 2])
def test_a_message_goes_through_the_whole_circle(live, world, version):  # noqa: F811
    app = live.connector(MAIL, version)
    app.endpoint("t")
    ran = world.stint("push", "test", MAIL)
    assert (ran.code, ran.err) == (0, ""), ran
    heading, *legs = ran.out.splitlines()
    assert heading.split() == ["LEG", "TOOK"]
    assert [line.rsplit("  ", 1)[0].strip() for line in legs] == [
        f"posted to http://127.0.0.1:{live.server.port} (201)", "arrived at stintd", "passed the gate", f"taken by {MAIL}"]
    assert all(line.endswith(" ms") and len(line) <= 80 for line in legs)
    code, circle, _ = seen(world)
    assert (code, circle["state"], circle["encrypted"], circle["held"]) == (0, "taken", version == 2, None)
    came = app.heard("Message")
    assert came[-1]["id"] == circle["id"] and len(came) == 2
    assert (b"test message" in came[-1]["message"]) is (version == 1)


def test_what_is_held_is_told_by_what_and_is_not_waited_for(live, world):  # noqa: F811
    app = live.connector(MAIL)
    app.endpoint("t")
    live.dozes()
    code, circle, error = seen(world)
    assert (code, circle["state"], circle["held"], circle["arrived"], error) == (75, "posted", "doze", None, "")
    assert "held by doze" in world.stint("push", "test", MAIL).out
    why = world.stint("why", f"push:{MAIL}")
    assert why.code == 0 and "its server may keep some; fetched now: high\n" in why.out, why
    assert app.heard("Message") == []


def test_what_keeps_a_low_message_on_its_server_is_told(live, world):  # noqa: F811  §4.2, §5
    live.connector(MAIL).endpoint("t")
    world.done("device", "set", "plugged=false", "charging=false", "network.metered=true")
    assert world.done("why", f"push:{MAIL}").splitlines() == [
        "its server may keep some; fetched now: high, normal",
        "messages of low priority wait: there is no unmetered network; what helps: connect to one",
        "messages of very low priority wait: the device is not plugged in; what helps: plug it in"]
    assert json.loads(world.done("why", f"push:{MAIL}", "--json"))["fetched"] == "h,n"


def test_an_app_that_does_not_take_it_is_named_as_what_holds_it(live, world):  # noqa: F811
    app = live.connector(MAIL)
    app.endpoint("t")
    app.mode("error")
    code, circle, _ = seen(world)
    assert (code, circle["state"], circle["held"], circle["taken"]) == (75, "waits", "app", None)
    assert circle["until"] and circle["passed"] is not None


def test_an_app_without_a_registration_is_told_what_to_do(live, world):  # noqa: F811
    live.connector(CHAT).endpoint("t")
    for name in (MAIL, "org.stint.transfer"):  # no such app; one that is not registered
        ran = world.stint("push", "test", name)
        assert (ran.code, ran.out) == (66, ""), ran
    assert "stint push apps" in ran.err


def test_who_takes_only_what_its_sender_signs_cannot_be_tested(live, world, key):  # noqa: F811
    live.connector(MAIL).endpoint("t", vapid=point_of(key))
    assert world.stint("push", "test", MAIL).code == 77


def test_it_says_on_which_leg_it_stopped(live, world):  # noqa: F811
    live.connector(MAIL).endpoint("t")
    server = live.server
    server.kill(server.nats)
    code, circle, error = seen(world)
    assert (code, circle["status"], circle["state"]) == (74, 201, "posted")
    assert "it has not arrived at stintd" in error
    server.kill(server.endpoint)
    ran = world.stint("push", "test", MAIL)
    assert (ran.code, ran.out) == (74, "") and "cannot reach the server" in ran.err
    server.start_nats(), server.start_endpoint()

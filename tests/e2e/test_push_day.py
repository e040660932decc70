"""A day of Doze on the whole line, whose hours a policy makes seconds (limits.md §12.5, row 77): what an application server
posts, on a device that falls asleep by itself. Row 92 is in test_push_judged.py."""

import json

import pytest
from app import PACKAGE
from push_line import CHAT, MISSING, push, until  # noqa: F401
from test_push_receivers import app, made, messages  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")

DAY = {"doze.inactive": "1s", "doze.idle_after_inactive": "1s", "doze.idle": "12s", "doze.light_enabled": False,
       "doze.min_deep_maintenance": "3s", "push.high_allowlist": "5s"}
ASLEEP, WINDOW = "machine=deep from=locating to=idle", "machine=deep from=idle to=idle_maintenance"


def network(world):
    """True where the app has it."""
    return next(json.loads(row)["networkAllowed"] for row in world.done("app", PACKAGE, "--json").splitlines())


def test_doze_holds_a_normal_message_for_the_window_and_a_high_one_not(push, app, world):  # noqa: F811
    push.start_daemon(DAY)
    chat = push.connector(CHAT)
    url = made(app, "news", "--plain")
    chat.endpoint("t")
    world.done("app", PACKAGE, "--bucket", "working_set")

    def posts(text, **words):
        assert push.server.post(url.rpartition("/")[2], text, **words) == 201

    def story(text):
        """The log of a message of the receiver's."""
        return {row["topic"]: row for row in map(json.loads, world.done("log", "--push", PACKAGE, "--json").splitlines())}[text]

    world.done("device", "set", "plugged=false", "screen=off")
    push.daemon.until_logged(ASLEEP)
    posts("a", Topic="normal-one")
    push.sends(chat, "t", "normal")
    posts("b", Topic="high-one", Urgency="high")
    until(lambda: messages(app) == ["b"])
    assert network(world), "a high one brings its app the network for a while"
    until(lambda: not network(world))
    assert messages(app) == ["b"] and chat.texts() == [] and push.waiting() == [], "they are with their server"
    assert WINDOW not in push.daemon.log.read_text()
    push.daemon.until_logged(WINDOW)
    until(lambda: messages(app) == ["b", "a"])
    chat.until_texts(["normal"])
    assert (story("high-one")["held"], story("normal-one")["held"]) == ("", "doze")

    # The screen, and a charger, let both through at once.
    for round_, (change, back) in enumerate((("screen=on", "screen=off"), ("plugged=true", "plugged=false")), start=2):
        push.daemon.until_logged("to=idle\n", times=round_)
        before = len(messages(app))
        posts(f"normal {round_}")
        push.sends(chat, "t", f"chat {round_}")
        posts(f"high {round_}", Urgency="high")
        until(lambda before=before: len(messages(app)) == before + 1)
        assert messages(app)[-1] == f"high {round_}"
        windows = push.daemon.log.read_text().count(WINDOW)
        world.done("device", "set", change)
        until(lambda before=before: len(messages(app)) == before + 2)
        chat.until(lambda round_=round_: chat.texts()[-1] == f"chat {round_}")
        assert push.daemon.log.read_text().count(WINDOW) == windows, "no window was opened for them"
        world.done("device", "set", back)

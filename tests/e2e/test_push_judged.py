"""High messages and what they show (limits.md §8.5, push.md §4.3): connectors that show notifications by themselves, on a
real server of them, and what becomes of those that do not, on the whole line."""

import json

import pytest
from connector import notification
from push_line import CHAT, MAIL, MISSING, PATIENCE, PushLine, until

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")

# A notification for a message comes within 2 min; the test has not so much time.
POLICY = {"push.match": "8s", "push.high_rate": 1000}


@pytest.fixture
def push(world, dunst):
    made = PushLine(world, dunst.bus)
    yield made
    made.close()


def rows(push, *words):
    return [json.loads(row) for row in push.world.done(*words, "--json").splitlines()]


def fares(push, app):
    """How its high messages do, in `stint push apps`."""
    return next(row["messages"] for row in rows(push, "push", "apps") if row["package"] == app.name)


def is_watched(push, app):
    return fares(push, app)["notJudged"] == ""


def sends_high(push, app, *texts):
    push.sends(app, "t", *texts, Urgency="high")
    app.until(lambda: set(texts) <= set(app.texts()))


def test_of_twelve_high_messages_four_are_shown_and_the_next_one_waits_in_doze(push, dunst):  # limits.md, row 92
    push.start_daemon(POLICY)
    mail, chat = push.connector(MAIL), push.connector(CHAT)
    mail.endpoint("t"), chat.endpoint("t")
    until(lambda: is_watched(push, mail))
    for n in range(4):
        sends_high(push, mail, f"shown {n}")
        mail.notify(f"shown {n}")
        dunst.until_shown(lambda shown, n=n: shown.summary == f"shown {n}")
        until(lambda n=n: fares(push, mail)["shown"] == n + 1)
    sends_high(push, mail, *(f"silent {n}" for n in range(8)))
    until(lambda: fares(push, mail)["downgraded"], within=3 * PATIENCE)
    told = fares(push, mail)
    assert (told["delivered"], told["shown"], told["unjudged"]) == (12, 4, 0)
    assert "4 of 12, downgraded until" in push.world.done("push", "apps")
    push.dozes()
    push.sends(mail, "t", "waits", Urgency="high")
    sends_high(push, chat, "passes")  # it is another app's sender
    assert "waits" not in mail.texts()
    assert next(row["fetched"] for row in rows(push, "push", "apps") if row["package"] == MAIL) == ""
    why = push.world.stint("why", f"push:{MAIL}").out
    assert "count as normal ones until" in why and "it showed something for 4 of 12" in why
    push.wakes()
    mail.until(lambda: "waits" in mail.texts())
    log = rows(push, "log", "--push", MAIL)
    assert sorted(row["shown"] for row in log) == ["no"] * 8 + ["waits"] + ["yes"] * 4
    (last,) = (row for row in log if row["shown"] == "waits")
    assert (last["priority"], last["givenAs"], last["held"]) == ("high", "normal", "doze")
    text = push.world.done("log", "--push", MAIL)
    assert "as normal: its sender is downgraded" in text and "no notification of its app followed in time" in text
    push.daemon.kill()
    push.start_daemon(POLICY)
    assert fares(push, mail)["downgraded"], "it is written down"


def test_where_the_bus_refuses_to_be_watched_nobody_is_downgraded(push):  # push.md §4.3: not judged
    push.bus.refuse_monitors()
    push.start_daemon(POLICY | {"push.match": "0s"})
    mail = push.connector(MAIL)
    mail.endpoint("t")
    until(lambda: "does not let it see" in fares(push, mail)["notJudged"])
    sends_high(push, mail, *map(str, range(12)))
    told = fares(push, mail)
    assert (told["delivered"], told["unjudged"], told["downgraded"]) == (12, 12, False)
    push.dozes()
    sends_high(push, mail, "passes")
    assert "12 not judged" in push.world.done("push", "apps") or "13 not judged" in push.world.done("push", "apps")
    for words in (("push", "status"), ("why", f"push:{MAIL}"), ("app", MAIL)):
        assert "not judged" in push.world.stint(*words).out, words
    assert {row["shown"] for row in rows(push, "log", "--push", MAIL)} == {"not_judged"}


def test_who_only_says_that_it_is_an_app_shows_nothing_for_it(push, dunst):  # push.md §4.3: by the kernel's word
    push.start_daemon(POLICY)
    mail = push.connector(MAIL)
    mail.endpoint("t")
    until(lambda: is_watched(push, mail))
    sends_high(push, mail, "one")
    with push.bus.connect() as stranger:
        stranger.send_and_get_reply(notification(MAIL, "a stranger's"), timeout=PATIENCE)
    dunst.until_shown(lambda shown: shown.summary == "a stranger's")
    chat = push.connector(CHAT)
    chat.endpoint("t")
    chat.notify("another's")
    dunst.until_shown(lambda shown: shown.summary == "another's")
    sends_high(push, chat, "two")
    chat.notify("its own")
    until(lambda: fares(push, chat)["shown"] == 1)  # the others were seen before
    assert fares(push, mail)["shown"] == 0
    mail.notify("its own")
    until(lambda: fares(push, mail)["shown"] == 1)


@pytest.mark.parametrize("version", [1, 2])
def test_a_policy_may_say_that_nobody_is_watched(push, version):  # push.watch_notifications
    push.start_daemon(POLICY | {"push.match": "0s", "push.watch_notifications": False})
    mail = push.connector(MAIL, version)
    mail.endpoint("t")
    sends_high(push, mail, *map(str, range(11)))
    told = fares(push, mail)
    assert told["notJudged"] == "push.watch_notifications is off"
    assert (told["unjudged"], told["downgraded"]) == (11, False)

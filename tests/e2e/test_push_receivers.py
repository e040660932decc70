"""Receivers of an app on libstint get messages from elsewhere (push.md §4.4): the test app registers, and its receiver is
started for its endpoint and for each message."""

import random
import threading

import pytest
from app import PACKAGE, App
from push_line import MISSING, push, until  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")

KEY = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"


@pytest.fixture
def app(world):
    made = App(world)
    made.install(lambda manifest: manifest.replace('"receive", "Alarms"', f'"receive", "--log", "{made.log}", "Alarms"'))
    return made


def does(app, *words):
    done = app.run("push", *words)
    assert done.code == 0, done
    return done.out.strip()


def told(app):
    """All that its receiver was told, in order."""
    return [f"{first} {rest}" for _, first, rest in app.lines()]


def endpoints(app, name="news"):
    return [what.split()[2] for what in told(app) if what.startswith(f"endpoint {name} ")]


def messages(app):
    return [what.partition(": ")[2] for what in told(app) if what.startswith("message")]


def made(app, name="news", *options):
    """Registers; the URL that its receiver was told."""
    does(app, "register", name, *options)
    until(lambda: endpoints(app, name))
    return endpoints(app, name)[-1]


def posts(push, url, text):
    return push.server.post(url.rpartition("/")[2], text)


def test_a_receiver_gets_what_is_posted(push, app):
    push.start_daemon()
    url = made(app, "news", "--plain")
    assert does(app, "register", "news", "--plain") == f"endpoint {url}"  # the same again
    assert does(app, "list") == f"news - {url}"
    for n in range(3):
        assert posts(push, url, f"text {n}") == 201
    until(lambda: len(messages(app)) == 3)
    assert messages(app) == ["text 0", "text 1", "text 2"]
    assert "message normal original=normal for news: text 0" in told(app)
    assert len(endpoints(app)) == 1
    does(app, "unregister", "news")
    until(lambda: not push.is_known(url))
    assert posts(push, url, "too late") == 410
    assert does(app, "list") == ""
    does(app, "unregister", "news")  # no error
    assert not any(what.startswith("unregistered") for what in told(app))


def test_encrypted_messages_alone_where_nothing_else_is_said(push, app):
    push.start_daemon()
    url = made(app)
    assert posts(push, url, "plain") == 400
    signed = made(app, "signed", "--vapid", KEY)
    assert posts(push, signed, "unsigned") == 401


def test_stint_push_send_reaches_a_receiver(push, app, world):
    push.start_daemon()
    url = made(app, "news", "--plain")
    world.done("push", "send", url, "hello")
    until(lambda: messages(app) == ["hello"])


def test_a_rotation_and_a_revocation_are_told(push, app, world):
    push.start_daemon()
    old = made(app, "news", "--plain")
    world.done("push", "rotate", PACKAGE)
    until(lambda: len(endpoints(app)) == 2)
    new = endpoints(app)[-1]
    assert new != old
    assert does(app, "list") == f"news - {new}"
    assert posts(push, old, "old") == posts(push, new, "new") == 201
    until(lambda: sorted(messages(app)) == ["new", "old"])
    world.done("push", "revoke", PACKAGE)
    until(lambda: "unregistered news" in told(app))
    until(lambda: not push.is_known(old) and not push.is_known(new))
    assert does(app, "list") == ""


def test_what_was_accepted_is_made_though_all_are_killed(push, app):
    push.start_daemon()
    push.server.kill(push.server.nats)
    does(app, "register", "news", "--plain")
    assert does(app, "list") == "news - -"
    for _ in range(2):
        push.daemon.kill()
        push.start_daemon()
        push.kill_distributor()
    push.server.start_nats()
    until(lambda: endpoints(app))
    url = endpoints(app)[-1]
    push.daemon.kill()
    assert posts(push, url, "while it was dead") == 201
    push.start_daemon()
    until(lambda: messages(app) == ["while it was dead"])
    push.kill_distributor()
    assert posts(push, url, "another") == 201
    until(lambda: messages(app) == ["while it was dead", "another"])
    assert does(app, "register", "news", "--plain") == f"endpoint {url}"


def test_kills_at_any_moment_lose_nothing(push, app):
    """§4.4: accepted means durable. What the receiver had in its hands comes again."""
    chance = random.Random(7)
    push.start_daemon()
    sent, before = [], ""
    for n in range(9):
        name = f"news{n}"
        does(app, "register", name, "--plain")
        threading.Event().wait(chance.uniform(0, 0.05))  # anywhere between two steps
        if n % 3 != 1:
            push.daemon.kill()
        if n % 3 != 0:
            push.kill_distributor()
        if n % 3 != 1:
            push.start_daemon()
        until(lambda name=name: endpoints(app, name))
        url = endpoints(app, name)[-1]
        assert len(set(endpoints(app, name))) == 1
        for text, where in ((f"{n} new", url), (f"{n} before", before)):
            if where:
                assert posts(push, where, text) == 201
                sent.append(text)
        before = url
        until(lambda: {*sent} <= {*messages(app)})
    assert sorted({*messages(app)}) == sorted(sent)
    assert len(does(app, "list").splitlines()) == 9


def test_a_device_that_has_not_joined_keeps_what_is_wanted(push, app):
    push.leave()
    push.start_daemon()
    does(app, "register", "news", "--plain")
    push.join()
    until(lambda: endpoints(app))
    assert posts(push, endpoints(app)[-1], "joined") == 201
    until(lambda: messages(app) == ["joined"])


@pytest.mark.parametrize("words", [
    ("",), ("n" * 101,), ("a b",), ("news", "--receiver", "Nobody"), ("news", "--vapid", KEY[:-1]), ("news", "--vapid", "A" * 87),
])
def test_bad_words_are_refused(push, app, words):
    push.start_daemon()
    done = app.run("push", "register", *words)
    assert done.code == 2
    assert "IllegalArgument" in done.err or "ILLEGAL_ARGUMENT" in done.err, done.err
    assert does(app, "list") == ""


def test_an_attackers_hour(push, app, world):
    """An app fills its own room, and no other's; what it says of names is its own."""
    push.start_daemon({"push.registrations_per_app": 3})
    urls = [made(app, name, "--plain") for name in ("a", "b", "c")]
    done = app.run("push", "register", "d", "--plain")
    assert done.code == 2
    assert "3 registrations already" in done.err
    mail = push.connector("com.example.mail")
    kept = mail.endpoint("a")  # the same word as the app's name for its own
    mail.unregister("none")
    does(app, "unregister", "a")
    until(lambda: not push.is_known(urls[0]))
    assert push.is_known(kept)
    mail.unregister("b")  # there is none of the connector's
    assert push.is_known(urls[1])
    push.sends(mail, "a", "mine")
    mail.until_texts(["mine"])
    world.done("push", "revoke", "com.example.mail")
    until(lambda: not push.is_known(kept))
    assert push.is_known(urls[1])

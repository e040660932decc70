"""Registrations get other tokens, and are taken back (push.md §4.4, §5): no message is lost by it, and none comes twice."""

import json
import random
import subprocess
import threading

import pytest
from connector import PATIENCE, coded
from push_line import CHAT, MAIL, MISSING, live, point_of, push, until  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")


def token_in(url):
    return url.rpartition("/")[2]


def posts(push, app, url, *texts, **headers):
    """To that endpoint, be it an old one; what the server answers."""
    coding = {} if app.version == 1 else {"Content_Encoding": "aes128gcm"}
    return [push.server.post(token_in(url), text if app.version == 1 else coded(text), **coding, **headers) for text in texts]


def rotates(push, app, token, package=MAIL):
    """Returns the new endpoint when its connector has it."""
    before = len(app.heard("NewEndpoint", token))
    push.world.done("push", "rotate", package)
    app.until(lambda: len(app.heard("NewEndpoint", token)) > before)
    return app.url(token)


def has_each_once(app, *texts):
    """All of them, in whatever order, and nothing else."""
    app.until(lambda: len(app.texts()) >= len(texts))
    assert sorted(app.texts()) == sorted(texts)


def rows(push):
    return [json.loads(row) for row in push.world.done("push", "apps", "--show", "--json").splitlines()]


# §4.4: rotation.


@pytest.mark.parametrize("version", [1, 2])
def test_the_old_url_works_beside_the_new_one(live, version):
    app = live.connector(MAIL, version)
    old = app.endpoint("t")
    live.dozes()
    assert posts(live, app, old, "before") == [201]
    new = rotates(live, app, "t")
    assert new != old
    assert posts(live, app, old, "after") == posts(live, app, new, "new") == [201]
    live.wakes()
    has_each_once(app, "before", "after", "new")
    assert posts(live, app, old, "later") == posts(live, app, new, "newer") == [201]
    has_each_once(app, "before", "after", "new", "later", "newer")
    assert {row["endpoint"]: row["retires"] is not None for row in rows(live)} == {old: True, new: False}
    assert ", gone in " in live.world.done("push", "apps")
    assert app.endpoint("t") == new  # it registers again
    assert all(f"registration app={MAIL} result={word}" in live.daemon.log.read_text() for word in ("rotates", "rotated"))


def test_all_apps_are_rotated_where_none_is_named(live):
    mail, chat = live.connector(MAIL), live.connector(CHAT, version=1)
    before = {app: [app.endpoint(token) for token in ("a", "b")] for app in (mail, chat)}
    live.world.done("push", "rotate")
    for app, urls in before.items():
        app.until(lambda app=app: len(app.heard("NewEndpoint")) == 4)
        new = [app.url(token) for token in ("a", "b")]
        assert not {*urls} & {*new}
        for n, url in enumerate([*urls, *new]):
            assert posts(live, app, url, str(n)) == [201]
        has_each_once(app, "0", "1", "2", "3")


@pytest.mark.parametrize("version", [1, 2])
def test_what_came_to_an_old_url_arrives_after_its_end(push, version):  # §4.4: its senders get 410 first
    push.start_daemon({"push.rotated": "0s"})
    app = push.connector(MAIL, version)
    old = app.endpoint("t")
    push.dozes()
    assert posts(push, app, old, "before") == [201]
    new = rotates(push, app, "t")
    until(lambda: not push.is_known(old))
    assert posts(push, app, old, "too late") == [410]
    assert posts(push, app, new, "new") == [201]
    push.kill_distributor()
    push.wakes()
    has_each_once(app, "before", "new")
    assert "gone for its senders" in push.world.done("push", "apps")


def test_rotated_twice_the_oldest_ends_and_what_is_here_of_it_arrives(live):
    app = live.connector(MAIL)
    oldest = app.endpoint("t")
    app.mode("error")
    assert posts(live, app, oldest, "first") == [201]
    app.until(lambda: len(app.heard("Message")) == 1)
    old = rotates(live, app, "t")
    new = rotates(live, app, "t")
    until(lambda: not live.is_known(oldest))
    assert posts(live, app, oldest, "too late") == [410]
    assert posts(live, app, old, "second") == posts(live, app, new, "third") == [201]
    app.mode("normal")
    assert app.endpoint("t") == new  # what it has not taken is tried again
    has_each_once(app, "first", "second", "third")
    assert len(rows(live)) == 2


def test_a_registration_with_a_key_keeps_it(live):  # RFC 8292
    key = live.world.root / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key],
                   check=True, capture_output=True)
    app = live.connector(MAIL)
    app.endpoint("t", vapid=point_of(key))
    assert posts(live, app, rotates(live, app, "t"), "unsigned") == [401]


def test_a_url_to_which_a_thousand_posts_were_refused_is_another_then(push):  # §3, §4.4
    push.start_daemon({"push.rotated": "2s"})
    app = push.connector(MAIL)
    old = app.endpoint("t")
    # A stranger who has it, and knows no more.
    refused = [push.server.post(token_in(old), "spam") for _ in range(999)]
    assert set(refused) == {400}
    push.kill_distributor()  # the next one asks its server at once
    app.endpoint("t")
    assert posts(push, app, old, "first") == [201]
    assert app.endpoint("t") == old
    push.server.kill(push.server.endpoint)  # it counts anew
    push.server.start_endpoint()
    until(lambda: push.server.post(token_in(old), "spam") == 400)
    assert {push.server.post(token_in(old), "spam") for _ in range(999)} == {400}
    push.kill_distributor()
    app.until(lambda: app.url("t") != old)
    assert posts(push, app, app.url("t"), "second") == [201]
    has_each_once(app, "first", "second")
    until(lambda: not push.is_known(old))
    assert posts(push, app, old, "too late") == [410]


def test_both_end_when_the_app_unregisters(live):
    app = live.connector(MAIL)
    old = app.endpoint("t")
    new = rotates(live, app, "t")
    app.unregister("t")
    until(lambda: not live.is_known(old) and not live.is_known(new))
    assert posts(live, app, old, "1") == posts(live, app, new, "2") == [410]
    until(lambda: rows(live) == [])


KILLS = [("stint-push",), ("stintd",), ("stint-push", "stintd")]


def kills(push, roles):
    if "stintd" in roles:
        push.daemon.kill()
    if "stint-push" in roles:
        push.kill_distributor()
    if "stintd" in roles:
        push.start_daemon()


@pytest.mark.parametrize("roles", KILLS)
@pytest.mark.parametrize("away", [False, True])  # the broker
def test_who_is_killed_in_a_rotation_ends_it_later(live, roles, away):
    app = live.connector(MAIL)
    old = app.endpoint("t")
    live.dozes()
    assert posts(live, app, old, "before") == [201]
    if away:
        live.server.kill(live.server.nats)
    live.world.done("push", "rotate", MAIL)
    kills(live, roles)
    if away:
        assert app.url("t") == old
        kills(live, roles)
        live.server.start_nats()
    app.until(lambda: app.url("t") != old, within=3 * PATIENCE)
    kills(live, roles)
    new = app.url("t")
    assert posts(live, app, old, "after") == posts(live, app, new, "new") == [201]
    live.wakes()
    has_each_once(app, "before", "after", "new")
    assert app.endpoint("t") == new
    assert len(rows(live)) == 2


def test_kills_at_any_moment_of_rotations_lose_nothing(live):
    chance = random.Random(11)
    app = live.connector(MAIL)
    url = app.endpoint("t")
    sent = []
    for n in range(8):
        live.dozes()
        assert posts(live, app, url, f"{n} before") == [201]
        live.world.done("push", "rotate", MAIL)
        threading.Event().wait(chance.uniform(0, 0.05))  # anywhere between two steps
        kills(live, KILLS[n % len(KILLS)])
        app.until(lambda before=url: app.url("t") != before, within=3 * PATIENCE)
        assert posts(live, app, url, f"{n} after") == posts(live, app, app.url("t"), f"{n} new") == [201]
        url = app.url("t")
        sent += [f"{n} before", f"{n} after", f"{n} new"]
        live.wakes()
        has_each_once(app, *sent)


# §4.4: revocation.


@pytest.mark.parametrize("version", [1, 2])
def test_a_revoked_app_is_told_and_may_register_again(live, version):
    app, other = live.connector(MAIL, version), live.connector(CHAT)
    urls = [app.endpoint("a"), app.endpoint("b")]
    kept = other.endpoint("a")
    old = urls[0]
    urls.append(rotates(live, app, "a"))
    live.dozes()
    assert posts(live, app, old, "waits") == [201]
    live.world.done("push", "revoke", MAIL)
    app.until(lambda: len(app.heard("Unregistered")) == 2)
    assert {one["token"] for one in app.heard("Unregistered")} == {"a", "b"}
    assert {one["version"] for one in app.heard("Unregistered")} == {version}
    until(lambda: not any(live.is_known(url) for url in urls))
    assert posts(live, app, urls[0], "too late") == [410]
    live.wakes()
    assert live.world.stint("push", "revoke", MAIL).code == 66
    assert app.endpoint("a") not in urls
    live.sends(app, "a", "again")
    app.until_texts(["again"])
    assert live.is_known(kept)
    assert not other.heard("Unregistered")
    assert f"registration app={MAIL} result=revoked" in live.daemon.log.read_text()


@pytest.mark.parametrize("roles", [(), *KILLS])
def test_an_app_is_told_of_a_revocation_without_a_line(live, roles):
    app = live.connector(MAIL)
    url = app.endpoint("t")
    live.server.kill(live.server.nats)
    live.world.done("push", "revoke", MAIL)
    kills(live, roles)
    app.until(lambda: app.heard("Unregistered"), within=3 * PATIENCE)
    assert live.is_known(url)
    until(lambda: app.register("t").is_success())
    kills(live, ("stint-push", "stintd"))  # it is not told of the new one
    live.server.start_nats()
    app.until(lambda: app.url("t") != url, within=3 * PATIENCE)
    until(lambda: not live.is_known(url), within=3 * PATIENCE)
    assert app.heard()[-1]["what"] == "NewEndpoint"
    live.sends(app, "t", "hello")
    app.until_texts(["hello"])


def test_no_job_rotates_or_revokes_anything(live):  # architecture.md, who is calling
    app = live.connector(MAIL)
    url = app.endpoint("t")
    for verb in ("rotate", "revoke"):
        ran = live.world.stint("run", "--", "sh", "-c", f"stint push {verb} {MAIL}; test $? = 77")
        assert ran.code == 0, ran
    live.sends(app, "t", "hello")
    app.until_texts(["hello"])
    assert [(row["endpoint"], row["retires"]) for row in rows(live)] == [(url, None)]


def test_what_is_not_there_cannot_be_rotated_or_revoked(live):  # §5
    for verb in ("rotate", "revoke"):
        for package in ("org.example.Nobody", "org.stint.transfer"):
            ran = live.world.stint("push", verb, package)
            assert ran.code == 66, ran
            assert "not registered" in ran.err
    assert live.world.stint("push", "rotate").code == 0
    assert live.world.stint("push", "revoke").code == 64

"""stint-push on a device (linux.md §A.8, push.md §4): apps register on the session bus, are posted to from elsewhere, and
get it."""

import errno
import json
import os
import random
import signal
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from connector import DISTRIBUTOR, PATIENCE, answer_in, call, registration, unregistration
from events import wait_for_end
from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy
from push_line import CHAT, MAIL, MISSING, ROLES, Campaign, decrypted, in64, live, point_of, push, until  # noqa: F401
from test_store_losses import FailingDisk, failing_disk  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")


# §4.4: registrations.


@pytest.mark.parametrize("version", [1, 2])
def test_an_app_registers_and_gets_all_that_is_posted(live, version):  # §4.4, §4.1
    app = live.connector(MAIL, version)
    url = app.endpoint("a token")
    assert url.startswith(f"http://127.0.0.1:{live.server.port}/push/v1/")
    live.sends(app, "a token", "one", "two", "three")
    app.until_texts(["one", "two", "three"], "a token")
    came = app.heard("Message")
    assert [(one["version"], one["path"]) for one in came] == [(version, "/org/unifiedpush/Connector")] * 3
    assert len({one["id"] for one in came}) == 3
    until(lambda: live.waiting() == [])
    assert app.endpoint("a token") == url
    assert app.endpoint("another") != url
    live.sends(app, "another", "four")
    app.until_texts(["four"], "another")
    assert app.texts() == ["one", "two", "three", "four"]
    facts = live.world.done("app", MAIL)
    assert "Stint limits nothing of it" in facts and "standby" not in facts, facts  # §4.3
    row = next(line for line in live.world.done("apps").splitlines() if line.startswith(MAIL))
    assert row.split()[1:5] == ["-"] * 4 and "Stint limits nothing of it" in row, row


@pytest.fixture
def key(world):
    file = world.root / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file],
                   check=True, capture_output=True)
    return file


def test_an_app_reads_what_was_encrypted_for_it(live, world, key):  # §5, RFC 8291
    app = live.connector(MAIL)
    auth = os.urandom(16)
    sent = world.stint("push", "send", app.endpoint("t"), "--urgency", "high", "--key", point_of(key), "--auth", in64(auth),
                       "3 new")
    assert (sent.code, sent.err) == (0, "")
    app.until(lambda: app.heard("Message"))
    (came,) = app.heard("Message")
    assert len(came["message"]) == 86 + len("3 new") + 17
    assert decrypted(came["message"], key, auth) == "3 new"


def test_a_registration_with_a_key_takes_what_is_signed_by_it(live, world, key):  # §3, §4.4, RFC 8292
    app = live.connector(MAIL)
    url = app.endpoint("t", vapid=point_of(key))
    assert live.post(app, "t", "unsigned") == 401
    words = ["--key", point_of(key), "--auth", in64(os.urandom(16))]
    assert world.stint("push", "send", url, *words, "unsigned").code == 77
    assert world.stint("push", "send", url, *words, "--vapid", str(key), "signed").code == 0
    app.until(lambda: app.heard("Message"))
    assert len(app.heard("Message")) == 1


@pytest.mark.parametrize("version", [1, 2])
def test_nobody_registers_for_a_name_that_is_not_its_own(live, version):  # §4.4
    app = live.connector(MAIL, version)
    url = app.endpoint("t")
    with live.bus.connect() as stranger:
        Proxy(message_bus, stranger).RequestName(CHAT)

        def asks(question):
            return answer_in(stranger.send_and_get_reply(question, timeout=PATIENCE))

        for name in (MAIL, "org.example.Nobody", "", "no name", DISTRIBUTOR):
            answer = asks(registration(version, name, "t"))
            assert not answer.is_success(), (name, answer)
        asks(unregistration(version, "t"))  # whatever it is told, the token is none of its own
        assert asks(registration(version, CHAT, "t")).is_success()
    assert live.is_known(url)
    live.sends(app, "t", "hello")
    app.until_texts(["hello"])
    assert app.url("t") == url


def test_two_apps_with_the_same_token_have_each_its_own(live):  # §4.4
    mail, chat = live.connector(MAIL), live.connector(CHAT, version=1)
    assert mail.endpoint("t") != chat.endpoint("t")
    live.sends(mail, "t", "for mail")
    live.sends(chat, "t", "for chat")
    mail.until_texts(["for mail"])
    chat.until_texts(["for chat"])


@pytest.mark.parametrize("version", [1, 2])
def test_an_app_has_32_registrations_and_no_more(live, version):  # §4.4, push.registrations_per_app
    app = live.connector(MAIL, version)
    answers = [app.register(str(n)) for n in range(33)]
    assert all(answer.is_success() for answer in answers[:32])
    assert answers[32].result == "REGISTRATION_FAILED"
    app.until(lambda: len(app.heard("NewEndpoint")) == 32)
    assert app.register("7").is_success()  # which it has
    assert live.connector(CHAT).register("t").is_success()  # nor is it another's fault
    app.unregister("0")
    assert until(lambda: app.register("33").is_success())


def test_a_process_has_the_room_of_one_app_whatever_its_names(live):  # §4.4
    names = [f"org.example.Greedy{n}" for n in range(8)]
    with live.bus.connect() as greedy:
        for name in names:
            Proxy(message_bus, greedy).RequestName(name)

        def asks(name, token):
            return answer_in(greedy.send_and_get_reply(registration(2, name, token), timeout=PATIENCE)).is_success()

        assert all(asks(names[n % 8], str(n)) for n in range(32))
        assert not any(asks(name, "more") for name in names)
        assert asks(names[7], "7")  # which it has
        app = live.connector(CHAT)
        assert all(app.register(str(n)).is_success() for n in range(32))


def test_of_ten_thousand_registrations_an_app_gets_32_at_most_and_others_theirs(live):  # §4.4
    answers, chat = [], live.connector(CHAT)
    with live.bus.connect() as greedy:
        Proxy(message_bus, greedy).RequestName(MAIL)
        for n in range(10_000):
            greedy.send(registration(2, MAIL, str(n)))
        assert until(lambda: chat.register("t").is_success())
        while len(answers) < 10_000:
            message = greedy.receive(timeout=PATIENCE)
            if message.header.message_type in (MessageType.method_return, MessageType.error):
                answers.append(answer_in(message).is_success())
    assert 1 <= sum(answers) <= 32
    chat.until(lambda: chat.heard("NewEndpoint"))
    until(lambda: live.server.metric("stint_endpoint_registrations") == sum(answers) + 1)


def test_what_has_ended_keeps_no_other_app_out(push):  # §4.4: its server does not know of it yet
    push.start_daemon({"push.registrations": 4})
    mail, chat = push.connector(MAIL), push.connector(CHAT)
    for n in range(4):
        mail.endpoint(str(n))
    assert not chat.register("t").is_success()
    push.server.kill(push.server.nats)
    push.world.done("push", "revoke", MAIL)
    assert all(chat.register(str(n)).is_success() for n in range(4))
    assert not mail.register("t").is_success()
    push.server.start_nats()
    chat.until(lambda: len(chat.heard("NewEndpoint")) == 4)


def test_a_refusal_writes_of_no_app_that_was_killed(push):  # §4.4: whoever asks is no app before it is taken
    push.start_daemon({"push.registrations": 1})
    mail, chat = push.connector(MAIL), push.connector(CHAT)
    mail.endpoint("t")
    before = push.daemon.log.read_text().count("\n")
    assert not any(chat.register(str(n)).is_success() for n in range(5))
    assert push.daemon.log.read_text().count("\n") == before, push.daemon.log.read_text()
    mail.unregister("t")
    until(lambda: chat.register("t").is_success())
    assert "killed" not in push.daemon.log.read_text()


@pytest.mark.parametrize("wrong", [("u", 7), ("as", ["a"]), ("v", ("s", "x"))])
def test_a_word_of_another_type_is_refused_as_any_other(live, wrong):  # §4.4: INTERNAL_ERROR
    with live.bus.connect() as stranger:
        question = call(2, "Register", "a{sv}", {"service": wrong, "token": ("s", "t")})
        answer = answer_in(stranger.send_and_get_reply(question, timeout=PATIENCE))
    assert answer == ("REGISTRATION_FAILED", "INTERNAL_ERROR")


@pytest.mark.parametrize("words", [
    {"token": "x" * 101}, {"token": ""}, {"token": "t", "vapid": "x"}, {"token": "t", "vapid": "B" + "A" * 86},
    {"token": "t", "vapid": "A" * 87}, {"token": "t", "vapid": "B" * 88}, {"token": "t", "vapid": "!" * 87}])
def test_bad_words_are_refused(live, words):  # §4.4
    app = live.connector(MAIL)
    assert not app.register(**words).is_success()
    if "vapid" not in words:
        assert not live.connector(CHAT, version=1).register(**words).is_success()
    assert app.endpoint("y" * 100)
    assert len(app.heard("NewEndpoint")) == 1
    assert live.server.metric("stint_endpoint_registrations") == 1


@pytest.mark.parametrize("version", [1, 2])
def test_a_device_that_is_not_joined_says_so(push, version):  # §4.4: ACTION_REQUIRED
    push.leave()
    push.start_daemon()
    app = push.connector(MAIL, version)
    refused = app.register("t")
    assert refused.result == "REGISTRATION_FAILED"
    assert refused.reason == "ACTION_REQUIRED" if version == 2 else "joined no push server" in refused.reason
    push.join()
    push.kill_distributor()
    assert app.endpoint("t")


@pytest.mark.parametrize("version", [1, 2])
def test_a_registration_that_has_ended_is_gone_for_its_server_too(live, version):  # §4.4, §3
    app = live.connector(MAIL, version)
    ended, kept = app.endpoint("ended"), app.endpoint("kept")
    app.unregister("ended")
    until(lambda: not live.is_known(ended))
    assert live.post(app, "ended", "too late") in (404, 410)
    live.sends(app, "kept", "in time")
    app.until_texts(["in time"])
    assert live.is_known(kept)
    assert app.endpoint("ended") != ended  # another one: no sender knows it yet


@pytest.mark.parametrize("killed", [(), ("stint-push",), ("stint-push", "stintd")])
def test_an_end_is_told_when_the_broker_is_back(live, killed):  # §4.4: kept until it is done
    app = live.connector(MAIL)
    url = app.endpoint("t")
    live.server.kill(live.server.nats)
    app.unregister("t")
    if "stintd" in killed:
        live.daemon.kill()
    if "stint-push" in killed:
        live.kill_distributor()
    if "stintd" in killed:
        live.start_daemon()
    assert live.is_known(url)
    live.server.start_nats()
    until(lambda: not live.is_known(url), within=3 * PATIENCE)


def test_a_registration_that_no_broker_heard_is_made_when_it_is_back(live):  # §4.4: NETWORK, or later
    app = live.connector(MAIL)
    live.server.kill(live.server.nats)
    answer = app.register("t")
    assert answer.is_success() or answer.reason == "NETWORK", answer
    live.server.start_nats()
    if not answer.is_success():
        until(lambda: app.register("t").is_success(), within=3 * PATIENCE)
    app.until(lambda: app.heard("NewEndpoint"), within=3 * PATIENCE)
    live.sends(app, "t", "hello")
    app.until_texts(["hello"])


def test_without_a_registration_nothing_runs(push):  # §4.1
    push.start_daemon()
    assert push.starts_none()
    app = push.connector(MAIL)
    url = app.endpoint("t")
    assert push.distributor()
    app.unregister("t")
    until(lambda: not push.is_known(url))
    push.bus.until_owned(DISTRIBUTOR, owned=False, within=PATIENCE)
    push.daemon.kill()
    push.start_daemon()
    assert push.starts_none()


# §4.1: the line.


def test_a_call_under_way_is_answered_before_it_ends(live):  # §4.2; systemd ends who gives its name back (Type=dbus)
    live.connector(MAIL).endpoint("t")
    pid = live.distributor()
    with live.bus.connect() as app:
        Proxy(message_bus, app).RequestName(CHAT)
        os.kill(live.daemon.pid, signal.SIGSTOP)
        call = next(app.outgoing_serial)
        app.send(registration(2, CHAT, "t"), serial=call)
        peer = DBusAddress("/org/unifiedpush/Distributor", bus_name=DISTRIBUTOR, interface="org.freedesktop.DBus.Peer")
        app.send_and_get_reply(new_method_call(peer, "Ping"), timeout=PATIENCE)  # the call has come, too
        os.kill(pid, signal.SIGTERM)
        os.kill(live.daemon.pid, signal.SIGCONT)
        while (answer := app.receive(timeout=PATIENCE)).header.fields.get(HeaderFields.reply_serial) != call:
            pass
        assert answer_in(answer).is_success(), answer
    wait_for_end(pid)


def test_stintd_starts_it_while_there_is_a_registration(live):  # §4.1
    app = live.connector(MAIL)
    app.endpoint("t")
    live.kill_distributor()
    live.sends(app, "t", "one")
    app.until_texts(["one"])
    live.daemon.kill()
    live.kill_distributor()
    live.sends(app, "t", "two")
    live.start_daemon()
    app.until(lambda: "two" in app.texts())
    # The daemon may have died before it knew that the first was taken: then it comes again, with its id.
    assert {(one["text"], one["id"]) for one in app.heard("Message")} == {
        (text, next(one["id"] for one in app.heard("Message") if one["text"] == text)) for text in ("one", "two")}


@pytest.mark.parametrize("killed", [None, "stint-push", "stintd"])
def test_a_device_that_dozes_gets_high_ones_and_the_others_when_it_wakes(live, killed):  # §4.1, cursors; §4.2
    mail, chat = live.connector(MAIL), live.connector(CHAT, version=1)
    mail.endpoint("inbox"), mail.endpoint("other"), chat.endpoint("t")
    live.dozes()
    live.sends(mail, "inbox", "first", Urgency="high")
    mail.until_texts(["first"])  # its line is that of a device that dozes now
    for n in range(6):
        live.sends(mail, "inbox", f"normal {n}", Urgency="normal")
        live.sends(mail, "other", f"other {n}")
        live.sends(chat, "t", f"chat {n}")
        live.sends(mail, "inbox", f"high {n}", Urgency="high")
    live.sends(chat, "t", "high", Urgency="high")
    high = ["first", *(f"high {n}" for n in range(6))]
    mail.until_texts(high)
    chat.until_texts(["high"])
    assert live.waiting() == []  # nobody has fetched the others
    if killed == "stint-push":
        live.kill_distributor()
    if killed == "stintd":
        live.daemon.kill()
        live.start_daemon()
    live.sends(mail, "inbox", "last", Urgency="high")
    mail.until_texts([*high, "last"])
    live.wakes()
    for app, token, before, its in ((mail, "inbox", [*high, "last"], "normal"), (mail, "other", [], "other"),
                                    (chat, "t", ["high"], "chat")):
        app.until_texts([*before, *(f"{its} {n}" for n in range(6))], token)
    live.sends(mail, "inbox", "the end")
    mail.until(lambda: "the end" in mail.texts())
    assert Counter(mail.texts()).most_common(1)[0][1] == 1


def test_nothing_of_a_thousand_that_wait_is_on_the_line(live):  # §4.2
    apps = [live.connector(f"org.example.App{n}") for n in range(10)]
    for app in apps:
        app.endpoint("t")
    live.dozes()
    live.sends(apps[0], "t", "first", Urgency="high")
    apps[0].until_texts(["first"])  # its line is that of a device that dozes now
    before = live.traffic()
    hundred = [*map(str, range(100))]
    with ThreadPoolExecutor(4) as senders:
        list(senders.map(lambda app: live.sends(app, "t", *hundred), apps))
    after = live.traffic()
    assert len(before) == len(after) == 1, "the same connection"
    # A message is 500 bytes; nats-server asks each connection once how far away it is.
    assert after[0] - before[0] < 100, "and none of them was on it"
    live.wakes()
    for app in apps:
        app.until_texts([*(["first"] if app is apps[0] else []), *hundred], within=3 * PATIENCE)


def test_of_too_many_the_last_hundred_come(live):  # §4.1, backlog
    app = live.connector(MAIL)
    app.endpoint("t")
    live.dozes()
    live.sends(app, "t", "first", Urgency="high")
    app.until_texts(["first"])
    live.sends(app, "t", *map(str, range(110)))
    live.wakes()
    app.until_texts(["first", *map(str, range(10, 110))])


def test_one_with_a_ttl_of_0_comes_to_who_listens(live):  # RFC 8030 §5.2
    app = live.connector(MAIL)
    app.endpoint("t")
    live.sends(app, "t", "kept")
    app.until_texts(["kept"])
    live.sends(app, "t", "now", TTL="0")
    app.until_texts(["kept", "now"])


# The way to the app.


@pytest.mark.parametrize("version", [1, 2])
def test_the_bus_starts_an_app_for_its_message(live, version):  # §4.3
    app = live.connector(MAIL, version)
    app.endpoint("t")
    app.kill()
    live.sends(app, "t", "wake up")
    app.until_texts(["wake up"])


@pytest.mark.parametrize("version", [1, 2])
def test_an_app_that_nobody_can_start_gets_it_when_it_registers_again(live, version):  # §4.3
    app = live.connector(MAIL, version, installed=False)
    app.endpoint("t")
    app.kill()
    live.sends(app, "t", "one", "two")
    until(lambda: len(live.waiting()) == 2)
    app.start()
    app.until_texts(["one", "two"])
    until(lambda: live.waiting() == [])


def test_the_log_tells_what_became_of_each_message(push, world):  # §5
    push.start_daemon({"push.delivery_timeout": "2s"})
    app = push.connector(MAIL)
    app.endpoint("t")
    push.sends(app, "t", "one", Urgency="low", Topic="inbox")
    app.until_texts(["one"])
    app.mode("error")
    push.sends(app, "t", "two")
    app.until(lambda: len(app.heard("Message")) == 2)
    until(lambda: [row["held"] for row in push.waiting()] == ["app"])

    def log(*words):
        return [json.loads(row) for row in world.done("log", *words, "--json").splitlines()]

    one, two = log("--push")
    assert (one["package"], one["priority"], one["topic"], one["state"]) == (MAIL, "low", "inbox", "taken")
    assert one["sent"] <= one["came"] <= one["given"] <= one["ended"]
    assert one["id"] == app.heard("Message")[0]["id"]
    assert (two["priority"], two["state"], two["tries"], two["ended"]) == ("normal", "waits", 1, None)
    assert two["again"] > two["given"]
    push.daemon.kill(), push.start_daemon()  # what is over is known to the next
    assert log("--push", MAIL)[0] == one  # in the order of arrival, over or not
    assert [row["what"] for row in log(MAIL)] == ["message", "message"]
    told = [line.split()[2:] for line in world.done("log", "--push", MAIL).splitlines()[1:]]
    assert [line[2] for line in told if line[1] == str(one["number"])] == ["arrived", "handed", "taken"]


@pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="what is preloaded comes before asan")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_device_whose_disk_is_full_for_a_while_loses_nothing(push, world, failing_disk, number):  # noqa: F811, §4.1
    """A batch is one commit: what it does not take is acknowledged to nobody, and is with the server."""
    disk = FailingDisk(world, failing_disk)
    push.daemon = world.start_daemon(environment=disk.environment)
    push.bus.until_owned("org.stint.Stint1", within=PATIENCE)
    app = push.connector(MAIL)
    app.endpoint("t")
    push.sends(app, "t", "before")
    app.until_texts(["before"])
    push.daemon.until_logged("taken app=")  # and on the disk; else it is handed over once more
    disk.fails_with(number)
    push.sends(app, "t", "one", "two", Urgency="high")
    push.daemon.until_logged("; trying again in ")
    assert app.texts() == ["before"]
    disk.mend()
    push.daemon.until_logged("the store can be written again")
    push.sends(app, "t", "after")
    app.until(lambda: {"one", "two", "after"} <= set(app.texts()))
    assert sorted(app.texts()) == ["after", "before", "one", "two"]


def test_an_app_that_hangs_holds_up_no_other(live):  # §4.3
    mail, chat = live.connector(MAIL), live.connector(CHAT)
    mail.endpoint("t"), chat.endpoint("t")
    mail.mode("hang")
    live.sends(mail, "t", "stuck")
    mail.until(lambda: mail.heard("Message"))
    live.sends(chat, "t", "hello")
    chat.until_texts(["hello"])
    assert mail.texts() == []  # it has not answered, and need not for that


@pytest.mark.parametrize("mode", ["error", "exit", "hang"])
def test_a_message_that_an_app_does_not_take_is_kept_until_it_registers_again(push, mode):  # §4.3
    push.start_daemon({"push.delivery_timeout": "2s"})
    app = push.connector(MAIL)
    app.endpoint("t")
    app.mode(mode)
    push.sends(app, "t", "again")
    app.until(lambda: app.heard("Message"))
    if mode == "exit":
        wait_for_end(app.heard("Message")[-1]["pid"])
    assert [message["package"] for message in until(push.waiting)] == [MAIL]
    app.mode("normal")
    assert app.register("t").is_success()
    app.until_texts(["again"])
    until(lambda: push.waiting() == [])
    assert len({message["id"] for message in app.heard("Message")}) == 1


# Kills.

KILLS = int(os.environ.get("STINT_PUSH_KILLS", "10"))


def test_kills_lose_nothing_and_bring_nothing_twice(push):
    """Each of the roles is killed at any moment, again and again (§8.1). STINT_PUSH_KILLS asks for more than ./test has
    time for."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}: {KILLS} kills")
    chance = random.Random(seed)
    campaign = Campaign(push, chance)
    roles = [role for _ in range(0, KILLS, len(ROLES)) for role in chance.sample(ROLES, len(ROLES))][:KILLS]
    with ThreadPoolExecutor() as pool:
        senders = [pool.submit(campaign.sends, which) for which in range(2)]
        try:
            for number, role in enumerate(roles, 1):
                campaign.moment()
                campaign.kill(role)
                if number % 10 == 0:
                    campaign.settles()
        finally:
            campaign.ends.set()
        for one in senders:
            one.result()
    campaign.settles()
    twice = campaign.judge()
    accepted = sum(map(len, campaign.accepted.values()))
    print(f"{accepted} accepted, {len(campaign.unsure)} unsure; {twice} came twice, of which the app knows by the id")
    assert accepted > KILLS

"""Three machines are a cluster (push.md §3.3, §1.1, §7): any of them may die, and no 201 is lost or comes twice."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from contextlib import suppress

import network
import pytest
from push_cluster import FORMED, Cluster, Senders, Wire, in64
from push_line import MAIL, PATIENCE, PushLine, until
from push_served import authority, line_of, misspelt, needs_all, served  # noqa: F401
from push_server import free_port
from test_push_ask import Fleet as Broker

pytestmark = needs_all


def broker_version():
    program = shutil.which("nats-server") or "/usr/sbin/nats-server"
    printed = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(map(int, re.findall(r"\d+", printed)[:3]))


# push.md §3.3: an older one comes back without what it had acknowledged.
keeps_its_word = pytest.mark.skipif(needs_all.args[0] or broker_version() < (2, 10, 27),
                                    reason="nats-server is older than 2.10.27, and loses messages where one of three dies")


@pytest.fixture
def cluster(world, request):
    made = Cluster(world)
    failures = request.session.testsfailed
    yield made
    if request.session.testsfailed > failures:
        for member in made.members:
            print(f"--- {member.log.name}\n{member.log.read_text()[-3000:]}")
    made.close()


@pytest.fixture
def spread(cluster):
    """The same, on machines of their own, as far as their network goes."""
    if not network.is_possible():
        pytest.skip("nobody but root makes networks")
    made = network.Network(len(cluster.members))
    cluster.spread(made)
    yield cluster
    cluster.close()
    made.close()


# A cluster begins.


def test_a_device_and_a_sender_use_any_server(cluster):  # §3.3
    devices = [cluster.device(member) for member in cluster.members]
    for device in devices:
        assert len(device.brokers) == 3
        for n, member in enumerate(cluster.members):
            assert member.post(device.token, f"by {n}") == 201
        device.until_texts(["by 0", "by 1", "by 2"])


def test_a_registration_that_another_server_may_have_just_made_is_not_called_unknown(cluster):  # §3
    nobody = "A" * 43
    assert cluster.members[0].ask("POST", f"/push/v1/{nobody}", "x", TTL="60")[0] == 503
    until(lambda: cluster.members[0].ask("POST", f"/push/v1/{nobody}", "x", TTL="60")[0] == 404, within=FORMED)
    device = cluster.device(cluster.members[1])
    for n, member in enumerate(cluster.members):  # at once, whether it has heard of it or not
        member.posted(device.token, f"by {n}")
    device.until_texts([f"by {n}" for n in range(3)])


def test_a_message_that_its_stream_had_already_is_told_again(cluster):  # §3.3: its first leader may have told nobody
    device = cluster.device(cluster.members[0], awake=False)
    listener = Wire(device.brokers[0], device)
    told = []
    for _ in range(2):
        assert cluster.members[1].post(device.token, "one", Idempotency_Key="order 7") == 201
        subject, headers, text = listener.read(PATIENCE)
        assert (subject.split(".")[1], text) == ("live", "one")
        told.append(("Nats-Sequence" in headers, headers["Nats-Msg-Id"]))
    assert [has_sequence for has_sequence, _ in told] == [True, False]
    assert told[0][1] == told[1][1]
    listener.close()
    device.awake.set()
    device.until_texts(["one"])


def ask_broker(member, word, device):
    """A question for the stream of a device's shard, with the rights of that member's endpoint."""
    return json.loads(Broker(member).asks(f"$JS.API.STREAM.{word}.STINT_P_{device.shard}"))


def test_what_a_leader_has_kept_is_told_again_when_another_leads(cluster):  # §3.3: it may have told nobody
    device = cluster.device(cluster.members[0], awake=False)
    listener = Wire(device.brokers[0], device)
    cluster.members[1].posted(device.token, "one")
    first = listener.read(PATIENCE)
    assert ask_broker(cluster.members[2], "LEADER.STEPDOWN", device)["success"]
    again = listener.read(FORMED)
    sequence = int(first[1]["Nats-Sequence"])
    assert (again[0], again[2]) == (first[0], first[2])
    assert [int(again[1][name]) for name in ("Nats-Sequence", "Nats-Last-Sequence")] == [sequence, sequence - 1]
    assert again[1]["Nats-Msg-Id"] == first[1]["Nats-Msg-Id"]
    listener.close()
    device.awake.set()
    device.until_texts(["one"])


def test_a_mailbox_whose_stream_has_no_leader_keeps_nobody_elses_waiting(cluster):  # §3.3
    def leader_of(device):
        return ask_broker(cluster.members[0], "INFO", device)["cluster"].get("leader")

    led = other = cluster.device(cluster.members[0], awake=False)
    while other.shard == led.shard:
        other = cluster.device(cluster.members[0], awake=False)
    names = {Wire(url, led).server: cluster.at(int(url.rpartition(":")[2])) for url in led.brokers}
    its = until(lambda: leader_of(led), within=FORMED)
    while until(lambda: leader_of(other), within=FORMED) == its:
        ask_broker(cluster.members[0], "LEADER.STEPDOWN", other)
    gone = names.pop(its)
    here = f"nats://127.0.0.1:{next(iter(names.values())).nats_port}"
    waiting, asking = Wire(here, led), Wire(here, other)
    gone.split_off()
    question = json.dumps({"v": 1, "store": "", "epoch": 0, "want": "hnlv", "max": 200, "at": {}})

    def asks(wire, device, often):  # a third of them nobody hears
        for n in range(often):
            wire.send(f"PUB stint.box.{device.shard}.{device.name} {wire.inbox}.{n} {len(question)}\r\n{question}")
    asks(waiting, led, 60)
    waiting.flush()
    asks(asking, other, 10)
    said = json.loads(asking.read(PATIENCE)[2])
    answered = len(list(iter(lambda: waiting.read(0.1), None)))
    assert said["store"].startswith(f"STINT_P_{other.shard}@") and answered <= 3
    gone.come_back()


def test_a_device_that_joined_before_learns_the_others(world):  # §3.3
    cluster = Cluster(world, members=2)
    try:
        device = cluster.device(cluster.members[0])
        assert len(device.brokers) == 2
        cluster.add().until_ready()
        cluster.until_replicated()
        with device.changed:
            assert device.changed.wait_for(lambda: len(device.brokers) == 3, FORMED), device.brokers
    finally:
        cluster.close()


def test_stint_push_learns_them_and_goes_to_another(world, bus):  # §4.2
    cluster = Cluster(world, members=2)
    push = PushLine(world, bus, cluster.members[0])
    try:
        push.start_daemon()
        app = push.connector(MAIL)
        app.endpoint("a")
        before = push.distributor()
        cluster.add().until_ready()
        cluster.until_replicated()
        until(lambda: len(line_of(world)["server"]["brokers"]) == 3)
        assert push.distributor() == before  # it has not begun anew for that
        cluster.members[0].kill()
        push.server = cluster.members[1]
        until(lambda: push.post(app, "a", "one") == 201, within=FORMED)
        app.until(lambda: "one" in app.texts(), within=FORMED)
    finally:
        push.close()
        cluster.close()


@keeps_its_word
@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_is_accepted_outlives_any_machine(cluster, which):  # §7
    for member in cluster.members:
        cluster.device(member)
    asleep = cluster.device(cluster.members[which], awake=False)
    senders = Senders(cluster)
    senders.until_more(50)
    cluster.members[which].kill()
    senders.until_more(50)
    cluster.members[which].start()
    cluster.members[which].until_ready()
    senders.until_more(50)
    senders.stop()
    asleep.awake.set()
    assert senders.judge() == (0, 0)
    assert senders.longest <= 15, senders.longest


@keeps_its_word
def test_a_machine_that_is_split_off_takes_nothing_and_comes_back(cluster):
    for member in cluster.members:
        cluster.device(member)
    senders = Senders(cluster)
    senders.until_more(50)
    cluster.members[1].split_off()
    senders.until_more(50)
    cluster.members[1].come_back()
    senders.until_more(50)
    senders.stop()
    assert senders.judge() == (0, 0)


@keeps_its_word
def test_a_machine_whose_cable_is_pulled_takes_nothing_and_comes_back(spread):  # §3.3: it lives, and knows nobody
    for member in spread.members:
        spread.device(member)
    apart = spread.members[1]
    senders = Senders(spread, pause=0.1)  # a device may be at the wrong broker for a while, and 100 are kept for it
    senders.until_more(50)
    apart.split_off()
    senders.until_more(50)
    assert senders.send(apart, "by it alone") == 503
    apart.come_back()
    senders.until_taken_by(apart)
    senders.stop()
    assert senders.judge() == (0, 0)


@keeps_its_word
def test_one_machine_alone_takes_nothing(cluster):  # §1.1: never 201 for what three do not keep
    device = cluster.device(cluster.members[0])
    assert cluster.members[0].post(device.token, "one") == 201
    for member in cluster.members[1:]:
        member.kill()
    assert cluster.members[0].post(device.token, "two") == 503
    for member in cluster.members[1:]:
        member.start()

    def is_taken():
        return cluster.members[0].post(device.token, "three") == 201

    until(is_taken, within=FORMED)
    with device.changed:
        assert device.changed.wait_for(lambda: "three" in device.texts, FORMED)
    assert device.texts.count("one") == 1 and device.texts.count("three") == 1


def test_all_machines_may_end_and_begin_again(cluster):
    device = cluster.device(cluster.members[2], awake=False)
    for n in range(5):
        assert cluster.members[n % 3].post(device.token, str(n)) == 201
    for member in cluster.members:
        assert member.end() == 0
    for member in reversed(cluster.members):
        member.start()
    for member in cluster.members:
        member.until_ready()
    device.awake.set()
    device.until_texts([str(n) for n in range(5)])
    assert cluster.members[0].post(device.token, "later") == 201
    device.until_texts([*(str(n) for n in range(5)), "later"])


@keeps_its_word
def test_a_machine_whose_disk_is_new_is_filled_by_the_others(cluster):
    device = cluster.device(cluster.members[0], awake=False)
    assert cluster.members[0].post(device.token, "one") == 201
    lost = cluster.members[2]
    lost.kill()
    shutil.rmtree(lost.data / "jetstream")
    (lost.data / "outbox.db").unlink()
    lost.start()
    lost.until_ready()
    until(lost.is_replicated, within=FORMED)
    device.awake.set()
    device.until_texts(["one"])


# Replicas, compared.


def replicas_of(cluster, member):
    rows = cluster.world.stint("push", "doctor", "--json", "--data", str(member.data)).out.splitlines()
    return next(row for row in map(json.loads, rows) if row["topic"] == "replicas")


@keeps_its_word
def test_doctor_names_a_server_whose_replicas_are_away_and_sees_it_come_back(cluster):  # §5
    device = cluster.device(cluster.members[0], awake=False)
    until(cluster.is_whole, within=FORMED)
    assert replicas_of(cluster, cluster.members[0])["grade"] == "enforced"
    lost = cluster.members[2]
    lost.kill()
    route = f"127.0.0.1:{lost.route_port}"
    for member in cluster.members[:2]:
        until(lambda member=member: (route, "away") in member.standings(), within=FORMED)
        found = replicas_of(cluster, member)
        assert found["grade"] == "advisory" and found["found"] == f"{route}: no answer of its broker", found
    assert "does not answer" in replicas_of(cluster, lost)["found"]
    for n in range(5):
        cluster.members[0].posted(device.token, str(n))
    shutil.rmtree(lost.data / "jetstream")
    lost.start()
    lost.until_ready()
    until(cluster.is_whole, within=2 * FORMED)
    assert replicas_of(cluster, lost)["grade"] == "enforced"
    device.awake.set()
    device.until_texts([str(n) for n in range(5)])


# Messages that are taken back, at any of them.


def test_any_server_takes_back_what_another_has_taken(cluster):  # §3.2
    device = cluster.device(cluster.members[0], awake=False)

    def finds_none(member, place):
        """Once it has a broker: until then nobody knows, and it says 204."""
        return until(lambda: member.take_back(place) == 404, within=FORMED)

    for n, member in enumerate(cluster.members):
        place = member.posted(device.token, f"by {n}")
        first, *others = cluster.members[n - 1:] + cluster.members[:n - 1]
        assert first.take_back(place) == 204
        assert all(finds_none(each, place) for each in others)
    told = cluster.members[0].posted(device.token, "now or never", TTL="0")
    assert all(finds_none(each, told) for each in cluster.members)
    over = cluster.members[1].posted(device.token, "worth nothing soon", TTL="1")
    assert cluster.members[2].take_back(over) == 204  # its TTL is the device's affair
    cluster.members[2].posted(device.token, "kept")
    device.awake.set()
    device.until_texts(["kept"])


def are_gone(member, places):
    """This server finds them no more: at the second question, where others are just deleting them."""
    assert {member.take_back(place) for place in places} <= {204, 404}
    return {member.take_back(place) for place in places} == {404}


def gets_at(device, member, texts):
    """That is all that this server has for the device."""
    device.brokers = [f"nats://127.0.0.1:{member.nats_port}"]
    device.awake.set()
    device.until_texts(texts)


@keeps_its_word
@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_is_taken_back_while_a_machine_is_away_does_not_come_back_with_it(cluster, which):  # §3.2
    away, other, third = (cluster.members[(which + n) % 3] for n in range(3))
    device = cluster.device(other, awake=False)
    places = [away.posted(device.token, f"gone {n}") for n in range(3)]
    away.kill()
    assert [other.take_back(place) for place in places] == [204] * 3  # a leader may be gone with it
    third.posted(device.token, "kept")
    away.start()
    away.until_ready()
    until(away.is_replicated, within=FORMED)
    away.posted(device.token, "kept, too")  # the stream has a leader, and is looked at here
    assert are_gone(away, places)
    gets_at(device, away, ["kept", "kept, too"])


@keeps_its_word
def test_what_another_outbox_sends_again_does_not_come_back(world):  # §3.2, with two servers
    cluster = Cluster(world, members=2)
    try:
        one, other = cluster.members
        devices = [cluster.device(one, awake=False) for _ in range(6)]  # of streams that either of them leads
        places = [other.posted(device.token, "gone") for device in devices]
        kept = [other.posted(device.token, "kept") for device in devices]
        assert [one.take_back(place) for place in places] == [204] * 6
        for member in cluster.members:
            member.kill()  # nobody knows the ids any more
        for member in cluster.members:
            member.start()
        for member in cluster.members:
            member.until_ready()
        for device in devices:
            device.awake.set()
            device.until_texts(["kept"])
        assert all(one.take_back(place) == 204 for place in kept)
    finally:
        cluster.close()


@keeps_its_word
def test_what_a_servers_outbox_has_never_sent_is_taken_back_by_another(world):  # §3.2, with two servers
    cluster = Cluster(world, members=2)
    try:
        one, other = cluster.members
        devices = [cluster.device(one, awake=False) for _ in range(6)]
        until(lambda: other.metric("stint_endpoint_registrations") == 6)
        os.kill(other.parts()["nats-server"], signal.SIGSTOP)
        places = [other.posted(device.token, "gone") for device in devices]  # in its outbox alone
        other.kill()
        assert [one.take_back(place) for place in places] == [204] * 6
        other.start()
        other.until_ready()
        for device in devices:
            other.posted(device.token, "kept")
        # The one that took them back may hear of the other after its outbox has sent them: they are gone soon after.
        cluster.add().until_ready()
        cluster.until_replicated()
        assert are_gone(one, places)
        for device in devices:
            device.awake.set()
            device.until_texts(["kept"])
    finally:
        cluster.close()


# Devices that are revoked, at any of them.


def is_cut(wire):
    """The server ends that connection by itself, and says why."""
    with pytest.raises(ConnectionError, match="Revoked"):
        wire.read(FORMED)
    return True


def gets_in_nowhere(cluster, device):
    for member in cluster.members:
        with pytest.raises(ConnectionError, match="Authorization"):
            Wire(f"nats://127.0.0.1:{member.nats_port}", device)


def revoke(cluster, member, device):
    cluster.world.done("push", "revoke", device.name, "--data", str(member.data))


@keeps_its_word
def test_a_device_that_is_revoked_at_one_server_is_cut_at_all_and_stays_out(cluster):  # §3.1
    thief, owner = (cluster.device(cluster.members[1], awake=False) for _ in range(2))
    wires = [Wire(f"nats://127.0.0.1:{member.nats_port}", thief) for member in cluster.members]
    revoke(cluster, cluster.members[0], thief)
    assert all(is_cut(wire) for wire in wires)
    gets_in_nowhere(cluster, thief)
    assert [member.post(thief.token, "x") for member in cluster.members] == [410] * 3
    Wire(f"nats://127.0.0.1:{cluster.members[1].nats_port}", owner).close()  # nobody else is cut off
    cluster.members[1].kill()
    cluster.members[1].start()
    cluster.members[1].until_ready()
    gets_in_nowhere(cluster, thief)
    cluster.members[2].posted(owner.token, "one")
    owner.awake.set()
    owner.until_texts(["one"])


@keeps_its_word
def test_a_machine_that_was_away_learns_who_was_revoked(cluster):  # §3.1
    thief = cluster.device(cluster.members[1], awake=False)
    cluster.members[1].kill()
    until(lambda: cluster.world.stint("push", "revoke", thief.name, "--data", str(cluster.members[0].data)).code == 0,
          within=FORMED)  # a leader may be gone with it
    cluster.members[1].start()
    cluster.members[1].until_ready()
    file = cluster.members[1].data / "revoked"
    until(lambda: file.exists() and thief.name in file.read_text(), within=FORMED)  # it is made when the streams are open

    def is_out(member):
        with suppress(ConnectionError):
            Wire(f"nats://127.0.0.1:{member.nats_port}", thief).close()
            return False
        return True

    for member in cluster.members:  # each has its nats-server read it once in 5 s at most
        until(lambda which=member: is_out(which), within=FORMED)
    gets_in_nowhere(cluster, thief)


# Devices elsewhere: TLS.


def test_devices_of_a_cluster_speak_tls(world, authority, bus):  # noqa: F811, §5
    certificate, key = authority.certificate("server", host="DNS:localhost")
    cluster = Cluster(world, always=("--origin", "https://localhost", "--listen", "127.0.0.1", "--cert",
                                     str(certificate), "--key", str(key)))
    push = PushLine(world, bus, cluster.members[0])
    try:
        assert line_of(world)["server"]["origin"] == "https://localhost"
        push.start_daemon()
        app = push.connector(MAIL)
        assert app.endpoint("a").startswith("https://localhost/push/v1/")
        wanted = sorted(f"tls://localhost:{member.nats_port}" for member in cluster.members)
        until(lambda: sorted(line_of(world)["server"]["brokers"]) == wanted)
        for n, member in enumerate(cluster.members):
            push.server = member
            push.sends(app, "a", f"by {n}")
        app.until(lambda: {"by 0", "by 1", "by 2"} <= set(app.texts()))
        cluster.members[0].kill()
        until(lambda: push.post(app, "a", "one is away") == 201, within=FORMED)
        app.until(lambda: "one is away" in app.texts(), within=FORMED)
    finally:
        push.close()
        cluster.close()


# Strangers.


@pytest.fixture
def pair(world):
    """A cluster that is not whole yet."""
    made = Cluster(world, members=2)
    yield made
    made.close()


def serve(world, name, *words):
    return world.stint("push", "serve", "--data", str(world.root / name), "--port", str(free_port()),
                       "--broker-port", str(free_port()), *words)


def test_who_has_no_code_joins_no_cluster(world, pair):
    (_, url, code), here = pair.invite(), f"127.0.0.1:{free_port()}"
    device_code = world.done("push", "invite", "--data", str(pair.members[0].data)).split()[-1]
    for wrong in ("X", "0" * 32, device_code, misspelt(code)):
        refused = serve(world, "stranger", "--join", url, wrong, "--cluster", here)
        assert refused.code == 77 and "403" in refused.err, (wrong, refused)
        assert not (world.root / "stranger" / "keys").exists()
    # Nor does a device by a server's.
    assert world.stint("push", "leave", "--force").code == 0
    assert world.stint("push", "join", url, code).code == 77


def test_a_server_that_reaches_another_and_agrees_with_it_on_no_leader_begins_anew(pair):  # §3.3
    first, second = pair.members
    for member in pair.members:
        assert member.end() == 0
    # There is a route to it, and it takes no part in any election.
    without = second.data / "without.conf"
    without.write_text(re.sub(r"(?m)^jetstream: .*\n", "", (second.data / "nats.conf").read_text()))
    other = subprocess.Popen(["nats-server", "-c", str(without)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        first.start()
        until(lambda: "they have agreed on no leader for 30 s: it is killed" in first.log.read_text(), within=FORMED)
    finally:
        other.kill()
        other.wait()
    second.start()
    for member in pair.members:
        member.until_ready()


@keeps_its_word  # an older one forms no cluster of three here in time
def test_two_that_join_at_once_are_let_in_one_after_another(world):  # §3.3
    cluster = Cluster(world, members=1)
    try:
        words = cluster.invite()
        late = [cluster.add(*words) for _ in range(3)]
        for member in late:
            member.until_ready(within=4 * FORMED)
        for member in cluster.members:
            until(lambda member=member: member.sees_all() and len(member.others) == 3, within=2 * FORMED)
        assert sum("another server is joining" in member.log.read_text() for member in late) >= 2
    finally:
        cluster.close()


def test_words_that_cannot_be_are_refused(world, pair):
    (_, url, code) = pair.invite()
    for words in (("--join", url, code), ("--join", url, "--cluster", "127.0.0.1"), (code,), ("--cluster", "0.0.0.0"),
                  ("--cluster", "a.example"), ("--cluster", "127.0.0.1:0"), ("--cluster", ""),
                  ("--join", "http://push.example", code, "--cluster", "127.0.0.1")):
        assert serve(world, "stranger", *words).code == 64, words
    member = pair.members[1]
    member.end()
    again = world.stint(*member.words[1:], "--join", url, code, "--cluster", f"127.0.0.1:{member.route_port}")
    assert again.code == 74 and "without --join" in again.err, again


def test_the_directory_of_a_single_server_begins_no_cluster(world):
    (world.root / "single").mkdir(mode=0o700)
    (world.root / "single" / "jetstream").mkdir()
    refused = serve(world, "single", "--cluster", "127.0.0.1")
    assert refused.code == 74 and "directory of its own" in refused.err, refused
    assert world.stint("push", "invite", "--server", "--data", str(world.root / "none")).code == 66


def test_the_door_for_servers_is_judged(pair):
    member = pair.members[0]

    def code(body, method="POST"):
        return member.ask(method, "/push/v1/servers", body)[0]

    assert code("{}", "GET") == 405
    assert code("x" * 2049) == 413
    key = in64(bytes(32))
    for body in ("", "[]", "{}", "[" * 2000, '{"v": 2}', '{"v": 1}', json.dumps({"v": 1, "serve": 7, "key": key}),
                 json.dumps({"v": 1, "serve": "X", "key": "A"})):
        assert code(body) == 400, body
    assert code(json.dumps({"v": 1, "serve": "X", "key": key})) == 403
    rest = [code("{}") for _ in range(30)]
    assert rest[-1] == 429, rest


def test_a_server_that_is_alone_has_no_such_door(served):
    assert served.ask("POST", "/push/v1/servers", "{}")[0] == 404


def test_a_route_is_a_servers_alone(world, pair):  # by certificates that only the cluster can make
    member = pair.members[0]
    context = ssl.create_default_context(cafile=str(member.data / "route-ca.pem"))

    def hears(context):
        """It is told what a route is told."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", member.route_port), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as secret:
                return secret.recv(4096).startswith(b"INFO ")
        return False

    assert not hears(context)  # it knows who the cluster is, and is none of it
    for name in ("key", "pem"):
        assert not (world.root / f"forged.{name}").exists()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=stint cluster",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", world.root / "forged.key", "-out",
                    world.root / "forged.pem"], check=True, capture_output=True)
    context.load_cert_chain(world.root / "forged.pem", world.root / "forged.key")
    assert not hears(context)
    own = ssl.create_default_context(cafile=str(member.data / "route-ca.pem"))
    own.verify_flags |= ssl.VERIFY_X509_STRICT  # by RFC 5280's letter, as Python 3.13 has it by itself
    own.load_cert_chain(member.data / "route.pem", member.data / "route.key")
    assert hears(own)  # so it is the certificate that the others lacked


def test_files_of_a_cluster_are_its_users_alone(pair):
    for member in pair.members:
        for file in ("cluster", "keys", "nkeys", "route.key", "nats.conf"):
            assert (member.data / file).stat().st_mode & 0o077 == 0, file
    member = pair.members[0]
    member.end()
    (member.data / "cluster").write_text('{"name": "x", "route": "nowhere", "others": 7}')
    refused = member.world.stint(*member.words[1:])
    assert refused.code == 74 and "cluster" in refused.err, refused


# A campaign: STINT_CLUSTER_KILLS=20 pytest -s -k campaign. Split off by the cable where root runs it. It ends earlier
# after STINT_CLUSTER_MINUTES. A subject keeps 100, and some devices sleep through all of it: so the senders are slow.


@pytest.mark.skipif("STINT_CLUSTER_KILLS" not in os.environ, reason="STINT_CLUSTER_KILLS says how often each dies")
def test_campaign(request):  # §8.2
    cluster = request.getfixturevalue("spread" if network.is_possible() else "cluster")
    kills = int(os.environ["STINT_CLUSTER_KILLS"])
    messages = int(os.environ.get("STINT_CLUSTER_MESSAGES", "5000"))
    for n in range(50):
        cluster.device(cluster.members[n % 3], awake=n >= 10)
    rounds = [(which, how) for _ in range(kills) for which in range(3) for how in ("kill", "split off")]
    senders = Senders(cluster, pause=0.6)
    senders.until_whole()
    ends = time.monotonic() + 60 * float(os.environ.get("STINT_CLUSTER_MINUTES", "600"))
    made = {"kill": 0, "split off": 0}
    for which, how in rounds:
        if time.monotonic() > ends:
            break
        made[how] += 1
        member = cluster.members[which]
        senders.until_more(max(1, messages // len(rounds) // 2))
        if how == "kill":
            member.kill()
        else:
            member.split_off()
        senders.until_more(max(1, messages // len(rounds) // 2))
        if how == "kill":
            member.start()
            member.until_ready()
        else:
            member.come_back()
        senders.until_taken_by(member)
        senders.until_whole()  # one machine may fail, and not two
    senders.until_more(max(1, messages - senders.count()), within=10 * FORMED)
    senders.stop()
    for device in cluster.devices:
        device.awake.set()
    began = time.monotonic()
    lost, twice = senders.judge(within=2 * FORMED)
    print(f"\n{made['kill']} kills and {made['split off']} splits{' by the cable' if cluster.members[0].network else ''}, "
          f"of 3 in turn: {senders.count()} accepted, lost {lost}, twice {twice}, "
          f"longest pause {senders.longest:.1f} s, refused {senders.answers.count(503)}, no answer "
          f"{senders.answers.count(0)}; all there {time.monotonic() - began:.1f} s after the last; "
          f"{sum(device.connections for device in cluster.devices)} connections, "
          f"{sum(device.again for device in cluster.devices)} dropped by id")
    assert (lost, twice) == (0, 0)
    assert senders.longest <= 15

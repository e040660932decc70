"""A server that does what it should not (push.md §4.1, §4.2, §5): it says nothing, begins its sequences anew, forges, or sends
high messages without end. `stint push status` names it, what it costs is bounded, and nothing is lost that a store still has."""

import base64
import hmac
import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest
from connector import PATIENCE, coded
from nats_client import Nats, in64
from push_line import CHAT, MAIL, MISSING, live, push, until  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")

FLOOD = 100_000


def status(line):
    (row,) = map(json.loads, line.world.done("push", "status", "--json").splitlines())
    return row


def says(line, text):
    return text in line.world.done("push", "status")


def resident(pid):
    """Bytes."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


@pytest.mark.parametrize(("which", "told"), [("nats", "the broker takes the connection, and says nothing"),
                                             ("endpoint", "the server has not answered yet")])
def test_a_server_that_takes_everything_and_answers_nothing_is_named(live, which, told):  # noqa: F811, §4.2
    app = live.connector(MAIL)
    app.endpoint("t")
    until(lambda: status(live)["up"])
    assert status(live)["roundTrip"] > 0 and says(live, "; it answers within ")
    silent = getattr(live.server, which)
    os.kill(silent.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, silent.pid, os.WSTOPPED)  # what a thread still answers is no silence
    live.dozes(), live.wakes()  # what opens is asked for
    until(lambda: says(live, told), within=3 * PATIENCE)
    assert not status(live)["up"]
    os.kill(silent.pid, signal.SIGCONT)
    until(lambda: status(live)["up"], within=6 * PATIENCE)
    live.sends(app, "t", "after")
    app.until_texts(["after"])


def test_a_server_that_begins_its_sequences_anew_is_named_and_nothing_is_skipped(live):  # noqa: F811, §4.1: a power cut
    app, server = live.connector(MAIL), live.server
    app.endpoint("t")
    live.sends(app, "t", "one", "two")
    app.until_texts(["one", "two"])
    assert status(live)["anew"] is None
    store, cut = server.root / "jetstream", server.root / "cut"
    server.kill(server.nats)
    shutil.copytree(store, cut)
    server.start_nats()
    until(lambda: status(live)["up"], within=3 * PATIENCE)
    until(lambda: server.metric("stint_endpoint_open") == 1)
    live.sends(app, "t", "three", "four", "five")
    app.until_texts(["one", "two", "three", "four", "five"])
    assert status(live)["anew"] is None
    server.kill(server.nats)
    shutil.rmtree(store)
    cut.rename(store)
    server.start_nats()
    until(lambda: status(live)["anew"], within=3 * PATIENCE)
    assert says(live, "its sequences began anew ")
    live.daemon.until_logged("line result=anew")
    live.sends(app, "t", "six")
    app.until(lambda: "six" in app.texts())
    assert app.texts() == ["one", "two", "three", "four", "five", "six"]


def test_what_was_passed_over_is_counted_by_reason(live):  # noqa: F811, §2.1
    app = live.connector(MAIL)
    registration = live_subject_of(live, app)
    thief = thief_of(live.server)
    for n in range(3):
        thief.pub(f"stint.live.{registration}", [("Nats-Msg-Id", in64(os.urandom(16))), ("Stint-Version", "1"),
                                                 ("Stint-Sent", "1"), ("Stint-TTL", "1"), ("Stint-Mac", "x")], b"x")
    thief.pub(f"stint.live.{registration}", [("Stint-Version", "1"), ("Stint-Version", "1")], b"x")
    assert not thief.errors()
    until(lambda: status(live)["leftOut"])
    counts = {each["reason"]: each["count"] for each in status(live)["leftOut"]}
    assert set(counts) <= {"a wrong Stint-Mac", "Stint-Version twice"} and counts["a wrong Stint-Mac"] <= 3
    assert says(live, " passed over: ")


def live_subject_of(line, app):
    """SHARD.DEVICE.h.REGISTRATION of a new registration."""
    app.endpoint("t")
    thief = thief_of(line.server)
    line.sends(app, "t", "first", Urgency="high")
    subject = thief.heard()[0]
    app.until(lambda: "first" in app.texts())
    return subject.removeprefix("stint.live.")


def thief_of(server):
    """It may do at the broker what stint-endpoint may."""
    thief = Nats(server.nats_port, user="server", **{"pass": "secret"})
    thief.send("SUB stint.live.> 1")
    assert not thief.refused and not thief.errors()
    return thief


def line_key(line):
    return base64.urlsafe_b64decode(re.search(r'line_key = "([^"]+)"', line.file.read_text())[1] + "=")


def signed(key, subject, sent, text):
    """One message as its server would keep it: the lines of HPUB."""
    name, body = in64(os.urandom(16)), coded(text)
    mac = hmac.digest(key, f"{subject}\n{name}\n{sent}\n3600\n\n".encode() + body, "sha256")
    head = (f"NATS/1.0\r\nNats-Msg-Id: {name}\r\nStint-Version: 1\r\nStint-Sent: {sent}\r\nStint-TTL: 3600\r\n"
            f"Stint-Mac: {in64(mac)}\r\n\r\n").encode()
    return f"HPUB {subject} {len(head)} {len(head) + len(body)}\r\n".encode() + head + body + b"\r\n"


def test_a_hundred_thousand_high_messages_in_a_minute_are_bounded_and_take_nothing_from_others(push):  # noqa: F811, §4.2
    push.start_daemon({"push.closed": "1min"})
    mail, chat = push.connector(MAIL), push.connector(CHAT)
    subject = f"stint.p.{live_subject_of(push, mail)}"
    chat.endpoint("t")
    distributor = push.distributor()
    thief = Nats(push.server.nats_port, user="server", **{"pass": "secret"})
    key, begun, sent = line_key(push), time.monotonic(), time.time_ns() // 1_000_000
    for n in range(FLOOD // 1000):
        thief.socket.sendall(b"".join(signed(key, subject, sent, str(n * 1000 + each)) for each in range(1000)))
    assert not thief.errors()
    took = time.monotonic() - begun
    assert took < 60, "in a minute"
    until(lambda: says(push, "too many urgent messages came"))
    assert push.waiting() == [] or {row["package"] for row in push.waiting()} == {MAIL}
    push.sends(chat, "t", *map(str, range(50)))
    before = push.traffic()
    seen = len(mail.texts())
    print(f"{FLOOD} in {took:.1f} s: {seen} came before the line was closed; {resident(distributor) >> 10} KiB")
    assert seen < FLOOD / 100
    assert resident(distributor) < 64 << 20 and push.distributor() == distributor
    assert chat.texts() == [] and push.traffic()[0] - before[0] < 100, "its server keeps them meanwhile"
    chat.until_texts(map(str, range(50)), within=6 * PATIENCE)
    mail.until(lambda: str(FLOOD - 1) in mail.texts(), within=PATIENCE)
    assert {str(n) for n in range(FLOOD - 100, FLOOD)} <= set(mail.texts()), "the hundred that a store keeps"
    assert len(mail.texts()) == len(set(mail.texts()))
    assert status(push)["floods"] >= 1 and says(push, "for too many urgent messages, last ")

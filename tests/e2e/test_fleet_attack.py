"""An attacker's hour (fleet.md §6.3, §7): a broker that was stolen, a device of the fleet that turned hostile, and another
user of the server's machine. Nobody else waits, and a flood takes time rather than memory."""

import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlparse

import pytest
from connector import PATIENCE
from fleet_ground import Ground, comes_back, goes_away, marked, name_of, runs
from nats_client import Nats
from push_line import until
from push_server import HttpServer
from push_served import line_of
from test_fleet import pytestmark  # noqa: F401
from test_push_door import credentials

FLOOD = 20_000


@pytest.fixture(scope="module")
def ground():
    made = Ground()
    yield made
    made.close()


@pytest.fixture(scope="module")
def victim(ground):
    return ground.device("victim")


def resident(pid):
    """Bytes."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Stolen:
    """Whoever has the broker, with all its rights (§6.3), and a device of the fleet."""

    def __init__(self, ground, device):
        self.fleet, self.name, self.shard = ground.broker(), name_of(device), line_of(device.world)["device"]["shard"]
        self.asked = Counter()

    def asks(self, word, **question):
        """The server's answer to the device."""
        return json.loads(self.fleet.asks(f"stint.f.{word}.{self.shard}.{self.name}", canonical({"format": 1, **question})))

    def orders(self):
        """All that waits for it there: subject, headers, body."""
        found, at = [], 1
        while "message" in (said := json.loads(self.fleet.asks(
                f"$JS.API.STREAM.MSG.GET.STINT_P_{self.shard}",
                json.dumps({"seq": at, "next_by_subj": f"stint.p.{self.shard}.{self.name}.>"})))):
            message = said["message"]
            lines = base64.b64decode(message.get("hdrs", "")).decode().split("\r\n")[1:]
            headers = [tuple(line.split(": ", 1)) for line in lines if line and not line.startswith("Nats-Msg-Id")]
            found.append((message["subject"], headers, base64.b64decode(message["data"])))
            at = message["seq"] + 1
        return found

    def endpoint(self):
        """Where orders are pushed to it; None: it has not said so yet."""
        said = json.loads(self.fleet.asks("$JS.API.STREAM.MSG.GET.KV_STINT_FLEET_DEV",
                                          json.dumps({"last_by_subj": f"$KV.STINT_FLEET_DEV.{self.name}.hello"})))
        return json.loads(base64.b64decode(said["message"]["data"])).get("endpoint") if "message" in said else None

    def lies(self, answers):
        """In the server's place, to each question: by its word, one after another, and from then on the last, until its
        connection ends. A question may come twice (push.md §4.2)."""
        self.fleet.nats.socket.settimeout(None)  # a device that has had no answer rests for longer than a test waits
        with suppress(OSError, AssertionError):
            while True:
                subject, _, _ = self.fleet.nats.heard()
                word = subject.split(".")[2]
                if word in answers:
                    answer = answers[word][min(self.asked[word], len(answers[word]) - 1)]
                    self.fleet.nats.pub(self.fleet.nats.reply, [], answer)
                    self.asked[word] += 1


def id_of(document):
    """§6.1."""
    bits = int.from_bytes(hashlib.sha256(document.encode()).digest()[:5], "big")
    digits = "".join("0123456789abcdefghjkmnpqrstvwxyz"[bits >> 5 * n & 31] for n in range(7, -1, -1))
    return f"{time.strftime('%Y%m%d', time.gmtime(json.loads(document)['made'] / 1000))}-{digits}"


def tampered(paper, change):
    """Its document is another one, and its signatures are what they were."""
    document = json.loads(paper["document"])
    change(document)
    return {**paper, "document": canonical(document)}


def test_who_has_stolen_the_broker_has_nothing_run_and_nothing_told(ground):
    device = ground.device("robbed")
    stolen = Stolen(ground, device)
    endpoint = urlparse(until(stolen.endpoint))
    goes_away(device)
    done = ground.starts("robbed", marked("done"))
    orders = until(stolen.orders)
    comes_back(device)
    ground.until(done, "succeeded")
    before = ground.row(done)
    hello = stolen.asks("hello", endpoint=endpoint.geturl(), version="0.1.0")
    real = stolen.asks("doc", campaign=done)
    forged = tampered(real, lambda one: one["step"][0]["run"].__setitem__(2, marked("forged")))
    planted = id_of(forged["document"])
    ground.parts.kill("stint-fleetd")

    # Orders of before are told again, and in pieces; what is too long is not carried at all.
    nats = stolen.fleet.nats
    for subject, headers, body in orders:
        for text in (body, body, body[:-1], body[:9], b"", b"{}", body * 20):
            for place in (subject, subject.replace("stint.p.", "stint.live.", 1)):
                nats.pub(place, headers, text)
    assert not nats.errors()
    with pytest.raises(OSError):  # it ends the connection
        Stolen(ground, device).fleet.nats.pub(f"stint.live.{stolen.shard}.{stolen.name}.n.x", [], b"x" * 10_000_000)

    # An order of its own, and the server's answers to what follows of it.
    alive = tampered(hello["statement"], lambda one: one.setdefault("alive", []).append(planted))
    moved = tampered(hello["certificate"], lambda one: one["labels"].__setitem__("site", "elsewhere"))
    lies = {"hello": [{**hello, "statement": alive, "certificate": moved}, {**hello, "statement": {}}],
            "doc": [real, forged], "slot": [{"format": 1, "time": 3_600_000, "word": "begin"}]}
    texts = {word: [canonical(answer).encode() for answer in answers] for word, answers in lies.items()}
    threading.Thread(target=stolen.lies, args=(texts,), daemon=True).start()
    server = HttpServer()
    server.port = endpoint.port

    for n in (1, 2):  # its document is none at first
        assert server.ask("POST", endpoint.path, canonical({"campaign": planted, "enrolment": 1, "format": 1}),
                          TTL="60", Topic=planted)[0] == 201
        until(lambda: stolen.asked["doc"] >= n, within=3 * PATIENCE)

    def told():
        return [text for text in ground.broker().reports(stolen.name) if planted.encode() in text]

    said = json.loads(json.loads(until(told, within=6 * PATIENCE)[-1])["document"])
    assert said["outcome"] == "rejected" and "not-signed" in said["words"], said

    stolen.fleet.nats.socket.shutdown(socket.SHUT_RDWR)
    ground.parts.start("stint-fleetd")
    ground.parts.until_open()
    after = ground.starts("robbed", marked("after"))
    ground.until(after, "succeeded")
    assert [runs(device, script) for script in ("done", "forged", "after")] == [1, 0, 1]
    assert {**ground.row(done), "seen": 0} == {**before, "seen": 0}
    assert planted not in [one["campaign"] for one in ground.parts.asks("/v1/campaigns")["campaigns"]]


def test_a_hostile_device_takes_nothing_from_another(ground, victim):
    hostile = ground.device("hostile")
    name, jwt, key = credentials(hostile.world)
    shard, other = line_of(hostile.world)["device"]["shard"], name_of(victim)
    before, pid = resident(ground.parts.pid("stint-fleetd")), ground.parts.pid("stint-fleetd")

    def connects():
        return Nats(ground.nats_port, jwt=jwt, sign=key.sign)

    for word in ("hello", "slot", "doc", "join", "report"):
        assert not connects().may_say(f"stint.f.{word}.{shard}.{other}"), word
        assert not connects().may_hear(f"stint.f.{word}.>"), word
    assert not connects().may_say("$KV.STINT_FLEET.x") and not connects().may_say(f"$KV.STINT_FLEET_DEV.{other}")

    started = ground.starts("victim", marked("beside"))
    nats = connects()
    bodies = [b"x", b"{}", b"[" * 4000, b"x" * 60_000, canonical({"campaign": started, "enrolment": 1, "format": 1,
                                                                  "slot": 2**32 - 1}).encode(), b""]
    for n in range(FLOOD):
        word = ("hello", "slot", "doc", "join", "report")[n % 5]
        nats.pub(f"stint.f.{word}.{shard}.{name}", [], bodies[n // 5 % len(bodies)][:60_000 if n % 100 == 3 else 4000])
    nats.errors()
    ground.until(started, "succeeded")
    assert ground.parts.pid("stint-fleetd") == pid and runs(victim, "beside") == 1
    assert resident(pid) < before + (64 << 20), (before, resident(pid))
    assert ground.row(started)["device"] == other
    said = json.loads(ground.broker().asks("$JS.API.STREAM.INFO.STINT_FLEET_R",
                                           json.dumps({"subjects_filter": f"stint.f.report.{shard}.{name}"})))
    assert 0 < sum(said["state"]["subjects"].values()) <= 256  # §2.1


def test_another_user_at_the_servers_door_gets_nothing_and_holds_up_nobody(ground):
    address, token = ground.parts.door
    port = int(address.rpartition(":")[2])
    door = ground.world.store / "fleet-server" / "door"
    assert door.stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:
        read = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", door], capture_output=True,
                              check=False)
        assert read.returncode != 0 and token.encode() not in read.stdout

    def raw(request):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
            line.sendall(request)
            return line.recv(65536).decode(errors="replace").split("\r\n")[0]

    wrong = ["", "Authorization: Bearer \r\n", f"Authorization: Bearer {token[:-1]}\r\n", f"Authorization: Bearer {token}x\r\n",
             f"Authorization: Basic {token}\r\n", f"Authorization: Bearer {'0' * len(token)}\r\n", f"Cookie: token={token}\r\n"]
    for headers in wrong:
        for method, path in (("GET", "/v1/fleet"), ("GET", "/metrics"), ("POST", "/v1/remove"), ("POST", "/v1/campaigns")):
            assert " 401 " in raw(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Content-Length: 2\r\n\r\n{{}}".encode())

    before = resident(ground.parts.pid("stint-fleetd"))
    crowd = []
    try:
        for n in range(1000):
            line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            crowd.append(line)
            with suppress(OSError):  # it may be turned away already
                line.sendall((b"", b"GET /v1/fle", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100,
                              b"POST /v1/campaigns HTTP/1.1\r\nContent-Length: 99999\r\n\r\n{")[n % 4])
            if n % 3 == 0:
                line.close()  # a peer that vanishes
            if n % 100 == 0:
                until(lambda: ground.parts.asks("/v1/fleet"))
        until(lambda: ground.parts.asks("/v1/fleet"))
        assert resident(ground.parts.pid("stint-fleetd")) < before + (32 << 20)
    finally:
        for line in crowd:
            line.close()
    for body in ("", "{", "[" * 5000, "null", '{"signed": 7}', '{"signed": "{}"}', '{"device": "' + "x" * 9000 + '"}'):
        for path in ("/v1/campaigns", "/v1/instructions", "/v1/operators", "/v1/remove"):
            assert ground.parts.answers("POST", path, body)[0] in (400, 404), (path, body[:20])
    for query in ("query=%00", "query=" + "(" * 3000, "query=all&from=" + "z" * 500, "query=%ff%fe", "most=99999999999999"):
        assert ground.parts.answers("GET", f"/v1/devices?{query}")[0] in (200, 400, 414, 431), query

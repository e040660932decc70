"""An attacker's hour (fleet.md §6.3, §6.5): a device of the fleet that turned hostile, and another user of the
server's machine. Nobody else waits, and a flood takes time rather than memory."""

import json
import os
import re
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from connector import PATIENCE
from fleet_ground import Ground, marked, name_of, runs
from nats_client import Nats
from push_line import until
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
            assert " 401 " in raw(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: 2\r\n\r\n{{}}".encode())

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

"""The door at which devices join (push.md §3.1), and how far a device gets at the broker (§2.1): an attacker's."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats_client import Nats, in64
from push_served import another, line_of, needs_all, served  # noqa: F401

pytestmark = needs_all

# The door (§3.1).


def test_what_is_posted_at_the_door_is_judged(served):
    def code(body, method="POST"):
        return served.ask(method, "/push/v1/devices", body)[0]

    user = "U" + "A" * 55
    assert code("{}", "GET") == 405
    assert code("x" * 2049) == 413
    for body in ("", "[]", "{}", "[" * 2000, '{"v": 2}', '{"v": 1}', '{"v": 1, "join": 7}', '{"v": 1, "join": "X"}',
                 json.dumps({"v": 1, "join": "X", "user": user}), '{"v": 1, "leave": "a.b.c"}'):
        assert code(body) == 400, body
    for jwt in ("a.b.c", "a.b", "." * 100):
        assert code(json.dumps({"v": 1, "leave": jwt, "signature": "AAAA"})) == 403, jwt
    rest = [code("{}") for _ in range(30)]
    assert rest[-1] == 429, rest


# A device as its neighbour: what it can do at the broker (§2.1, §3.1).


def key_of(seed):
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    return Ed25519PrivateKey.from_private_bytes(raw[2:34])


def credentials(world):
    """A device's name, JWT and key."""
    device = line_of(world)["device"]
    lines = (world.store / "push" / device["credentials"]).read_text().splitlines()
    return device["name"], lines[1], key_of(lines[5])


def test_a_device_gets_no_further_than_its_own_mailbox(served, another):
    assert another.stint(*served.join.split()[1:]).code == 0
    name, jwt, key = credentials(another)
    victim = "0" * 26

    def connect():
        return Nats(served.nats_port, jwt=jwt, sign=key.sign)

    assert not connect().refused
    assert connect().may_hear(f"stint.live.00.{name}.>") and connect().may_hear(f"_INBOX.{name}.x")
    assert connect().may_say(f"stint.box.00.{name}") and connect().may_say(f"stint.reg.00.{name}")
    for subjects in (f"stint.live.00.{victim}.>", "stint.live.>", "stint.p.>", "_INBOX.>", ">", "$JS.>", "$SYS.>",
                     "stint.live.*.*.>", f"stint.box.00.{name}"):
        assert not connect().may_hear(subjects), subjects
    for subject in (f"stint.box.00.{victim}", f"stint.reg.00.{victim}", f"stint.p.00.{name}.n.x", f"stint.live.00.{name}.n.x",
                    f"_INBOX.{victim}.x", "$JS.API.INFO", "$JS.API.STREAM.NAMES", "$KV.STINT_REG.x",
                    "$SYS.REQ.SERVER.PING"):
        assert not connect().may_say(subject), subject


def test_who_is_no_device_is_not_let_in(served, another):
    assert another.stint(*served.join.split()[1:]).code == 0
    name, jwt, key = credentials(another)
    stranger = Ed25519PrivateKey.generate()
    assert Nats(served.nats_port).refused
    assert Nats(served.nats_port, jwt=jwt, sign=stranger.sign).refused  # a JWT that was stolen without its key
    header, claims, _ = jwt.split(".")
    wide = json.loads(base64.urlsafe_b64decode(claims + "=="))
    wide["nats"] |= {"pub": {"allow": [">"]}, "sub": {"allow": [">"]}}
    text = f"{header}.{in64(json.dumps(wide).encode())}"
    forged = f"{text}.{in64(key.sign(text.encode()))}"  # by itself, not by the server
    assert Nats(served.nats_port, jwt=forged, sign=key.sign).refused


def test_nobody_leaves_for_another(served, world, another):
    assert another.stint(*served.join.split()[1:]).code == 0
    _, jwt, _ = credentials(another)
    stranger = Ed25519PrivateKey.generate()
    body = json.dumps({"v": 1, "leave": jwt, "signature": in64(stranger.sign(f"leave {jwt}".encode()))})
    status, _, text = served.ask("POST", "/push/v1/devices", body)
    assert (status, "signed by the device" in text) == (403, True)

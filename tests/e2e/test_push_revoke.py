"""Devices that a server lets in no more (push.md §3.1), at the real nats-server; and who would have it so."""

import hashlib
import json
import os
import shutil
import signal
import time

import pytest
from nats_client import Nats
from push_line import MAIL, until
from push_served import another, line_of, misspelt, needs_all, push, served  # noqa: F401
from test_push_door import credentials

pytestmark = needs_all

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Joined:
    """A device that has joined, as its thief: its name, JWT and key outlive its leaving."""

    def __init__(self, world, served):
        assert world.stint("push", *served.invite()).code == 0
        self.server = served
        self.name, self.jwt, self.key = credentials(world)

    def connects(self):
        return Nats(self.server.nats_port, jwt=self.jwt, sign=self.key.sign)

    def is_in(self):
        return not self.connects().refused

    def is_cut(self, line):
        """The server ends that connection by itself."""
        said = b""
        try:
            while part := line.file.readline():
                said += part
        except ConnectionError:
            pass
        return b"Revoked" in said


def listed(world, served):
    rows = world.done("push", "devices", "--data", str(served.data), "--json").splitlines()
    return {row["device"]: row for row in map(json.loads, rows)}


def revoke(world, served, name):
    return world.stint("push", "revoke", name, "--data", str(served.data))


def code_of(served, purpose, end):
    """The same that the server makes."""
    bytes_ = int(end).to_bytes(4, "big")
    key = (served.data / "keys").read_bytes()[:32]
    bytes_ += hashlib.blake2b(b"stint push " + purpose.encode() + b" " + bytes_, digest_size=16, key=key).digest()
    number = int.from_bytes(bytes_, "big")
    return "".join(CROCKFORD[number >> (5 * (31 - at)) & 31] for at in range(32))


def asked(served, **question):
    return served.ask("POST", "/push/v1/devices", json.dumps({"v": 1, **question}))[0]


# It is cut off.


def test_a_revoked_device_is_cut_off_and_gets_in_no_more(served, another):
    thief = Joined(another, served)
    line = thief.connects()
    assert not line.refused
    done = revoke(another, served, thief.name)
    assert (done.code, done.out) == (0, "") and "gets in no more" in done.err, done
    assert thief.is_cut(line)
    assert not thief.is_in()
    assert revoke(another, served, thief.name).code == 0  # again
    os.kill(served.parts()["nats-server"], signal.SIGKILL)
    until(lambda: "nats-server" in served.parts())
    until(lambda: not until_answered(thief).startswith("closed"))
    assert not thief.is_in()
    again = Joined(fresh(another), served)  # by another code, as another device
    assert again.is_in() and again.name != thief.name


def until_answered(device):
    """The first word of a nats-server that listens."""
    try:
        refused = device.connects().refused
        return refused[0] if refused else "let in"
    except OSError:
        return "closed"


def fresh(world):
    shutil.rmtree(world.store / "push")
    return world


def test_a_revoked_device_is_known_in_each_start(served, another):
    """Whatever was killed, and whichever of the two that know it was lost: the bucket, or the file."""
    thief = Joined(another, served)
    assert revoke(another, served, thief.name).code == 0
    assert served.end(signal.SIGKILL) == -signal.SIGKILL
    file = served.data / "revoked"
    assert file.stat().st_mode & 0o777 == 0o600 and thief.name in file.read_text()
    served.start()
    assert not thief.is_in()
    served.end()
    shutil.rmtree(served.data / "jetstream")  # as a power cut would
    served.start()
    assert not thief.is_in()
    assert listed(another, served)[thief.name]["revoked"]
    served.end()
    file.unlink()
    served.start()
    until(lambda: file.exists() and thief.name in file.read_text())
    until(lambda: not thief.is_in())


@pytest.mark.parametrize("text", ["", "x", "0123456789ABCDEFGHJKMNPQRS UX 7\n" * 3, "\0" * 100, "a b c\n", "x" * (5 << 20)])
def test_a_file_of_revoked_devices_that_is_damaged_keeps_no_server_from_starting(served, another, text):
    thief = Joined(another, served)
    assert revoke(another, served, thief.name).code == 0
    served.end()
    (served.data / "revoked").write_text(text)
    served.start()
    until(lambda: thief.name in (served.data / "revoked").read_text())  # of the bucket
    until(lambda: not thief.is_in())


def test_a_damaged_file_of_nobody_is_written_anew(served):
    served.end()
    (served.data / "revoked").write_text("x" * (5 << 20))
    served.start()
    assert (served.data / "revoked").read_text() == ""


def test_senders_of_a_revoked_device_are_told_and_others_go_on(world, push, served):
    app = push.connector(MAIL)
    app.endpoint("a")
    name = line_of(world)["device"]["name"]
    assert listed(world, served)[name] | {"joined": 0} == {"schema": 1, "device": name, "joined": 0, "registrations": 1,
                                                          "revoked": None}
    assert revoke(world, served, name).code == 0
    assert push.post(app, "a", "one") == 410
    row = listed(world, served)[name]
    assert row["revoked"] and row["registrations"] == 0
    until(lambda: "not connected" in world.done("push", "status"))
    # Its owner may join anew.
    assert world.stint("push", "leave").code == 0
    heard = len(app.heard("NewEndpoint", "a"))
    assert world.stint("push", *served.invite()).code == 0
    app.until(lambda: len(app.heard("NewEndpoint", "a")) > heard)
    push.sends(app, "a", "two")
    app.until_texts(["two"], "a")


def test_who_has_left_leaves_no_key_behind(served, another):
    thief = Joined(another, served)
    line = thief.connects()
    assert another.stint("push", "leave").code == 0
    assert thief.is_cut(line)
    assert not thief.is_in()
    assert listed(another, served)[thief.name]["revoked"]


def test_devices_are_listed_for_a_person(world, served):
    own = line_of(world)["device"]["name"]
    lines = world.done("push", "devices", "--data", str(served.data)).splitlines()
    assert lines[0].split() == ["DEVICE", "JOINED", "REGISTRATIONS", "REVOKED"]
    assert lines[1].startswith(own) and lines[1].rstrip().endswith("-") and len(lines) == 2


def test_words_that_name_no_device_are_refused(world, served):
    for name, code in (("x", 64), ("0" * 25, 64), ("0" * 26, 66)):
        refused = revoke(world, served, name)
        assert refused.code == code, (name, refused)
    for verb in (("devices",), ("revoke", "0" * 26)):
        assert world.stint("push", *verb, "--data", str(world.root / "none")).code == 66
    served.end()
    assert world.stint("push", "devices", "--data", str(served.data)).code == 74
    assert revoke(world, served, "0" * 26).code == 74


# An attacker's hour.


def test_nobody_else_revokes(world, served, another):
    victim = Joined(another, served)
    now = time.time()
    forged = {"an invitation": served.invite()[-1],
              "a code to list": code_of(served, "devices", now + 60),
              "one for another device": code_of(served, "revoke " + "0" * 26, now + 60),
              "one that has run out": code_of(served, f"revoke {victim.name}", now - 1),
              "one without a name": code_of(served, "revoke", now + 60), "nothing": "0" * 32, "zeros": "0"}
    for what, code in forged.items():
        assert asked(served, revoke=victim.name, code=code) == 403, what
    right = code_of(served, f"revoke {victim.name}", now + 60)
    for name in ("0" * 26, misspelt(victim.name)):
        assert asked(served, revoke=name, code=right) == 403, name
    for body in ({"revoke": victim.name}, {"revoke": 7, "code": right}, {"revoke": "../x", "code": right},
                 {"revoke": "", "code": right}, {"devices": 7, "code": right}):
        assert asked(served, **body) == 400, body
    assert asked(served, devices="", code=right) == 403
    assert asked(served, join=right, user="U" * 56) in (400, 403)
    assert victim.is_in()
    assert asked(served, revoke=victim.name, code=right) == 200  # so the others were wrong for what they are
    until(lambda: not victim.is_in())


def test_who_guesses_holds_up_nobody_beside_him(served, another):
    wrong = [asked(served, join="0" * 32, user="U" * 56) for _ in range(31)]
    assert wrong[-1] == 429, wrong
    device = Joined(another, served)
    assert device.is_in()
    assert revoke(another, served, device.name).code == 0


def test_one_code_is_not_used_without_end(served, another):
    """Right ones count for their code, not for their address."""
    code, other = served.invite("--expires", "1h")[-1], served.invite("--expires", "2h")[-1]
    user = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"
    joined = [asked(served, join=code, user=user) for _ in range(61)]
    assert joined == [201] * 60 + [429]
    assert asked(served, join=other, user=user) == 201

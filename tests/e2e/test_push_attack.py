"""A broker that was stolen, and a sender that wakes the device on and on (push.md §2.1, §4.1, §4.2): what comes of it at
the app. Devices as attackers are in test_push_door.py, and apps in test_push_line.py."""

import re

import pytest
from nats_client import Nats
from push_line import MAIL, MISSING, in64, live, push, until  # noqa: F401

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")

LARGEST = 2**63 - 1


class Thief:
    """All rights that stint-endpoint has at its broker, and none of its keys; it hears all that is told."""

    def __init__(self, server):
        self.nats = Nats(server.nats_port, user="server", **{"pass": "secret"})
        assert not self.nats.refused
        self.nats.send("SUB stint.live.> 1")
        assert not self.nats.errors()

    def hears(self):
        """A message as it is told: where, its headers but NATS' own, the body, and its number."""
        subject, headers, body = self.nats.heard()
        number = int(dict(headers)["Nats-Sequence"])
        own = ("Nats-Stream", "Nats-Subject", "Nats-Sequence", "Nats-Last-Sequence")
        return subject, [both for both in headers if both[0] not in own], body, number

    def tells(self, subject, headers, body, number, last):
        self.nats.pub(subject, [*headers, ("Nats-Sequence", number), ("Nats-Last-Sequence", last)], body)

    def keeps(self, subject, headers, body):
        self.nats.pub(subject.replace("stint.live.", "stint.p."), headers, body)


def changed(headers, **values):
    return [(name, values.get(name.replace("-", "_"), value)) for name, value in headers]


def test_who_has_the_broker_forges_nothing_and_repeats_nothing(live):  # noqa: F811
    app = live.connector(MAIL)
    app.endpoint("mine"), app.endpoint("other")
    thief = Thief(live.server)
    live.sends(app, "mine", "one", Topic="t")
    subject, headers, body, number = thief.hears()
    live.sends(app, "other", "of the other")
    other = thief.hears()[0]
    app.until(lambda: len(app.texts()) == 2)
    high = subject.replace(".n.", ".h.")
    new = in64(bytes(16))
    forged = [
        (subject, changed(headers, Nats_Msg_Id=new), body),  # its MAC is of another id
        (subject, changed(headers, Nats_Msg_Id=new, Stint_Mac=in64(bytes(32))), body),
        (subject, [both for both in changed(headers, Nats_Msg_Id=new) if both[0] != "Stint-Mac"], body),
        (subject, changed(headers, Stint_TTL="2419200"), body),
        (subject, changed(headers, Stint_Topic="u"), body),
        (subject, headers, body + b"x"),
        (other, headers, body),  # moved to another registration
        (high, headers, body),  # and to another urgency
        (subject, [*headers, ("Stint-Mac", dict(headers)["Stint-Mac"])], body),
        (subject, changed(headers, Stint_TTL="-1"), body),
        (subject, changed(headers, Stint_Version="2"), body),
        (subject, [*headers, ("Stint-Sent", "\xff")], body),
        (subject, [], b"x" * 8000),
    ]
    for at, one in enumerate(forged, start=number + 10):
        thief.tells(*one, at, number)
        thief.keeps(*one)
    for at, last in ((number, 0), (LARGEST, number), (-1, number)):
        thief.tells(subject, headers, body, at, last)  # its own words once more, by another number
    assert not thief.nats.errors()
    live.sends(app, "mine", "the end")
    live.sends(app, "other", "the end of the other")
    app.until(lambda: {"the end", "the end of the other"} <= set(app.texts()))
    assert sorted(app.texts()) == ["of the other", "one", "the end", "the end of the other"]
    assert len(re.findall("messages were left out", live.log.read_text())) == 1, "told once an hour"


def test_a_mebibyte_for_the_device_is_passed_over(live):  # noqa: F811, all that nats-server lets through; §2.1
    app = live.connector(MAIL)
    app.endpoint("t")
    thief, distributor = Thief(live.server), live.distributor()
    live.sends(app, "t", "one")
    subject, headers, body, number = thief.hears()
    app.until_texts(["one"])
    huge = bytes(2**20 - 1024)
    for one in ([], headers):
        thief.tells(subject, one, huge, number + 1, number)
    # The same as the answer to a question, which the device asks where one is missing.
    live.server.kill(live.server.endpoint)
    thief.nats.send("SUB stint.box.> 2")
    thief.tells(subject, headers, body, number + 9, number + 8)
    while not (asked := thief.nats.heard()[0]).startswith("stint.box."):
        assert asked.startswith("stint.live.")
    thief.nats.pub(thief.nats.reply, [], huge)
    assert not thief.nats.errors()
    live.server.start_endpoint()
    until(lambda: live.post(app, "t", "two") == 201)
    app.until_texts(["one", "two"])
    assert live.distributor() == distributor


def test_who_wakes_the_device_on_and_on_closes_the_line(push):  # noqa: F811, §4.2
    push.start_daemon({"push.high_rate": 5, "push.closed": "1min"})
    app = push.connector(MAIL)
    app.endpoint("t")
    push.sends(app, "t", *map(str, range(6)), Urgency="high")
    app.until_texts(map(str, range(6)))
    assert "too many urgent messages came" in push.world.done("push", "status")
    before = push.traffic()
    push.sends(app, "t", *map(str, range(6, 60)), Urgency="high")
    assert push.post(app, "t", "one more", Urgency="high") == 429  # §3: of its registration, too
    assert push.traffic()[0] - before[0] < 100, "its server keeps them"  # a message is 500 bytes

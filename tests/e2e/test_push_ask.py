"""A fleet's questions (push.md §2, §4.2): from the door of stint-push to whoever answers beside the real nats-server of
`stint push serve`; an app in the agent's place, and a device in another's."""

import base64
import json
import os
import shutil
import sys
import threading
from contextlib import contextmanager

import pytest
from commands import schedule
from connector import DISTRIBUTOR, PATIENCE
from events import Deadline
from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from nats_client import Nats
from neighbours import Neighbour
from push_line import MAIL, PushLine, shard_of, until
from push_served import line_of, needs_all, push, served  # noqa: F401
from test_push_door import credentials, key_of
from test_push_revoke import fresh, revoke

pytestmark = needs_all

WORDS = ("join", "hello", "doc", "slot", "report")
AGENT = "org.stint.agent"
SECURITY = "org.stint.Error.Security"
STREAM = "STINT_FLEET_R"
CONFIGURATION = {"name": STREAM, "subjects": [f"stint.f.report.{n:02x}.*" for n in range(16)], "retention": "limits",
                 "storage": "file", "discard": "new", "max_msgs_per_subject": 256, "max_msg_size": 16 << 10,
                 "max_bytes": 64 << 20, "allow_direct": True, "num_replicas": 1}  # as Broker::openReports has it


class Asked:
    """An answer at the door: its bytes, or the error's name and text."""

    def __init__(self, message):
        self.error, self.answer, self.text = "", b"", ""
        if message.header.message_type == MessageType.error:
            self.error = message.header.fields[HeaderFields.error_name]
            self.text = str(message.body[0])
        else:
            self.answer = bytes(message.body[0])


def question(word, body):
    address = DBusAddress("/org/stint/Line", bus_name=DISTRIBUTOR, interface="org.stint.Line1")
    return new_method_call(address, "Ask", "say", (word, body))


def answered(line, within=PATIENCE):
    """The next answer on that connection."""
    deadline = Deadline(within)
    while (message := line.receive(timeout=deadline.left())).header.message_type == MessageType.signal:
        pass
    return Asked(message)


def ask(bus, word, body=b"?"):
    """By this process, which is a person's."""
    with bus.connect() as line:
        return Asked(line.send_and_get_reply(question(word, body), timeout=2 * PATIENCE))


class Fleet:
    """Whoever answers beside nats-server, with stint-endpoint's own rights there."""

    def __init__(self, served):  # noqa: F811
        lines = (served.data / "endpoint.creds").read_text().splitlines()
        self.nats = Nats(served.nats_port, jwt=lines[1], sign=key_of(lines[5]).sign)
        assert not self.nats.refused
        for number, subjects in enumerate(["_INBOX.fleet.>", *(f"stint.f.{word}.*.*" for word in WORDS[:4])], start=1):
            self.nats.send(f"SUB {subjects} {number}")
        assert not self.nats.errors()

    def asks(self, subject, text=""):
        self.nats.send(f"PUB {subject} _INBOX.fleet.1 {len(text)}\r\n{text}")
        while not (heard := self.nats.heard())[0].startswith("_INBOX.fleet."):
            pass
        return heard[2]

    def opens_reports(self):
        said = json.loads(self.asks(f"$JS.API.STREAM.CREATE.{STREAM}", json.dumps(CONFIGURATION)))
        assert "error" not in said, said

    def reports(self, device):
        """The bodies of a device's."""
        found, at = [], 1
        while True:
            wanted = {"seq": at, "next_by_subj": f"stint.f.report.*.{device}"}
            said = json.loads(self.asks(f"$JS.API.STREAM.MSG.GET.{STREAM}", json.dumps(wanted)))
            if "error" in said:
                assert said["error"]["code"] == 404, said
                return found
            found.append(base64.b64decode(said["message"]["data"]))
            at = said["message"]["seq"] + 1

    def answers(self, text):
        """The next question: its subject and body. It is answered."""
        subject, _, body = self.nats.heard()
        self.nats.pub(self.nats.reply, [], text)
        return subject, body

    def asked(self):
        """The subjects of all that was asked until now, and not answered."""
        self.nats.send("PUB stint.f.hello.00.END 0\r\n")
        subjects = []
        while (subject := self.nats.heard()[0]) != "stint.f.hello.00.END":
            subjects.append(subject)
        return subjects


@pytest.fixture
def fleet(served):  # noqa: F811
    made = Fleet(served)
    yield made
    made.nats.socket.close()


def device_of(world):
    device = line_of(world)["device"]
    return device["name"], device["shard"]


# A person, the agent, and apps.

ASKER = """
import json
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from test_push_ask import Asked, question
from connector import PATIENCE
line = open_dbus_connection(sys.argv[1], auth_timeout=30)
for name in sys.argv[3:]:
    Proxy(message_bus, line).RequestName(name)
if sys.argv[2]:
    os.chroot(sys.argv[2])
said = Asked(line.send_and_get_reply(question("hello", b"asked"), timeout=2 * PATIENCE))
print(said.error or said.answer.decode(), flush=True)
"""


ASKER_IN_A_JOB = """
import os, sys
sys.path.insert(0, sys.argv[1])
from jeepney.io.blocking import open_dbus_connection
from test_push_ask import Asked, question
line = open_dbus_connection(sys.argv[2], auth_timeout=30)
with open(sys.argv[3], "w", encoding="utf-8") as file:
    file.write(Asked(line.send_and_get_reply(question("hello", b"x"), timeout=40)).error)
"""


def asks_as(world, bus, *names, python=sys.executable, root=""):
    asker = Neighbour(world, ASKER, bus.address, root, *names, python=python)
    said = asker.says()
    asker.end()
    return said


@contextmanager
def answering(fleet):
    """Answers one question meanwhile; what it was is there afterwards."""
    heard = []
    thread = threading.Thread(target=lambda: heard.append(fleet.answers(b"answered")))
    thread.start()
    yield heard
    thread.join(PATIENCE)
    assert heard


def program_of(world, package):
    """A python that is an app's program."""
    program = world.root / package
    shutil.copy(os.path.realpath(sys.executable), program)
    world.environment["PYTHONHOME"] = sys.base_prefix
    (world.apps / f"{package}.toml").write_text(f'package = "{package}"\nexecutable = "{program}"\n')
    return program


def test_a_question_is_answered_beside_the_broker_and_needs_no_registration(world, push, fleet):  # noqa: F811
    name, shard = device_of(world)
    body = bytes(range(256)) * 256  # as long as one may be
    for word in WORDS[:4]:
        with answering(fleet) as heard:
            assert ask(push.bus, word, body).answer == b"answered"
        assert heard == [(f"stint.f.{word}.{shard}.{name}", body)]
    assert "there is no line" in world.done("push", "status")  # of the daemon's
    fleet.opens_reports()
    for n in range(3):
        assert json.loads(ask(push.bus, "report", b"%d" % n).answer)["seq"] == n + 1
    assert fleet.reports(name) == [b"0", b"1", b"2"]


def test_only_the_agent_and_a_person_ask_by_the_kernels_word(world, bus, served):  # noqa: F811
    agent, app = program_of(world, AGENT), program_of(world, MAIL)
    line = PushLine(world, bus, served)
    line.start_daemon()
    fleet = Fleet(served)
    try:
        for python in (agent, sys.executable):
            with answering(fleet):
                assert asks_as(world, bus, python=python) == "answered"
        for names in ((), (MAIL,), (AGENT,), (AGENT, "org.stint.Stint2", MAIL)):
            assert asks_as(world, bus, *names, python=app) == SECURITY, names
        said = world.root / "said"
        job = schedule(world, "--", sys.executable, "-c", ASKER_IN_A_JOB, os.path.dirname(__file__), bus.address, str(said))
        assert world.stint("wait", str(job)).code == 0
        assert said.read_text() == SECURITY  # a command that runs as a job is no person
        if os.getuid() == 0:
            for name in ("com.example.sandboxed", ""):
                sandbox = world.root / f"sandbox{name}"
                sandbox.mkdir()
                (sandbox / ".flatpak-info").write_text(f"[Application]\nname={name}\n")
                assert asks_as(world, bus, AGENT, root=str(sandbox)) == SECURITY
        assert fleet.asked() == []
    finally:
        line.close()


def test_a_device_that_has_joined_nothing_asks_nobody(world, bus, served):  # noqa: F811
    assert world.stint("push", "leave").code == 0
    line = PushLine(world, bus, served)
    line.start_daemon()
    try:
        assert ask(bus, "hello").error == "org.stint.Error.IllegalState"
    finally:
        line.close()


def test_a_flood_is_bounded_and_the_line_goes_on(world, push, fleet):  # noqa: F811
    app = push.connector(MAIL)
    app.endpoint("t")
    fleet.opens_reports()
    with push.bus.connect() as line:
        for _ in range(200):
            line.send(question("slot", b"x"))  # which nobody answers
        errors = []
        push.sends(app, "t", "meanwhile")
        app.until_texts(["meanwhile"])
        while len(errors) < 200:
            errors.append(answered(line, 2 * PATIENCE).error)
    assert set(errors) == {"org.stint.Error.Busy", "org.stint.Error.Unavailable"}
    assert errors.count("org.stint.Error.Unavailable") == 8
    said = [ask(push.bus, "report", b"x") for _ in range(130)]
    assert [one.error for one in said[112:]] == ["org.stint.Error.LimitExceeded"] * 18
    assert len(fleet.reports(device_of(world)[0])) == 112


def test_a_question_outlives_the_broker(world, push, served):  # noqa: F811
    def come():
        try:
            return Fleet(served)
        except (AssertionError, OSError):
            return None

    def is_answered():
        """One that is on its way when the broker dies, by whoever is there after it; not where that takes 10 s."""
        before = until(come)
        with push.bus.connect() as line:
            line.send(question("hello", b"x"))
            assert before.nats.heard()[0].startswith("stint.f.hello.")
            os.kill(served.parts()["nats-server"], 9)
            after = until(come, within=3 * PATIENCE)
            threading.Thread(target=after.answers, args=(b"answered",), daemon=True).start()
            return answered(line, 2 * PATIENCE).answer == b"answered"

    until(is_answered, within=6 * PATIENCE)


def test_without_a_registration_the_connection_ends_when_nobody_asks_any_more(world, push, fleet):  # noqa: F811
    with answering(fleet):
        assert ask(push.bus, "hello").answer == b"answered"
    assert len(push.traffic()) == 1
    until(lambda: push.traffic() == [], within=3 * PATIENCE)
    push.bus.until_owned(DISTRIBUTOR, owned=False)


# Devices.


def test_a_revoked_device_is_answered_no_more(world, push, served, fleet):  # noqa: F811
    with answering(fleet):
        assert ask(push.bus, "hello").answer == b"answered"
    assert revoke(world, served, device_of(world)[0]).code == 0
    until(lambda: ask(push.bus, "hello").error == "org.stint.Error.Unavailable")
    until(lambda: "does not let this device in" in ask(push.bus, "hello").text)


class Thief:
    """A device with its credentials, and all its rights: whatever one of ours would not say."""

    def __init__(self, world, served):  # noqa: F811
        world.environment["XDG_STATE_HOME"] = str(world.root / "another")
        world.store = world.root / "another" / "stint"
        assert world.stint("push", *served.invite()).code == 0
        self.served = served
        self.name, self.jwt, self.key = credentials(world)
        self.shard = shard_of(self.name)
        self.nats = self.connects()

    def connects(self):
        made = Nats(self.served.nats_port, jwt=self.jwt, sign=self.key.sign)
        assert not made.refused
        return made

    def says(self, subject, reply, text="forged"):
        self.nats.send(f"PUB {subject} {reply} {len(text)}\r\n{text}")
        return self.nats.errors()

    def report(self, text, headers=(), shard=None):
        """The stream's words."""
        inbox = f"_INBOX.{self.name}.r"
        self.nats.send(f"SUB {inbox} 9")
        self.nats.pub(f"stint.f.report.{shard or self.shard}.{self.name} {inbox}", headers, text.encode())
        said = json.loads(self.nats.heard()[2])
        self.nats.send("UNSUB 9")
        return said


def test_a_device_asks_in_no_other_ones_name_and_reads_nothing(world, served, fleet):  # noqa: F811
    victim = line_of(world)["device"]["name"]
    thief = Thief(world, served)
    for word in WORDS:
        assert thief.connects().may_say(f"stint.f.{word}.{thief.shard}.{thief.name}"), word
        for subject in (f"stint.f.{word}.{shard_of(victim)}.{victim}", f"stint.f.{word}.{thief.name}", f"stint.f.{word}",
                        f"stint.f.{word}.{thief.shard}.{thief.name}.x", f"stint.f.x.{word}.{thief.shard}.{thief.name}"):
            assert not thief.connects().may_say(subject), subject
    for subjects in ("stint.f.>", "stint.>", f"stint.f.*.*.{thief.name}", f"stint.f.report.{thief.shard}.{thief.name}",
                     "_INBOX.>", "$JS.>", "_R_.>"):
        assert not thief.connects().may_hear(subjects), subjects
    for subject in (f"$JS.API.STREAM.INFO.{STREAM}", f"$JS.API.STREAM.PURGE.{STREAM}", f"$JS.API.DIRECT.GET.{STREAM}",
                    f"$JS.API.STREAM.MSG.GET.{STREAM}", f"$JS.API.CONSUMER.CREATE.{STREAM}.x"):
        assert not thief.connects().may_say(subject), subject
    assert sorted(fleet.asked()) == sorted(f"stint.f.{word}.{thief.shard}.{thief.name}" for word in WORDS[:4])


def test_a_reply_subject_writes_into_nobodys_reports_and_asks_for_nobody(world, served, push, fleet):  # noqa: F811, X7, X12
    victim, shard = device_of(world)
    fleet.opens_reports()
    assert json.loads(ask(push.bus, "report", b"the victim's").answer)["seq"] == 1
    thief = Thief(world, served)
    targets = [f"stint.f.{word}.{shard}.{victim}" for word in WORDS] + [
        f"stint.p.{shard}.{victim}.n.x", f"stint.live.{shard}.{victim}.n.x", f"stint.reg.{shard}.{victim}",
        f"$JS.API.STREAM.PURGE.{STREAM}", f"$JS.API.STREAM.DELETE.{STREAM}", f"$JS.API.STREAM.MSG.DELETE.{STREAM}"]
    own = f"{thief.shard}.{thief.name}"
    box = json.dumps({"v": 1, "store": "", "epoch": 0, "want": "hnlv", "max": 1, "at": {}})
    for target in targets:
        # The stream answers, stint-endpoint does, and so does the fleet's server, with whatever words.
        thief.says(f"stint.f.report.{own}", target)
        thief.says(f"stint.box.{own}", target, box)
        thief.says(f"stint.reg.{own}", target, "{}")
        thief.says(f"stint.f.hello.{own}", target)
        assert fleet.answers(b'{"seq": 1}')[0] == f"stint.f.hello.{own}", target
    assert thief.report("the last")["seq"] == len(targets) + 2
    assert fleet.asked() == []  # nothing was asked in the victim's name
    assert fleet.reports(victim) == [b"the victim's"]
    assert fleet.reports(thief.name) == [b"forged"] * len(targets) + [b"the last"]
    assert json.loads(ask(push.bus, "report", b"one more").answer)["seq"] == len(targets) + 3


def test_a_flood_of_one_devices_reports_takes_nothing_from_another(world, served, push, fleet):  # noqa: F811, §2.1
    victim, _ = device_of(world)
    fleet.opens_reports()
    ask(push.bus, "report", b"the victim's")
    thief = Thief(world, served)
    for order in ([("Nats-Rollup", "all")], [("Nats-Rollup", "sub")], [("Nats-Msg-Id", "x")]):
        thief.report("an order", order)
    own = f"stint.f.report.{thief.shard}.{thief.name}"
    thief.nats.socket.sendall(b"".join(f"PUB {own} 5\r\n{n:05}\r\n".encode() for n in range(2000)))
    assert not thief.nats.errors()
    before = thief.report("x")["seq"]
    for shard in ("10", "zz", "report", "A" * 100):  # which no stream takes
        assert not thief.says(f"stint.f.report.{shard}.{thief.name}", f"_INBOX.{thief.name}.r", "x")
    assert thief.report("x")["seq"] == before + 1
    assert "error" in thief.report("x" * ((16 << 10) + 1))
    assert "seq" in thief.report("the last")
    mine = fleet.reports(thief.name)
    assert len(mine) == 256 and mine[-1] == b"the last" and mine[0] == b"01747"
    assert fleet.reports(victim) == [b"the victim's"]
    assert json.loads(ask(push.bus, "report", b"one more").answer)["seq"] > 2000

"""The whole way of a message: an application server's POST, stint-endpoint, nats-server, stint-push and stintd on a private
session bus, connectors (push.md §4.1, §4.4)."""

import base64
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from http.client import HTTPException

import pytest
from connector import DISTRIBUTOR, PATIENCE, Connector, coded, end_owner, owner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from events import Deadline, TooLate, size_of
from jeepney.bus_messages import MatchRule, message_bus
from jeepney.io.blocking import Proxy
from push_server import DEVICES, PushServer
from world import BIN

MAIL, CHAT, OLD = "org.example.Mail", "org.example.Chat", "org.example.Old"

MISSING = [program for program in ("stint-push", "stint-endpoint") if not (BIN / program).exists()]
MISSING += [] if shutil.which("nats-server") else ["nats-server"]

LINE = """
[server]
origin = "http://127.0.0.1:{port}"
brokers = ["nats://{device}:secret@127.0.0.1:{nats_port}"]
key = "{key}"
[device]
name = "{device}"
shard = "{shard}"
line_key = "{line_key}"
"""
# The bus keeps no word of those that it starts.
PROGRAM = """#!/bin/sh
exec {program} 2>>{log}
"""


def in64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def shard_of(device):
    """push.md §2."""
    return f"{hashlib.blake2b(device.encode(), digest_size=32).digest()[0] % 16:02x}"


def until(condition, within=PATIENCE):
    """Asks again and again, for what tells nobody, and rests as long as it has asked: who is asked, or waited for, is a background
    job, and where a machine is busy has a small share of it."""
    deadline = Deadline(within)
    while True:
        asked = time.monotonic()
        if answer := condition():
            return answer
        if deadline.passed():
            raise TooLate(f"{condition} is not true after {within} s")
        time.sleep(min(time.monotonic() - asked, deadline.left()))


class PushLine:
    """Without stintd yet. It has joined a server of its own; where one is given, not."""

    def __init__(self, world, bus, server=None):
        self.world, self.bus = world, bus
        self.daemon = None
        self.connectors = []
        self.log = world.root / "stint-push.log"
        self.file = world.store / "push" / "line.toml"
        self.program = program = world.root / "stint-push"
        program.write_text(PROGRAM.format(program=BIN / "stint-push", log=self.log))
        program.chmod(0o755)
        (bus.services / f"{DISTRIBUTOR}.service").write_text(f"[D-BUS Service]\nName={DISTRIBUTOR}\nExec={program}\n")
        with bus.connect() as line:
            Proxy(message_bus, line).ReloadConfig()
        self.server = server
        if not server:
            (world.root / "server").mkdir()
            self.server = PushServer(world.root / "server")
            self.join()

    def join(self):
        for directory in (self.world.store, self.file.parent):
            directory.mkdir(mode=0o700, exist_ok=True)
        text = LINE.format(port=self.server.port, nats_port=self.server.nats_port, device=DEVICES[0],
                           shard=shard_of(DEVICES[0]), line_key=in64(os.urandom(32)),
                           key=in64((self.server.data / "keys").read_bytes()[32:64]))
        with open(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)

    def leave(self):
        self.file.unlink()

    def start_daemon(self, policy=None):
        self.daemon = self.world.start_daemon(policy=policy)
        self.bus.until_owned("org.stint.Stint1", within=PATIENCE)
        return self.daemon

    def connector(self, name, version=2, installed=True):
        self.connectors.append(Connector(self.world, self.bus, name, version, installed))
        return self.connectors[-1]

    # stint-push

    def distributor(self):
        """Its process; None where none is."""
        return owner(self.bus, DISTRIBUTOR)

    def traffic(self):
        """Bytes that went and came over each connection of stint-push to nats-server."""
        words = ["ss", "-tinpOH", "state", "established", f"( dport = :{self.server.nats_port} )"]
        lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
        return [sum(map(int, re.findall(r"bytes_(?:sent|received):(\d+)", line))) for line in lines if '"stint-push"' in line]

    def kill_distributor(self, number=signal.SIGKILL):
        end_owner(self.bus, DISTRIBUTOR, number)

    def starts_none(self, within=2):
        """Nobody becomes the distributor."""
        changes = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
        changes.add_arg_condition(0, DISTRIBUTOR)
        with self.bus.connect() as line, line.filter(changes) as told:
            Proxy(message_bus, line).AddMatch(changes)
            if Proxy(message_bus, line).NameHasOwner(DISTRIBUTOR)[0]:
                return False
            with suppress(TimeoutError):
                line.recv_until_filtered(told, timeout=within)
                return False
        return True

    # An application server.

    def post(self, app, token, text, **headers):
        """The status."""
        body = text if app.version == 1 else coded(text)
        coding = {} if app.version == 1 else {"Content_Encoding": "aes128gcm"}
        return self.server.post(app.url(token).rpartition("/")[2], body, **coding, **headers)

    def sends(self, app, token, *texts, **headers):
        for text in texts:
            assert self.post(app, token, text, **headers) == 201

    def takes(self, app, token, text):
        """The server is there, and has it."""
        try:
            return self.post(app, token, text) == 201
        except OSError:
            return False

    def is_known(self, url):
        """Its server still knows the registration: asked by a message that is none, and counts for nobody."""
        status = self.server.ask("POST", "/push/v1/" + url.rpartition("/")[2], "x")[0]
        assert status in (400, 404, 410), status
        return status == 400

    # The device.

    def dozes(self):
        self.world.done("device", "set", "plugged=false", "screen=off", "doze=idle")

    def wakes(self):
        self.world.done("device", "set", "doze=auto", "screen=on")

    def waiting(self):
        """Rows of `stint push messages`."""
        return [json.loads(row) for row in self.world.done("push", "messages", "--json").splitlines()]

    def close(self):
        with ExitStack() as last:
            last.callback(self.server.close)
            last.callback(self.kill_distributor, signal.SIGTERM)
            for app in self.connectors:
                last.callback(app.kill)
            if self.daemon and self.daemon.lives():  # first: it starts the others again
                assert self.daemon.stop() == 0


def point_of(key):
    """The public key of a file of PEM, in base64url."""
    der = subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    return in64(der[-65:])


def decrypted(body, file, auth):
    """RFC 8291 §3.4, by another implementation."""
    def derived(length, salt, info, secret):
        return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)

    own = load_pem_private_key(file.read_bytes(), None)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    salt, sender, record = body[:16], body[21:21 + body[20]], body[21 + body[20]:]
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    secret = derived(32, auth, b"WebPush: info\0" + point + sender, shared)
    content, nonce = (derived(length, salt, b"Content-Encoding: " + what + b"\0", secret)
                      for length, what in ((16, b"aes128gcm"), (12, b"nonce")))
    return AESGCM(content).decrypt(nonce, record, None).rstrip(b"\0").removesuffix(b"\2").decode()


# Kills.

ROLES = ["stintd", "stint-push", "app", "nats-server", "stint-endpoint"]
ROOM = 50  # messages on their way to an app; push.max_waiting is double that
PAUSE = 0.08  # seconds between two posts of a sender: a rate that the registrations bear
# Else high messages without a notification close the line (§4.2).
POLICY = {"push.high_rate": 100_000}


class Campaign:
    """Senders post on and on, while all that is between them and the apps is killed."""

    def __init__(self, push, chance):
        self.push, self.chance = push, chance
        self.push.start_daemon(POLICY)
        # Nobody answers for a message of version 1, so an app that dies there may lose some: it is not killed.
        self.mortal = [push.connector(MAIL), push.connector(CHAT)]
        self.apps = [*self.mortal, push.connector(OLD, version=1)]
        self.tokens = ["a", "b", "c"]
        for app, token in itertools.product(self.apps, self.tokens):
            app.endpoint(token)
        self.accepted = {app.name: [] for app in self.apps}
        self.unsure = []
        self.kills = []  # (role, app, from, to)
        self.ends = threading.Event()

    def sends(self, which):
        for n in itertools.count():
            if self.ends.wait(PAUSE):
                return
            app, token = self.chance.choice(self.apps), self.chance.choice(self.tokens)
            app.heard()
            accepted = self.accepted[app.name]
            if len(accepted) - len(app.taken) > ROOM:
                continue
            text = f"{which}-{n}"
            try:
                code = self.push.post(app, token, text, Urgency=("normal", "low", "normal", "high")[n % 4])
            except (OSError, HTTPException):
                self.unsure.append(text)
                continue
            assert code in (201, 429, 503), code
            if code == 201:
                accepted.append(text)

    def moment(self):
        """Any, or that in which a message has just come: nobody has written down yet that it was taken."""
        self.ends.wait(self.chance.uniform(0, 0.4))
        app = self.chance.choice(self.apps)
        before = size_of(app.log)
        if self.chance.random() < 0.5:
            with suppress(TooLate):
                app.until(lambda: size_of(app.log) > before, within=0.4)

    def kill(self, role):
        server, app, begun = self.push.server, self.chance.choice(self.mortal), time.monotonic()
        if role == "stintd":
            self.push.daemon.kill()
            self.push.start_daemon(POLICY)
        elif role == "stint-push":
            self.push.kill_distributor()
        elif role == "app":
            app.kill()
        elif role == "nats-server":
            server.kill(server.nats)
            server.start_nats()
        else:
            server.kill(server.endpoint)
            server.start_endpoint()
        self.kills.append((role, app.name, begun, time.monotonic()))

    def settles(self):
        """Apps register again, and have all that was accepted until now."""
        for app in self.apps:
            wanted = list(self.accepted[app.name])
            for token in self.tokens:
                until(lambda app=app, token=token: app.register(token).is_success())
            missing = []

            def is_there(app=app, wanted=wanted, missing=missing):
                app.heard()
                missing[:] = [text for text in wanted if text not in app.taken]
                return not missing

            try:
                app.until(is_there, within=3 * PATIENCE)
            except AssertionError:
                pytest.fail(f"{app.name} lacks {missing}, of {len(wanted)}")

    def judge(self):
        """Each once but where who held it died; answers how many came twice."""
        twice = 0
        for app in self.apps:
            came = app.heard("Message")
            assert {one["text"] for one in came} <= {*self.accepted[app.name], *self.unsure}
            ids = {(one["text"], one["id"]) for one in came}
            assert len(ids) == len({text for text, _ in ids}) == len({its for _, its in ids})
            last = {}
            for one in came:
                before = last.get(one["id"])
                last[one["id"]] = one["at"]
                if before is None:
                    continue
                twice += 1
                assert any(begun <= one["at"] and before <= ended for role, its, begun, ended in self.kills
                           if role in ("stintd", "stint-push") or (role, its) == ("app", app.name)), one
        return twice


@pytest.fixture
def push(world, bus, request):
    made = PushLine(world, bus)
    failures = request.session.testsfailed
    yield made
    if request.session.testsfailed > failures:
        for log in (made.log, *(app.directory / "errors" for app in made.connectors)):
            if log.exists():
                print(f"--- {log.name}\n{log.read_text()[-4000:]}")
    made.close()


@pytest.fixture
def live(push):
    push.start_daemon()
    return push

"""Three machines that are a cluster (push.md §3.3): `stint push serve --join`, all real; and devices and senders of it."""

import base64
import binascii
import ctypes
import hashlib
import http.client
import itertools
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import threading
import time
from contextlib import nullcontext, suppress

from connector import PATIENCE
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from events import TooLate, wait_for_end
from push_line import shard_of, until
from push_served import children_of
from push_server import HttpServer, free_port, metric_in

# An election takes up to 9 s, and this machine has other things to do.
FORMED = 60  # seconds
ASKS = 3  # seconds between two questions of a device that hears nothing; a real one has a battery, and waits longer
ANSWERED = 2  # seconds in which a question is answered, or the broker is left for another


def in64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Member(HttpServer):
    """A machine's `stint push serve`. Later starts need none of a cluster's words, and have `always` again."""

    def __init__(self, world, number, *words, always=()):
        self.world, self.number, self.network = world, number, None
        self.data = world.root / f"member{number}"
        self.log = world.root / f"member{number}.log"
        self.port, self.nats_port, self.route_port = free_port(), free_port(), free_port()
        self.words = ["stint", *self.serves(), "--port", str(self.port), "--broker-port", str(self.nats_port), *always]
        self.start("--cluster", f"127.0.0.1:{self.route_port}", *words)

    def serves(self):
        return ["push", "serve", "--data", str(self.data)]

    def start(self, *words):
        self.printed = b""
        with self.log.open("a") as err:
            before = self.network.words(self.number) if self.network else []
            self.process = subprocess.Popen([*before, *self.words, *words], env=self.world.environment,
                                            stdout=subprocess.PIPE, stderr=err, start_new_session=True)

    def there(self):
        """Where its loopback is, for sockets that this thread makes."""
        return self.network.on(self.number) if self.network else nullcontext()

    def ask(self, *words, **headers):
        with self.there():
            return super().ask(*words, **headers)

    lines = 2  # that it prints when it takes messages

    def until_ready(self, within=FORMED):
        """It takes messages."""
        while self.printed.count(b"\n") < self.lines:
            some = select.select([self.process.stdout], [], [], within)[0] and os.read(self.process.stdout.fileno(), 4096)
            if not some:
                raise TooLate(f"{self.words}: {self.log.read_text()}")
            self.printed += some

    def posted(self, token, text, **headers):
        """The Location of a message that it takes; a stream's leader may just be elected."""
        def took():
            status, its, _ = self.ask("POST", f"/push/v1/{token}", text, **{"TTL": "3600", **headers})
            assert status in (201, 503), status
            return its["Location"]
        return until(took, within=FORMED)

    def take_back(self, location):
        """The status, when it knows of the registration."""
        def answered():
            status = self.ask("DELETE", location)[0]
            return None if status == 503 else status
        return until(answered, within=FORMED)

    def listens(self):
        with suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/metrics")[0] == 200
        return False

    def metric(self, name):
        return int(metric_in(self.ask("GET", "/metrics")[2], name))  # it is there

    def is_replicated(self):
        with suppress(OSError, http.client.HTTPException):
            return self.metric("stint_endpoint_replicated") == 1
        return False

    def parts(self):
        return children_of(self.process.pid)

    def standings(self):
        """How many streams of each server stand how, beside their leaders."""
        rows = re.findall(r'^stint_endpoint_replicas{server="([^"]+)",is="(\w+)"} (\d+)$', self.ask("GET", "/metrics")[2],
                          re.MULTILINE)
        return {(server, standing): int(count) for server, standing, count in rows}

    def sees_all(self):
        """All servers that keep anything, three or more, have what their leaders have."""
        with suppress(OSError, http.client.HTTPException):
            seen = self.standings()
            return len({server for server, _ in seen}) >= 3 and {how for _, how in seen} <= {"same", "moving"}
        return False

    @property
    def others(self):
        return json.loads((self.data / "cluster").read_text())["others"]

    def pids(self):
        return [self.process.pid, *children_of(self.process.pid).values()]

    def kill(self):
        """The machine is gone, without a word."""
        os.kill(self.process.pid, signal.SIGSTOP)  # it starts nothing again
        parts = self.pids()[1:]
        for pid in parts:
            os.kill(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for pid in parts:
            wait_for_end(pid)

    def split_off(self):
        """The others do not hear it, and it hears nobody: by its cable where it has one, else it stands still."""
        if self.network:
            self.network.pull(self.number)
            return
        self.stopped = self.pids()
        for pid in self.stopped:
            os.kill(pid, signal.SIGSTOP)

    def come_back(self):
        if self.network:
            self.network.plug(self.number)
            return
        for pid in reversed(self.stopped):
            os.kill(pid, signal.SIGCONT)

    def end(self):
        parts = self.pids()[1:]
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        for pid in parts:
            wait_for_end(pid)
        return code

    def close(self):
        if self.process.poll() is None:
            self.kill()


class Cluster:
    def __init__(self, world, members=3, always=()):
        self.world, self.always = world, always
        self.members = [Member(world, 0, always=always)]
        self.devices = []
        try:
            self.begin(members)
        except BaseException:
            self.close()
            raise

    def begin(self, members):
        until(self.members[0].listens)
        for _ in range(members - 1):
            self.add().until_ready()  # one after another (push.md §3.3)
        if members > 1:
            self.members[0].until_ready()
        if members >= 3:
            self.until_replicated()

    def until_replicated(self):
        for member in self.members:
            until(member.is_replicated, within=FORMED)

    def is_whole(self):
        """Another may fail."""
        return all(member.sees_all() for member in self.members)

    def invite(self, *words):
        """The words that `--join` takes, at an address that needs no proxy."""
        line = self.world.done("push", "invite", "--server", "--data", str(self.members[0].data), *words).split()
        assert line[:4] == ["stint", "push", "serve", "--join"], line
        return line[3], f"http://127.0.0.1:{self.members[0].port}", line[5]

    def add(self, *words):
        self.members.append(Member(self.world, len(self.members), *(words or self.invite()), always=self.always))
        return self.members[-1]

    def spread(self, network):
        """Each goes on as a machine of its own, at another address."""
        for member in self.members:
            assert member.end() == 0
        routes = [f"{network.address(n)}:{member.route_port}" for n, member in enumerate(self.members)]
        for member, route in zip(self.members, routes):
            file = member.data / "cluster"
            place = json.loads(file.read_text()) | {"route": route, "others": [each for each in routes if each != route]}
            file.write_text(json.dumps(place))
            member.network = network
            member.start()
        for member in self.members:
            member.until_ready()
        self.until_replicated()

    def at(self, nats_port):
        """The member whose broker that is."""
        return next(member for member in self.members if member.nats_port == nats_port)

    def device(self, member, awake=True):
        self.devices.append(Device(self, member, awake))
        return self.devices[-1]

    def close(self):
        for device in self.devices:
            device.close()
        for member in self.members:
            member.close()


class Wire:
    """A device's connection to a broker."""

    def __init__(self, url, device):
        host, _, port = url.removeprefix("nats://").rpartition(":")
        with device.cluster.at(int(port)).there():
            self.socket = socket.create_connection((host, int(port)), timeout=ANSWERED)
        self.bytes, self.heard, self.count, self.device = b"", [], 0, device
        info = json.loads(self.line(ANSWERED)[5:])
        self.server = info["server_name"]
        self.inbox = f"_INBOX.{device.name}.{os.urandom(8).hex()}"
        self.send("CONNECT " + json.dumps({
            "verbose": False, "headers": True, "lang": "x", "version": "1", "protocol": 1, "jwt": device.jwt,
            "sig": in64(device.key.sign(info["nonce"].encode()))}))
        self.send(f"SUB stint.live.*.{device.name}.> 1\r\nSUB {self.inbox}.* 2")
        self.flush()

    def flush(self):
        """The broker has taken all that was sent."""
        self.send("PING")
        while self.line(ANSWERED) != b"PONG":
            pass

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def more(self, within):
        if not select.select([self.socket], [], [], max(0, within))[0]:
            raise TimeoutError
        some = self.socket.recv(1 << 18)
        if not some:
            raise ConnectionError
        self.bytes += some

    def line(self, within):
        while b"\r\n" not in self.bytes:
            self.more(within)
        line, self.bytes = self.bytes.split(b"\r\n", 1)
        if line.startswith(b"-ERR"):
            raise ConnectionError(line)
        if line.startswith(b"INFO "):  # whenever there are others
            self.device.learn(json.loads(line[5:]).get("connect_urls", []))
        return line

    def read(self, within):
        """A message that comes within so many seconds: its subject, headers and body; None where there is none."""
        if self.heard:
            return self.heard.pop(0)
        until_then = time.monotonic() + within
        while (left := until_then - time.monotonic()) > 0:
            try:
                line = self.line(left)
            except TimeoutError:
                return None
            if line == b"PING":
                self.send("PONG")
            if not line.startswith((b"MSG", b"HMSG")):
                continue
            words = line.decode().split()
            sizes = [int(word) for word in (words[-2:] if words[0] == "HMSG" else ["0", words[-1]])]
            while len(self.bytes) < sizes[1] + 2:
                self.more(ANSWERED)
            whole, self.bytes = self.bytes[:sizes[1]], self.bytes[sizes[1] + 2:]
            rows = [row.split(":", 1) for row in whole[:sizes[0]].decode().split("\r\n") if ":" in row]
            return words[1], {name: value.strip() for name, value in rows}, whole[sizes[0]:].decode()
        return None

    def ask(self, subject, question):
        self.count += 1
        reply = f"{self.inbox}.{self.count}"
        text = json.dumps(question)
        self.send(f"PUB {subject} {reply} {len(text)}\r\n{text}")
        others, until_then = [], time.monotonic() + ANSWERED
        try:
            while (left := until_then - time.monotonic()) > 0:
                came = self.read(left)
                if came and came[0] == reply and not came[2]:
                    raise TimeoutError  # the server cannot answer now (§3)
                if came and came[0] == reply:
                    return json.loads(came[2])
                if came and not came[0].startswith("_INBOX"):
                    others.append(came)
        finally:
            self.heard += others
        raise TimeoutError

    def close(self):
        self.socket.close()


class Device:
    """A device of the law's letter (§4.1): cursors, epochs and ids; one registration. It goes to any broker that it knows."""

    def __init__(self, cluster, member, awake=True):
        self.cluster = cluster
        self.key = Ed25519PrivateKey.generate()
        named = bytes([20 << 3]) + self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        named += binascii.crc_hqx(named, 0).to_bytes(2, "little")
        code = cluster.world.done("push", "invite", "--data", str(member.data)).split()[-1]
        user = base64.b32encode(named).decode().rstrip("=")
        status, _, text = member.ask("POST", "/push/v1/devices", json.dumps({"v": 1, "join": code, "user": user}))
        assert status == 201, text
        said = json.loads(text)
        self.name, self.shard, self.jwt, self.brokers = said["device"], said["shard"], said["jwt"], said["brokers"]
        assert self.shard == shard_of(self.name)
        sodium, self.server_key = ctypes.CDLL("libsodium.so.23"), from64(said["key"])
        sealed = ctypes.create_string_buffer(48 + 32)
        assert sodium.crypto_box_seal(sealed, os.urandom(32), ctypes.c_ulonglong(32), self.server_key) == 0
        self.line_key = in64(sealed.raw)
        self.token = in64(os.urandom(32))
        self.registration = base64.b32encode(hashlib.sha256(self.token.encode()).digest()).decode().rstrip("=")
        self.store, self.epoch, self.cursors, self.ids = "", 0, {}, set()
        self.texts, self.again, self.connections = [], 0, 0
        self.changed, self.awake, self.ends = threading.Condition(), threading.Event(), False
        self.register()
        if awake:
            self.awake.set()
        self.thread = threading.Thread(target=self.live, daemon=True)
        self.thread.start()

    def register(self):
        """It may take a while: a stream's leader is just being elected."""
        def is_done():
            with suppress(OSError, TimeoutError):
                wire = Wire(random.choice(self.brokers), self)
                try:
                    said = wire.ask(f"stint.reg.{self.shard}.{self.name}", {
                        "v": 1, "registration": self.registration, "wanted": True, "vapid": "", "encrypted": False,
                        "key": self.line_key})
                finally:
                    wire.close()
                assert "error" not in said, said
                return True
            return False
        until(is_done, within=FORMED)

    def learn(self, places):
        with self.changed:
            self.brokers += [url for url in (f"nats://{each}" for each in places) if url not in self.brokers]
            self.changed.notify_all()

    def live(self):
        self.awake.wait()
        while not self.ends:
            with suppress(OSError, TimeoutError):
                wire = Wire(random.choice(self.brokers), self)
                self.connections += 1
                try:
                    self.follow(wire)
                finally:
                    wire.close()

    def follow(self, wire):
        self.catch_up(wire)
        while not self.ends:
            came = wire.read(ASKS)
            if not came:
                self.catch_up(wire)
            elif came[0].startswith("stint.live.") and "Nats-Sequence" not in came[1]:
                self.catch_up(wire)
            elif came[0].startswith("stint.live."):
                subject = came[0].replace("stint.live", "stint.p", 1)
                sequence, before = int(came[1]["Nats-Sequence"]), int(came[1]["Nats-Last-Sequence"])
                if sequence <= self.cursors.get(subject, 0):
                    continue
                if before > self.cursors.get(subject, 0):
                    self.catch_up(wire)
                else:
                    self.take(subject, sequence, came[1]["Nats-Msg-Id"], came[2])

    def catch_up(self, wire):
        more = True
        while more:
            at = [self.cursors.get(f"stint.p.{self.shard}.{self.name}.{letter}.{self.registration}", 0) for letter in "vlnh"]
            said = wire.ask(f"stint.box.{self.shard}.{self.name}", {
                "v": 1, "store": self.store, "epoch": self.epoch, "want": "hnlv", "max": 200,
                "at": {self.registration[:13]: at}})
            if said["store"] != self.store:
                self.cursors = {}
            for number, start in said["epochs"]:
                self.cursors = {subject: min(cursor, start) for subject, cursor in self.cursors.items()}
                self.epoch = number
            self.store, more = said["store"], said["more"]
            for one in said["messages"]:
                self.take(one["subject"], one["sequence"], dict(one["headers"])["Nats-Msg-Id"], from64(one["body"]).decode())

    def take(self, subject, sequence, its, text):
        self.cursors[subject] = sequence
        if its in self.ids:
            self.again += 1
            return
        self.ids.add(its)
        with self.changed:
            self.texts.append(text)
            self.changed.notify_all()

    def until_texts(self, wanted, within=FORMED):
        """It has those, each once, and no others."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.texts) >= len(wanted), within)
            assert sorted(self.texts) == sorted(wanted)

    def close(self):
        self.ends = True
        self.awake.set()
        self.thread.join(2 * PATIENCE)


class Senders:
    """Threads that post to the members, each message to any that answers, until all of `texts` are accepted or posting
    ends. A sender that got no 201 has not sent that text, and takes another."""

    def __init__(self, cluster, pause=0.02, threads=3):
        self.cluster = cluster
        self.accepted = {device: [] for device in cluster.devices}
        self.unsure, self.answers = set(), []
        self.pause, self.longest = pause, 0.0
        self.lock, self.ends = threading.Lock(), threading.Event()
        self.enough = threading.Condition(self.lock)
        self.last = time.monotonic()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, which):
        count, chance = 0, random.Random(which)
        member = chance.choice(self.cluster.members)
        while not self.ends.wait(self.pause):
            count += 1
            status = self.send(member, f"{which}-{count}", chance)
            assert status in (0, 201, 429, 503), status
            if status != 201:
                member = chance.choice(self.cluster.members)

    def send(self, member, text, chance=random):
        device = chance.choice(list(self.accepted))
        try:
            # The store keeps the last 100 of each subject.
            status = self.post(member, device.token, text, Urgency=chance.choice(["normal", "low", "very-low"]))
        except (OSError, http.client.HTTPException):
            status = 0
        with self.lock:
            self.answers.append(status)
            if status == 201:
                self.accepted[device].append(text)
                self.longest = max(self.longest, time.monotonic() - self.last)
                self.last = time.monotonic()
                self.enough.notify_all()
            elif status in (0, 503):
                self.unsure.add(text)
        return status

    def until_taken_by(self, member):
        numbers = itertools.count(len(self.answers))
        until(lambda: self.send(member, f"to {member.number}: {next(numbers)}") == 201, within=2 * FORMED)

    @staticmethod
    def post(member, token, text, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", member.port, timeout=5)
        try:
            with member.there():
                connection.connect()
            connection.request("POST", f"/push/v1/{token}", text, {"TTL": "3600", **headers})
            return connection.getresponse().status
        finally:
            connection.close()

    def count(self):
        return sum(len(texts) for texts in self.accepted.values())

    def until_more(self, count, within=FORMED):
        with self.enough:
            there = self.count() + count
            assert self.enough.wait_for(lambda: self.count() >= there, within), f"{self.count()} of {there} accepted"

    def until_whole(self):
        """Looks after each message that is accepted meanwhile."""
        until(lambda: self.cluster.is_whole() or self.until_more(1), within=4 * FORMED)

    def stop(self):
        self.ends.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def judge(self, within=FORMED):
        """(lost, twice): every device has what was accepted for it, each once, and nothing that nobody sent."""
        deadline = time.monotonic() + within
        lost = twice = 0
        for device, texts in self.accepted.items():
            with device.changed:
                device.changed.wait_for(lambda d=device, w=set(texts): w <= set(d.texts), max(0.1, deadline - time.monotonic()))
                came = list(device.texts)
            lost += len(set(texts) - set(came))
            twice += len(came) - len(set(came))
            assert set(came) <= {*texts, *self.unsure}
        return lost, twice

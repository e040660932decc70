"""./bench push: messages from elsewhere, over the real way: `stint push serve`, a device that has joined it, an app on a
private bus (tests/e2e/push_served.py). How soon a message is in the app's hands, and over the bare line beside mosquitto;
how many a second are answered with 201, beside what the store takes alone; how soon what was missed is fetched, and a
killed broker is got over; what stint-push costs that has nothing to do; what a device costs a broker that has 10,000.
Each figure is taken in rounds, by turns with its peer's, and the quietest round counts: other work on the machine only
ever adds to it. `--quick`: fewer of everything."""

import argparse
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from certificates import Authority  # noqa: E402
from connector import coded  # noqa: E402
from push_line import MAIL, PushLine, until  # noqa: E402
from push_served import Served  # noqa: E402
from push_server import free_port  # noqa: E402
from session import SessionBus  # noqa: E402
from world import BIN, World  # noqa: E402

REGISTRATIONS = 512  # of the senders: each may be posted to 240 times in a minute
SENDERS, CONNECTIONS = 3, 48
IN_MINUTE = 200  # of the 240 to one registration
MISSED, KEPT = 100, 100  # KEPT: of a registration, by the store


def percentile(found, part):
    return sorted(found)[int(len(found) * part)]


def quietest(rounds):
    """The round with the least median."""
    return min(rounds, key=lambda found: percentile(found, 0.5))


def goal(what, value, limit, least=False):
    return {"what": what, "is": value, "goal": limit, "least": least}


def status(pid):
    """Context switches that its threads wanted, all together; and its memory in MiB."""
    fields = [dict(line.split(":", 1) for line in task.joinpath("status").read_text().splitlines())
              for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int(one["voluntary_ctxt_switches"]) for one in fields), int(fields[0]["VmRSS"].split()[0]) / 1024


class Ground:
    """A server, and this user's device, which has joined it."""

    def __init__(self, last):
        self.world = World()
        last.callback(self.world.close)
        self.bus = SessionBus(self.world.root / "session", self.world.environment)
        last.callback(self.bus.close)
        self.world.environment["DBUS_SESSION_BUS_ADDRESS"] = self.bus.address
        self.served = Served(self.world)
        last.callback(self.served.close)
        self.push = PushLine(self.world, self.bus, self.served)
        last.callback(self.push.close)
        self.push.start_daemon()
        self.app = self.push.connector(MAIL)
        self.tokens = []

    def token(self):
        """A registration that nobody has posted to yet."""
        self.tokens.append(f"registration {len(self.tokens)}")
        self.app.endpoint(self.tokens[-1])
        return self.tokens[-1]

    def taken(self, token, texts):
        """When the app got them, once it has."""
        def times():
            at = {one["text"]: one["at"] for one in self.app.heard("Message", token)}
            return [at[text] for text in texts] if all(text in at for text in texts) else None
        return self.app.until(times, within=90)

    def broker(self):
        return self.served.parts()["nats-server"]


class Sender:
    """An application's server, on one connection."""

    def __init__(self, ground, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", ground.served.port, timeout=20)
        self.path = "/push/v1/" + ground.app.url(token).rpartition("/")[2]

    def post(self, text, **headers):
        self.connection.request("POST", self.path, coded(text), {"TTL": "3600", "Content-Encoding": "aes128gcm", **headers})
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status


def hands(served, what, *words):
    """The object that bench_push prints."""
    line = [BIN / "bench_push", what, served.data, f"nats://127.0.0.1:{served.nats_port}", *map(str, words)]
    return json.loads(subprocess.run(line, stdout=subprocess.PIPE, check=True).stdout)


# Latency.

def to_the_app(ground, given):
    """(ms from before the POST until the app has the message, ms of a page written and synced to the disk), by turns, one at
    a time; of each its quietest round."""
    def message(sender, token, text):
        begun = time.monotonic()
        sender.post(text)
        return (ground.taken(token, [text])[0] - begun) * 1e3

    def sync():
        begun = time.monotonic()
        os.pwrite(page, bytes(4096), 0)
        os.fdatasync(page)
        return (time.monotonic() - begun) * 1e3

    page = os.open(ground.world.root / "page", os.O_WRONLY | os.O_CREAT, 0o600)
    rounds = []
    for _ in range(given.rounds):
        token = ground.token()
        sender = Sender(ground, token)
        rounds.append([(message(sender, token, f"{n}"), sync()) for n in range(given.messages)])
    os.close(page)
    return [quietest([[both[which] for both in found] for found in rounds]) for which in (0, 1)]


def over_the_line(ground, given, last):
    """µs over the line, the same of what is not kept, over mosquitto; of each its quietest round."""
    port = free_port()
    configuration = ground.world.root / "mosquitto.conf"
    configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nlog_dest none\n")
    process = subprocess.Popen(["mosquitto", "-c", configuration], stderr=subprocess.DEVNULL)
    last.callback(process.wait)
    last.callback(process.kill)
    rounds = [hands(ground.served, "line", port, given.line) for _ in range(given.rounds)]
    return [quietest([one[name] for one in rounds]) for name in ("line", "told", "mosquitto")]


def latency(ground, given, last):
    app, sync = to_the_app(ground, given)
    line, told, mosquitto = over_the_line(ground, given, last)
    measured_ones = (("POST to the app", app, 1), ("a page on the disk, synced", sync, 1),
                     ("the line: published, stored, heard", line, 1e3), ("the line, TTL 0: published, heard", told, 1e3),
                     ("mosquitto, QoS 1: published, heard", mosquitto, 1e3))
    rows = [[name, *(f"{percentile(found, part) / unit:.2f}" for part in (0.5, 0.9, 0.99))]
            for name, found, unit in measured_ones]
    table = {"title": f"One message at a time, ms; the quietest of {given.rounds} rounds",
             "columns": ["from where to where", "p50", "p90", "p99"], "rows": rows}
    return table, [goal("POST to the app, p50 in ms", percentile(app, 0.5), 5),
                   goal("POST to the app, p99 in ms", percentile(app, 0.99), 50),
                   goal("the line, p50, × mosquitto's at QoS 1", percentile(line, 0.5) / percentile(mosquitto, 0.5), 2.5)]


# Durable answers.

def answered(ground, seconds):
    line = ["wrk", f"-t{SENDERS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", ROOT / "tests" / "bench" / "push.lua",
            f"http://127.0.0.1:{ground.served.port}"]
    said = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=True,
                          env=os.environ | {"TOKENS": str(ground.world.root / "tokens")}).stdout
    found = json.loads(said.splitlines()[-1])
    assert not found["wrong"], found
    return found


def durable(ground, given):
    tokens = hands(ground.served, "register", REGISTRATIONS)["tokens"]
    (ground.world.root / "tokens").write_text("\n".join(tokens) + "\n")
    alone, answers = [], []
    for _ in range(given.rounds):
        alone.append(hands(ground.served, "store", REGISTRATIONS, given.seconds * 1000)["rate"])
        answers.append(answered(ground, given.seconds))
    rates = [one["answers"] / one["seconds"] for one in answers]
    best, most = max(rates), max(alone)
    at_best = answers[rates.index(best)]
    rows = [["the store alone", f"{most:.0f}", f"{min(alone):.0f}", ""],
            [f"201 answers, {SENDERS} senders with {CONNECTIONS // SENDERS} connections each", f"{best:.0f}",
             f"{min(rates):.0f}", f"{at_best['p50']:.1f} and {at_best['p99']:.1f}"]]
    table = {"title": f"Messages of 300 bytes a second, by turns, {given.rounds} times",
             "columns": ["what", "most", "least", "p50 and p99, ms"], "rows": rows}
    return table, [goal("201 answers a second", best, 3000, least=True),
                   goal("201 answers, × what the store takes alone", best / most, 0.08, least=True)]


# Messages that were missed.

def caught_up(ground, given):
    """ms from the change of the device until the app gets the first of 100, when all are in the inbox; and the last."""
    rounds = []
    for _ in range(given.rounds):
        token = ground.token()
        sender = Sender(ground, token)
        ground.push.dozes()
        texts = [f"{n}" for n in range(MISSED)]
        for text in texts:
            sender.post(text)
        with ground.world.line() as line:
            begun = time.monotonic()
            line.set_device(doze="auto", screen="on")
            at = ground.taken(token, texts)
        rounds.append([(at[0] - begun) * 1e3, (at[-1] - begun) * 1e3])
    return min(rounds)


def after_a_kill(ground, given):
    """Seconds from the broker's SIGKILL until a message that is posted then is in the app's hands."""
    token = ground.token()
    sender, took = Sender(ground, token), []
    for n in range(given.kills):
        if n > 0:  # a server that has not lost its broker yet waits shortest
            ground.served.end()
            ground.served.start()
            sender = Sender(ground, token)
            sender.post(f"before {n}")
            ground.taken(token, [f"before {n}"])
        os.kill(ground.broker(), signal.SIGKILL)
        begun = time.monotonic()
        sender.post(f"after {n}")
        took.append(ground.taken(token, [f"after {n}"])[0] - begun)
    return took


def missed(ground, given):
    asked = hands(ground.served, "box", MISSED, 4 * given.rounds)["ms"]
    first, whole = caught_up(ground, given)
    kills = after_a_kill(ground, given)
    table = {"title": "What was missed", "columns": ["from where to where", "took"], "rows": [
        [f"a question to the mailbox: {MISSED} are read, their MACs checked", f"{min(asked):.1f} ms"],
        [f"the device wakes: {MISSED} are fetched and in the inbox, the first is at the app", f"{first:.1f} ms"],
        ["the same: the last of them is at the app", f"{whole:.1f} ms"],
        *([f"kill {n} of nats-server: a message is at the app", f"{seconds:.1f} s"]
          for n, seconds in enumerate(kills, 1))]}
    return table, [goal(f"{MISSED} that were missed are read, ms", min(asked), 30),
                   goal(f"{MISSED} that were missed are in the inbox, from the device's waking on, ms", first, 30),
                   goal("pause after a killed nats-server, the longest, s", max(kills), 15)]


# Nothing to do.

def idle(ground, given):
    tokens = [ground.token() for _ in range(10)]

    def high(text):
        Sender(ground, tokens[0]).post(text, Urgency="high")
        ground.taken(tokens[0], [text])

    ground.push.dozes()
    for n in range(2):  # when it has come, stint-push listens to high ones alone
        high(f"high {n}")
    time.sleep(3)  # nats-server itself pings each new connection once, 2 s after it began
    (before,) = ground.push.traffic()
    for token in tokens:
        sender = Sender(ground, token)
        for n in range(KEPT):
            sender.post(f"{n}")
    (after,) = ground.push.traffic()
    high("the last")
    (control,) = ground.push.traffic()
    pid = ground.push.distributor()
    time.sleep(1)
    switches = status(pid)[0]
    time.sleep(given.idle)
    woken, memory = status(pid)
    return after - before, control - after, memory, (woken - switches) * 60 / given.idle


def nobody_left(ground):
    """Processes of stint-push, and connections to the broker, when the last registration has ended."""
    pid = ground.push.distributor()
    for token in ground.tokens:
        assert ground.app.unregister(token) is not None
    until(lambda: not Path(f"/proc/{pid}").exists())
    return int(ground.push.distributor() is not None) + len(ground.push.traffic())


def nothing_to_do(ground, given):
    held, high, memory, woken = idle(ground, given)
    left = nobody_left(ground)

    table = {"title": "stint-push while the device dozes", "columns": ["what", "is"], "rows": [
        [f"bytes on the line of 1000 normal messages that wait", f"{held}"],
        ["bytes on the line of one high message, for comparison", f"{high}"],
        ["memory, MiB", f"{memory:.1f}"],
        ["context switches a minute, all threads", f"{woken:.1f}"],
        ["processes and connections without a registration", f"{left}"]]}
    return table, [goal(f"Doze: bytes on the line of 1000 normal messages", held, 0),
                   goal("stint-push: memory, MiB", memory, 12), goal("stint-push, idle: context switches a minute", woken, 1),
                   goal("processes and connections without a registration", left, 0)]


# Many devices.

def many_devices(given, last):
    world = World()
    last.callback(world.close)
    authority = Authority(world.root / "authority")
    world.environment["SSL_CERT_FILE"] = str(authority.file)
    certificate, key = authority.certificate("server", host="DNS:localhost")
    served = Served(world, "--origin", "https://localhost", "--listen", "127.0.0.1", "--cert", str(certificate), "--key",
                    str(key))
    last.callback(served.close)
    pid = served.parts()["nats-server"]
    before = status(pid)[1]
    line = [BIN / "bench_push", "devices", served.data, f"tls://localhost:{served.nats_port}", f"{served.nats_port}",
            "localhost", f"{given.devices}"]
    begun = time.monotonic()
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=os.environ | {"SSL_CERT_FILE": str(authority.file)}) as crowd:
        found = json.loads(crowd.stdout.readline())
        took = time.monotonic() - begun
        each = (status(pid)[1] - before) * 1024 / found["connected"]
        crowd.stdin.close()
    if found["trouble"]:
        print(f"   after {found['connected']} devices: {found['trouble']}", file=sys.stderr)
    table = {"title": "Devices on one nats-server, with TLS, JWT and signature",
             "columns": ["devices", "its memory before, MiB", "for each, KiB", "to connect all, s"],
             "rows": [[f"{found['connected']}", f"{before:.1f}", f"{each:.1f}", f"{took:.0f}"]]}
    return table, [goal("devices that are connected", found["connected"], given.devices, least=True),
                   goal("memory of nats-server for each of them, KiB", each, 80)]


FULL = {"rounds": 4, "messages": IN_MINUTE, "line": 2000, "seconds": 2, "kills": 3, "idle": 60, "devices": 10_000}
QUICK = {"rounds": 2, "messages": 100, "line": 1000, "seconds": 1, "kills": 1, "idle": 20, "devices": 1000}


class Found:
    """The tables of a bench's parts, and the goals that they have."""

    def __init__(self):
        self.tables, self.goals = [], []

    def add(self, what, *words):
        print(f"   {what.__name__.replace('_', ' ')}", file=sys.stderr)
        table, reached = what(*words)
        self.tables.append(table)
        self.goals.extend(reached)

    def print(self):
        print(json.dumps({"tables": self.tables, "goals": self.goals}))


def arguments(words, program):
    """Those of PROGRAM, in a process whose end is that of all it has started, by the bus too, however it ends."""
    words.add_argument("--reaped", action="store_true", help=argparse.SUPPRESS)
    given = words.parse_args()
    if not given.reaped:
        line = [BIN / "stint-exec", "--parent", f"{os.getpid()}", "--reap", "bench", "--", "/usr/bin/python3", program]
        sys.exit(subprocess.run([*line, *sys.argv[1:], "--reaped"], check=False).returncode)
    tempfile.tempdir = os.environ["STINT_BENCH_DIR"]
    return given


def measured(given):
    found = Found()
    with ExitStack() as last:
        ground = Ground(last)
        found.add(latency, ground, given, last)
        found.add(durable, ground, given)
        found.add(missed, ground, given)
        found.add(nothing_to_do, ground, given)
    with ExitStack() as last:
        found.add(many_devices, given, last)
    found.print()


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--quick", action="store_true", help="fewer rounds, messages and devices")
    given = arguments(words, __file__)
    measured(argparse.Namespace(**(QUICK if given.quick else FULL)))


if __name__ == "__main__":
    main()

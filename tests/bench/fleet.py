"""./bench fleet: a fleet's server beside 10,000 devices (fleet.md). `stint fleet serve` with TLS, and stint-fleet-load, which is
the devices: the real line, keys and signatures, a join by a real invitation, the real machines, but for what a step does. How
soon they are connected and have joined, an order has come to all of them, their reports are in SQLite; whether more than
at-a-time ran, one ran twice, an end was lost, also while nats-server is killed each 30 s; the same of a cluster of three, whose
nats-servers are killed in turn, and how soon another server leads when the one that did is gone (nats-server 2.10.27 or newer);
how soon a server that has lost its file has read it all again, and what a million devices cost it; how often stint-agent wakes
up with nothing to do. `--quick`: fewer of everything."""

import argparse
import contextlib
import http.client
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from certificates import Authority  # noqa: E402
from push import Found, arguments, goal, status  # noqa: E402
from push_line import until  # noqa: E402
from push_served import children_of  # noqa: E402
from push_server import free_port, metric_in  # noqa: E402
from test_fleet import LITTLE, PASSWORD, Device, Office  # noqa: E402
from test_fleet_cluster import FleetMember  # noqa: E402
from test_push_cluster import broker_version  # noqa: E402
from world import BIN, World  # noqa: E402

OF_A_CODE = 500  # of the 600 questions that one invitation may be asked in a minute (fleet.md §3)
PATIENCE = 600  # s
PARTS = ["devices", "cluster", "reading", "idle"]


class Programs:
    """Those of a `stint fleet serve`, which is `process`, and its door in the directory `fleet`."""

    def pid(self, name):
        return children_of(self.process.pid).get(name)

    def page(self, path):
        """An answer of the door's, as it is; None where it has none now."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            address, token = (self.fleet / "door").read_text().split()
            door = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
            door.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = door.getresponse()
            said = answer.read()
            return said if answer.status == 200 else None
        return None

    def door(self, path):
        said = self.page(path)
        return said and json.loads(said)

    def counted(self):
        """Reports that it has read, and that count."""
        return metric_in((self.page("/metrics") or b"").decode(), 'stint_fleet_reports_total{outcome="counted"}') or 0

    def spent(self):
        """Seconds of a processor, by program."""
        def of(pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return {name: of(pid) for name, pid in children_of(self.process.pid).items()}

    def memory(self):
        """MiB, by program."""
        return {name: status(pid)[1] for name, pid in children_of(self.process.pid).items()}


class Asked:
    """A fleet's server, or several, of which `ask` has an answer."""

    def until(self, path, is_so):
        """Seconds until an answer is so, and that."""
        begun = time.monotonic()
        while time.monotonic() < begun + PATIENCE:
            said = self.ask(path)
            if said is not None and is_so(said):
                return time.monotonic() - begun, said
            time.sleep(0.05)
        sys.exit(f"bench: {path} says {said}; {self.log.read_text()[-2000:]}")

    def results(self, campaign):
        """The end of each device, by the server's word."""
        ends, at = {}, 0
        while at is not None:
            page = self.until(f"/v1/results?id={campaign}&from={at}", lambda said: True)[1]
            ends |= {row["device"]: row["outcome"] for row in page["results"]}
            at = page["next"]
        return ends


class Server(Programs, Asked, Office):
    """A fleet, with those words for `stint fleet serve`; it trusts that authority."""

    def __init__(self, *words, authority=None):
        self.more = words
        self.port, self.broker_port = free_port(), free_port()
        world = World()
        if authority:
            world.environment["SSL_CERT_FILE"] = str(authority.file)
        super().__init__(world)

    def start(self):
        self.words = ["stint", "fleet", "serve", "--port", str(self.port), "--broker-port", str(self.broker_port), *self.more]
        super().start()
        self.fleet, self.push = self.world.store / "fleet-server", self.world.store / "push-server"

    def ask(self, path):
        return self.door(path)

    @property
    def ports(self):
        return [self.broker_port]

    def broker(self, which):
        """The process of its nats-server; of a cluster, of that one."""
        return self.pid("nats-server")

    def close(self):
        super().close()
        self.world.close()


class Node(Programs, FleetMember):
    """One of three."""

    def __init__(self, cluster, number, *words):
        self.always = cluster.words
        super().__init__(cluster.world, number, *words)

    def serves(self):
        return [*super().serves(), *self.always]


class Cluster(Asked):
    """Three of these on this machine, with those words for `stint fleet serve`; they trust that authority."""

    def __init__(self, *words, authority):
        self.world, self.words, self.nodes = World(), words, []
        self.world.environment["SSL_CERT_FILE"] = str(authority.file)
        self.typed(f"root's own\n{PASSWORD}\n", "init", "--name", "office", "--operator", "ann", "--dir",
                   str(self.world.root / "fleet0"))
        self.nodes.append(Node(self, 0))
        until(self.nodes[0].listens)
        for number in (1, 2):
            line = self.nodes[0].says("invite", "--server", "--push", str(self.nodes[0].data)).stdout.split()
            self.nodes.append(Node(self, number, "--join", f"http://127.0.0.1:{self.nodes[0].port}", line[5]))
            self.nodes[-1].until_ready(PATIENCE)
        self.nodes[0].until_ready(PATIENCE)
        until(lambda: all(node.is_replicated() for node in self.nodes), PATIENCE)
        self.push, self.log, self.ports = self.nodes[0].data, self.nodes[0].log, [node.nats_port for node in self.nodes]

    def typed(self, text, *words):
        made = subprocess.run([*LITTLE, "stint", "fleet", *words], env=self.world.environment, cwd=self.world.downloads, input=text,
                              capture_output=True, text=True, timeout=PATIENCE, check=True)
        return made.stdout

    def leader(self):
        """None: nobody leads now."""
        return next((node for node in self.nodes if node.process.poll() is None and node.door("/v1/campaigns") is not None), None)

    def ask(self, path):
        answers = (node.door(path) for node in self.nodes if node.process.poll() is None)
        return next((answer for answer in answers if answer is not None), None)

    def invites(self, *words):
        leader = until(self.leader, PATIENCE)
        return leader.says("invite", *words, "--push", str(leader.data)).stdout.split()[3:]

    def starts(self, text, *words):
        leader = until(self.leader, PATIENCE)
        file = self.world.downloads / "campaign.toml"
        file.write_text(text)
        return self.typed(f"{PASSWORD}\n", "start", str(file), *words, "--data", str(leader.fleet), "--operator",
                          str(self.nodes[0].fleet / "operator.key")).split()[-1]

    def spent(self):
        return self.added(Programs.spent)

    def memory(self):
        return self.added(Programs.memory)

    def counted(self):
        return max(node.counted() for node in self.nodes)

    def added(self, what):
        """All that the nodes have of it, by program."""
        sums = {}
        for node in self.nodes:
            for name, count in what(node).items():
                sums[name] = sums.get(name, 0) + count
        return sums

    def broker(self, which):
        return self.nodes[which % len(self.nodes)].pid("nats-server")

    def close(self):
        for node in self.nodes:
            node.close()
        self.world.close()


def campaign(name, query, rollout):
    return (f'name = "{name}"\ntargets = "{query}"\nexpires = "1d"\n[[step]]\nrun = ["/bin/true"]\n[rollout]\n'
            f'stop = {{ failures = "none" }}\nok = "1%"\n{rollout}\n')


class Hands:
    """A process that says a line of JSON for all that it has done."""

    def __init__(self, words, environment, last):
        self.process = subprocess.Popen([BIN / "stint-fleet-load", *map(str, words)], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        last.callback(self.process.wait)
        last.callback(self.process.kill)
        self.read = b""

    def line(self):
        deadline = time.monotonic() + PATIENCE
        while b"\n" not in self.read:
            left = deadline - time.monotonic()
            if not select.select([self.process.stdout], [], [], max(left, 0))[0]:
                return None
            some = os.read(self.process.stdout.fileno(), 1 << 20)
            if not some:
                sys.exit("bench: stint-fleet-load has ended")
            self.read += some
        line, self.read = self.read.split(b"\n", 1)
        return json.loads(line)

    def until(self, did, of=None):
        while (said := self.line()) is not None:
            if said["did"] == did and said.get("campaign") == of:
                return said
        sys.exit(f"bench: never {did}; {json.dumps(self.asks('status'))}")

    def asks(self, line):
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        return self.until(line.split()[0])


# ---- Devices that are there ----

class Fleet:
    """A server with TLS, or a cluster of them, and its devices, which come into it one thing after another."""

    def __init__(self, given, last, made=Server):
        self.given = given
        folder = Path(tempfile.mkdtemp())
        authority = Authority(folder / "authority")
        certificate, key = authority.certificate("server", host="DNS:localhost")
        self.server = made("--origin", "https://localhost", "--listen", "127.0.0.1", "--cert", str(certificate), "--key", str(key),
                           authority=authority)
        last.callback(self.server.close)
        codes = folder / "codes"
        codes.write_text("".join(
            " ".join(self.server.invites("--labels", "site=berlin", "--uses", "10000", "--expires", "1d")) + "\n"
            for _ in range(-(-given.devices // OF_A_CODE))))
        self.before = self.server.memory()
        self.hands = Hands(["live", "--push", self.server.push, "--port", *self.server.ports, "--devices", given.devices,
                            "--codes", codes, "--failing", 0.01], self.server.world.environment, last)

    def grown(self, name):
        """KiB that a program has grown by, for each device."""
        return (self.server.memory()[name] - self.before[name]) * 1024 / self.given.devices

    def begins(self, name, rollout):
        """When it did, and the campaign's id."""
        begun = time.time()
        return begun, self.server.starts(campaign(name, "label site=berlin", rollout), "--all")

    def ends(self, campaign):
        """All that the devices saw of it, once the server has all ends; those that it has lost; since when it has."""
        seen = self.hands.until("ended", campaign)["seen"]
        count = self.given.devices

        def is_told(said):
            return sum(said["counts"].get(word, 0) for word in ("succeeded", "failed")) == count
        self.server.until(f"/v1/campaign?id={campaign}", is_told)
        at = time.time()
        told, own = self.server.results(campaign), self.hands.asks(f"ends {campaign}")["ends"]
        return seen, sum(told.get(device) != end for device, end in own.items()) + count - len(own), at


def join(fleet, given):
    rows, found = [], {}
    for did, what in (("connected", "connected: TLS, JWT, signature"), ("joined", "joined by an invitation"),
                      ("registered", "registered for push"), ("greeted", "said hello")):
        before = fleet.server.spent()
        found[did] = fleet.hands.until(did)
        spent = {name: now - before[name] for name, now in fleet.server.spent().items()}
        seconds = found[did]["ms"] / 1000
        rows.append([what, f"{seconds:.1f}", f"{given.devices / seconds:.0f}", f"{found[did]['tries']}",
                     *(f"{spent[name] * 1e3 / given.devices:.2f}" for name in ("nats-server", "stint-endpoint", "stint-fleetd"))])
        if did == "connected":
            each, fleet.connects = fleet.grown("nats-server"), given.devices / seconds
    table = {"title": f"{given.devices} devices, one step after another; 64 at once",
             "columns": ["all have", "s", "a second", "tries more", "ms of nats-server, each", "of stint-endpoint", "of stint-fleetd"],
             "rows": rows}
    return table, [goal("all connected, s", found["connected"]["ms"] / 1000, 60),
                   goal("memory of nats-server for each connection, KiB", each, 80)]


def when_counted(server, count):
    deadline = time.monotonic() + PATIENCE
    while server.counted() < count:
        if time.monotonic() > deadline:
            sys.exit(f"bench: never {count} reports; {server.log.read_text()[-2000:]}")
        time.sleep(0.5)  # each look costs the server some ms
    return time.time()


class Killer:
    """Kills a nats-server after a while, and one each 30 s from then on; of a cluster, in turn."""

    def __init__(self, fleet, given):
        self.fleet, self.given, self.killed, self.over = fleet, given, 0, threading.Event()
        self.returned = -fleet.hands.asks("status")["seen"]["returned"]
        self.thread = threading.Thread(target=self.kill)

    def kill(self):
        self.over.wait(self.given.first_kill)
        # `stint fleet serve` starts it again after 1 s, and waits twice as long each time.
        while not self.over.is_set() and self.killed < self.given.kills:
            if pid := self.fleet.server.broker(self.killed):
                os.kill(pid, signal.SIGKILL)
                self.killed += 1
            self.over.wait(30)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.returned += self.fleet.hands.asks("status")["seen"]["returned"]


class Order:
    """One to all devices, all at once: what they saw, the ends that were lost, and seconds from the campaign's start until so many
    reports (`some`) and until all are in SQLite."""

    def __init__(self, fleet, given, name):
        self.some = 2 * given.devices
        counted = ThreadPoolExecutor().submit(when_counted, fleet.server, fleet.server.counted() + self.some)
        begun, id_ = fleet.begins(name, f"at-a-time = {given.devices}")
        started = time.time()
        self.typing = started - begun
        self.told_in = fleet.hands.until("ordered", id_)["seen"]["orderedIn"] / 1000
        self.seen, self.lost, at = fleet.ends(id_)
        self.some_in, self.all_in = counted.result() - started, at - started

    def times(self):
        return [["from the first order that the push server has until all devices have one", f"{self.told_in:.1f} s"],
                *([what, " ".join(f"{self.seen[which][of]} ms" for of in ("p50", "p99", "most"))] for what, which in (
                    ("an order, from the push server to its device: p50, p99, most", "orders"),
                    ("a question for a slot: p50, p99, most", "slots"),
                    ("a report, until it is acknowledged: p50, p99, most", "reports"))),
                [f"from the campaign's start until {self.some} signed reports are in SQLite", f"{self.some_in:.1f} s"],
                ["until all are", f"{self.all_in:.1f} s"]]

    def goals(self, when, more):
        """`more`: seconds beyond what one node is to need without a kill."""
        return [goal(f"{when}: an order is stored for all and told to all, s", self.told_in, 5 + more),
                goal(f"{when}: {self.some} signed reports are in SQLite, s from the start", self.some_in, 15 + more),
                goal(f"{when}: ends that were lost, or another than the device's", self.lost, 0),
                goal(f"{when}: devices that began twice", self.seen["twice"], 0)]


def order_to_all(fleet, given):
    before = fleet.server.spent()
    fleet.order = order = Order(fleet, given, "all at once")
    spent = {name: now - before[name] for name, now in fleet.server.spent().items()}
    table = {"title": f"One order to {given.devices} devices, all at once, each of which does 0.1 to 1 s of work, and reports thrice at most",
             "columns": ["what", "is"],
             "rows": [["`stint fleet start`, with its password", f"{order.typing:.1f} s"], *order.times(),
                      *([f"processor of {name}", f"{seconds:.1f} s"] for name, seconds in spent.items())]}
    if len(fleet.server.ports) > 1:
        return table, []  # the same with kills has the goals
    return table, [*order.goals("one node", 0), goal("one node: order to device, p99 in s", order.seen["orders"]["p99"] / 1000, 1)]


def order_with_kills(fleet, given):
    """The same order, while nats-servers are killed: 20 s more than one node may need, and than these needed without that."""
    with Killer(fleet, given) as killer:
        order = Order(fleet, given, "all at once, with kills")
    table = {"title": f"The same order to {given.devices} devices, and a nats-server is killed each 30 s", "columns": ["what", "is"],
             "rows": [*order.times(), ["kills, and devices that connected again", f"{killer.killed}, {killer.returned}"]]}
    return table, [*order.goals("three nodes, with kills", 20),
                   goal("three nodes, with kills: s more for those reports", order.some_in - fleet.order.some_in, 20)]


def in_waves(fleet, given, kills):
    """Seconds, what the devices saw, ends that were lost, kills, devices that connected again."""
    begun, id_ = fleet.begins("in waves" + (", with kills" if kills else ""),
                              f'at-a-time = {given.at_a_time}\nwave = [10, 100, "10%", "100%"]')
    if not kills:
        seen, lost, at = fleet.ends(id_)
        return at - begun, seen, lost, 0, 0
    with Killer(fleet, given) as killer:
        seen, lost, at = fleet.ends(id_)
    return at - begun, seen, lost, killer.killed, killer.returned


def waves(fleet, given):
    rows, goals = [], []
    for kills in (False, True):
        took, seen, lost, killed, returned = in_waves(fleet, given, kills)
        name = "a nats-server is killed each 30 s" if kills else "nobody dies"
        rows.append([name, f"{took:.1f}", f"{killed}", f"{returned}", f"{returned / fleet.connects:.1f}", f"{seen['mostRunning']}",
                     f"{seen['hints']}", f"{seen['slots']['p99']}", f"{lost}", f"{seen['twice']}"])
        goals += [goal(f"{name}: devices that ran at a time", seen["mostRunning"], given.at_a_time),
                  goal(f"{name}: ends that were lost", lost, 0), goal(f"{name}: devices that began twice", seen["twice"], 0)]
        if kills and len(fleet.server.ports) > 1:  # where there is one, all devices wait for it
            goals.append(goal("kills cost, s", took - without, 20))
        without = took
    table = {"title": f"{given.devices} devices in four waves, {given.at_a_time} at a time, 0.1 to 1 s of work each",
             "columns": ["", "s", "kills", "devices connected again", "s for that, at the rate above", "most at a time", "hints",
                         "p99 ms for a slot", "lost", "twice"], "rows": rows}
    return table, goals


# ---- Three servers ----

def another_leads(fleet):
    """The machine of the server that leads is gone."""
    gone = until(fleet.server.leader, PATIENCE)
    begun = time.monotonic()
    gone.kill()
    until(fleet.server.leader, PATIENCE)
    seconds = time.monotonic() - begun
    return ({"title": "The machine of the server that leads is gone, of three", "columns": ["what", "is"],
             "rows": [["until another one answers operators and devices", f"{seconds:.1f} s"]]},
            [goal("another server leads after, s", seconds, 20)])


# ---- A server that reads ----

def filled(given, devices, each, last):
    """A server whose broker has so many devices, of which as many as report do so each so often."""
    server = Server()
    last.callback(server.close)
    keys = given.reporting if each else 0
    hands = Hands(["fill", "--push", server.push, "--broker", f"nats://127.0.0.1:{server.broker_port}", "--fleet", server.fleet,
                   "--devices", devices, "--keys", keys], server.world.environment, last)
    hands.until("certified")
    begin_anew(server)
    id_ = server.starts(campaign("filled", "label filled=yes", "at-a-time = 1\nbegin-within = \"20h\""), "--all")
    if each:
        hands.process.stdin.write(f"report {id_} {each}\n".encode())
        hands.process.stdin.flush()
        hands.until("reported")
        server.until(f"/v1/campaign?id={id_}", lambda said: said["counts"].get("succeeded", 0) == keys)
    return server, id_


def begin_anew(server, without_file=False):
    """Seconds from the next stint-fleetd's begin until it has read all."""
    pid = server.pid("stint-fleetd")
    os.kill(pid, signal.SIGSTOP)  # it writes nothing more
    if without_file:
        for file in server.fleet.glob("roster.db*"):
            file.unlink()
    os.kill(pid, signal.SIGKILL)
    while server.pid("stint-fleetd") in (None, pid):  # it is started again after a while
        time.sleep(0.01)
    begun = time.monotonic()
    server.until("/v1/fleet", lambda said: said["open"])
    return time.monotonic() - begun


def reading(given):
    rows, goals = [], []
    with ExitStack() as last:
        server, id_ = filled(given, given.reporting, given.each, last)
        count = given.reporting * given.each
        again, anew = begin_anew(server), begin_anew(server, without_file=True)
        spent = server.spent()["stint-fleetd"]
        server.until(f"/v1/campaign?id={id_}", lambda said: said["counts"].get("succeeded", 0) == given.reporting)
        rows += [[f"{count} reports of {given.reporting} devices, with its file", f"{again:.1f} s", ""],
                 ["the same without its file", f"{anew:.1f} s", f"{spent:.0f} s of a processor"]]
        goals.append(goal(f"stint-fleetd reads {count} reports again, s", anew, 60 * count / 1e6))
    with ExitStack() as last:
        server, _ = filled(given, given.many, 0, last)
        anew = begin_anew(server, without_file=True)
        memory = status(server.pid("stint-fleetd"))[1]
        rows.append([f"{given.many} devices that are all meant, without its file", f"{anew:.1f} s", f"{memory:.0f} MiB"])
        goals.append(goal(f"memory of stint-fleetd with {given.many} devices, MiB", memory, 200))
    table = {"title": "stint-fleetd begins anew, beside its nats-server, until it answers",
             "columns": ["what it reads", "after", "it takes"], "rows": rows}
    return table, goals


# ---- Nothing to do ----

def idle(given, last):
    server = Server()
    last.callback(server.close)
    device = Device()
    last.callback(device.close)
    device.joins(server.invites())

    def agents():
        return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and program(entry) == BIN / "stint-agent"
                and device.world.environment["XDG_STATE_HOME"].encode() in environment(entry)}

    def program(entry):
        with contextlib.suppress(OSError):
            return (entry / "exe").readlink()
        return None

    def environment(entry):
        with contextlib.suppress(OSError):
            return (entry / "environ").read_bytes()
        return b""
    time.sleep(given.settle)
    before = {pid: status(pid)[0] for pid in agents()}
    seen = set(before)
    end = time.monotonic() + given.idle
    while time.monotonic() < end:
        time.sleep(1)
        seen |= agents()
    woken = sum(status(pid)[0] - switches for pid, switches in before.items() if Path(f"/proc/{pid}").exists())
    begun = len(seen - set(before))
    table = {"title": f"stint-agent of a device that has joined, and has nothing to do, in {given.idle} s", "columns": ["what", "is"],
             "rows": [["processes of it that were there", f"{len(before)}"], ["that were started meanwhile", f"{begun}"],
                      ["context switches, all threads", f"{woken}"]]}
    return table, [goal("stint-agent, idle: context switches and starts", woken + begun, 0)]


FULL = {"devices": 10_000, "at_a_time": 200, "first_kill": 5, "kills": 3, "reporting": 10_000, "each": 100, "many": 1_000_000, "settle": 60,
        "idle": 60}
QUICK = {"devices": 1000, "at_a_time": 50, "first_kill": 3, "kills": 1, "reporting": 5000, "each": 20, "many": 100_000, "settle": 40, "idle": 20}


def measured(given):
    found = Found()
    if "devices" in given.only:
        with ExitStack() as last:
            fleet = Fleet(given, last)
            found.add(join, fleet, given)
            found.add(order_to_all, fleet, given)
            found.add(waves, fleet, given)
    if "cluster" in given.only and broker_version() >= (2, 10, 27):
        with ExitStack() as last:
            fleet = Fleet(given, last, Cluster)
            found.add(join, fleet, given)
            found.add(order_to_all, fleet, given)
            found.add(order_with_kills, fleet, given)
            found.add(waves, fleet, given)
            found.add(another_leads, fleet)
    if "reading" in given.only:
        found.add(reading, given)
    if "idle" in given.only:
        with ExitStack() as last:
            found.add(idle, given, last)
    found.print()


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--quick", action="store_true", help="fewer devices and reports")
    words.add_argument("--devices", type=int, help="as many")
    words.add_argument("--only", action="append", choices=PARTS, help="this part of it")
    given = arguments(words, __file__)
    chosen = (QUICK if given.quick else FULL) | {"only": given.only or PARTS}
    measured(argparse.Namespace(**chosen | ({"devices": given.devices} if given.devices else {})))


if __name__ == "__main__":
    main()

"""./bench soak attacks [KILLS [SEED]]: every attack of the end-to-end tests, in random order, beside three kinds of honest work:
an app that schedules (honest.cpp), downloads, and commands. All of the honest work must end right: what schedule()
answered with success is there, once; each file has its bytes; each command has run. And nobody takes the scheduler from
the app: the p99 of its schedule() is at most ten times what it is at rest."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from commands import SHELL, schedule, script  # noqa: E402
from events import Directory, TooLate, wait_for_end  # noqa: E402
from jobs import AS_TRANSFER, job  # noqa: E402
from line import Closed, WireError  # noqa: E402
from neighbours import SILENT, STORM, TALKING, Neighbour  # noqa: E402
from origin import MIB, Origin, bytes_of  # noqa: E402
from page_tricks import CAN_BE_ANOTHER, HIDING, of_closed, of_cookies, of_crowd, of_job  # noqa: E402
from taskmanager import Served  # noqa: E402
from world import BIN, World  # noqa: E402

from helper_flood import HelperFlood  # noqa: E402

REST = 15  # seconds, before and after the attacks
MOST_TIMES = 10  # the goal: p99 under attack, in p99s at rest
FILE = 12 * MIB
HONEST = "org.stint.honest"
FLOODER = "org.stint.flooder"
# A death that somebody else has caused counts as little as it may, and so does a download's failure whose file was
# swapped: else what is honest waits longer each time, and rests until the next kill. And what has ended is remembered for
# longer than whoever waits for it may be held up: 20 commands end in a second.
POLICY = {"job.system_stop_to_failure_ratio": 1_000_000, "job.crash_guard.crashes": 1_000_000,
          "job.min_backoff": "1s", "job.max_backoff": "1s",
          "job.schedule_rate": 1_000_000, "job.completed_history": 10_000}
MANIFEST = """package = "{package}"
label = "{package}"
executable = "{program}"
command = ["{program}"]
permissions = ["RECEIVE_BOOT_COMPLETED"]
[[service]]
name = "Jobs"
permission = "BIND_JOB_SERVICE"
command = ["/bin/false"]
"""
# A flood: as many jobs as it gets, as large as it may; and then it stays.
FLOOD = """
from line import SCHEDULER, Closed, Line, WireError
try:
    line = Line(sys.argv[1])
    for number in range(1, 100_000):
        job = {"id": ("i", number), "service": ("s", "Jobs"), "requiresDeviceIdle": ("b", True),
               "extras": ("a{sv}", {"text": ("s", "x" * 20_000)})}
        line.schedule(job)
except (Closed, OSError, ValueError, WireError):
    pass
print("done", flush=True)
sys.stdin.read()
"""
FORGET = """
from line import SCHEDULER, Closed, Line, WireError
try:
    Line(sys.argv[1]).call("org.stint.JobScheduler1", "CancelAll", "a{sv}", {})
except (Closed, OSError, ValueError, WireError):
    pass
print("done", flush=True)
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextmanager
def small_disk(world, size):
    """The daemon's state on a file system of its own, if this user may mount one."""
    if os.getuid() != 0:
        say("no disk is filled: only root can make a small one")
        yield None
        return
    world.store.mkdir(mode=0o700)
    image = world.root / "disk"
    with image.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, world.store], check=True)
    world.store.chmod(0o700)
    try:
        yield world.store
    finally:
        subprocess.run(["umount", "-l", world.store], check=True)


class Victim:
    """The daemon, which is killed and started again."""

    def __init__(self, world):
        self.world = world
        self.up = threading.Event()
        self.daemon = None
        self.gone = False  # it could not be started again, and who waits for it need not
        self.start()

    def start(self):
        try:
            self.daemon = self.world.start_daemon(POLICY, used=self.daemon is None)
        except BaseException:
            self.gone = True
            raise
        finally:
            self.up.set()

    def kill(self):
        self.up.clear()
        self.daemon.kill()
        self.start()


class App(threading.Thread):
    """honest.cpp: what it was promised, and how long each promise took."""

    def __init__(self, world, victim):
        super().__init__()
        self.victim = victim
        self.process = subprocess.Popen([BIN / "bench_honest"], env=world.environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, start_new_session=True)
        world.processes.append(self.process)
        self.promised, self.cancelled, self.unknown = set(), set(), set()
        self.refusals = Counter()
        self.took = {"at rest": [], "under attack": []}  # µs
        self.phase = "at rest"
        self.go()

    def go(self):
        self.victim.up.wait()
        with suppress(BrokenPipeError):
            self.process.stdin.write("go\n")
            self.process.stdin.flush()

    def run(self):
        for line in self.process.stdout:
            what, _, rest = line.strip().partition(" ")
            if what == "+":
                number, took = map(int, rest.split())
                self.promised.add(number)
                self.took[self.phase].append(took)
            elif what == "-":
                self.cancelled.add(int(rest))
            elif what == "?":
                self.unknown.add(int(rest))
                self.go()
            else:
                self.refusals[rest] += 1

    def end(self):
        """Wherever it is: of unknown fate are the next job and the oldest."""
        self.process.kill()
        self.join()
        self.unknown |= {max(self.promised) + 1, min(self.promised - self.cancelled)}

    def p99(self, phase):
        took = sorted(self.took[phase])
        return took[len(took) * 99 // 100]

    def faults(self, line):
        """Everything that is not as it was promised."""
        kept = Counter(job["id"] for job in line.jobs(package=HONEST))
        lost = self.promised - self.cancelled - self.unknown - set(kept)
        twice = [number for number, times in kept.items() if times > 1]
        unasked = set(kept) - (self.promised - self.cancelled) - self.unknown
        return [f"{what}: {sorted(found)}" for what, found in
                (("jobs that were promised and are lost", lost), ("jobs that are there twice", twice),
                 ("jobs that were cancelled, or never asked for", unasked)) if found]


class Worker(threading.Thread):
    """Asks for one piece of work after another, by `stint`, until it is told to stop; each must end well."""

    def __init__(self, world, victim, over):
        super().__init__()
        self.world, self.victim, self.over = world, victim, over
        self.ended = 0
        self.faults = []

    def run(self):
        try:
            self.work()
        except Exception as failure:  # else nobody would hear of it
            self.faults.append(f"{self.name}: {failure!r}")

    def work(self):
        nth = 0
        while not self.over.is_set() and not self.faults:
            nth += 1
            self.victim.up.wait()
            job = self.ask(f"{self.name}-{nth}")
            if job and self.waited(job):
                self.check(f"{self.name}-{nth}")

    def asked(self, package, *words):
        """The job, or None where the daemon was not there, or could not take it: then it is not asked for again."""
        done = self.world.stint(*words, within=120)
        if done.code == 0:
            return re.search(rf"^{package}/\d+", done.err, re.MULTILINE)[0]
        if done.code not in (69, 74, 75):
            self.faults.append(f"{words}: {done}")
        return None

    def waited(self, job):
        """True if the job has ended well; no death of the daemon has a say in it."""
        while not self.victim.gone:
            self.victim.up.wait()
            try:
                done = self.world.stint("wait", job, within=600)
            except subprocess.TimeoutExpired:
                told = [self.world.stint(verb, job).out for verb in ("why", "log")]
                self.faults.append("\n".join([f"{job} has not ended in ten minutes:", *told]))
                return False
            if done.code == 0:
                return True
            if done.code not in (69, 75):
                self.faults.append(f"{job}: {done}")
                return False
        return False


class Downloads(Worker):
    def __init__(self, world, victim, over, origin, content, checksum):
        super().__init__(world, victim, over)
        self.origin, self.content, self.checksum = origin, content, checksum

    def ask(self, name):
        return self.asked("org.stint.transfer", "get", "--no-wait", self.origin.url("file.bin"), "-o", name,
                          "--checksum", f"sha256:{self.checksum}")

    def check(self, name):
        file = self.world.downloads / name
        if file.read_bytes() != self.content:
            self.faults.append(f"{file} has other bytes")
        file.unlink()
        self.ended += 1


class Commands(Worker):
    def __init__(self, world, victim, over):
        super().__init__(world, victim, over)
        self.ledger = world.downloads / f"ledger-{self.name}"
        self.ledger.touch()
        self.program = script(world, f'echo "$1" >> {self.ledger.name}; read -t 0.1 never < /dev/zero; exit 0\n',
                              f"append-{self.name}")

    def ask(self, name):
        return self.asked(SHELL, "run", "--no-wait", "--", self.program, name)

    def check(self, name):
        if name not in self.ledger.read_text().split():
            self.faults.append(f"{name} never ran")
        self.ended += 1


class Attacks:
    """Each method is one. Those that hold on end what they hold when the next of their kind comes."""

    def __init__(self, world, victim, disk, chance):
        self.world, self.victim, self.disk, self.chance = world, victim, disk, chance
        self.crowd = []
        self.full = 0  # attacks to come until there is room again
        self.helper = HelperFlood() if HelperFlood.lets() else None
        self.made = Counter()
        self.faults = []
        self.cgroups = "no cgroup" not in world.done("doctor")

    def weighed(self):
        return ([self.kill_daemon] * 12 + [self.kill_transfer] * 4 + [self.kill_command] * 4 + [self.swap_part] * 2 +
                [self.silent, self.talking, self.storm, self.schedule_flood, self.page_of_cookies, self.page_of_crowd] +
                [self.damage_log] + [self.fill_disk] * bool(self.disk) + [self.flood_helper] * bool(self.helper) +
                [self.page_of_job] * self.cgroups + [self.page_of_closed] * CAN_BE_ANOTHER)

    def kills(self):
        return sum(count for name, count in self.made.items() if name.startswith("kill"))

    def next(self):
        attack = self.chance.choice(self.weighed())
        if attack():
            self.made[attack.__name__.replace("_", " ")] += 1
        self.full -= 1
        if self.full == 0:
            self.empty_disk()

    def kill_daemon(self):
        self.victim.kill()
        return True

    def kill_transfer(self):
        return self._kill(self.victim.daemon.transfers())

    def kill_command(self):
        return self._kill(self.victim.daemon.commands())

    def _kill(self, pids):
        for pid in pids[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
                wait_for_end(pid)
        return bool(pids)

    def swap_part(self):
        """Another file, a link, or a FIFO in the place of what is being received; or a record that is none."""
        parts = sorted(self.world.downloads.glob(".*.stint-part"))
        if not parts:
            return False
        part = self.chance.choice(parts)
        other = self.world.root / "other"
        match self.chance.randrange(4):
            case 0:
                other.write_bytes(b"injected" * 131072)
            case 1:
                other.symlink_to("/etc/passwd")
            case 2:
                os.mkfifo(other)
            case 3:
                other.write_text('{"received": 1099511627776}')
                part = part.with_name(part.name.replace("stint-part", "stint-state"))
        os.replace(other, part)
        return True

    def silent(self):
        return self._come(SILENT, 4, 200)

    def talking(self):
        return self._come(TALKING, 2, 100)

    def storm(self):
        return self._come(STORM, 1, 1)

    def _come(self, text, processes, each):
        self.leave()
        self.crowd = [Neighbour(self.world, text, self.world.runtime / "bus", each) for _ in range(processes)]
        for one in self.crowd:
            one.says()
        return True

    def leave(self):
        for one in self.crowd:
            one.end()
        self.crowd = []

    def schedule_flood(self):
        """By an app of its own, which forgets it all again."""
        for text in (FORGET, FLOOD):
            flooder = Neighbour(self.world, text, self.world.runtime / "bus", python=self.world.root / "flooder")
            flooder.says()
            flooder.end()
        return True

    def page_of_job(self):
        how = self.chance.choice(HIDING)
        return self._page(lambda served: "401" in of_job(self.world, served, how), f"a job's process entered: {how}")

    def page_of_closed(self):
        how = self.chance.choice(("close", "reset", "anew"))
        waits = f"{SHELL}/{schedule(self.world, '--at', '+90min', '--', 'true')}" if self.full <= 0 else None
        return waits and self._page(lambda served: of_closed(served, waits, how), f"another user acted: {how}", waits)

    def page_of_cookies(self):
        return self._page(lambda served: of_cookies(served) == 200, "a cookie shut the person out")

    def page_of_crowd(self):
        bodies = self.chance.choice((0, 64))
        return self._page(lambda served: of_crowd(served, bodies=bodies) == [200] * 20, "a crowd shut the person out")

    def _page(self, holds, fault, cancelled=None):
        """A server of its own, and whether that holds."""
        if self.full > 0:
            return False
        served = Served(self.world, "--idle", "never").enter()
        try:
            if not holds(served):
                self.faults.append(fault)
        finally:
            served.process.kill()
            served.process.wait(120)
        if cancelled:
            self.world.done("cancel", cancelled)
        return True

    def flood_helper(self):
        self.helper.play()
        return True

    def damage_log(self):
        """Another daemon's, after a kill: what was put into the database a second after it came is not in that file alone."""
        world = World()
        try:
            daemon = world.start_daemon(POLICY)
            log = world.store / "stint.db-wal"
            with world.line() as line, Directory(world.store) as directory:
                line.set_device(charging="false")
                for number in range(1, 31):
                    line.schedule(job(number), **AS_TRANSFER)
                directory.until(lambda: not any(log.read_bytes()), within=20)  # a second, and what the machine takes
                for number in range(31, 41):
                    line.schedule(job(number), **AS_TRANSFER)
            daemon.kill()
            content = bytearray(log.read_bytes())
            at = self.chance.randrange(len(content.rstrip(b"\0")) or 1)
            end = self.chance.choice([at + 1, at + 4096, len(content)])
            content[at:end] = self.chance.choice([b"", self.chance.randbytes(end - at)])
            log.write_bytes(content)
            world.start_daemon(POLICY)
            with world.line() as line:
                lost = set(range(1, 31)) - {kept["id"] for kept in line.jobs()}
            if lost:
                raise TooLate(f"with a damaged log went jobs {sorted(lost)}, which were in the database")
        finally:
            world.close()
        return True

    def fill_disk(self):
        if self.full > 0:
            return False
        with (self.disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 65536)
        with (self.disk / "filler-too").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 512)
        self.full = 6
        return True

    def empty_disk(self):
        for name in ("filler", "filler-too"):
            (self.disk / name).unlink(missing_ok=True)

    def end(self):
        self.leave()
        if self.helper:
            self.helper.end()
        if self.full > 0:
            self.empty_disk()


def install(world):
    shutil.copy(os.path.realpath(sys.executable), world.root / "flooder")
    world.environment["PYTHONHOME"] = sys.prefix
    for package, program in ((HONEST, BIN / "bench_honest"), (FLOODER, world.root / "flooder")):
        (world.apps / f"{package}.toml").write_text(MANIFEST.format(package=package, program=program))


def soak(world, origin, disk, kills, seed):
    chance = random.Random(seed)
    content = bytes_of(seed, FILE)
    checksum = origin.serve("file.bin", content)
    install(world)
    victim = Victim(world)
    app, over = App(world, victim), threading.Event()
    app.start()
    over.wait(REST)
    attacks = Attacks(world, victim, disk, chance)
    workers = [Downloads(world, victim, over, origin, content, checksum) for _ in range(3)]
    workers += [Commands(world, victim, over) for _ in range(2)]
    for worker in workers:
        worker.start()
    app.phase = "under attack"
    told = time.monotonic()
    try:
        while attacks.kills() < kills and not attacks.faults and not any(worker.faults for worker in workers):
            attacks.next()
            over.wait(chance.uniform(0, 0.2))
            if time.monotonic() - told > 30:
                told = time.monotonic()
                say(f"{attacks.kills()} kills; {sum(worker.ended for worker in workers)} pieces of honest work have ended")
    finally:
        attacks.end()
        over.set()
        say("the attacks are over: what is under way ends")
        for worker in workers:
            worker.join()
    app.phase = "at rest"
    threading.Event().wait(REST)
    app.end()
    with world.line() as line:
        faults = [*app.faults(line), *attacks.faults, *(fault for worker in workers for fault in worker.faults)]
    return app, workers, attacks, faults


def figures(app, workers, attacks, seed):
    rest, attacked = app.p99("at rest"), app.p99("under attack")
    rows = [[name, str(count)] for name, count in sorted(attacks.made.items())]
    rows += [[f"honest schedule(), {phase}", f"{len(took)}, p99 {app.p99(phase) / 1000:.2f} ms"]
             for phase, took in app.took.items()]
    rows += [[f"honest {kind.__name__.lower()} that ended right",
              str(sum(worker.ended for worker in workers if isinstance(worker, kind)))] for kind in (Downloads, Commands)]
    rows += [[f"refused: {why}", str(count)] for why, count in app.refusals.items()]
    rows += attacks.helper.rows() if attacks.made["flood helper"] else []
    return {"tables": [{"title": f"Attacks, and what was honest beside them (seed {seed})",
                        "columns": ["what", "times"], "rows": rows}],
            "goals": [{"what": "schedule() under attack: p99, × its p99 at rest", "is": attacked / rest,
                       "goal": MOST_TIMES, "least": False}] +
                     (attacks.helper.goals() if attacks.made["flood helper"] else [])}


def main(kills="2000", seed=None):
    seed = int(seed or random.SystemRandom().randrange(10**6))
    say(f"seed {seed}")
    tempfile.tempdir = os.environ.get("STINT_BENCH_DIR")
    world = World()
    origin = Origin(world.root / "origin", rate="3m")
    try:
        with small_disk(world, 64 * MIB) as disk:
            try:
                app, workers, attacks, faults = soak(world, origin, disk, int(kills), seed)
            finally:
                origin.stop()
                world.close()
        shutil.rmtree(world.root, ignore_errors=True)  # what was mounted there is gone now
    except (TooLate, Closed, WireError) as failure:
        sys.exit(f"soak: seed {seed}: {failure}")
    if faults:
        sys.exit("\n".join([f"soak: seed {seed}:", *faults]))
    print(json.dumps(figures(app, workers, attacks, seed)))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""kill -9 at random moments over the app, the daemon and those that enqueue, while random graphs of work run (jobs.md §10):
the workers' own ledger is the witness. Each step that was kept is done at least once, none before one that it follows has
ended, none after one that follows it has begun, no two runs of one at once."""

import os
import random
import signal
import subprocess
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from events import TooLate, running, wait_for_end
from work import DEADLY, PACKAGE, PROGRAM, WorkApp

GRAPHS = int(os.environ.get("STINT_WORK_GRAPHS", "15"))
KILLS = int(os.environ.get("STINT_WORK_KILLS", "24"))
AT_ONCE = 3  # graphs of one process that enqueues


@pytest.fixture
def app(world):
    return WorkApp(world)


class Enqueuers(threading.Thread):
    """One process after another, until enough was kept, whatever becomes of each."""

    def __init__(self, world):
        super().__init__()
        self.world = world
        self.kept = {}  # a step: those that it follows
        self.begun = 0
        self.start()

    def run(self):
        while len({step.split(".")[0] for step in self.kept}) < GRAPHS:
            words = ["stint", "start", PACKAGE, "graphs", str(self.begun * AT_ONCE), str(AT_ONCE)]
            self.begun += 1
            done = subprocess.run(words, env=self.world.environment, stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, start_new_session=True, check=False)
            for line in done.stdout.splitlines():
                name, *follows = line.split()
                self.kept[name] = follows


def processes(daemon):
    """Those that run work, and those that enqueue: stintd starts both."""
    found = {"app": [], "enqueuer": []}
    for pid in running(daemon.pid, PROGRAM):
        with suppress(OSError):
            enqueues = b"graphs" in Path(f"/proc/{pid}/cmdline").read_bytes()
            found["enqueuer" if enqueues else "app"].append(pid)
    return found


def judge(lines):
    """The ledger, line by line."""
    ended = set()
    followed = set()  # one that follows it has begun
    for line in lines:
        what, name, *follows = line.split()
        assert what != "overlap", line
        if what == "end":
            ended.add(name)
        if what != "begin":
            continue
        assert name not in followed, f"{line}: what follows it had begun, so it was finished"
        assert ended.issuperset(follows), f"{line}: not all of these have ended"
        followed.update(follows)


def test_kills_lose_nothing_and_finish_nothing_twice(world, app):
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    print(f"seed {seed}; {KILLS} kills over {GRAPHS} graphs")
    daemon = world.start_daemon(DEADLY)
    enqueuers = Enqueuers(world)
    killed = Counter()

    def left():
        return set(enqueuers.kept) - set(app.count("end"))

    def is_over():
        return not enqueuers.is_alive() and not left()

    def until(condition, within=120):
        try:
            app.until(condition, within)
        except TooLate:
            pytest.fail(f"{dict(killed)} killed; then nothing more; enqueuing: {enqueuers.is_alive()}; {left()} are left")

    while killed.total() < KILLS and not is_over():
        # Spread over the campaign: the next death comes when so much more is done, or at once.
        goal = len(app.lines()) + chance.randrange(12)
        until(lambda goal=goal: len(app.lines()) >= goal or is_over())
        whom = chance.choices(["daemon", "enqueuer", "app"], [35, 25, 40])[0]
        if whom == "daemon":
            daemon.kill()
            killed[whom] += 1
            daemon = world.start_daemon(DEADLY)
            continue
        for pid in processes(daemon)[whom]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed[whom] += 1
                wait_for_end(pid)
    enqueuers.join()
    until(is_over, within=600)
    judge(app.lines())
    ends = app.count("end")
    print(f"killed {dict(killed)}; {len(enqueuers.kept)} steps were kept; in all {len(ends)} were ended "
          f"{sum(ends.values())} times, begun {sum(app.count('begin').values())}")

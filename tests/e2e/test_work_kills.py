"""kill -9 at random moments over the app and the daemon while chains of work run (jobs.md §10): the workers' own ledger is
the witness. Each step is done at least once, none after one that follows it has begun, no two runs of one at once."""

import os
import random
import signal

import pytest
from events import running, wait_for_end
from work import DEADLY, PROGRAM, WorkApp

CHAINS = int(os.environ.get("STINT_WORK_CHAINS", "12"))
KILLS = int(os.environ.get("STINT_WORK_KILLS", "20"))
LENGTH = 5


@pytest.fixture
def app(world):
    return WorkApp(world)


def judge(lines):
    """The ledger, line by line."""
    begun = set()
    for line in lines:
        words = line.split()
        assert words[0] != "overlap", line
        if words[0] != "begin":
            continue
        chain, step = map(int, words[1].split("."))
        assert (chain, step + 1) not in begun, f"{line}: what follows it had begun, so it was finished"
        assert step == 0 or f"end {chain}.{step - 1}" in lines, line
        begun.add((chain, step))


def test_kills_lose_nothing_and_finish_nothing_twice(world, app):
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    print(f"seed {seed}; {KILLS} kills over {CHAINS} chains of {LENGTH}")
    daemon = world.start_daemon(DEADLY)
    app.does("chains", 0, CHAINS, LENGTH, within=300)
    last = {f"{chain}.{LENGTH - 1}" for chain in range(CHAINS)}
    steps = CHAINS * LENGTH
    killed = {"app": 0, "daemon": 0}
    for nth in range(KILLS):
        # Spread over the campaign: the next death comes when so much is done, or at once.
        goal = steps * nth // KILLS
        app.until(lambda goal=goal: len(app.count("end")) >= goal)
        if chance.random() < 0.35:
            daemon.kill()
            daemon = world.start_daemon(DEADLY)
            killed["daemon"] += 1
            continue
        for pid in running(daemon.pid, PROGRAM):
            os.kill(pid, signal.SIGKILL)
            wait_for_end(pid)
            killed["app"] += 1
    app.until(lambda: last <= set(app.count("end")), within=600)
    judge(app.lines())
    ends = app.count("end")
    assert set(ends) == {f"{chain}.{step}" for chain in range(CHAINS) for step in range(LENGTH)}
    print(f"killed {killed}; {steps} steps were ended {sum(ends.values())} times, begun {sum(app.count('begin').values())}")

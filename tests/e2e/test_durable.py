"""Every job that was answered with success is there afterwards, once (architecture.md, the turn, store): under a daemon
that is killed again and again, and under a store that fails."""

import random
import threading
from collections import Counter

from events import TooLate
from jobs import AS_TRANSFER, labelled
from line import SCHEDULER, Closed, WireError

CLIENTS = 16
DEATHS = 12
PLENTY = {"job.max_jobs_per_app": 1_000_000, "job.schedule_rate": 1_000_000}


class Client(threading.Thread):
    """Schedules until it is told to stop; a call whose line broke is of unknown fate and not made again."""

    def __init__(self, world, name, restarted, over):
        super().__init__()
        self.world, self.label, self.restarted, self.over = world, name, restarted, over
        self.accepted = {}  # label: id
        self.unknown = set()
        self.errors = []

    def run(self):
        nth = 0
        while not self.over.is_set():
            generation = self.restarted.generation
            try:
                with self.world.line() as line:
                    while not self.over.is_set():
                        nth += 1
                        self.schedule(line, f"{self.label}-{nth}")
            except (Closed, OSError, TooLate):
                self.restarted.after(generation, self.over)
            except WireError as error:
                self.errors.append(error)
                return

    def schedule(self, line, label):
        self.unknown.add(label)
        result, number = line.schedule(labelled(label), **AS_TRANSFER, newId=("b", True))
        self.unknown.discard(label)
        if result == 1:
            self.accepted[label] = number


class Restarts:
    """Lets clients wait for the next daemon."""

    def __init__(self):
        self.generation = 0
        self.condition = threading.Condition()

    def happened(self):
        with self.condition:
            self.generation += 1
            self.condition.notify_all()

    def after(self, generation, over):
        with self.condition:
            assert self.condition.wait_for(lambda: self.generation > generation or over.is_set(), 60)


def test_what_sixteen_clients_were_promised_survives_a_daemon_that_keeps_dying(world):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}; policy {PLENTY}")
    chance = random.Random(seed)
    daemon = world.start_daemon(PLENTY)
    with world.line() as line:
        line.set_device(charging="false")
    restarted, over = Restarts(), threading.Event()
    clients = [Client(world, f"c{n}", restarted, over) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        for _ in range(DEATHS):
            promised = sum(len(client.accepted) for client in clients)
            # A death a few hundred milliseconds apart, so that it falls into every part of a turn.
            over.wait(chance.uniform(0.1, 0.5))
            daemon.kill()
            daemon = world.start_daemon(PLENTY)
            restarted.happened()
            print(f"killed after {sum(len(client.accepted) for client in clients) - promised} promises")
    finally:
        over.set()
        restarted.happened()
        for client in clients:
            client.join(60)
    daemon.kill()
    world.start_daemon(PLENTY)

    assert [error for client in clients for error in client.errors] == []
    accepted = {label: number for client in clients for label, number in client.accepted.items()}
    unknown = set().union(*(client.unknown for client in clients))
    with world.line() as line:
        kept = line.jobs()
    labels = Counter(entry["label"] for entry in kept)
    ids = {entry["label"]: entry["id"] for entry in kept}
    print(f"{len(accepted)} promised, {len(kept)} kept, {len(unknown)} of unknown fate")
    assert len(accepted) >= DEATHS * CLIENTS
    assert [label for label, times in labels.items() if times > 1] == []
    assert {label: ids.get(label) for label in accepted} == accepted
    assert set(ids) - set(accepted) <= unknown


def persistently(call):
    """call(), made again where the store refused it; whether it was."""
    try:
        return call(), False
    except WireError as error:
        assert error.name == "org.stint.Error.Storage", error
        return call(), True


def a_run(line, nth):
    """Writes what a person's quarter of an hour may; answers what was accepted, and how often the store refused."""
    refusals = 0
    accepted = {}
    _, was_refused = persistently(lambda: line.set_device(charging="false", battery=str(50 + nth)))
    refusals += was_refused
    for label in (f"{nth}-{n}" for n in range(5)):
        (result, number), was_refused = persistently(
            lambda label=label: line.schedule(labelled(label), **AS_TRANSFER, newId=("b", True)))
        assert result == 1
        accepted[label] = number
        refusals += was_refused
    cancelled = accepted.pop(f"{nth}-2")
    _, was_refused = persistently(lambda: line.call(SCHEDULER, "Cancel", "isa{sv}", cancelled, "", AS_TRANSFER))
    return accepted, refusals + was_refused


def test_each_commit_of_a_run_may_fail_and_nothing_accepted_is_lost(world):
    """architecture.md, the core: the callers get Error.Storage, and the core is loaded again."""
    accepted = {}
    refusals = []
    first = world.start_daemon(PLENTY)
    with world.line() as line:
        line.jobs()  # what the first start of all writes is behind us
    assert first.stop() == 0
    for failing in range(1, 13):
        daemon = world.start_daemon(PLENTY, environment={"STINT_FAULT_COMMIT": str(failing)})
        with world.line() as line:
            more, refused = a_run(line, failing)
            accepted |= more
            refusals.append(refused)
            assert {entry["label"]: entry["id"] for entry in line.jobs()} == accepted
        assert daemon.lives()
        assert daemon.stop() == 0
    print(f"refusals: {refusals}")
    assert set(refusals) == {0, 1}
    assert refusals.count(1) >= 7, "each of the seven calls was refused once"
    world.start_daemon(PLENTY)
    with world.line() as line:
        assert {entry["label"]: entry["id"] for entry in line.jobs()} == accepted

"""The app of the work layer's tests, and the ledger that its workers write."""

from collections import Counter

from events import Directory, running
from world import BIN

PACKAGE = "org.stint.worktestapp"
PROGRAM = BIN / "stint-work-testapp"
# Deaths are what the tests are about: they are not to make the app a bad one, nor its jobs wait.
DEADLY = {
    "job.system_stop_to_failure_ratio": 1_000_000,
    "job.crash_guard.crashes": 1_000_000,
    "job.schedule_rate": 1_000_000,
    "job.safeguard.enabled": False,
}


class WorkApp:
    def __init__(self, world):
        self.world = world
        self.own = world.root / "home" / "work"
        self.own.mkdir()
        self.ledger = self.own / "ledger"
        world.install_example("work_testapp", PACKAGE)

    def does(self, *words, within=60):
        return self.world.done("start", PACKAGE, *map(str, words), within=within)

    def lines(self):
        """Whole ones: a worker that died may have left a piece of one."""
        return self.ledger.read_text().splitlines() if self.ledger.exists() else []

    def count(self, what):
        return Counter(line.split()[1] for line in self.lines() if line.startswith(what + " "))

    def until(self, condition, within=120):
        with Directory(self.own) as directory:
            directory.until(condition, within)

    def processes(self, daemon):
        return running(daemon.pid, PROGRAM)

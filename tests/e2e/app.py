"""org.stint.testapp (examples/testapp) in a world: installed, told what to do, and its journal read."""

import subprocess

from events import Directory
from world import BIN, Ended

PACKAGE = "org.stint.testapp"
PROGRAM = BIN / "stint-testapp"
MANIFEST = BIN.parent / "examples" / "testapp" / f"{PACKAGE}.toml"


class App:
    def __init__(self, world):
        self.world = world
        self.journal = world.root / "journal"
        self.journal.mkdir()
        self.log = self.journal / "log"

    def install(self, change=lambda manifest: manifest):
        """Its own manifest, changed."""
        self.world.apps.joinpath(f"{PACKAGE}.toml").write_text(change(MANIFEST.read_text()))

    def run(self, *words):
        """By itself, where no terminal is: the daemon knows it by its file."""
        done = subprocess.run([PROGRAM, *words], env=self.world.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, start_new_session=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *words):
        """`stint start`, as a person does it in a terminal."""
        terminal = self.world.in_terminal("start", PACKAGE, *words)
        code = terminal.ends()
        return Ended(code, terminal.output.replace("\r", ""), "")

    def host(self):
        """A process of the app's own that hosts its service until it is killed, and does so when this returns."""
        before = len(self.told("hosts", job="-"))
        process = subprocess.Popen([PROGRAM, "host", "--log", str(self.log)], env=self.world.environment,
                                   stdin=subprocess.DEVNULL, start_new_session=True)
        self.world.processes.append(process)
        self.until("hosts", job="-", times=before + 1)
        return process

    def receive(self):
        """The same for its receiver."""
        process = subprocess.Popen([PROGRAM, "receive", "--log", str(self.log)], env=self.world.environment,
                                   stdin=subprocess.DEVNULL, start_new_session=True)
        self.world.processes.append(process)
        return process

    def job(self, number, *words, **extras):
        """The words of `schedule`: extras are told to the run (scripted_service.hpp)."""
        told = [word for key, value in ({"log": self.log} | extras).items() for word in ("--extra", f"{key}={value}")]
        return ["schedule", str(number), *words, *told]

    def transfer(self, number, *words, **extras):
        return self.job(number, "--user-initiated", "--network", "any", *words, **extras)

    def lines(self):
        """(pid, job, what) of each line."""
        if not self.log.exists():
            return []
        return [tuple(line.split(" ", 2)) for line in self.log.read_text().splitlines()]

    def told(self, text, job=1):
        return [line for line in self.lines() if line[1] == str(job) and line[2].startswith(text)]

    def until(self, text, job=1, times=1, within=30):
        with Directory(self.journal) as directory:
            return directory.until(lambda: len(found := self.told(text, job)) >= times and found, within)

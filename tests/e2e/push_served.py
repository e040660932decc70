"""`stint push serve` of a test, and devices that have joined it (push.md §3.1, §5)."""

import contextlib
import os
import select
import signal
import subprocess
import tomllib

import pytest
from certificates import Authority
from connector import PATIENCE
from events import TooLate, wait_for_end
from push_line import MISSING, PushLine
from push_server import HttpServer, free_port
from world import BIN

needs_all = pytest.mark.skipif(bool(MISSING) or not (BIN / "stint-pushctl").exists(),
                               reason=f"there is no {', '.join(MISSING) or 'stint-pushctl'}")


def misspelt(code):
    """It ends with another letter."""
    return code[:-1] + ("1" if code.endswith("0") else "0")


def children_of(pid):
    found = {}
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        for child in file.read().split():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
                found[open(f"/proc/{child}/comm", encoding="ascii").read().strip()] = int(child)
    return found


class Serving:
    """A program that keeps the parts of a server running, and has printed so many lines when it is ready."""

    lines = 1

    def start(self):
        with self.log.open("a") as err:
            self.process = subprocess.Popen(self.words, env=self.world.environment, stdout=subprocess.PIPE, stderr=err,
                                            start_new_session=True)
        printed = b""
        while printed.count(b"\n") < self.lines:
            some = select.select([self.process.stdout], [], [], PATIENCE)[0] and os.read(self.process.stdout.fileno(), 4096)
            if not some:
                raise TooLate(f"{self.words}: {printed} {self.log.read_text()}")
            printed += some
        self.printed = printed.decode().splitlines()

    def parts(self):
        return children_of(self.process.pid)

    def end(self, number=signal.SIGTERM):
        parts = self.parts()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        for pid in parts.values():
            wait_for_end(pid)
        return code

    def close(self):
        if self.process.poll() is None:
            self.end()


class Served(Serving, HttpServer):
    """`stint push serve`."""

    lines = 2

    def __init__(self, world, *words):
        self.world = world
        self.data = world.root / "served"
        self.port, self.nats_port = free_port(), free_port()
        self.words = ["stint", "push", "serve", "--data", str(self.data), "--port", str(self.port), "--broker-port",
                      str(self.nats_port), *words]
        self.log = world.root / "serve.log"
        self.start()

    def start(self):
        super().start()
        self.origin, self.join = self.printed

    def invite(self, *words):
        return self.world.done("push", "invite", "--data", str(self.data), *words).split()[2:]


@pytest.fixture
def served(world):
    made = Served(world)
    yield made
    made.close()


@pytest.fixture
def authority(world):
    """Whoever is in this world trusts it."""
    made = Authority(world.root / "authority")
    world.environment["SSL_CERT_FILE"] = str(made.file)
    return made


@pytest.fixture
def push(world, bus, served):
    made = PushLine(world, bus, served)
    made.start_daemon()
    yield made
    made.close()


def line_of(world):
    """The parts of this device's line.toml."""
    return tomllib.loads((world.store / "push" / "line.toml").read_text())


@pytest.fixture
def another(world, served):
    """Another user's device: it has joined nothing."""
    world.environment["XDG_STATE_HOME"] = str(world.root / "another")
    world.store = world.root / "another" / "stint"
    return world

"""Programs of the same user that want more than their share."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Neighbour:
    """A program of its own, in Python; it says a line when it is where the test wants it, and stays. `python`: by a
    program of that name."""

    def __init__(self, world, text, *words, python=sys.executable, **how):
        program = world.root / f"neighbour-{len(world.processes)}.py"
        program.write_text(f"import os, select, socket, subprocess, sys\nsys.path.insert(0, {str(HERE)!r})\n{text}\n")
        program.chmod(0o755)
        self.process = subprocess.Popen([python, program, *map(str, words)], env=world.environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True, **how)
        world.processes.append(self.process)

    def says(self):
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.kill()
        self.process.wait(30)
        self.process.stdin.close()
        self.process.stdout.close()


SILENT = """
held = []
for _ in range(int(sys.argv[2])):
    held.append(socket.socket(socket.AF_UNIX))
    held[-1].connect(sys.argv[1])
print("there", flush=True)
sys.stdin.read()
"""
TALKING = """
from line import Closed, Line
held = []
try:
    for _ in range(int(sys.argv[2])):
        line = Line(sys.argv[1])
        line.call("org.freedesktop.DBus.Peer", "Ping")
        held.append(line)
except (Closed, OSError, ValueError):
    pass
print(len(held), flush=True)
sys.stdin.read()
"""
# Never waits for an answer.
STORM = """
from line import Closed, Line
line = Line(sys.argv[1])
print("there", flush=True)
try:
    while True:
        line.send("org.freedesktop.DBus.Peer", "Ping")
        while select.select([line.socket], [], [], 0)[0]:
            line.socket.recv(1 << 20)
except (Closed, OSError):
    pass
"""


def crowd(world, text, processes, each):
    came = [Neighbour(world, text, world.runtime / "bus", each) for _ in range(processes)]
    return came, [one.says() for one in came]

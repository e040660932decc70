"""A fleet's server in its three parts, each of which may be killed (fleet.md §5.1)."""

import http.client
import json
import subprocess
from contextlib import suppress
from pathlib import Path

from push_line import PATIENCE, until
from push_served import children_of

PARTS = ("nats-server", "stint-endpoint", "stint-fleetd")


class Parts:
    """Those that an office's `stint fleet serve` keeps running, with the same words, but started again at once."""

    def __init__(self, office):
        self.world, self.log = office.world, office.world.root / "parts.log"
        self.words = {name: Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
                      for name, pid in children_of(office.process.pid).items()}
        office.close()
        self.processes = {}
        for name in PARTS:
            self.start(name)

    def start(self, name):
        with self.log.open("a") as err:
            self.processes[name] = subprocess.Popen(self.words[name], env=self.world.environment, stdout=err, stderr=err,
                                                    stdin=subprocess.DEVNULL)

    def kill(self, name):
        self.processes[name].kill()
        self.processes[name].wait(PATIENCE)

    def pid(self, name):
        return self.processes[name].pid

    def revive(self):
        """One that has ended by itself, to begin anew, is started again, as `stint fleet serve` does it."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                self.start(name)

    # stint-fleetd's door.

    @property
    def door(self):
        """Its address and its token."""
        return (self.world.store / "fleet-server" / "door").read_text().split()

    def answers(self, method, path, body=None):
        """(status, text)."""
        address, token = self.door
        line = http.client.HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE)
        try:
            line.request(method, path, body, {"Authorization": f"Bearer {token}"})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    def asks(self, path):
        """None where nobody answers, or with a refusal."""
        with suppress(OSError, http.client.HTTPException, ValueError):
            status, text = self.answers("GET", path)
            return json.loads(text) if status == 200 else None
        return None

    def until_open(self):
        until(lambda: (self.asks("/v1/fleet") or {}).get("open"), within=3 * PATIENCE)
        until(lambda: self.world.stint("push", "devices").code == 0, within=3 * PATIENCE)  # stint-endpoint has read them

    def results(self, campaign):
        """Its rows; none while nobody answers."""
        return (self.asks(f"/v1/results?id={campaign}") or {}).get("results", [])

    def outcomes(self, campaign):
        return sorted(row["outcome"] or row["phase"] for row in self.results(campaign))

    def close(self):
        for name in self.processes:
            self.kill(name)

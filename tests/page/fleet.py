"""A fleet for the tests of its page: a real server, beside which 10,000 devices have joined, and two campaigns that mean them
all. Led as ground.py is."""

import json
import subprocess

from ground import lead
from push_served import children_of
from push_line import MISSING
from test_fleet import Office, needed
from world import BIN, World

DEVICES, TELLING = 10_000, 300  # of whom so many report
CAMPAIGN = """
name = "{name}"
targets = "label filled=yes"
expires = "10d"
[job]
charging = true
[[step]]
run = ["/usr/bin/apply-fw", "fw.img"]
[rollout]
at-a-time = 400
wave = [10, 300, "10%", "100%"]
ok = "1%"
stop = {{ failures = "none" }}
"""


class FleetGround:
    def __init__(self, parts):
        if self.missing():
            return
        self.world = World()
        parts.callback(self.world.close)
        self.office = Office(self.world)
        parts.callback(self.office.close)
        words = self.words_of("stint-fleetd")
        self.filler = subprocess.Popen([BIN / "stint-testfleet", self.world.store / "push-server", words[words.index("--nats") + 1],
                                        words[words.index("--data") + 1], str(DEVICES), str(TELLING)],
                                       env=self.world.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        parts.callback(self.filler.wait)
        parts.callback(self.filler.kill)
        assert json.loads(self.filler.stdout.readline())["did"] == "certified"
        self.begin_anew()
        self.firmware, self.night = (self.office.starts(CAMPAIGN.format(name=name), "--all") for name in ("firmware 4.2", "night"))
        self.tell("report", self.firmware, "1")
        self.tell("wait", self.night)

    def words_of(self, name):
        with open(f"/proc/{children_of(self.office.process.pid)[name]}/cmdline") as line:
            return line.read().split("\0")[:-1]

    def begin_anew(self):
        """The server reads what others have put into its broker when it begins."""
        self.office.close()
        self.office.start()
        assert len(self.json("devices")) == DEVICES

    def tell(self, *words):
        self.filler.stdin.write(" ".join(words) + "\n")
        self.filler.stdin.flush()
        assert json.loads(self.filler.stdout.readline())["did"] == "reported"

    def missing(self):
        """The parts of a fleet that this machine or build has not."""
        return [*MISSING, *(name for name in [*needed, "stint-testfleet"] if not (BIN / name).exists())]

    def address(self):
        return None if self.missing() else self.world.done("fleet", "ui", "--print", "--no-open").strip()

    def campaigns(self):
        return [self.firmware, self.night]

    def json(self, *words):
        said = self.world.stint("fleet", *words, "--json")
        return [json.loads(line) for line in said.out.splitlines()] if said.code == 0 else None

    def says(self, word, campaign):
        return self.office.says(word, campaign)


if __name__ == "__main__":
    lead(FleetGround)

"""A fleet's server in its parts, and devices that have joined it, for tests that share them."""

from types import SimpleNamespace

import pytest
from connector import PATIENCE
from fleet_parts import Parts
from push_line import until
from push_served import line_of
from test_fleet import RAN, Device, Office, campaign
from test_push_ask import Fleet as Broker
from world import World

POLICY = {"job.min_backoff": "1s", "job.max_backoff": "1s", "job.schedule_rate": 1_000_000}
ALLOWED = 'kinds = ["get", "run", "verify"]\ncommands = ["/bin/sh"]\n'


class Ground:
    """A fleet's server in its parts, and devices that have joined it, each with a label of its own."""

    def __init__(self):
        self.world = World()
        self.office = Office(self.world)
        self.devices = []
        self.parts = Parts(self.office)
        self.parts.until_open()

    def device(self, label, world=None):
        device = Device(allowed=ALLOWED, policy=POLICY, world=world)
        self.devices.append(device)
        device.joins(self.office.invites("--labels", f"site={label}"))
        return device

    def starts(self, label, script=RAN, more="", rollout='stop = { failures = "none" }'):
        text = campaign(script, rollout, more).replace("site=berlin", f"site={label}")
        return self.office.starts(text, "--all")

    def until(self, started, *outcomes):
        try:
            until(lambda: self.parts.outcomes(started) == sorted(outcomes), within=6 * PATIENCE)
        except AssertionError:
            logs = [device.line.daemon.log.read_text()[-1500:] for device in self.devices[-2:]]
            pytest.fail("\n".join([str(self.parts.results(started)), self.parts.log.read_text()[-1500:], *logs]))

    def row(self, started):
        (row,) = self.parts.results(started)
        return row

    def broker(self):
        """All that stint-endpoint and stint-fleetd may do there."""
        return Broker(SimpleNamespace(data=self.world.store / "push-server", nats_port=self.nats_port))

    @property
    def nats_port(self):
        words = self.parts.words["stint-fleetd"]
        return int(words[words.index("--nats") + 1].rpartition(":")[2])

    def close(self):
        for device in self.devices:
            device.close()
        self.parts.close()
        self.world.close()


def name_of(device):
    return line_of(device.world)["device"]["name"]


def goes_away(device):
    """Off, as a laptop that is shut."""
    device.line.daemon.kill()
    device.line.kill_distributor()


def comes_back(device):
    device.line.start_daemon(POLICY)


def runs(device, script):
    return sum(line == script for line in device.ran)


def marked(word):
    return f'echo {word} >> "$HOME/ran"'

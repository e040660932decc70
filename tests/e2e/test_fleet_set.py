"""Devices as they are to be (fleet.md §4.3): set, made so, refused, changed by an owner, and told, whatever is killed."""

import json

import pytest
from connector import PATIENCE
from fleet_ground import Device, Office, comes_back, goes_away
from push_line import until
from push_served import line_of
from test_fleet import PASSWORD, pytestmark  # noqa: F401
from world import World

POLICY = {"job.min_backoff": "1s", "job.max_backoff": "1s", "job.schedule_rate": 1_000_000}
MAIL = 'package = "com.example.mail"\ncommand = ["/bin/true"]\n'


class Ground:
    """An office and three devices: one whose owner allows all of it, one whose owner does not, and one that is off."""

    def __init__(self):
        self.world = World()
        self.office = Office(self.world)
        line = self.office.invites("--labels", "site=berlin", "--uses", "3")
        self.devices = []
        for kinds in ('"policy", "settings"', '"settings"', '"policy"'):
            device = Device(allowed=f"kinds = [{kinds}]\n", policy=POLICY)
            self.devices.append(device)
            (device.world.apps / "com.example.mail.toml").write_text(MAIL)
            device.joins(line)
        self.names = [line_of(device.world)["device"]["name"] for device in self.devices]

    def set(self, *words):
        return self.office.typed(f"{PASSWORD}\n", "set", "label site=berlin", *words, "--all").strip()

    def drift(self):
        """{index: (drift, version, words)}"""
        rows = [json.loads(line) for line in self.world.stint("fleet", "drift", "--json").out.splitlines()]
        return {self.names.index(row["device"]): (row["drift"], row["version"], row["words"]) for row in rows}

    def shown(self, index):
        return json.loads(self.world.done("fleet", "device", self.names[index], "--json"))

    def until(self, *drifts):
        """The devices that drift, and how."""
        try:
            until(lambda: sorted((index, row[0]) for index, row in self.drift().items()) == sorted(drifts), within=3 * PATIENCE)
        except AssertionError:
            pytest.fail(f"{self.drift()}\n" + "\n".join(device.line.daemon.log.read_text()[-1500:] for device in self.devices))

    def close(self):
        for device in self.devices:
            device.close()
        self.office.close()
        self.world.close()


@pytest.fixture(scope="module")
def ground():
    made = Ground()
    yield made
    made.close()


def policy_file(device):
    return device.world.root / "config" / "stint" / "policy.d" / "fleet-desired.toml"


def slots(device):
    rows = [json.loads(line) for line in device.world.done("policy", "--json").splitlines()]
    return next(row["value"] for row in rows if row["key"] == "job.slots")


def test_a_desired_state_is_made_so_refused_and_told_and_the_last_version_wins(ground):
    able, unwilling, absent = ground.devices
    goes_away(absent)
    assert ground.world.stint("fleet", "drift").code == 0
    assert ground.set("job.slots=3", "com.example.mail/battery=restricted") == "version 1"
    ground.until((1, "refused"), (2, "unheard"))
    assert ground.drift()[1][1:] == (1, "forbidden: this device does not let a fleet use policy")
    assert ground.world.stint("fleet", "drift").code == 1
    assert policy_file(able).read_text() == "job.slots = 3\n" and not policy_file(unwilling).exists()
    assert "restricted" in able.world.done("app", "com.example.mail")
    until(lambda: slots(able) == "3")
    row = ground.shown(0)
    assert (row["drift"], row["desired"], row["version"], row["state"]) == (None, 1, 1, "applied"), row
    assert len(row["hash"]) == 64 and row["since"] > 1_700_000_000_000, row

    # stintd and its agent are killed in the middle; the second version is the whole of it.
    own = able.world.root / "config" / "stint" / "policy.toml"
    own.write_text("job.slots = 9\n")
    assert ground.set("job.slots=2") == "version 2"
    able.line.daemon.kill()
    comes_back(able)
    ground.until((0, "changed"), (1, "refused"), (2, "unheard"))
    assert ground.drift()[0][2] == "job.slots is 9 here, by policy.toml:1"
    assert policy_file(able).read_text() == "job.slots = 2\n" and ground.shown(0)["version"] == 2

    # A device that was away has the newest alone. An owner who changes it stands above the fleet, and is told of.
    policy_file(able).unlink()
    own.unlink()
    comes_back(absent)
    ground.until((0, "changed"), (1, "refused"))
    assert policy_file(absent).read_text() == "job.slots = 2\n"
    (unwilling.world.root / "config" / "stint" / "fleet.toml").write_text('kinds = ["policy"]\n')
    assert ground.set("job.slots=5", "job.min_backoff=20s") == "version 3"
    ground.until()
    assert all(slots(device) == "5" for device in ground.devices)

    acts = [json.loads(line) for line in ground.world.done("fleet", "audit", "--json").splitlines()]
    assert [(row["by"], row["of"]) for row in acts if row["act"] == "set"] == [("ann", "1"), ("ann", "2"), ("ann", "3")]


def test_a_server_that_lost_its_file_and_a_device_with_other_labels(ground):
    ground.office.typed(f"{PASSWORD}\n", "set", "label site=oslo", "job.slots=7")
    ground.office.close()
    (ground.world.store / "fleet-server" / "roster.db").unlink()
    ground.office.start()
    assert ground.drift() == {}
    ground.world.done("fleet", "label", ground.names[2], "site=oslo")
    assert ground.drift() == {2: ("older", 3, "")}
    # It has them with its next hello, which any news of the fleet's brings.
    ground.office.typed(f"{PASSWORD}\n", "set", "label site=oslo", "job.slots=8")
    ground.until()
    assert policy_file(ground.devices[2]).read_text() == "job.slots = 8\n"
    made = ground.world.stint("fleet", "set", "label site=berlin", "job.slots=0")
    assert made.code == 64 and "job.slots" in made.err, made

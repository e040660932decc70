"""A fleet on three machines, of which any may die (fleet.md §5.1; push.md §3.3)."""

import http.client
import json
import subprocess
from collections import Counter
from contextlib import suppress

import pytest
from push_cluster import FORMED, Member
from push_line import until
from test_fleet import LITTLE, PASSWORD, RAN, Device, campaign, pytestmark  # noqa: F401
from test_push_cluster import keeps_its_word


class FleetMember(Member):
    """A machine's `stint fleet serve`."""

    lines = 1

    def __init__(self, world, number, *words):
        self.fleet = world.root / f"fleet{number}"
        super().__init__(world, number, *words)

    def serves(self):
        return ["fleet", "serve", "--data", str(self.fleet), "--push", str(self.data)]

    def says(self, *words, typed=None):
        made = subprocess.run([*(LITTLE if typed else []), "stint", "fleet", *words, "--data", str(self.fleet)],
                              env=self.world.environment, cwd=self.world.downloads, input=typed, capture_output=True, text=True,
                              timeout=120, check=False)
        return made

    def leads(self):
        return self.says("campaigns").returncode == 0

    def outcomes(self, started):
        rows = [json.loads(line) for line in self.says("results", started, "--json").stdout.splitlines()]
        return sorted(row["outcome"] or row["phase"] for row in rows)


def keep_the_same(member):
    """Each server has as many of all streams as the others, and as much of each: any of them may die."""
    with suppress(OSError, http.client.HTTPException):
        seen, counts = member.standings(), Counter()
        for (server, _), streams in seen.items():
            counts[server] += streams
        return len(counts) == 3 and len(set(counts.values())) == 1 and {how for _, how in seen} <= {"same", "moving"}
    return False


@pytest.fixture
def members(world):
    made = []
    try:
        founded = subprocess.run([*LITTLE, "stint", "fleet", "init", "--name", "office", "--operator", "ann", "--dir",
                                  str(world.root / "fleet0")], env=world.environment, input=f"root's own\n{PASSWORD}\n",
                                 capture_output=True, text=True, timeout=120, check=False)
        assert founded.returncode == 0, founded
        made.append(FleetMember(world, 0))
        until(made[0].listens)
        for number in (1, 2):
            line = made[0].says("invite", "--server", "--push", str(made[0].data)).stdout.split()
            assert line[:4] == ["stint", "fleet", "serve", "--join"], line
            made.append(FleetMember(world, number, *line[3:6]))
            made[-1].until_ready()
        made[0].until_ready()
        until(lambda: all(keep_the_same(member) for member in made), within=FORMED)
        yield made
    finally:
        for member in made:
            told = [line for line in member.log.read_text().splitlines() if "connect to route" not in line]
            print(f"--- {member.log.name}", *told[-40:], sep="\n")
            member.close()


@keeps_its_word
def test_a_campaign_goes_on_when_the_server_that_leads_is_gone(members):
    leader = next(member for member in members if member.leads())
    other = next(member for member in members if member is not leader)
    refused = other.says("campaigns")
    assert refused.returncode != 0 and f"127.0.0.1:{leader.route_port} leads the fleet" in refused.stderr, refused
    line = leader.says("invite", "--labels", "site=berlin", "--uses", "2", "--push", str(leader.data)).stdout.split()[3:]
    devices = []
    try:
        devices.append(Device())
        devices[0].joins(line)
        gate = members[0].world.root / "gate"
        file = members[0].world.downloads / "campaign.toml"
        file.write_text(campaign(f"{RAN}; until [ -e {gate} ]; do sleep 0.1; done", more="idempotent = true"))
        started = leader.says("start", str(file), "--all", "--operator", str(members[0].fleet / "operator.key"),
                              typed=f"{PASSWORD}\n")
        assert started.returncode == 0, started
        its = started.stdout.split()[-1]
        until(lambda: devices[0].ran, within=FORMED)
        leader.kill()
        left = [member for member in members if member is not leader]
        until(lambda: any(member.leads() for member in left), within=FORMED)
        gate.touch()
        until(lambda: any(member.outcomes(its) == ["succeeded"] for member in left), within=FORMED)
        assert devices[0].ran == ["ran"]
    finally:
        for device in devices:
            device.close()

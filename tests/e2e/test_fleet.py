"""A fleet from nothing to a campaign's results, with three users' devices on one machine (fleet.md; README.md)."""

import json
import os
import signal
import subprocess
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from desktop import Desktop
from session import SessionBus
from push_line import MISSING, PushLine, until
from push_served import Serving
from push_server import free_port
from world import BIN, World

needed = ["stint-fleetctl", "stint-fleetd", "stint-agent", "stint-pushctl"]
pytestmark = pytest.mark.skipif(bool(MISSING) or not all((BIN / name).exists() for name in needed),
                                reason=f"there is no {', '.join(MISSING) or 'fleet'}")

PASSWORD = "ann's own"
# A password takes 1 GiB and seconds, or less of both where there is less.
LITTLE = [] if "ASAN_OPTIONS" in os.environ else ["sh", "-c", 'ulimit -v 400000; exec "$@"', "sh"]


class Office(Serving):
    """The machine of whoever runs the fleet."""

    def __init__(self, world, *words, port=None):
        self.world = world
        self.typed(f"root's own\n{PASSWORD}\n", "init", "--name", "office", "--operator", "ann")
        self.words = ["stint", "fleet", "serve", "--port", str(port or free_port()), "--broker-port", str(free_port()),
                      *words]
        self.log = world.root / "serve.log"
        self.start()

    def typed(self, text, *words):
        made = subprocess.run([*LITTLE, "stint", "fleet", *words], env=self.world.environment, cwd=self.world.downloads,
                              input=text, capture_output=True, text=True, timeout=120, check=False)
        assert made.returncode == 0, made
        return made.stdout

    def invites(self, *words):
        """The line that a device types, but for its first words."""
        return self.world.done("fleet", "invite", *words).split()[3:]

    def starts(self, text, *words):
        file = self.world.downloads / "campaign.toml"
        file.write_text(text)
        return self.typed(f"{PASSWORD}\n", "start", str(file), *words).split()[-1]

    def says(self, word, campaign):
        return self.typed(f"{PASSWORD}\n", word, campaign)

    def results(self, campaign):
        made = self.world.stint("fleet", "results", campaign, "--json")
        return [json.loads(line) for line in made.out.splitlines()]

    def outcomes(self, campaign):
        return sorted(row["outcome"] or row["phase"] for row in self.results(campaign))


class Device:
    """Another user's: stintd, a session bus, stint-push, and what its owner lets a fleet do."""

    def __init__(self, allowed='kinds = ["get", "run", "verify"]\ncommands = ["/bin/sh"]\n', policy=None, world=None,
                 bus=None):
        self.world = world or World()
        self.bus = bus or SessionBus(self.world.root / "session", self.world.environment)
        self.world.environment["DBUS_SESSION_BUS_ADDRESS"] = self.bus.address
        (self.world.root / "config" / "stint").mkdir(exist_ok=True)
        (self.world.root / "config" / "stint" / "fleet.toml").write_text(allowed)
        self.line = PushLine(self.world, self.bus, server=SimpleNamespace(close=lambda: None))
        self.line.start_daemon(policy)

    def joins(self, words):
        return self.world.done("fleet", "join", *words, "--yes", within=120)

    @property
    def ran(self):
        file = self.world.root / "home" / "ran"
        return file.read_text().splitlines() if file.exists() else []

    def close(self):
        self.line.close()
        self.bus.close()
        self.world.close()


@pytest.fixture
def office(world):
    made = Office(world)
    yield made
    made.close()


@pytest.fixture
def joins(office):
    """Another device that has joined, by one invitation for all; its owner lets a fleet do what a test says."""
    line = office.invites("--labels", "site=berlin", "--uses", "9", "--expires", "7d")
    with ExitStack() as stack:
        def join(*states, **terms):
            device = Device(**terms)
            stack.callback(device.close)
            if states:
                device.world.done("device", "set", *states)
            device.joins(line)
            return device

        yield join


@pytest.fixture
def devices(joins):
    """Three that have joined."""
    return [joins() for _ in range(3)]


HEAD = 'name = "a test"\ntargets = "label site=berlin"\nexpires = "1d"\n'


def campaign(script, rollout="", more="", head=HEAD):
    return (f"{head}[[step]]\nrun = {json.dumps(['/bin/sh', '-c', script])}\n{more}\n[rollout]\nat-a-time = 2\n"
            f"{rollout}\n")


WAITS = campaign("true", head=f"{HEAD}[job]\ncharging = true\n")
RAN = 'echo ran >> "$HOME/ran"'


def test_from_nothing_to_a_campaigns_results(office, devices):
    assert len(office.world.done("fleet", "devices", "label site=berlin", "--json").splitlines()) == 3
    started = office.starts(campaign(RAN), "--all")
    until(lambda: office.outcomes(started) == ["succeeded"] * 3)
    assert [device.ran for device in devices] == [["ran"]] * 3
    assert office.world.stint("fleet", "status", started).code == 0
    shown = office.world.done("fleet", "status", started)
    assert "succeeded" in shown and all(len(line) <= 80 for line in shown.splitlines()), shown

    # A device with another label takes it with its next hello, or it would refuse an order for it.
    moved = office.results(started)[0]["device"]
    office.world.done("fleet", "label", moved, "site=oslo")
    started = office.starts(campaign(RAN).replace("berlin", "oslo"))
    until(lambda: office.outcomes(started) == ["succeeded"])
    assert office.results(started)[0]["device"] == moved

    acts = [json.loads(line) for line in office.world.done("fleet", "audit", "--json").splitlines()]
    assert [row["act"] for row in acts] == ["invite", *["certificate"] * 3, "start", "label", "start"], acts
    assert acts[-1]["of"] == started and acts[-1]["paper"] and acts[-2]["words"] == "site=oslo", acts
    verified = office.world.done("fleet", "audit", "--verify")
    assert "entries 1 to 7 follow each other" in verified, verified
    office.world.done("fleet", "doctor")


def test_what_failed_is_told_with_its_step_its_code_and_its_last_words(office, devices):
    started = office.starts(campaign('echo "no room for it"; exit 3', 'stop = { failures = "none" }'), "--all")
    until(lambda: office.outcomes(started) == ["failed"] * 3)
    row = office.results(started)[0]
    assert (row["step"], row["code"]) == (1, 3) and "no room for it" in row["words"], row
    assert office.world.stint("fleet", "status", started).code != 0


def test_an_owner_who_lets_nothing_happen_is_obeyed(office, joins):
    device = joins(allowed='kinds = ["get"]\n')
    started = office.starts(campaign(RAN), "--all")
    until(lambda: office.outcomes(started) == ["rejected"])
    assert device.ran == []
    assert "run" in office.results(started)[0]["words"]


def test_who_has_begun_decides_what_a_cancel_comes_to(office, devices):
    started = office.starts(campaign(f"{RAN}; exec sleep 1000"), "--all")
    until(lambda: sum(bool(device.ran) for device in devices) == 2)  # as many as may at a time
    office.says("cancel", started)
    until(lambda: office.outcomes(started) == ["cancelled"] * 3)
    assert sum(bool(device.ran) for device in devices) == 2


def test_a_server_and_a_device_that_die_in_the_middle_go_on(office, devices):
    gate = office.world.root / "gate"
    started = office.starts(campaign(f'{RAN}; until [ -e {gate} ]; do sleep 0.1; done', more="idempotent = true"), "--all")
    until(lambda: sum(bool(device.ran) for device in devices) == 2)
    office.end(signal.SIGKILL)
    office.start()
    devices[0].line.daemon.kill()
    devices[0].line.start_daemon()
    gate.touch()
    until(lambda: office.outcomes(started) == ["succeeded"] * 3)
    assert all(device.ran for device in devices)


def test_why_a_device_waits_is_told_in_its_own_words(office, joins):
    device = joins("charging=no", allowed='kinds = ["run"]\ncommands = ["/bin/sh"]\ndays = true\n')
    started = office.starts(WAITS, "--all")
    foretold = office.typed("", "start", "campaign.toml", "--dry-run")
    assert "\nnone of 1; 1 was not charging in 14 days\nnothing was signed\n" in foretold
    until(lambda: any(row["blockers"] for row in office.results(started)))
    (row,) = office.results(started)
    assert [blocker["reason"] for blocker in row["blockers"]] == ["CONSTRAINT_CHARGING"], row
    assert row["blockers"][0]["since"] > 1_700_000_000_000 and row["forecast"] is None, row
    made = office.world.stint("fleet", "why", started, row["device"])
    assert made.code == 75 and "the device is not charging" in made.out, made
    assert all(len(line) <= 80 for line in made.out.splitlines()), made
    assert "waiting: the device is not charging (1)\n" in office.world.stint("fleet", "status", started).out
    device.world.done("device", "set", "charging=yes")
    until(lambda: office.outcomes(started) == ["succeeded"])
    assert "waiting: " not in office.world.done("fleet", "status", started)
    started = office.starts(WAITS.replace("a test", "again"), "--all")  # for which it says hello
    until(lambda: office.outcomes(started) == ["succeeded"])
    assert "\nall 1 by to" in office.typed("", "start", "campaign.toml", "--dry-run")  # today, or tomorrow


def test_a_campaign_changes_an_apps_settings_and_its_commands_do_not(office, joins):
    device = joins(allowed='kinds = ["run", "settings"]\ncommands = ["/bin/sh"]\n')
    (device.world.apps / "com.example.mail.toml").write_text('package = "com.example.mail"\ncommand = ["/bin/true"]\n')
    until(lambda: "com.example.mail" in device.world.done("apps"))
    settings = json.dumps('[[app]]\npackage = "com.example.mail"\nbucket = "rare"\ndata-saver-exempt = "yes"\n')
    started = office.starts(f"{HEAD}[[step]]\nsettings = {{ text = {settings} }}\n", "--all")
    until(lambda: office.outcomes(started) in (["succeeded"], ["failed"]))
    assert office.outcomes(started) == ["succeeded"], office.results(started)
    shown = device.world.done("app", "com.example.mail")
    assert "rare" in shown, shown
    started = office.starts(campaign(f"exec {BIN}/stint app com.example.mail --bucket active 2>&1"), "--all")
    until(lambda: office.outcomes(started) in (["succeeded"], ["failed"]))
    (row,) = office.results(started)
    assert row["outcome"] == "failed", row  # it is no operator, and sees no app but its own
    assert device.world.done("app", "com.example.mail") == shown


@pytest.fixture
def seat():
    """A world of a device's, and its desktop with a notification server."""
    world = World()
    desktop = Desktop(world.root / "desktop", world.environment)
    desktop.start_dunst()
    yield world, desktop
    desktop.close()


def test_where_the_owner_asks_a_person_decides_and_no_command_of_a_campaign(office, seat, joins):
    world, desktop = seat
    device = joins(allowed='kinds = ["run"]\ncommands = ["/bin/sh"]\nbytes = "500MB"\nask = true\n', world=world,
                   bus=desktop.bus)

    def asked(name, script):
        started = office.starts(campaign(script).replace("a test", name), "--all")
        desktop.until_shown(lambda shown: shown.summary == f"{name} (by fleet office) asks to begin here")
        until(lambda: any(blocker["reason"] == "USER" for row in office.results(started) for blocker in row["blockers"]))
        return started

    refused = asked("<b>one</b>", RAN)
    forges = f"{RAN}; for id in {refused} 20261123-aaaaaaaa; do {BIN}/stint fleet allow $id 2>&1 && exit 1; done; true"
    allowed = asked("two", forges)
    jobs = device.world.done("jobs", "--json")
    assert f"asks (stint fleet allow {allowed}): " in jobs and f"asks (stint fleet allow {refused}): " in jobs, jobs
    device.line.daemon.kill()
    desktop.kill_dunst()
    before = len(desktop.shown())
    desktop.start_dunst()
    device.line.start_daemon()
    for name in ("<b>one", "two"):
        desktop.until_shown(lambda shown, name=name: shown.summary.startswith(name), since=before)
    assert desktop.displayed() == len(desktop.shown()) - before == 2
    assert "may begin" in device.world.stint("fleet", "allow", allowed).err
    until(lambda: office.outcomes(allowed) in (["succeeded"], ["failed"]))
    (row,) = office.results(allowed)
    assert row["outcome"] == "succeeded" and "only the operator" in row["words"], row
    assert office.outcomes(refused) == ["waiting"] and device.ran == ["ran"]
    until(lambda: desktop.displayed() == 1)
    assert desktop.press("Refuse") == "<b>one</b> (by fleet office) asks to begin here"
    until(lambda: office.outcomes(refused) == ["rejected"])
    assert office.results(refused)[0]["words"] == "forbidden: its owner said no" and device.ran == ["ran"]
    assert device.world.stint("fleet", "allow", refused).code == 66
    until(lambda: desktop.displayed() == 0)
    pressed = asked("three", RAN)
    desktop.press("Allow")
    until(lambda: office.outcomes(pressed) == ["succeeded"])
    until(lambda: desktop.displayed() == 0)
    assert device.ran == ["ran", "ran"]
    device.world.done("fleet", "refuse", asked("four", RAN))
    until(lambda: desktop.displayed() == 0)
    assert 'bytes = "500MB"' in (device.world.root / "config" / "stint" / "policy.d" / "fleet.toml").read_text()


def test_a_device_that_leaves_is_none_of_the_fleets(office, joins):
    device = joins()
    assert len(office.world.done("fleet", "devices", "--json").splitlines()) == 1
    device.world.done("device", "set", "charging=no")
    started = office.starts(WAITS, "--all")
    until(lambda: office.outcomes(started) == ["waiting"])
    assert device.world.stint("fleet", "leave").code == 64  # nobody can be asked
    made = device.world.stint("fleet", "leave", "--yes")
    assert made.code == 0 and "left the fleet office\n" in made.err, made
    assert not (device.world.store / "fleet").exists()
    assert office.world.done("fleet", "devices", "--json") == "" and office.outcomes(started) == ["cancelled"]
    assert "by fleet" not in device.world.done("jobs")
    assert device.world.stint("fleet", "leave", "--yes").code == 66
    device.joins(office.invites("--labels", "site=berlin"))
    assert len(office.world.done("fleet", "devices", "--json").splitlines()) == 1


def test_a_wrong_file_of_the_owners_is_told_on_both_sides_and_a_cancel_ends_the_job_of_who_waits(office, joins):
    device = joins()
    device.world.done("device", "set", "charging=no")
    started = office.starts(WAITS, "--all")
    until(lambda: office.outcomes(started) == ["waiting"])
    office.says("cancel", started)
    until(lambda: started not in device.world.done("jobs"))
    assert office.outcomes(started) == ["cancelled"]
    (device.world.root / "config" / "stint" / "fleet.toml").write_text('kinds = ["run", "polic"]\n')
    started = office.starts(campaign(RAN), "--all")
    until(lambda: office.outcomes(started) == ["rejected"])
    assert "fleet.toml is wrong" in office.results(started)[0]["words"]
    until(lambda: "fleet.toml:1:" in device.line.daemon.log.read_text())
    made = device.world.stint("fleet", "device")
    assert made.code == 64 and "fleet.toml:1:" in made.err and "office" in made.out, made


def test_a_person_who_cancels_the_job_has_cancelled_the_campaign_there(office, joins):
    device = joins()
    device.world.done("device", "set", "charging=no")
    started = office.starts(WAITS, "--all")
    until(lambda: office.outcomes(started) == ["waiting"])
    until(lambda: f"{started}" in device.world.done("jobs", "--json"))
    (job,) = [json.loads(line)["job"] for line in device.world.done("jobs", "--json").splitlines() if started in line]
    device.world.done("cancel", job)
    until(lambda: office.outcomes(started) == ["cancelled"])
    assert "a person cancelled it at the device" in office.results(started)[0]["words"]

"""kill -9 at random moments over a fleet's server, its broker, and the devices' daemons, agents and lines, while campaigns run
(fleet.md §4.1, §4.2, §5): each device's own ledger is the witness. Its end is what happened on it, and known once; what may
not run twice does not; and never do more run than may at a time. `./bench soak fleet` asks for more of it."""

import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from connector import DISTRIBUTOR, owner
from events import TooLate, running, wait_for_end
from fleet_parts import PARTS, Parts
from push_line import until
from push_served import line_of
from test_fleet import Device, Office, pytestmark  # noqa: F401
from world import BIN

DEVICES = int(os.environ.get("STINT_FLEET_DEVICES", "3"))
KILLS = int(os.environ.get("STINT_FLEET_KILLS", "10"))
STILL = int(os.environ.get("STINT_FLEET_STILL", "1"))  # seconds that one is stopped for
AT_A_TIME = max(2, DEVICES // 10)
# Whoever is killed all the time is no app that crashes, and what waits for its next try does so for seconds.
POLICY = {"job.system_stop_to_failure_ratio": 1_000_000, "job.crash_guard.crashes": 1_000_000, "job.min_backoff": "1s",
          "job.max_backoff": "1s", "job.schedule_rate": 1_000_000}
# Its lines: the moment, since the boot; the campaign; the step; what. The last line of a step that was cut off is the last
# moment at which it certainly ran.
STEP = """mark() { read -r now _ < /proc/uptime; echo "$now $STINT_CAMPAIGN $STINT_STEP $1" >> "$HOME/ran"; }
mark begin
for _ in 1 2; do sleep 0.1; mark on; done
mark end
"""
CAMPAIGN = """name = "kills {number}"
targets = "all"
expires = "1d"
[[step]]
run = ["/bin/sh", "{step}"]
idempotent = true
[[step]]
run = ["/bin/sh", "{step}"]
[[step]]
run = ["/bin/sh", "{step}"]
commit = true
[[step]]
verify = ["/bin/sh", "{step}"]
[rollout]
at-a-time = {most}
stop = {{ failures = "none" }}
"""
MAY_RUN_TWICE, STEPS = {1, 4}, 4


class Fleet:
    def __init__(self, office, chance):
        self.office, self.chance = office, chance
        self.step = office.world.root / "step.sh"
        self.step.write_text(STEP)
        self.devices, self.names = [], {}
        self.campaigns = []
        self.killed, self.ends, self.most = Counter(), Counter(), 0
        self.still = []
        self.parts = None

    def join(self, count):
        watched = int(Path("/proc/sys/fs/inotify/max_user_instances").read_text())
        assert count * 2 < watched, f"{count} devices watch more than {watched} times: fs.inotify.max_user_instances is to be higher"
        line = self.office.invites("--uses", str(count))

        def joins():
            device = Device(policy=POLICY)
            self.devices.append(device)
            until(lambda: self.joined(device, line), within=600)
            return device

        with ThreadPoolExecutor(4) as several:
            for made in [several.submit(joins) for _ in range(count)]:
                made.result()
        self.names = {line_of(device.world)["device"]["name"]: device for device in self.devices}
        self.parts = Parts(self.office)
        self.parts.until_open()

    def joined(self, device, line):
        """A server takes so many in a minute."""
        made = device.world.stint("fleet", "join", *line, "--yes", within=120)
        assert made.code in (0, 75), made
        return made.code == 0 or threading.Event().wait(3)

    def begins(self):
        text = CAMPAIGN.format(number=len(self.campaigns), step=self.step, most=AT_A_TIME)
        self.campaigns.append(self.office.starts(text, "--all"))

    # Deaths.

    def agent(self):
        """(device, process) of one that runs."""
        for device in self.chance.sample(self.devices, len(self.devices)):
            if agents := running(device.line.daemon.pid, BIN / "stint-agent"):
                return device, agents[0]
        return None, None

    def any(self):
        """A device; more often one that has something to do."""
        device, _ = self.agent() if self.chance.random() < 0.8 else (None, None)
        return device or self.chance.choice(self.devices)

    def dies(self, role):
        """Answers how it is started again."""
        if role in PARTS:
            self.parts.kill(role)
            return lambda: self.parts.start(role)
        device = self.any()
        if role == "stintd":
            device.line.daemon.kill()
            return lambda: device.line.start_daemon(POLICY)
        if role == "agent":
            device, pid = self.agent()
        else:
            pid = owner(device.bus, DISTRIBUTOR)
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_for_end(pid)
        return lambda: None

    def stands_still(self):
        """Somebody is not scheduled for a while: others take it for dead."""
        role = self.chance.choice(["stint-fleetd", "nats-server", "stintd", "agent"])
        pid = self.parts.pid(role) if role in PARTS else self.any().line.daemon.pid if role == "stintd" else self.agent()[1]
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self.still.append((time.monotonic() + STILL, pid))

    def goes_on(self, now):
        for until_, pid in [one for one in self.still if one[0] <= now]:
            self.still.remove((until_, pid))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def kills(self):
        """One, or two at once."""
        roles = self.chance.choices(["stint-fleetd", "agent", "stintd", "nats-server", "stint-push", "stint-endpoint"],
                                    [30, 25, 20, 10, 8, 7], k=self.chance.choice([1, 1, 1, 2]))
        again = [self.dies(role) for role in dict.fromkeys(roles)]
        self.killed.update(set(roles))
        for start in again:
            start()
        if self.chance.random() < 1 / 12:
            self.stands_still()

    # Ends.

    def is_over(self, campaign):
        rows = self.parts.results(campaign)
        return bool(rows) and all(row["outcome"] for row in rows)

    def until_over(self, campaign, within):
        """Those who wait for their next turn are hurried, as a person may: their ten minutes are not what is tried here."""
        end = time.monotonic() + within
        while not self.is_over(campaign):
            self.goes_on(time.monotonic())
            self.parts.revive()
            if time.monotonic() > end:
                raise TooLate(self.left(campaign))
            for row in self.parts.results(campaign):
                if not row["outcome"]:
                    self.names[row["device"]].world.stint("cmd", "jobscheduler", "run", "-f", "-n", campaign, "org.stint.agent", "1")
            threading.Event().wait(1)

    def judges(self, campaign):
        """Answers what is wrong."""
        most = most_at_once(self.devices, campaign)
        self.most = max(self.most, most)
        wrong = [f"{campaign}: {most} ran at once"] * (most > AT_A_TIME)
        for row in self.parts.results(campaign):
            self.ends[row["outcome"]] += 1
            wrong += judge(row, self.names[row["device"]], campaign)
        return wrong

    def left(self, campaign):
        rows = [row for row in self.parts.results(campaign) if not row["outcome"]]
        told = [f"{rows[:3]} of {len(rows)}", self.parts.log.read_text()[-2000:]]
        for row in rows[:2]:
            device = self.names[row["device"]]
            told += [device.world.done("jobs"), device.line.daemon.log.read_text()[-3000:], *device.ran[-8:]]
        return "\n".join(told)

    def close(self):
        self.goes_on(float("inf"))
        with ThreadPoolExecutor(4) as several:
            for one in [several.submit(device.close) for device in self.devices]:
                with suppress(AssertionError):
                    one.result()
        (self.parts or self.office).close()


def ledger_of(device, campaign):
    """(step, what, moment) of each line."""
    lines = (line.split() for line in device.ran)
    return [(int(step), what, float(at)) for at, its, step, what in lines if its == campaign]


def judge(row, device, campaign):
    """The end that the server tells is the device's own, and what its ledger says; answers what is wrong."""
    lines = ledger_of(device, campaign)
    begun, ended = (Counter(step for step, what, _ in lines if what == word) for word in ("begin", "end"))
    steps = [step for step, what, _ in lines if what == "begin"]
    rounds = row["round"] + 1
    with sqlite3.connect(f"file:{device.world.store}/fleet/errands.db?mode=ro", uri=True) as file:
        (kept,) = (json.loads(text) for (text,) in file.execute("SELECT kept FROM campaigns WHERE id = ?", (campaign,)))
    wrong = [f"step {step} of round {row['round']} ran {begun[step]} times" for step in range(1, STEPS + 1)
             if step not in MAY_RUN_TWICE and begun[step] > rounds]
    if row["presumed"]:
        wrong.append("its end is the server's word")
    if kept["outcome"] != {"succeeded": 1, "failed": 2}.get(row["outcome"]):
        wrong.append(f"its own file has {kept}")
    if any(later < step - 1 for step, later in zip(steps, steps[1:], strict=False)) and rounds == 1:
        wrong.append(f"it went back: {steps}")
    if row["outcome"] == "succeeded":
        missing = [step for step in range(1, STEPS + 1) if not ended[step]]
        wrong += [f"step {step} never ended" for step in missing]
    elif row["outcome"] != "failed" or row["words"] != "interrupted" or row["step"] in MAY_RUN_TWICE:
        wrong.append("it has ended otherwise")
    elif rounds == 1 and any(step > row["step"] for step in steps):
        wrong.append("more ran than its end says")
    return [f"{campaign}: {row}: {one}: {lines}" for one in wrong]


def most_at_once(devices, campaign):
    """By the devices' own clock, which is one. From a step's first line to its last it ran."""
    moments = []
    for device in devices:
        spans = []
        for _, what, at in ledger_of(device, campaign):
            if what == "begin":
                spans.append([at, at])
            spans[-1][1] = at
        moments += [moment for begun, ended in spans for moment in ((begun, 1), (ended, -1))]
    most = now = 0
    for _, change in sorted(moments):  # what ends at a moment ends before what begins at it
        now += change
        most = max(most, now)
    return most


def test_each_end_is_what_happened_whoever_dies_meanwhile(world):
    seed = int(os.environ.get("STINT_FLEET_SEED", random.SystemRandom().randrange(10**6)))
    chance = random.Random(seed)
    print(f"seed {seed}; {KILLS} kills over {DEVICES} devices")
    fleet = Fleet(Office(world), chance)
    try:
        fleet.join(DEVICES)
        fleet.begins()
        while fleet.killed.total() < KILLS:
            threading.Event().wait(chance.uniform(0, 0.4))  # the moment
            fleet.kills()
            fleet.goes_on(time.monotonic())
            fleet.parts.revive()
            if fleet.is_over(fleet.campaigns[-1]):
                fleet.goes_on(float("inf"))
                fleet.parts.until_open()  # the page is answered before that
                fleet.begins()
        fleet.goes_on(float("inf"))
        for campaign in fleet.campaigns:
            fleet.until_over(campaign, within=180 + 10 * DEVICES)
        wrong = [one for campaign in fleet.campaigns for one in fleet.judges(campaign)]
        print(f"killed {dict(fleet.killed)}; ends {dict(fleet.ends)}; at most {fleet.most} at once")
        assert not wrong, "\n".join(wrong)
    finally:
        fleet.close()

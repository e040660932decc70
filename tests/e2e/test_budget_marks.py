"""A budget's end is told by stint-netguard and asked for by nobody, with the real daemon and helper (limits.md §14)."""

import json
import sys

import pytest
from commands import SHELL, schedule
from jeepney import DBusAddress, HeaderFields, new_error, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection
from line import TRANSFER
from netguard import FAR4, Ground, needs_netguard
from network_ground import network_of
from origin import MIB, Origin, bytes_of
from test_budget import METERED, blocker, budget, days, until_waiting, why
from test_doctor import findings
from test_wake_alarms import Helper

pytestmark = needs_netguard
RATE = 1_000_000  # bytes a second
NEAR = 2_000_000  # what a transfer moves until it is stopped, on a machine that is very busy
PROGRAM = """import socket, sys, time
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.sendall(f'download 1000000000 {sys.argv[3]}\\n'.encode())
while s.recv(65536):
    pass
time.sleep(1000)
"""


class Monitor:
    """Sees each message of the bus."""

    def __init__(self, address):
        self.line = open_dbus_connection(address, auth_timeout=30)
        become = new_method_call(DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus",
                                             "org.freedesktop.DBus.Monitoring"), "BecomeMonitor", "asu", ([], 0))
        self.line.send_and_get_reply(become)

    def until(self, member, condition=lambda body: True):
        """The members of all messages until that one, which is the last."""
        seen = []
        while True:
            message = self.line.receive(timeout=60)
            seen.append(message.header.fields.get(HeaderFields.member))
            if seen[-1] == member and condition(message.body):
                return seen

    def until_marked(self):
        return self.until("TellAt", lambda body: body[1] > 0)

    def close(self):
        self.line.close()


class OldHelper(Helper):
    """Counts, and knows no marks."""

    watched = 0
    no_marks = ("org.freedesktop.DBus.Error.UnknownMethod", "Unknown method TellAt")

    def until_called(self, member, received=0):
        while True:
            call = self.line.receive(timeout=60)
            called = call.header.fields.get(HeaderFields.member)
            if called == "Watch":
                self.watched += 1
                self.line.send(new_method_return(call, "t", (self.watched,)))
            elif called == "Counters":
                self.line.send(new_method_return(call, "a(ttt)", ([(cgroup, received, 0) for cgroup in call.body[0]],)))
            elif called == "TellAt":
                name, why = self.no_marks
                self.line.send(new_error(call, name, "s", (why,)))
            if called == member:
                return


@pytest.fixture
def ground():
    made = Ground(polkit=False)
    yield made
    made.close()


@pytest.fixture
def monitor(ground):
    made = Monitor(ground.address)
    yield made
    made.close()


@pytest.fixture
def daemon(world, ground):
    ground.start_helper()
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
    made = world.start_daemon(before=ground.inside())
    made.until_logged("stint-netguard enforces")
    world.done("device", "set", *METERED)
    return made


def download(world, ground, *options):
    """A command that is a job, reports nothing, and downloads for ever."""
    (world.downloads / "program.py").write_text(PROGRAM)
    return schedule(world, "--network", "any", *options, "--", sys.executable, "program.py", FAR4, str(ground.port), str(RATE))


def download_past_its_budget(world, ground, monitor, tmp_path):
    """A download of 40 MiB that comes to a mark and then waits: its job, and what was said from the mark on."""
    with network_of(ground.far):
        origin = Origin(tmp_path / "origin", rate="1m", address=FAR4)
    try:
        origin.serve("file.bin", bytes_of("marks", 40 * MIB))
        job = world.get(origin.url("file.bin"))
        monitor.until_marked()
        said = monitor.until("Passed")
        until_waiting(world, job)
    finally:
        origin.stop()
    return job, said


def test_a_download_is_stopped_where_its_budget_ends_and_nobody_asks_meanwhile(world, ground, daemon, monitor, tmp_path):
    budget(world, daemon, f'app = "{TRANSFER}"\nclass = "metered"\nbytes = "3MiB"\nperiod = "day"\n')
    job, said = download_past_its_budget(world, ground, monitor, tmp_path)
    assert "Counters" not in said
    assert "of 3 MiB used on metered networks today" in blocker(world, job)["detail"]
    assert 3 * MIB <= days(world, TRANSFER)[-1]["metered"] < 3 * MIB + NEAR


def test_a_command_is_stopped_where_its_own_bytes_end(world, ground, daemon, monitor):
    job = download(world, ground, "--metered-bytes", "3M")
    monitor.until_marked()
    assert "Counters" not in monitor.until("Passed")
    until_waiting(world, job, SHELL)
    assert 3 * MIB <= why(world, job)["terms"]["meteredUsed"] < 3 * MIB + NEAR


def test_the_next_helper_is_told_the_mark_again(world, ground, daemon, monitor):
    job = download(world, ground, "--metered-bytes", "3M")
    monitor.until_marked()
    ground.helper.kill()
    ground.helper.wait()
    ground.start_helper()
    monitor.until_marked()
    monitor.until("Passed")
    until_waiting(world, job, SHELL)
    assert 3 * MIB <= why(world, job)["terms"]["meteredUsed"] < 3 * MIB + NEAR


def test_a_network_that_becomes_metered_has_its_mark_from_then_on(world, ground, daemon, monitor):
    world.done("device", "set", "network.metered=false")
    job = download(world, ground, "--metered-bytes", "2M")
    with world.line() as line:
        line.until(job, lambda seen: seen.get("runState") == "executing", package=SHELL)
    world.done("device", "set", "network.metered=true")
    monitor.until_marked()
    world.done("device", "set", "network.metered=false")
    monitor.until("TellAt", lambda body: body[1] == 0)
    world.done("device", "set", "network.metered=true")
    monitor.until_marked()
    monitor.until("Passed")
    until_waiting(world, job, SHELL)
    used = why(world, job)["terms"]["meteredUsed"]
    today = days(world, SHELL)[-1]
    assert 2 * MIB <= used < 2 * MIB + NEAR
    assert abs(today["metered"] - used) < NEAR and today["metered"] <= today["received"] + today["sent"]


def test_two_jobs_of_an_app_have_a_mark_each_in_their_turn(world, ground, daemon, monitor):
    first = download(world, ground, "--metered-bytes", "2M")
    second = download(world, ground, "--metered-bytes", "6M")
    until_waiting(world, first, SHELL)
    assert why(world, second)["blockers"] == []
    until_waiting(world, second, SHELL)
    for job, most in ((first, 2 * MIB), (second, 6 * MIB)):
        # Nobody knows which of the two used the bytes that neither reports.
        assert most <= why(world, job)["terms"]["meteredUsed"] < most + 2 * NEAR


def test_what_a_program_that_is_no_job_uses_is_counted_while_it_lives(world, ground, monitor):
    """`stint start`: it is asked for a stamp after stint-netguard has told that something moves."""
    (world.downloads / "program.py").write_text(PROGRAM)
    words = [sys.executable, "program.py", FAR4, str(ground.port), str(5 * RATE)]
    (world.apps / "com.example.program.toml").write_text(
        f'package = "com.example.program"\ncommand = {json.dumps(words)}\n')
    ground.start_helper()
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
    daemon = world.start_daemon({"job.duration_stamp": "1s"}, before=ground.inside())
    daemon.until_logged("stint-netguard enforces")
    world.in_terminal("start", "com.example.program")
    assert "Counters" not in monitor.until("Passed")
    while not (told := days(world, "com.example.program")) or told[-1]["received"] < 15_000_000:
        monitor.until("Counters")


def test_an_older_helper_is_asked_at_times_and_doctor_says_so(world, ground):
    helper = OldHelper(ground.address)
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
    daemon = world.start_daemon(before=ground.inside())
    daemon.until_logged("stint-netguard enforces")
    world.done("device", "set", *METERED)
    job = download(world, ground, "--metered-bytes", "1M")
    helper.until_called("TellAt")
    daemon.until_logged("how far budgets are used is asked for at times: Unknown method TellAt")
    helper.until_called("Counters", received=2_000_000)
    until_waiting(world, job, SHELL)
    found = findings(world)["background network"]
    assert found["grade"] == "enforced" and "it is asked at times" in found["found"]
    assert "restart stint-netguard" in found["more"]
    helper.close()


def test_a_helper_that_is_busy_is_asked_at_times_until_it_takes_the_mark(world, ground):
    helper = OldHelper(ground.address)
    helper.no_marks = ("org.stint.Error.Busy", "too many calls")
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
    daemon = world.start_daemon(before=ground.inside())
    daemon.until_logged("stint-netguard enforces")
    world.done("device", "set", *METERED)
    download(world, ground, "--metered-bytes", "1M")
    helper.until_called("TellAt")
    daemon.until_logged("how far budgets are used is asked for at times: too many calls")
    helper.until_called("TellAt")
    helper.close()


def test_what_a_mark_has_told_is_recorded_and_played_again_and_another_budget_ends_sooner(
        world, ground, daemon, monitor, tmp_path):
    """scenario.md, Recordings: to the byte; under another policy nobody is there who tells, and it is asked."""
    budget(world, daemon, f'app = "{TRANSFER}"\nclass = "metered"\nbytes = "5MiB"\nperiod = "day"\n')
    world.done("record", "start")
    download_past_its_budget(world, ground, monitor, tmp_path)
    recording, policy = world.downloads / "day.yaml", world.downloads / "other.toml"
    world.done("record", "stop", str(recording))
    assert json.loads(world.done("sim", "--json", str(recording)).splitlines()[-1])["verdict"] == "pass"
    policy.write_text(f'[[network_budget]]\napp = "{TRANSFER}"\nclass = "metered"\nbytes = "2MiB"\nperiod = "day"\n')
    told = [json.loads(row) for row in
            world.done("sim", "--json", "--diff", "--policy", str(policy), str(recording)).splitlines()]
    moved = next(row for row in told if row["what"] == "bytes")
    assert 2 * MIB <= moved["after"] < moved["before"], told

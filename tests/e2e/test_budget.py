"""Budgets of bytes and what was for nothing (limits.md §14), with the real daemon: by what transfers report, and by what
stint-netguard counts."""

import json
import sys

import pytest
from commands import SHELL, schedule, script
from events import Directory
from line import TRANSFER
from netguard import FAR4, Ground, needs_netguard
from origin import MIB, Origin, contents

METERED = ("network.transport=cellular", "network.metered=true", "network.down=8Mbps", "network.up=0")
content = contents("budget", 6 * MIB)


@pytest.fixture
def slow(tmp_path):
    made = Origin(tmp_path / "slow", rate="1m")
    made.serve("file.bin", content())
    yield made
    made.stop()


def why(world, job):
    return json.loads(world.stint("why", "--json", str(job)).out)


def blocker(world, job, gate="budget"):
    return next(each for each in why(world, job)["blockers"] if each["gate"] == gate)


def days(world, package):
    return json.loads(world.done("app", "--json", package))["days"]


def waste(world, *words):
    return [json.loads(line) for line in world.done("log", "--waste", "--json", *words).splitlines()]


def budget(world, daemon, text):
    """A table more in the policy, which is read again."""
    file = world.root / "policy.toml"
    file.write_text(file.read_text() + "[[network_budget]]\n" + text)
    daemon.until_logged("policy changed")


def until_waiting(world, job, package=TRANSFER):
    with world.line() as line:
        return line.until(job, lambda seen: seen["state"] == "pending", package=package)


def test_a_download_moves_its_bytes_over_a_metered_network_and_the_rest_over_another(world, daemon, slow):
    world.done("device", "set", *METERED)
    job = world.get(slow.url("file.bin"), "--metered-bytes", "2M")
    with world.line() as line:
        line.until(job, lambda seen: seen.get("runState") == "executing")
    until_waiting(world, job)
    found = blocker(world, job)
    assert found["name"] == "QUOTA" and found["until"] is None and "of the job's 2 MiB" in found["detail"]
    assert "of the job's 2 MiB on metered networks used" in world.stint("why", str(job)).out
    terms = why(world, job)["terms"]
    assert terms["meteredBytes"] == 2 * MIB <= terms["meteredUsed"] < 5 * MIB
    assert days(world, TRANSFER)[-1]["cutShort"] == [{"of": "QUOTA", "count": 1}]
    world.done("device", "set", "network.metered=false")
    assert world.stint("wait", str(job)).code == 0
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_a_budget_of_the_policy_holds_over_a_restart_and_tells_until_when(world, slow):
    table = '[[network_budget]]\napp = "*"\nclass = "metered"\nbytes = "2MiB"\nperiod = "month"\n'
    daemon = world.start_daemon(tables=table)
    world.done("device", "set", *METERED)
    job = world.get(slow.url("file.bin"))
    with world.line() as line:
        line.until(job, lambda seen: seen.get("runState") == "executing")
    until_waiting(world, job)
    assert "of 2 MiB used on metered networks this month; " in blocker(world, job)["detail"]
    daemon.stop()
    world.start_daemon(tables=table)
    found = blocker(world, job)
    assert found["until"] and found["clears"] == "another network, or the next period of its budget"
    shown = world.done("policy", "network_budget")
    assert "network_budget.*.metered.month" in shown and "2MiB" in shown and "policy.toml:" in shown
    assert days(world, TRANSFER)[-1]["metered"] >= 2 * MIB
    shown = world.done("app", TRANSFER)
    assert "of it metered" in shown and "cut short: QUOTA 1\n" in shown  # it did not run again


def test_a_wrong_budget_leaves_the_policy_as_it_was(world, daemon):
    file = world.root / "policy.toml"
    file.write_text(file.read_text() + '[[network_budget]]\napp = "*"\nclass = "wifi"\nbytes = "1GB"\nperiod = "day"\n')
    daemon.until_logged("policy refused")
    assert 'class is "wifi"; it must be metered or roaming' in daemon.log.read_text()
    assert world.stint("policy", "network_budget").code == 66


def test_bytes_that_are_none_are_refused(world, daemon):
    ended = world.stint("get", "--metered-bytes", "lots", "http://127.0.0.1:1/x")
    assert ended.code == 64 and "--metered-bytes" in ended.err and "such as 1.5MB" in ended.err
    ended = world.stint("run", "--metered-bytes", "1M", "--no-wait", "--", "true")
    assert ended.code == 64 and "--network any" in ended.err


def test_what_was_for_nothing_is_told_by_app_and_day(world, daemon, slow):
    assert "--waste" in world.stint("log").err and world.stint("log").code == 64
    assert world.stint("log", "--waste", "com.example.none").code == 66
    job = world.get(slow.url("file.bin"))
    with Directory(world.downloads) as directory:
        directory.until(lambda: list(world.downloads.glob("*.stint-part")))
    world.done("device", "set", "network=none")
    until_waiting(world, job)
    told = waste(world, TRANSFER)
    assert [(row["package"], row["cutShort"]) for row in told] == [
        (TRANSFER, [{"of": "CONSTRAINT_CONNECTIVITY", "count": 1}])]
    assert told == waste(world)
    assert "CONSTRAINT_CONNECTIVITY 1" in world.done("log", "--waste")


@needs_netguard
def test_a_command_that_reports_nothing_is_counted_by_the_helper_and_stopped(world):
    ground = Ground(polkit=False)
    try:
        ground.start_helper()
        world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
        daemon = world.start_daemon(before=ground.inside())
        daemon.until_logged("stint-netguard enforces")
        world.done("device", "set", *METERED)
        size = 5_000_000
        program = (f"import socket, time\ns = socket.create_connection(({FAR4!r}, {ground.port}))\n"
                   f"s.sendall(b'download {size}\\n')\ngot = 0\nwhile got < {size}:\n    got += len(s.recv(65536))\n"
                   "time.sleep(1000)\n")
        (world.downloads / "program.py").write_text(program)
        job = schedule(world, "--network", "any", "--metered-bytes", "2M", "--", sys.executable, "program.py")
        with world.line() as line:
            line.until(job, lambda seen: seen.get("runState") == "executing", package=SHELL)
        until_waiting(world, job, SHELL)
        assert "of the job's 2 MiB on metered networks used" in blocker(world, job)["detail"]
        today = days(world, SHELL)[-1]
        # It is stopped when it has moved 2 MiB, and may move the rest until it is.
        assert 2 * 1024 * 1024 < today["received"] + today["sent"] < size * 1.2
        assert today["metered"] == today["received"] + today["sent"]
        other = schedule(world, "--network", "any", "--", script(world, "exec sleep 1000\n"))
        with world.line() as line:
            line.until(other, lambda seen: seen.get("runState") == "executing", package=SHELL)
        budget(world, daemon, f'app = "{SHELL}"\nclass = "metered"\nbytes = "1MB"\nperiod = "day"\n')
        until_waiting(world, other, SHELL)
        assert "of 976.6 KiB used on metered networks today" in blocker(world, other)["detail"]
    finally:
        ground.close()

"""A command of `stint run` outlives a reboot; its processes do not outlive its end, even where no cgroup keeps them
together."""

import json
import os
import signal
from pathlib import Path

import pytest
from commands import SHELL, schedule, script, until_written
from events import wait_for_end
from places import another_boot, needs_mounts, without_cgroups

pytestmark = needs_mounts
# They fork away in each way there is, ignore SIGTERM, and tell who they are.
RUNAWAYS = """trap '' TERM
(setsid sh -c 'echo $$ > forked; while :; do sleep 1000; done' &)
setsid sh -c 'echo $$ > session; exec sleep 1000' &
while [ ! -s forked ] || [ ! -s session ]; do :; done
"""
ENDLESS = RUNAWAYS + "echo $$ > begun; while :; do sleep 1000; done"


# Over a reboot (jobs.md §7.1, §7.2).


def test_a_persisted_command_waits_on_after_a_reboot_and_another_does_not(world):
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    world.environment["WORD"] = "kept"
    before = os.umask(0o027)
    try:
        kept = schedule(world, "--requires-charging", "--persisted", "--name", "a backup", "--", script(
            world, 'pwd; umask; echo "$WORD"'))
    finally:
        os.umask(before)
    lost = schedule(world, "--requires-charging", "--", "true")
    daemon.kill()
    del world.environment["WORD"]

    world.start_daemon(before=another_boot(world))  # which knows nothing of a battery
    assert world.stint("wait", f"{SHELL}/{kept}").code == 0
    assert world.done("logs", str(kept)) == f"{world.downloads}\n0027\nkept\n"
    assert world.stint("why", f"{SHELL}/{lost}").code == 66
    ends = {end["id"]: end for end in map(json.loads, world.done("jobs", "--finished", "--json", SHELL).splitlines())}
    assert (ends[kept]["label"], ends[kept]["exitCode"]) == ("a backup", 0)
    assert ends[lost]["outcome"] == "a reboot ended it: it was not persisted"


def test_a_persisted_command_that_a_reboot_cut_off_begins_anew(world):
    daemon = world.start_daemon()
    job = schedule(world, "--persisted", "--", script(world, 'echo run >> runs; [ "$(wc -l < runs)" = 2 ] || sleep 1000'))
    until_written(world.downloads / "runs")
    daemon.kill()
    world.start_daemon(before=another_boot(world))
    assert world.stint("wait", f"{SHELL}/{job}").code == 0
    assert (world.downloads / "runs").read_text() == "run\n" * 2
    assert world.done("logs", str(job)) == "stint: the last run was cut off; it begins anew\n"


def test_a_command_that_runs_again_and_again_does_so_after_a_reboot(world):
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    job = schedule(world, "--every", "1d", "--requires-charging", "--", script(world, "echo run >> runs"))
    daemon.kill()
    world.start_daemon(before=another_boot(world))  # which knows nothing of a battery
    assert until_written(world.downloads / "runs") == "run\n"
    (told,) = [json.loads(line) for line in world.done("jobs", "--json").splitlines()]
    assert told["id"] == job


# Without a cgroup: reapers keep what a command starts (architecture.md, running a job).


@pytest.fixture
def reapers(world):
    daemon = world.start_daemon(policy={"job.op_timeout": "800ms"}, before=without_cgroups())
    assert "no cgroup" in daemon.log.read_text()
    return daemon


def pids(world, *names):
    return [int((world.downloads / name).read_text()) for name in names]


def begun(world):
    """The processes of ENDLESS, all of them alive."""
    until_written(world.downloads / "begun")
    all_of_them = pids(world, "forked", "session", "begun")
    assert all(Path(f"/proc/{pid}").exists() for pid in all_of_them)
    return all_of_them


def gone(processes):
    for pid in processes:
        wait_for_end(pid)


def lose_power(world, job):
    world.done("device", "set", "charging=false")


def cancel(world, job):
    world.done("cancel", f"{SHELL}/{job}")


@pytest.mark.parametrize("stop", [lose_power, cancel])
def test_without_a_cgroup_a_command_is_still_stopped_wholly(world, reapers, stop):
    job = schedule(world, "--requires-charging", "--", script(world, ENDLESS))
    processes = begun(world)
    stop(world, job)
    gone(processes)


def test_without_a_cgroup_the_task_managers_stop_leaves_nothing(world, reapers):
    terminal = world.in_terminal("run", "--user-initiated", "--no-wait", "--", script(world, ENDLESS))
    assert terminal.ends() == 0, terminal.output
    processes = begun(world)
    world.done("tasks", "stop", SHELL)
    gone(processes)
    assert world.done("jobs") == ""


def test_without_a_cgroup_what_forks_away_does_not_outlive_the_command(world, reapers):
    ended = world.stint("run", "--retries", "0", "--", script(world, RUNAWAYS + "exit 3"))
    assert ended.code == 3, ended
    assert not [pid for pid in pids(world, "forked", "session") if Path(f"/proc/{pid}").exists()]


def kill_daemon(daemon):
    daemon.kill()


def kill_service(daemon):
    (pid,) = daemon.commands()
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_daemon, kill_service])
def test_without_a_cgroup_a_command_dies_with_who_runs_it(world, reapers, kill):
    schedule(world, "--", script(world, ENDLESS))
    processes = begun(world)
    kill(reapers)
    gone(processes)

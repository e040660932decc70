"""Work that takes longer than a run may: what a run is told, and how it ends all the same (jobs.md §4.4)."""

import json
import time
from pathlib import Path

import pytest
from commands import SHELL, schedule, script, spools, until_written
from events import wait_for_end

LIMIT = {"run.max_free": "6s", "run.min_guarantee": "6s"}

# Goes on where it was: three parts, one in each run; a run that has done its part waits for its time to be up.
IN_PARTS = """
trap 'cat "$STINT_STOP_REASON" >> reasons; echo "$done" > "$STINT_STATE_DIRECTORY/done"; exit 0' TERM
done=$(cat "$STINT_STATE_DIRECTORY/done" 2>/dev/null || echo 0)
[ -e "$STINT_STOP_REASON" ] && echo stale >> reasons
echo "$STINT_JOB $STINT_RUNS_BEFORE $done $(( STINT_DEADLINE - $(date +%s) ))" >> told
done=$((done + 1))
[ "$done" -ge 3 ] && exit 0
while :; do sleep 0.1; done
"""


def waits(line, job, failures):
    return line.until(job, lambda it: it["state"] == "pending" and it["failures"] == failures, package=SHELL)


@pytest.mark.parametrize("save", ["4s", None])
def test_a_command_that_goes_on_where_it_was_ends(world, save):
    limit = 10 if save else 6  # of it the command has six seconds
    daemon = world.start_daemon(policy={"run.max_free": f"{limit}s", "run.min_guarantee": f"{limit}s"})
    ran = script(world, IN_PARTS)
    options = ["--save-time", save] if save else []
    job = schedule(world, "--backoff", "10s", "--persisted", *options, "--", ran)
    with world.line() as line:
        for failures in (1, 2):
            state = waits(line, job, failures)
            assert Path(spools(world)[0], "state", "done").read_text() == f"{failures}\n"
            if save:
                assert state["lastRun"]["outcome"].startswith("asked to end before its limit, after "), state
                assert state["lastRun"]["timeouts"] == 0, "it was given time, and ended by itself"
                assert f"rests after {failures} run" in world.stint("why", str(job)).out, "which is no failure"
            else:
                assert state["lastRun"]["stopReasonName"] == "TIMEOUT"
                assert state["lastRun"]["timeouts"] == failures
            world.done("run-now", f"{SHELL}/{job}")
        assert world.stint("wait", str(job)).code == 0
    for pid in daemon.commands():
        wait_for_end(pid)
    told = [[int(word) for word in row.split()] for row in (world.downloads / "told").read_text().splitlines()]
    assert [row[:3] for row in told] == [[job, 0, 0], [job, 1, 1], [job, 2, 2]]
    for row in told:
        assert 4 <= row[3] <= 6, "the second of its SIGTERM"
    assert (world.downloads / "reasons").read_text() == "TIMEOUT\n" * 2
    assert not any(Path(spool, "state").exists() for spool in spools(world)), "its state went with its job"


def test_what_is_killed_at_its_limit_all_the_same_counts_as_stopped(world):
    world.start_daemon(policy=LIMIT)
    job = schedule(world, "--backoff", "10s", "--save-time", "3s", "--", script(world, "trap '' TERM; sleep 1000"))
    with world.line() as line:
        state = waits(line, job, 1)
        assert "killed at its limit" in state["lastRun"]["outcome"] or state["lastRun"]["stopReasonName"] == "TIMEOUT"


def test_a_stop_of_another_kind_does_not_wait_for_the_save_time(world):
    """The answer to onStopJob is due (jobs.md §4.8), whatever time its limit would have left."""
    world.start_daemon(policy={"run.max_free": "90s", "run.min_guarantee": "90s", "job.op_timeout": "4s"})
    world.done("device", "set", "charging=true")
    ran = script(world, "trap 'echo heard >> heard' TERM; echo run >> runs; while :; do sleep 0.1; done")
    job = schedule(world, "--charging", "--save-time", "89s", "--", ran)
    with world.line() as line:
        until_written(world.downloads / "heard")
        began = time.monotonic()
        world.done("device", "set", "charging=false")
        state = line.until(job, lambda it: it["state"] == "pending", package=SHELL)
        assert time.monotonic() - began < 60
        assert state["lastRun"]["stopReasonName"] == "CONSTRAINT_CHARGING"
        assert state["systemStops"] == 1, "it answered in time"
    assert (world.downloads / "heard").read_text() == "heard\n"


def test_why_says_what_never_ends_and_the_way_out(world):
    world.start_daemon(policy={"run.max_free": "1s", "run.min_guarantee": "1s"})
    job = schedule(world, "--backoff", "10s", "--", "sleep", "1000")
    with world.line() as line:
        waits(line, job, 1)
        assert "begins anew each time" not in world.stint("why", str(job)).out
        world.done("run-now", f"{SHELL}/{job}")
        waits(line, job, 2)
    said = world.stint("why", str(job)).out.splitlines()[-1]
    assert said.startswith("2 runs of it were stopped because their time was up, and it begins anew each time: ")
    assert "$STINT_STATE_DIRECTORY" in said and "--user-initiated" in said
    assert json.loads(world.stint("--json", "why", str(job)).out)["lastRun"]["timeouts"] == 2


def test_a_save_time_that_leaves_nothing_of_a_run_is_refused(world):
    world.start_daemon(policy=LIMIT)
    refused = world.stint("run", "--save-time", "6s", "--", "true")
    assert refused.code == 64
    assert "--save-time 6s is as long as a run may last (6s)" in refused.err
    assert not spools(world)
    assert world.stint("run", "--save-time", "soon", "--", "true").code == 64

"""What happened to a job: `stint log`, `why --history`, and the last run that a job which waits is shown with (jobs.md
§9.4), against the real daemon."""

import json
import os
import signal

from commands import SHELL, schedule, script, until_written


def events(world, job):
    """What `stint log --json` tells, oldest first."""
    return [json.loads(line) for line in world.done("log", job, "--json").splitlines()]


def test_a_job_that_waits_says_why_its_last_run_failed(world, daemon, line):
    job = schedule(world, "--backoff", "1min", "--", "sh", "-c", "exit 3")
    state = line.until(job, lambda it: it["state"] == "pending" and it["failures"] == 1, package=SHELL)
    assert state["lastRun"]["outcome"] == "exit 3"
    assert "rests after 1 failure: exit 3" in world.done("jobs")
    assert "rests after 1 failure: exit 3" in world.stint("why", str(job)).out
    assert "Last run: ended" in world.done("dumpsys", "jobscheduler", SHELL)


def test_a_refused_connection_is_told_with_its_server_while_the_download_waits(world, daemon):
    got = world.stint("get", "--no-wait", "http://127.0.0.1:1/file")
    assert got.code == 0, got
    (line,) = [json.loads(it) for it in world.done("jobs", "--json").splitlines()]
    watched = world.in_terminal("watch", str(line["id"]))
    watched.until("1 failure")
    watched.until("127.0.0.1")
    watched.press("\x03")
    watched.ends()


def test_the_log_tells_each_run_in_order_and_outlives_the_job_and_the_daemon(world):
    daemon = world.start_daemon()
    ran = script(world, 'echo run >> runs; [ "$(wc -l < runs)" = 2 ] && exit 0; exit 5')
    job = schedule(world, "--charging", "--backoff", "10s", "--", ran)
    with world.line() as line:
        line.until(job, lambda it: it["failures"] == 1, package=SHELL)
    daemon.kill()
    world.start_daemon()
    world.done("retry", str(job))
    assert world.stint("wait", str(job)).code == 0
    told = [(it["what"], it["detail"].split(";")[0]) for it in events(world, str(job))]
    assert told[0][0] == "scheduled"
    assert ("finished", "exit 5") in told
    assert told[-1][0] == "ended"
    assert [what for what, _ in told].count("started") == 2
    times = [it["when"] for it in events(world, str(job))]
    assert times == sorted(times)


def test_a_wait_that_has_ended_is_told_of_a_job_that_runs_and_of_one_that_ran(world, daemon):
    """jobs.md §9.2: it was empty as soon as the job had started."""
    os.mkfifo(world.downloads / "go")
    world.done("device", "set", "charging=false")
    job = schedule(world, "--charging", "--", script(world, "read line < go"))
    world.done("device", "reset", "charging")
    running = world.stint("why", str(job), "--history").out
    assert "CONSTRAINT_CHARGING" in running
    (world.downloads / "go").write_text("\n")
    assert world.stint("wait", str(job)).code == 0
    assert "CONSTRAINT_CHARGING" in world.stint("why", str(job), "--history").out
    assert any(it["what"] == "waited" and "CHARGING" in it["detail"] for it in events(world, str(job)))


def test_a_process_that_is_killed_is_told_by_its_signal(world, daemon, line):
    job = schedule(world, "--", script(world, "echo run >> runs; exec sleep 1000"))
    until_written(world.downloads / "runs")
    (shell,) = daemon.commands()
    os.kill(shell, signal.SIGKILL)
    line.until(job, lambda it: it["systemStops"] > 0, package=SHELL)
    assert any("killed by SIGKILL" in it["detail"] for it in events(world, str(job)))


def test_nothing_is_known_of_a_number_that_was_never_given(world, daemon):
    ended = world.stint("log", "77")
    assert ended.code == 66
    assert "there is no job 77" in ended.err

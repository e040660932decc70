"""A job's past: `stint log`, `why --history`, and the last run that a waiting job is shown with (jobs.md §9.4), against
the real daemon."""

import json
import os
import signal

from commands import SHELL, schedule, script, until_written
from origin import MIB, bytes_of


def events(world, job):
    """The events of `stint log --json`, oldest first."""
    return [json.loads(line) for line in world.done("log", job, "--json").splitlines()]


def test_a_job_that_waits_says_why_its_last_run_failed(world, daemon, line):
    job = schedule(world, "--backoff", "1min", "--", "sh", "-c", "exit 3")
    state = line.until(job, lambda it: it["state"] == "pending" and it["failures"] == 1, package=SHELL)
    assert state["lastRun"]["outcome"] == "exit 3"
    assert "rests after 1 failure: exit 3" in world.done("jobs")
    why = world.stint("why", str(job)).out
    assert "rests after 1 failure: exit 3" in why and "or stint retry" in why
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
    assert ("failed", "exit 5") in told
    assert told[-1][0] == "ended"
    assert ("started", "regular") in told
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


def test_a_name_is_taken_by_logs_too_and_what_moves_nothing_has_no_size(world, daemon, origin):
    origin.serve("file.bin", b"content")
    world.done("get", origin.url("file.bin"))
    schedule(world, "--name", "photos", "--", "echo", "hello")
    assert world.stint("wait", "photos").code == 0
    assert world.done("logs", "photos") == "hello\n"
    assert world.stint("logs", "file.bin").code == 64, "a download has no output"
    assert world.stint("logs", "nobody").code == 66
    rows = {row.split()[0]: row.split()[3:5] for row in world.done("jobs", "--finished").splitlines()}
    assert rows[f"{SHELL}/2"][0] == "-"
    assert rows["org.stint.transfer/1"] == ["7", "B"]


def test_a_run_that_a_reboot_cuts_off_is_told_and_runs_again(world, slow_origin):
    """jobs.md §7.2, §9.4."""
    slow_origin.serve("file.bin", bytes_of("reboot", 24 * MIB))
    daemon = world.start_daemon(environment={"STINT_BOOT_ID": "one"})
    job = world.get(slow_origin.url("file.bin"))
    with world.line() as line:
        line.until(job, lambda it: it["transferredDown"] > MIB)
    assert daemon.stop() == 0
    world.start_daemon(environment={"STINT_BOOT_ID": "two"})
    assert world.stint("wait", str(job)).code == 0
    (stopped,) = [it["detail"] for it in events(world, str(job)) if it["what"] == "stopped"]
    assert stopped.startswith("the machine went down while it ran; ran ")
    assert ("started", "user-initiated") in [(it["what"], it["detail"]) for it in events(world, str(job))]


def day(world, *words):
    return [json.loads(line) for line in world.done("log", "--day", *words, "--json").splitlines()]


def lane(entries, key):
    return [(it["value"], it["leftOut"]) for it in entries if it["what"] == "device" and it["key"] == key]


def test_a_day_tells_what_ran_and_what_the_device_was_and_where_nobody_saw_it(world, line):
    """jobs.md §9.5."""
    line.set_device(charging="true")
    ran = schedule(world, "--name", "backup", "--", "true")
    assert world.stint("wait", str(ran)).code == 0
    line.set_device(charging="false", screen="off")
    waits = schedule(world, "--charging", "--", "true")
    entries = day(world)
    assert [it["value"] for it in entries if it["what"] == "device" and it["key"] == "stintd"] == ["unknown", "up"]
    assert lane(entries, "charging")[-1] == ("no", 0) and lane(entries, "screen")[-1] == ("off", 0)
    runs = {it["job"]: it for it in entries if it["what"] == "run"}
    past, present = runs[f"{SHELL}/{ran}"], runs[f"{SHELL}/{waits}"]
    assert past["label"] == "backup" and past["began"] <= past["ended"] and past["last"]
    assert present["began"] is None and present["ended"] is None
    assert present["waits"][-1]["reasons"][0]["name"] == "CONSTRAINT_CHARGING"
    assert day(world, "yesterday") and not [it for it in day(world, "yesterday") if it["what"] == "run"]
    told = world.done("log", "--day", "today")
    assert "charging" in told and "backup: regular, ran " in told and "waits: " in told
    assert world.stint("log", "--day", "someday").code == 64


def test_a_daemon_that_was_killed_leaves_a_time_that_is_unknown(world):
    """jobs.md §9.5: also of an orderly end, to which it is known."""
    for end in ("stop", "kill"):
        daemon = world.start_daemon()
        with world.line() as line:
            line.set_device(network__metered="true")
        schedule(world, "--", "true")  # something is written
        getattr(daemon, end)()
    world.start_daemon()
    entries = day(world)
    assert [value for value, _ in lane(entries, "stintd")] == ["unknown", "up", "down", "up", "down", "up"]
    assert [value for value, _ in lane(entries, "metered")][-3:] == ["yes", "unknown", "yes"]


def test_a_network_that_flaps_makes_few_entries(world, line):
    """jobs.md §9.5: ten at once."""
    for _ in range(100):
        line.set_device(network__metered="true")
        line.set_device(network__metered="false")
    schedule(world, "--", "true")
    assert len(lane(day(world), "metered")) <= 11


def test_a_transfer_has_no_output_and_that_is_what_is_said(world, daemon):
    world.done("device", "set", "network=none")
    world.done("get", "--no-wait", "http://127.0.0.1:1/file.bin")
    ended = world.stint("logs", "1")
    assert ended.code == 66
    assert ended.err == ("stint: there is no output of 1: it is a transfer, which prints none; `stint log 1` tells what "
                         "happened to it\n")

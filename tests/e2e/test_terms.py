"""A person's terms for a job's start: pause and resume, --after, --at, names and numbers (jobs.md §14, §2.1), with the
real daemon."""

import json
import select
import subprocess

import pytest
from commands import SHELL, schedule, script, spools, until_written
from line import TASKS


def jobs(world, *words):
    return [json.loads(line) for line in world.done("jobs", "--json", *words).splitlines()]


def test_a_paused_command_is_stopped_and_goes_on_when_it_is_resumed(world):
    """jobs.md §14.2: also over a restart of the daemon, and with no failure counted."""
    daemon = world.start_daemon()
    job = schedule(world, "--persisted", "--", script(world, "echo run >> runs; exec sleep 1000"))
    until_written(world.downloads / "runs")
    world.done("pause", str(job))
    with world.line() as line:
        state = line.until(job, lambda it: it["state"] == "pending", package=SHELL)
    assert (state["failures"], state["systemStops"], state["held"]) == (0, 0, True)
    assert "a person holds it" in world.stint("why", str(job)).out
    daemon.kill()
    world.start_daemon()
    assert jobs(world)[0]["state"] == "pending"
    world.done("resume", str(job))
    until_written(world.downloads / "runs", lambda text: text.count("\n") == 2)


def test_a_pause_and_its_end_are_told_to_who_watches(world, daemon, line):
    """The news has the job itself, like that of any change: nobody has to list all jobs for it (jobs.md §14.2)."""
    line.set_device(charging="false")
    job = schedule(world, "--charging", "--", "true")
    line.call(TASKS, "Watch", "ssia{sv}", SHELL, "", job, {})
    for verb, held in (("pause", True), ("resume", False)):
        world.done(verb, str(job))
        (told,) = line.signal("JobChanged")
        assert (told["id"][1], "held" in told) == (job, held), verb


def test_a_pause_of_what_has_ended_or_never_was_is_refused(world, daemon):
    job = schedule(world, "--", "true")
    assert world.stint("wait", str(job)).code == 0
    ended = world.stint("pause", str(job))
    assert "has ended" in ended.err and ended.code != 0
    assert world.stint("pause", "99").code == 66
    assert world.stint("resume", "99").code == 66
    assert world.stint("retry", "99").code == 66


def test_one_command_comes_after_another_that_has_succeeded(world, daemon):
    """jobs.md §14.1"""
    first = schedule(world, "--name", "first", "--", script(world, "until [ -e go ]; do sleep 0.05; done", "one"))
    second = schedule(world, "--after", "first", "--", "touch", "second")
    assert f"starts when {SHELL}/{first} has succeeded" in world.stint("why", str(second)).out
    (world.downloads / "go").touch()
    assert world.stint("wait", str(second)).code == 0
    assert (world.downloads / "second").exists()


def test_what_comes_after_a_failure_ends_and_says_which(world, daemon):
    """jobs.md §14.1"""
    world.done("device", "set", "charging=false")
    first = schedule(world, "--name", "bad", "--retries", "0", "--charging", "--", "false")
    second = schedule(world, "--after", str(first), "--", "true")
    world.done("device", "reset")
    ended = world.stint("wait", str(second))
    assert ended.code == 1
    assert f"not started: {SHELL}/{first} has not succeeded" in ended.err
    refused = world.stint("run", "--after", "bad", "--", "true")
    assert "has not succeeded" in refused.err and refused.code != 0


def test_a_download_may_be_set_for_a_time(world, daemon):
    """jobs.md §14.1: a time of day is the next one."""
    world.done("get", "--no-wait", "--at", "+2h", "http://127.0.0.1:1/file")
    (job,) = jobs(world)
    assert job["reasons"][0]["name"] == "CONSTRAINT_MINIMUM_LATENCY"
    assert 7_100_000 < job["earliest"] - job["enqueued"] < 7_300_000


def test_a_script_that_runs_twice_makes_one_timer(world, daemon):
    """jobs.md §2.4: the job of the name is replaced by one of its number, or kept."""
    def timer(hours, *words):
        return world.stint("run", "--name", "tick", "--no-wait", "--at", f"+{hours}h", *words, "--", "true")

    def timers():
        return [(job["id"], round((job["earliest"] - job["enqueued"]) / 3_600_000)) for job in jobs(world)]

    assert timer(1, "--keep").code == 0
    assert timers() == [(1, 1)]
    kept = timer(2, "--keep")
    assert (kept.code, "tick is there already, and is kept" in kept.err) == (0, True), kept
    assert timers() == [(1, 1)]
    assert len(spools(world)) == 1, "what is kept leaves no order behind"
    assert timer(2, "--replace").code == 0
    assert timers() == [(1, 2)]
    timer(3)  # by a script that did not ask
    assert len(timers()) == 2
    assert timer(4, "--replace").code == 0
    assert timers() == [(1, 4)]
    for wrong in (("--replace", "--keep"), ("--replace", "--on-success", "true")):
        assert timer(1, *wrong).code == 64
    assert world.stint("run", "--keep", "--", "true").code == 64


def test_a_command_that_runs_is_replaced_when_its_run_has_ended(world, daemon, line):
    """jobs.md §2.4: the new one starts when the old run is over."""
    log = world.downloads / "log"
    old = script(world, "trap 'echo old ended >> log; exit 0' TERM; echo old >> log; while :; do sleep 0.1; done")
    schedule(world, "--name", "serve", "--", old)
    until_written(log)
    world.done("run", "--no-wait", "--name", "serve", "--replace", "--", script(world, "echo new >> log", "other"))
    assert until_written(log, lambda text: text.endswith("new\n")) == "old\nold ended\nnew\n"


def test_an_exit_code_may_be_named_as_success(world, daemon):
    """jobs.md §14.1: then what waits for a success starts."""
    command = script(world, "exit 3")
    ended = world.stint("run", "--success-exit", "3,4", "--on-success", "echo well > well", "--", command)
    assert (ended.code, "exit 3" in ended.err) == (0, False), ended
    until_written(world.downloads / "well")
    assert "done (exit 3)" in world.done("jobs", "--finished")
    assert world.stint("run", "--success-exit", "3", "--retries", "0", "--", script(world, "exit 4", "other")).code == 4
    for wrong in ("", "3;4", "256", "-1"):
        assert world.stint("run", "--success-exit", wrong, "--", "true").code == 64


def test_wait_waits_no_longer_than_it_is_told_to(world, daemon):
    """The job goes on; of several the one that is left is named."""
    world.done("device", "set", "charging=no")
    job, ends = schedule(world, "--charging", "--", "true"), schedule(world, "--", "true")
    ended = world.stint("wait", "--timeout", "200ms", str(ends), str(job))
    assert (ended.code, ended.err) == (75, f"stint: {job} has not ended within 200ms; it goes on\n")
    assert [one["id"] for one in jobs(world)] == [job]
    assert world.stint("wait", "--timeout", "1h", str(ends)).code == 0
    assert world.stint("wait", "--timeout", "soon", str(job)).code == 64


def test_a_command_that_is_set_for_a_time_outlives_a_reboot(world, daemon):
    """jobs.md §14.1: as one that repeats does."""
    ended = world.stint("run", "--no-wait", "--at", "now + 1 hour", "--", "true")
    assert "a reboot ends it" not in ended.err
    (job,) = jobs(world)
    assert job["persisted"] and 3_500_000 < job["earliest"] - job["enqueued"] < 3_700_000


@pytest.mark.parametrize("text", ["yesterday", "25:00", "2020-01-01 10:00", "+", ""])
def test_a_time_that_is_none_or_past_is_refused_by_its_name(world, daemon, text):
    ended = world.stint("run", "--at", text, "--", "true")
    assert ended.code == 64, ended
    assert "--at" in ended.err and text in ended.err
    assert jobs(world) == []


def test_a_line_of_crontab_is_answered_with_systemds_form(world, daemon):
    for text in ("*/5 * * * *", "30 2 * * 1-5"):
        ended = world.stint("run", "--on-calendar", text, "--", "true")
        assert ended.code == 64
        assert f'--on-calendar "{text}" is cron\'s form: write systemd\'s, *:0/5 for every five minutes' in ended.err
    assert jobs(world) == []


def test_numbers_are_one_series_and_names_are_words_for_every_verb(world, daemon):
    """A number is not given again, be the job a download or a command; a name that two jobs have is refused."""
    world.done("device", "set", "charging=false")
    first = schedule(world, "--name", "photos", "--charging", "--", "true")
    world.done("get", "--no-wait", "--charging", "http://127.0.0.1:1/file")
    assert sorted(job["id"] for job in jobs(world)) == [first, first + 1]
    world.done("pause", "photos")
    assert world.stint("why", "photos").code == 75
    schedule(world, "--name", "photos", "--charging", "--", "true")
    ended = world.stint("cancel", "photos")
    assert ended.code != 0 and f"{SHELL}/{first} or {SHELL}/{first + 2}" in ended.err
    world.done("cancel", str(first))
    world.done("cancel", str(first + 1))
    again = schedule(world, "--charging", "--", "true")
    assert again == first + 3
    assert world.stint("run", "--name", "7", "--", "true").code == 64




def test_what_is_cancelled_with_the_one_that_it_comes_after_does_not_begin(world, daemon):
    world.done("device", "set", "charging=false")
    first = schedule(world, "--charging", "--", "true")
    second = schedule(world, "--after", str(first), "--", "true")
    third = schedule(world, "--after-failure", str(first), "--", "true")
    world.done("cancel", str(first), str(second), str(third))
    for number in (second, third):
        told = world.done("log", str(number))
        assert "started" not in told and "cancelled" in told


def test_a_calendar_is_told_with_its_next_time_outlives_the_daemon_and_is_refused_where_it_never_comes(world):
    """jobs.md §14.1, in the zone of the machine."""
    daemon = world.start_daemon(environment={"TZ": "Asia/Tokyo"})
    ended = world.stint("run", "--on-calendar", "*-01-01 12:00", "--", "true")
    assert ended.code == 0, ended
    assert 'it runs at each time of "*-01-01 12:00", next in ' in ended.err
    (job,) = jobs(world)
    assert job["persisted"] and job["terms"]["calendar"] == "*-01-01 12:00"
    assert job["terms"]["at"] % 86400000 == 3 * 3600000, "noon in Tokyo"
    assert "the next time of its calendar" in world.stint("why", "1").out
    daemon.kill()
    world.start_daemon(environment={"TZ": "UTC"})
    assert jobs(world)[0]["terms"]["at"] % 86400000 == 12 * 3600000, "another zone moves what is to come"
    for spec, says in (("*-02-30", "never comes due"), ("soon", '"soon" is not a day of the week')):
        refused = world.stint("run", "--on-calendar", spec, "--", "true")
        assert (refused.code, says in refused.err) == (64, True), refused
    assert world.stint("run", "--on-calendar", "daily", "--every", "1d", "--", "true").code == 64
    assert len(jobs(world)) == 1


@pytest.mark.parametrize("spec, utc", [("*-01-15 12:00", "11:00"), ("*-07-15 12:00", "10:00"),
                                       ("Sun *-03-25..31 02:30", "01:30"), ("Sun *-10-25..31 02:30", "00:30")])
def test_a_calendar_follows_a_zone_whose_clocks_go_forward_and_back(world, spec, utc):
    """jobs.md §14.1: a time that is jumped over is as long after the jump; one that comes twice is the first."""
    world.start_daemon(environment={"TZ": "Europe/Berlin"})
    world.done("run", "--no-wait", "--on-calendar", spec, "--", "true")
    hour, minute = map(int, utc.split(":"))
    assert jobs(world)[0]["terms"]["at"] % 86400000 == (hour * 60 + minute) * 60000


def test_a_calendar_runs_its_command_at_its_time(world, daemon):
    world.done("run", "--on-calendar", "*:*:*", "--", script(world, "echo run >> runs; exit 0"))
    until_written(world.downloads / "runs", lambda text: text.count("\n") >= 3)


@pytest.mark.parametrize("code, followed", [(0, "success"), (3, "failure")])
def test_what_follows_an_end_is_a_job_of_its_own_and_the_other_is_not_needed(world, daemon, code, followed):
    ran = script(world, f"while [ ! -e go ]; do sleep 0.05; done; exit {code}")
    first = schedule(world, "--retries", "0", "--on-success", "echo success >> told",
                     "--on-failure", "echo failure >> told", "--", ran)
    waiting = {job["id"]: job for job in jobs(world)}
    assert f"starts when {SHELL}/{first} has failed" in world.stint("why", str(first + 2)).out
    assert f"starts when {SHELL}/{first} has succeeded" in world.stint("why", str(first + 1)).out
    assert len(waiting) == 3
    (world.downloads / "go").touch()
    until_written(world.downloads / "told")
    for number in (first + 1, first + 2):
        world.stint("wait", str(number))
    assert (world.downloads / "told").read_text() == f"{followed}\n"
    ends = {job["id"]: job["outcome"] for job in jobs(world, "--finished")}
    other = ends[first + (2 if followed == "success" else 1)]
    assert other.startswith("not needed" if followed == "success" else "not started"), other


AFTER = """printf '%s|' "$STINT_AFTER_JOB" "$STINT_AFTER_NAME" "$STINT_AFTER_EXIT_CODE" "$STINT_AFTER_REASON" > told.new
cat "$STINT_AFTER_OUTPUT" >> told.new; mv told.new told"""


def test_what_follows_is_told_of_the_end_also_by_another_daemon(world):
    """jobs.md §14.1."""
    daemon = world.start_daemon()
    ran = script(world, "while [ ! -e go ]; do sleep 0.05; done; echo out of cheese; exit 3")
    first = schedule(world, "--retries", "0", "--name", "backup", "--on-failure", AFTER, "--", ran)
    follower = str(first + 1)
    world.done("pause", follower)
    (world.downloads / "go").touch()
    assert world.stint("wait", str(first)).code == 3
    daemon.kill()
    world.start_daemon()
    world.done("resume", follower)
    world.stint("wait", follower)
    facts, output = (world.downloads / "told").read_text().rsplit("|", 1)
    number, name, code, reason = facts.split("|")
    assert (number, name, code) == (str(first), "backup", "3") and "3" in reason, facts
    assert "out of cheese" in output


def test_a_command_that_cannot_have_its_followers_is_not_scheduled_either(world):
    """jobs.md §2.7."""
    world.start_daemon({"job.max_jobs_own": 2})
    world.done("device", "set", "charging=false")
    schedule(world, "--charging", "--", "true")
    refused = world.stint("run", "--no-wait", "--charging", "--retries", "0", "--on-success", "true", "--", "true")
    assert refused.code == 1 and "at most 2 are allowed" in refused.err, refused
    assert len(jobs(world)) == 1


FOLLOWED = ("--no-wait", "--charging", "--retries", "0", "--on-success", "true", "--on-failure", "true", "--", "true")


def test_a_daemon_that_is_killed_has_a_command_with_its_followers_or_none_of_them(world):
    """jobs.md §2.7: at the first word of the command's number, and at moments around the call."""
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    there = 0
    for moment in (None, *(milliseconds / 1000 for milliseconds in range(0, 60, 4))):
        run = subprocess.Popen(["stint", "run", *FOLLOWED], cwd=world.downloads, text=True,
                               env=world.environment | {"STINT_AUTOSTART": "no"}, stderr=subprocess.PIPE)
        if moment is None:
            assert f"{SHELL}/" in run.stderr.readline()
        else:
            select.select([run.stderr], [], [], moment)  # or as soon as it says something
        daemon.kill()
        run.communicate()
        daemon = world.start_daemon()
        found = len(jobs(world))
        assert found in ((there + 3,) if moment is None else (there, there + 3)), f"killed after {moment} s"
        there = found


def test_a_command_that_is_tried_without_end_has_no_failure_to_follow(world, daemon):
    refused = world.stint("run", "--on-failure", "true", "--", "false")
    assert refused.code == 64 and "--on-failure needs --retries N" in refused.err
    refused = world.stint("run", "--every", "1d", "--on-success", "true", "--", "false")
    assert refused.code == 64 and "no end" in refused.err


def test_edit_lets_a_waiting_job_go_and_refuses_what_is_none(world, daemon):
    world.done("device", "set", "charging=false")
    job = schedule(world, "--charging", "--", script(world, "echo run >> runs; exit 0"))
    for wrong, says in (("moon=full", 'there is no condition "moon"'), ("charging", "write charging=yes or charging=no"), ("=no", "is not a condition"),
                        ("network=5g", "it must be one of any, unmetered")):
        refused = world.stint("edit", str(job), wrong)
        assert (refused.code, says in refused.err) == (64, True), refused
    assert world.stint("edit", "99", "charging=no").code == 66
    assert "CONSTRAINT_CHARGING" in world.stint("why", str(job)).out
    world.done("edit", str(job), "charging=no")
    until_written(world.downloads / "runs")


def test_conditions_loosen_after_a_time_and_why_says_when(world, daemon):
    world.done("device", "set", "charging=false")
    ran = script(world, "echo run >> runs; exit 0")
    job = schedule(world, "--charging", "--wait-max", "2s", "--then", "charging=no", "--", ran)
    later = schedule(world, "--charging", "--wait-max", "7d", "--then", "charging=no,network=any", "--", ran)
    assert "in 7d its conditions become charging=no, network=any" in world.stint("why", str(later)).out
    assert world.stint("wait", str(job)).code == 0
    assert world.stint("run", "--wait-max", "7d", "--", "true").code == 64
    refused = world.stint("run", "--wait-max", "7d", "--then", "bytes=5", "--", "true")
    assert refused.code == 64 and "write bytes<=200M" in refused.err


def test_a_command_runs_elsewhere_and_with_other_variables(world, daemon):
    (world.downloads / "there").mkdir()
    world.environment["HERE"] = "said"
    ended = world.stint("run", "--working-directory", "there", "--setenv", "A=b=c", "--setenv", "HERE", "--",
                        "sh", "-c", 'pwd; echo "$A $HERE"')
    assert ended.out == f"{world.downloads}/there\nb=c said\n", ended
    for wrong in (["--working-directory", "nowhere"], ["--setenv", "=x"], ["--setenv", "NOT_THERE"]):
        assert world.stint("run", *wrong, "--", "true").code == 64


def test_an_edit_outlives_the_daemon(world):
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    job = schedule(world, "--persisted", "--charging", "--", "true")
    world.done("edit", str(job), "battery-not-low=yes", "network=unmetered")
    daemon.kill()
    world.start_daemon()
    (state,) = jobs(world)
    assert state["id"] == job and "CONSTRAINT_CHARGING" in world.stint("why", str(job)).out
    dump = world.done("dumpsys", "jobscheduler")
    assert "CHARGING" in dump and "BATTERY_NOT_LOW" in dump and "CONNECTIVITY" in dump

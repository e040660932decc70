"""What a person asks of a job's start: pause and resume, --after, --at, names and numbers (jobs.md §14, §2.1), with the
real daemon."""

import json

import pytest
from commands import SHELL, schedule, script, until_written


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


@pytest.mark.parametrize("text", ["yesterday", "25:00", "2020-01-01 10:00", "+", ""])
def test_a_time_that_is_none_or_past_is_refused_by_its_name(world, daemon, text):
    ended = world.stint("run", "--at", text, "--", "true")
    assert ended.code == 64, ended
    assert "--at" in ended.err and text in ended.err
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



"""Words that a person guesses: each answer says what would be right, and suggests nothing that is far off."""

import pytest
from commands import SHELL, schedule


@pytest.fixture
def tick(world, daemon):
    """A command that waits, job 1."""
    world.done("device", "set", "charging=no")
    return schedule(world, "--charging", "--name", "tick", "--", "true")


@pytest.mark.parametrize(("words", "code", "says"), [
    (("cancel", "--all"), 64, "whose jobs? Write stint cancel --all org.stint.transfer"),
    (("cancel",), 64, "needs a job"),
    (("jobs", "tick"), 66, "tick is a job, not an app; `stint why tick`"),
    (("jobs", "nosuch"), 66, "no app nosuch is installed"),
    (("edit", "1", "charging"), 64, "write charging=yes or charging=no"),
    (("log", "--last"), 64, "`stint jobs --finished` lists those that ended last"),
    (("guard", "--while", "foo", "--", "true"), 64, 'there is no condition "foo"; '),
    (("set", "charging=no"), 64, "here it is `stint device set`"),
    (("quit",), 64, 'there is no verb "quit"; `stint help` lists them'),
    (("get", "--sha256", "0" * 64, "http://localhost/"), 64, "write --checksum sha256:HEX"),
    (("device", "set", "power_saver=yes"), 64, 'did you mean "battery_saver"?'),
    (("start", "5"), 64, "`stint run-now 5`"),
    (("resume", "1"), 0, "1 is not paused; `stint why 1`"),
])
def test_a_guess_is_answered_with_what_would_be_right(world, tick, words, code, says):
    ended = world.stint(*words)
    assert (ended.code, says in ended.err) == (code, True), ended


def test_a_second_pause_is_told(world, tick):
    world.done("pause", "tick")
    assert "is paused already" in world.stint("pause", "tick").err


def test_record_start_asks_before_it_stops_what_runs(world, daemon, line):
    job = schedule(world, "--", "sleep", "1000")
    run = line.until(job, lambda it: it["state"] == "running", package=SHELL)
    for answer, recorded in (("n\n", False), ("y\n", True)):
        terminal = world.in_terminal("record", "start")
        terminal.until("1 job runs now")
        terminal.press(answer)
        assert terminal.ends() == 0
        assert world.done("record").startswith("Nothing is recorded") != recorded, run

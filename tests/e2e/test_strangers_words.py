"""Names are strangers' words: what an app, a file or a caller wrote reaches no terminal and no log so that it steers
it (linux.md §A.10). Asked with every character of Unicode's control and format classes, as Python's own tables have
them, at every exit that shows such words."""

import json
import unicodedata

import pytest
from jobs import labelled
from line import TRANSFER

STEERING = {"Cc", "Cf", "Zl", "Zp"}
# NUL ends a word of a command line and a string of D-Bus.
WORD = "".join(chr(point) for point in range(1, 0x110000) if unicodedata.category(chr(point)) in STEERING)


def steering(text):
    return {hex(ord(each)) for each in text if each != "\n" and unicodedata.category(each) in STEERING}


@pytest.fixture
def planted(world, daemon, line):
    """A job that waits, whose namespace, tag and label are such words."""
    line.set_device(charging="false")
    tagged = labelled("a" + WORD + "b", debugTags=("as", ["t" + WORD[:40]]), requiresCharging=("b", True))
    assert line.schedule(tagged, namespace="n" + WORD, **{"as": ("s", TRANSFER)}, newId=("b", True))[0] == 1
    return daemon


@pytest.mark.parametrize("verb", [
    ("jobs",), ("--json", "jobs"), ("apps",), ("--json", "apps"), ("tasks",), ("--json", "tasks"),
    ("dumpsys", "jobscheduler"), ("--json", "dumpsys", "jobscheduler"), ("doctor",), ("--json", "doctor"),
], ids=" ".join)
def test_what_an_app_wrote_steers_no_terminal(world, planted, verb):
    ended = world.stint(*verb)
    assert not steering(ended.out + ended.err)
    if verb[-1] == "jobs":
        assert "n" in ended.out


def test_json_loses_nothing_of_it(world, planted):
    """The very name comes back, so that a script can go on with it."""
    [job] = [json.loads(each) for each in world.done("--json", "jobs").splitlines()]
    assert job["namespace"] == ("n" + WORD).strip()


@pytest.mark.parametrize("verb", [
    ("cancel", WORD), ("why", WORD), ("why", "org.example/" + WORD + "#7"), ("wait", WORD), ("logs", WORD),
    ("device", "set", WORD + "=true"), ("device", "set", "charging=" + WORD), ("app", WORD), ("quota", WORD),
    ("get", WORD), ("run", "--" + WORD), (WORD,), ("cmd", WORD), ("dumpsys", WORD), ("sim", WORD), ("help", WORD),
    ("policy", WORD), ("run", "--every", WORD, "--", "true"), ("cmd", "jobscheduler", WORD), ("start", WORD),
    ("--json", "cancel", WORD), ("am", "set-standby-bucket", WORD, "rare"),
], ids=lambda verb: " ".join("WORD" if WORD in each else each for each in verb))
def test_what_a_command_line_named_is_not_echoed_raw(world, daemon, verb):
    ended = world.stint(*verb)
    assert not steering(ended.out + ended.err)


@pytest.mark.parametrize("verb", [
    ("cancel", "x/77A\nFORGED"), ("cancel", "A\nFORGED"), ("why", "A\nFORGED"), ("wait", "A\nFORGED"), ("logs", "A\nFORGED"),
    ("device", "set", "A\nFORGED=1"), ("device", "set", "charging=A\nFORGED"), ("device", "reset", "A\nFORGED"),
    ("app", "A\nFORGED"), ("quota", "A\nFORGED"), ("tasks", "stop", "A\nFORGED"), ("net", "mark", "A\nFORGED", "metered"),
    ("policy", "A\nFORGED"), ("get", "http://127.0.0.1:1/", "-o", "/A\nFORGED/x"), ("get", "A\nFORGED"),
    ("run", "--every", "A\nFORGED", "--", "true"), ("run", "--after", "A\nFORGED", "--", "true"), ("start", "A\nFORGED"),
    ("sim", "A\nFORGED"), ("help", "A\nFORGED"), ("A\nFORGED",), ("push", "A\nFORGED"), ("cmd", "A\nFORGED"),
    ("cmd", "battery", "set", "level", "A\nFORGED"), ("cmd", "jobscheduler", "A\nFORGED"),
    ("cmd", "jobscheduler", "run", "A\nFORGED", "1"), ("cmd", "deviceidle", "A\nFORGED"), ("dumpsys", "A\nFORGED"),
    ("am", "set-standby-bucket", "A\nFORGED", "rare"), ("am", "set-standby-bucket", "org.stint.shell", "A\nFORGED"),
], ids=lambda verb: " ".join(verb).replace("\n", "↵").replace("/", "|"))
def test_no_line_is_forged_by_a_word_of_the_command_line(world, daemon, verb):
    ended = world.stint(*verb)
    assert ended.code != 0
    assert not [each for each in (ended.out + ended.err).splitlines() if each.startswith("FORGED")]


def test_the_log_is_forged_by_nobody(world, planted):
    """A namespace with a line end would begin a line of its own."""
    world.stint("cancel", f"{TRANSFER}/nobody#1")
    log = planted.log.read_text()
    assert "scheduled" in log
    assert not steering(log)
    assert all(each[:4].isdigit() for each in log.splitlines()), log


def test_a_scenario_steers_nothing(world):
    """Its title, its names, and the error about a key that there is none of."""
    planted = world.root / "planted.yaml"
    quoted = json.dumps(WORD)  # YAML reads JSON
    planted.write_text(f'title: {quoted}\ntimeline:\n  - {{at: 0s, {quoted}: 1}}\n')
    for words in (("sim", str(planted)), ("--json", "sim", str(planted))):
        ended = world.stint(*words)
        assert ended.code != 0
        assert not steering(ended.out + ended.err)

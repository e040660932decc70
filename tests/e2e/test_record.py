"""`stint record`: what a live daemon saw is played again, to the byte (scenario.md, Recordings)."""

import json
import os

import pytest
from commands import SHELL
from origin import bytes_of

CONTENT = bytes_of("recorded", 2 * 1024 * 1024)


def played(world, file, *options):
    """The trace as JSON, but for its verdict; and that."""
    *trace, verdict = world.done("sim", "--json", *options, str(file)).splitlines()
    return trace, json.loads(verdict)


def test_what_was_recorded_is_played_again_to_the_byte(world, daemon, line, origin):
    origin.serve("file.bin", CONTENT)
    world.done("record", "start")
    world.done("get", origin.url("file.bin"))
    assert world.stint("run", "--retries", "1", "--backoff", "10s", "--", "false").code != 0
    world.done("run", "--every", "1h", "--", "true")
    waits = world.get(origin.url("file.bin"), "-o", "later", "--charging")
    with line as told:
        told.set_device(charging="false", screen="off")
        told.set_device(charging="true")
        told.until(waits, lambda job: job["state"] == "finished")
    world.done("cmd", "deviceidle", "force-idle")
    world.done("device", "reset")
    day = world.downloads / "day.yaml"
    world.done("record", "save", str(day))

    trace, verdict = played(world, day)
    assert verdict["verdict"] == "pass", verdict
    happened = [json.loads(line)["what"] for line in trace]
    assert {"scheduled", "started", "finished", "rescheduled", "doze"} <= set(happened)
    # Each line that the daemon's log has of it, in its order.
    logged = [words for words in daemon.log.read_text().splitlines() if " info " in words]
    assert [what for what in happened if what in ("started", "finished")] == [
        words.split()[2] for words in logged if words.split()[2] in ("started", "finished")]

    # One effect that is another is told of, where it stands.
    lines = day.read_text().splitlines()
    at = next(n for n, text in enumerate(lines) if '"what":"started"' in text)
    day.write_text("\n".join([*lines[:at], lines[at].replace('"overdue":false', '"overdue":true'), *lines[at + 1:], ""]))
    failed = world.stint("sim", "--quiet", str(day))
    assert failed.code == 1
    assert f"day.yaml:{at + 1}" in failed.out


def test_a_recording_goes_on_over_a_daemon_that_is_killed_and_begins_there(world):
    daemon = world.start_daemon()
    world.done("record", "start")
    world.done("run", "--name", "before", "--", "true")
    daemon.kill()
    world.start_daemon()
    world.done("run", "--name", "after", "--", "true")
    day = world.downloads / "day.yaml"
    world.done("record", "stop", str(day))
    text = day.read_text()
    assert "after" in text and text.count('"begin"') == 1
    assert played(world, day)[1]["verdict"] == "pass"
    assert world.done("record").startswith("Nothing is recorded")
    assert not (world.store / "recording").exists()


def test_what_runs_when_a_recording_begins_runs_again(world, daemon, slow_origin):
    slow_origin.serve("large.bin", bytes_of("large", 12 * 1024 * 1024))
    with world.line() as line:
        job = world.get(slow_origin.url("large.bin"))
        line.until(job, lambda seen: seen["state"] == "running")
        world.done("record", "start")
    with world.line() as line:
        line.until(job, lambda seen: seen["state"] == "finished")
    assert (world.downloads / "large.bin").read_bytes() == bytes_of("large", 12 * 1024 * 1024)
    day = world.downloads / "day.yaml"
    world.done("record", "stop", str(day))
    trace, verdict = played(world, day)
    assert verdict["verdict"] == "pass", verdict
    assert "started" in "".join(trace)


@pytest.mark.parametrize("words, told", [
    (["record", "save", "day.yaml"], "nothing is recorded"),
    (["record", "stop"], "nothing is recorded"),
    (["record", "day.yaml"], "record"),
])
def test_what_cannot_be_is_said(world, daemon, words, told):
    ended = world.stint(*words)
    assert ended.code != 0
    assert told in ended.err


def test_nothing_is_overwritten(world, daemon):
    world.done("record", "start")
    (world.downloads / "day.yaml").write_text("mine")
    ended = world.stint("record", "stop", "day.yaml")
    assert ended.code != 0 and "day.yaml is there" in ended.err
    assert (world.downloads / "day.yaml").read_text() == "mine"
    assert "Recording since" in world.done("record"), "and it goes on"


def test_a_recording_that_goes_on_is_not_lost_by_a_second_start(world, daemon):
    world.done("record", "start")
    since = world.done("record").split(",")[0]
    ended = world.stint("record", "start")
    assert ended.code == 77 and "stint record stop FILE.yaml" in ended.err, ended
    assert world.done("record").split(",")[0] == since
    world.done("record", "stop", "--forget")
    world.done("record", "start")


def test_a_recording_that_could_not_be_kept_leaves_no_half(world, daemon):
    world.done("record", "start")
    snapshot = world.downloads / "day.store"
    snapshot.write_text("mine")
    ended = world.stint("record", "stop", "day.yaml")
    assert ended.code != 0 and "day.store is there" in ended.err
    assert not (world.downloads / "day.yaml").exists()
    snapshot.unlink()
    world.done("record", "stop", "day.yaml")


def test_a_damaged_recording_says_where(world, daemon):
    world.done("record", "start")
    day = world.downloads / "day.yaml"
    world.done("record", "stop", str(day))
    good = day.read_text()
    for old, new, told in (('{"begin"', '{"began"', 'there is no event "began"'),
                           ('"boot"', '"boots"', 'unknown key "boots"'),
                           ("from: day.store", "from: gone.store", "gone.store"),
                           ("from: day.store\n", "", "from")):
        day.write_text(good.replace(old, new, 1))
        ended = world.stint("sim", str(day))
        assert ended.code == 2 and told in ended.err, ended
    begin = next(line for line in good.splitlines() if '"begin"' in line)
    policy = world.downloads / "any.toml"
    policy.write_text("")
    for content, told in ((good.replace(begin, f"{begin}\n{begin}"), "begins once"),
                          (good.replace(begin + "\n", ""), "first entry is")):
        day.write_text(content)
        for options in ([], ["--diff", "--policy", str(policy)]):
            ended = world.stint("sim", *options, str(day))
            assert ended.code == 2 and told in ended.err, ended


def test_what_another_policy_would_have_done_of_it(world):
    """Two commands at once; where only one has a slot, the other waits for it."""
    world.start_daemon()
    world.done("record", "start")
    gates = [world.root / name for name in ("one", "two")]
    for gate in gates:
        os.mkfifo(gate)
        world.done("run", "--no-wait", "--", "cat", str(gate))
    with world.line() as line:
        line.until(2, lambda seen: seen["state"] == "running", package=SHELL)
        for gate in gates:
            gate.write_bytes(b"go")  # waits for its reader
        for job in (1, 2):
            line.until(job, lambda seen: seen["state"] == "finished", package=SHELL)
    day, policy = world.downloads / "day.yaml", world.downloads / "one.toml"
    world.done("record", "stop", str(day))

    policy.write_text('"job.slots" = 40\n')
    assert "changes nothing" in world.done("sim", "--diff", "--policy", str(policy), str(day))
    policy.write_text('"job.slots" = 1\n')
    told = [json.loads(line) for line in
            world.done("sim", "--json", "--diff", "--policy", str(policy), str(day)).splitlines()]
    # Both are played as they were seen to behave, so how they overlap is the machine's to say.
    assert all(row["before"] != row["after"] and row["who"].startswith("org.stint.shell/") for row in told), told

    # Without a policy, and as another's policy, it is no question.
    assert world.stint("sim", "--diff", str(day)).code == 2
    assert "its own policy" in world.stint("sim", "--policy", str(policy), str(day)).err


def test_a_recording_that_cannot_begin_keeps_no_daemon_from_starting(world):
    """Something stands where its files are to be."""
    world.store.mkdir(mode=0o700)
    for name in ("recording.store", "recording.yaml"):
        (world.store / "recording" / name / "planted").mkdir(parents=True)
        daemon = world.start_daemon()
        assert "nothing is recorded: " in daemon.log.read_text()
        assert name in world.done("record"), "it says why"
        world.done("run", "--", "true")
        world.done("record", "stop", "--forget")
        assert daemon.stop() == 0

"""`stint` alone and `stint demo`: a look, for whoever has just got it."""

import json

from commands import SHELL, schedule


def test_without_a_daemon_it_says_so_and_starts_none(world):
    world.environment["STINT_AUTOSTART"] = "yes"
    ended = world.stint()
    assert (ended.code, ended.err) == (0, ""), ended
    assert ended.out.startswith("stintd does not run, so no job does. The next verb that needs it starts it.")
    assert "stint get URL" in ended.out and "stint demo" in ended.out
    assert not world.runtime.exists() or not (world.runtime / "bus").exists(), "it has only looked"
    world.environment["STINT_AUTOSTART"] = "no"
    assert "Start it with: stintd &" in world.stint().out
    told = world.stint("--json")
    assert (told.code, told.out) == (0, "") and "no stintd listens" in json.loads(told.err)["warning"]
    refused = world.stint("jobs")
    assert refused.code == 69
    assert "start it with: stintd &" in refused.err and "STINT_AUTOSTART=no" in refused.err


def test_the_version_under_json_is_json(world):
    version = world.done("--version").removeprefix("stint ").strip()
    for line in (("--version", "--json"), ("--json", "--version")):
        told = json.loads(world.done(*line))
        assert (told["schema"], told["version"], told["running"]) == (1, version, [])
        assert told["storeSchema"] > 0 and isinstance(told["commit"], str) and "manual" in told["features"]
    world.start_daemon()
    running = json.loads(world.done("--version", "--json"))["running"]
    assert running == [{"program": "stintd", "version": version, "commit": told["commit"]}]


def test_it_prints_what_runs_and_what_waits_and_what_to_type_next(world, daemon, line):
    assert world.done().startswith("No job runs, and none waits.\n")
    world.done("device", "set", "charging=false")
    waits = schedule(world, "--charging", "--name", "backup", "--", "true")
    runs = schedule(world, "--name", "a long one", "--", "sleep", "1000")
    line.until(runs, lambda job: job["state"] == "running" and job["runState"] == "executing", package=SHELL)
    out = world.done()
    rows = out.splitlines()
    assert rows[0].startswith("JOB")
    assert "a long one" in rows[1] and "running" in rows[1]
    assert "backup" in rows[2] and "CONSTRAINT_CHARGING" in rows[2]
    hints = [row.split("  ")[1] for row in rows[4:]]
    assert hints == [f"stint watch {runs}", f"stint why {waits}", "stint help"]
    for _ in range(9):
        schedule(world, "--charging", "--", "true")
    assert {json.loads(row)["status"] for row in world.done("--json").splitlines()} == {"running", "waiting"}
    out = world.done()
    assert "and 3 more: stint jobs" in out and len(out.splitlines()) < 16
    world.done("cancel", f"{SHELL}/{runs}")


def test_a_demo_needs_nothing_and_explains_three_waits(world):
    """The waits are asked of the core, in the words of `stint why`."""
    out = world.done("demo")
    assert out.count("$ stint why ") == 3
    for told in ("CONSTRAINT_CONNECTIVITY", "CONSTRAINT_CHARGING", "QUOTA", "WHAT CLEARS IT",
                 "finished  org.stint.transfer/1", "finished  org.stint.shell/2", "stint get URL"):
        assert told in out, told
    assert list(world.store.parent.iterdir()) == [] and list(world.runtime.parent.iterdir()) == []


def test_a_demo_under_json_has_what_why_has(world):
    waits = [json.loads(line) for line in world.done("demo", "--json").splitlines()]
    assert [wait["blockers"][0]["name"] for wait in waits] == ["CONSTRAINT_CONNECTIVITY", "CONSTRAINT_CHARGING", "QUOTA"]
    assert all(wait["mayRun"] is False and wait["status"] == "waiting" for wait in waits)

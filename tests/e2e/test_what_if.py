"""`stint why --if` says what would become of a job (jobs.md §9.6); the real daemon answers, and does nothing of it."""

import json

from commands import SHELL, schedule


def forecast(world, job, *changes):
    words = [word for change in changes for word in ("--if", change)]
    ended = world.stint("why", str(job), *words, "--json")
    assert ended.code in (0, 75), ended
    return json.loads(ended.out)


def test_a_job_that_waits_for_the_plug_would_run_with_it_and_nothing_has_changed(world, line):
    line.set_device(charging="false")
    job = schedule(world, "--charging", "--", "true")
    before = json.loads(world.stint("why", str(job), "--json").out)
    told = forecast(world, job, "charging=yes")
    assert (told["runs"], told["blockers"]) == (True, [])
    assert told["says"].startswith("if you plug in now, it runs now")
    waits = forecast(world, job, "charging=no")
    assert waits["blockers"] == before["blockers"] and waits["starts"] is None
    assert json.loads(world.stint("why", str(job), "--json").out) == before
    assert world.stint("why", str(job), "--if", "charging=yes").code == 0
    assert world.stint("why", str(job), "--if", "charging=no").code == 75


def test_a_running_command_would_stop_without_what_it_asked_for(world, line):
    line.set_device(charging="true")
    job = schedule(world, "--charging", "--", "sleep", "1000")
    line.until(job, lambda it: it["state"] == "running" and it["runState"] == "executing", package=SHELL)
    assert forecast(world, job, "network.metered=yes")["runs"]
    told = forecast(world, job, "charging=no", "network.metered=yes")
    assert not told["runs"] and told["says"].startswith("if you unplug now and the network is metered, it waits")
    state, _ = line.explain(job, package=SHELL)
    assert state["state"] == "running"
    world.done("cancel", f"{SHELL}/{job}")


def test_what_cannot_be_supposed_is_said(world, line):
    line.set_device(charging="false")
    job = schedule(world, "--charging", "--", "true")
    for word, said in (("charging", "KEY=VALUE"), ("charging=perhaps", "true or false"), ("bucket=warm", "rare, restricted, never"),
                       ("chargin=no", "charging")):
        ended = world.stint("why", str(job), "--if", word)
        assert ended.code not in (0, 75) and said in ended.err, ended
    assert world.stint("why", "77", "--if", "charging=no").code == 66

"""-p of `stint run` (limits.md §13): its words, and what it says where a limit cannot be held. That limits are held is
seen on a machine with cgroup v2 alone: ./bench machine."""

import json

import pytest
from commands import schedule


def grades(world):
    told = [json.loads(line) for line in world.stint("doctor", "--json").out.splitlines()]
    return {finding["topic"]: finding for finding in told}


@pytest.mark.parametrize("words, complaint", [
    ("MemoryMax=lots", "-p: MemoryMax=lots cannot be set: it is a size from 1M on, such as 512M"),
    ("MemoryHigh=1G", "-p: MemoryHigh=1G is not a limit that can be set"),
    ("TasksMax=0", "-p: TasksMax=0 cannot be set: it is a number of processes and threads"),
    ("CPUQuota=50", "-p: CPUQuota=50 cannot be set: it is a part of one processor such as 50%"),
    ("CPUWeight=0", "-p: CPUWeight=0 cannot be set: it is a number from 1 to 10000"),
])
def test_a_malformed_limit_is_refused_and_nothing_is_scheduled(world, daemon, words, complaint):
    ended = world.stint("run", "-p", words, "--", "true")
    assert ended.code == 64 and complaint in ended.err, ended
    assert not world.done("jobs", "--json")


def test_a_limit_is_held_or_refused_at_once_with_the_reason(world, daemon):
    """A limit that cannot be held is not dropped in silence; one that is held stands with the job."""
    found = grades(world)
    for word, topic in (("MemoryMax=512M", "limits: memory"), ("TasksMax=20", "limits: pids"),
                        ("CPUQuota=50%", "limits: cpu"), ("CPUWeight=20", "limits: cpu")):
        ended = world.stint("run", "--no-wait", "--charging", "--persisted", "-p", word, "--", "true")
        if found[topic]["grade"] == "enforced":
            assert ended.code == 0, ended
        else:
            assert ended.code == 71, ended
            assert f"-p {word} cannot be held here: {found[topic]['found']}" in ended.err
            assert found[topic]["more"], "how to get it"
            assert not world.done("jobs", "--json")


def test_no_limit_at_all_needs_nobody_to_hold_it_and_is_listed_with_the_job(world):
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    job = schedule(world, "--charging", "--persisted", "-p", "MemoryMax=infinity", "-p", "TasksMax=5", "-p",
                   "TasksMax=infinity", "--", "true")
    daemon.kill()
    world.start_daemon()
    assert "its limits: MemoryMax=infinity TasksMax=infinity\n" in world.stint("why", str(job)).out
    listed = json.loads(world.done("jobs", "--json").splitlines()[0])
    assert listed["limits"] == "MemoryMax=infinity TasksMax=infinity"
    world.done("device", "set", "charging=true")
    assert world.stint("wait", str(job)).code == 0

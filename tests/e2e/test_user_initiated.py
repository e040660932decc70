"""The life of a user-initiated download, asked for in the foreground of a real terminal (jobs.md §2.3, §3, §5.4)."""

import json

import pytest
from events import Directory, size_of, wait_for_end
from origin import MIB, contents

content = contents("person", 32 * MIB)


@pytest.fixture
def url(slow_origin):
    slow_origin.serve("file.bin", content())
    return slow_origin.url("file.bin")


def running(state):
    return state["state"] == "running" and state["runState"] == "executing"


def moving(state):
    return running(state) and state["transferredDown"] > 0


def test_it_starts_at_once_and_is_a_users(world, daemon, line, url):
    """jobs.md §2.4, §1.4; worked example 14."""
    job = world.get(url)
    (state,) = line.jobs()
    assert state["kind"] == "user_initiated"
    assert state["state"] == "running", "it was started before schedule() returned"
    state = line.until(job, moving)
    assert state["title"], "its notification is set (jobs.md §5.2)"
    (row,) = [json.loads(text) for text in world.done("tasks", "--json").splitlines()]
    assert row["package"] == "org.stint.transfer"
    assert row["notifications"][0]["userInitiated"] is True


def test_it_waits_for_the_network_and_goes_on_where_it_was(world, daemon, line, url, slow_origin):
    """jobs.md §3.2, §4.6: CONSTRAINT_CONNECTIVITY is asked of the app; worked example 19."""
    job = world.get(url)
    line.until(job, moving)
    world.done("device", "set", "network=none")
    state = line.until(job, lambda state: state["state"] == "pending")
    assert state["reasonNames"] == ["CONSTRAINT_CONNECTIVITY"]
    assert (state["systemStops"], state["failures"]) == (1, 0)
    kept = size_of(world.downloads / ".file.bin.stint-part")
    assert kept > 0
    world.done("device", "reset")
    line.until(job, running)
    world.done("wait", str(job))
    assert (world.downloads / "file.bin").read_bytes() == content()
    slow_origin.stop()
    assert [request["status"] for request in slow_origin.requests()] == [200, 206]


def test_it_waits_for_power_where_it_was_asked_to(world, daemon, line, url):
    """jobs.md §3.2; worked example 20: charging lost, no grace."""
    job = world.get(url, "--charging")
    line.until(job, moving)
    world.done("device", "set", "charging=false")
    state = line.until(job, lambda state: state["state"] == "pending")
    assert state["reasonNames"] == ["CONSTRAINT_CHARGING"]
    world.done("device", "set", "charging=true")
    line.until(job, running)


def test_stop_in_the_task_manager_kills_at_once_and_for_good(world, daemon, line, url):
    """jobs.md §5.4; worked example 40."""
    job = world.get(url)
    other = world.get(url, "-o", "waiting.bin", "--battery-not-low")
    line.until(job, moving)
    world.done("device", "set", "battery=3", "charging=false", "plugged=false")
    line.until(other, lambda state: state["state"] == "pending")
    processes = daemon.transfers()
    assert processes
    world.done("tasks", "stop", "org.stint.transfer")
    for process in processes:
        wait_for_end(process)
    assert [state["id"] for state in line.jobs()] == [other], "a running one is dropped, a waiting one stays"
    (state,) = line.jobs()
    assert (state["kind"], state["demoted"]) == ("regular", True)
    rows = [json.loads(text) for text in world.done("tasks", "--json").splitlines()]
    assert [row for row in rows if row["started"]] == [], "what it left behind has no row of its own"
    (end,) = line.jobs(finished=True)
    assert end["stopReason"] == 13


def test_nothing_to_stop_is_told(world, daemon):
    ended = world.stint("tasks", "stop", "org.stint.transfer")
    assert ended.code == 1
    assert "org.stint.transfer" in ended.err
    assert world.stint("tasks", "stop", "com.example.none").code in (64, 66)


def test_ctrl_c_detaches_and_the_transfer_goes_on(world, daemon, line, url):
    client = world.in_terminal("get", url)
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(world.downloads / ".file.bin.stint-part") > 0)
    client.press("\x03")
    assert client.ends() == 75, client.output
    assert "goes on" in client.output
    (state,) = line.jobs()
    world.done("wait", str(state["id"]))
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_a_client_that_is_killed_takes_nothing_with_it(world, daemon, line, url):
    client = world.in_terminal("get", url)
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(world.downloads / ".file.bin.stint-part") > 0)
    client.kill()
    (state,) = line.jobs()
    world.done("wait", str(state["id"]))
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_several_run_at_once(world, daemon, line, url):
    jobs = [world.get(url, "-o", f"file-{n}.bin") for n in range(4)]
    for job in jobs:
        line.until(job, moving)
    assert [state["state"] for state in line.jobs()] == ["running"] * 4
    for job in jobs:
        world.done("wait", str(job))
    for n in range(4):
        assert (world.downloads / f"file-{n}.bin").read_bytes() == content()

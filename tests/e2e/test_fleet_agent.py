"""The fleet's agent as stintd runs it (fleet.md §1): the app org.stint.agent, which is built in."""

import pytest
from world import BIN

pytestmark = pytest.mark.skipif(not (BIN / "stint-agent").exists(), reason="there is no stint-agent")
AGENT = "org.stint.agent"
AS_AGENT = {"as": ("s", AGENT)}


def own_job(number, **extras):
    return {"id": ("i", number), "service": ("s", "Errand"), "extras": ("a{sv}", extras)}


def end_of(line, number):
    return line.until(number, lambda state: state["state"] == "finished", package=AGENT)


def test_who_has_the_device_join_is_told_how_that_ended(line):
    line.schedule(own_job(3, code=("s", "0")), **AS_AGENT)
    end = end_of(line, 3)
    assert end["exitCode"] == 78
    assert "joined no server" in end["text"]


def test_a_device_in_no_fleet_has_nothing_of_one(world, line):
    line.schedule(own_job(1), **AS_AGENT)
    assert end_of(line, 1)["text"] == "this device is in no fleet"
    assert line.jobs(package=AGENT) == []
    assert not (world.store / "fleet").exists()


def test_a_job_that_is_none_of_the_agents_ends(line):
    line.schedule(own_job(99), **AS_AGENT)
    assert end_of(line, 99)["exitCode"] == 0

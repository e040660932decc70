"""libstint-work with real processes and a real stintd (jobs.md §10)."""

import pytest
from work import PACKAGE, WorkApp


@pytest.fixture
def app(world):
    made = WorkApp(world)
    world.start_daemon()
    return made


def test_a_chain_runs_step_after_step_in_the_background(app):
    assert app.does("chains", 1, 1, 3).split() == ["1"]
    app.until(lambda: "end 1.2" in app.lines())
    assert app.lines() == [f"{what} 1.{step}" for step in range(3) for what in ("begin", "end")]


def test_each_request_is_one_job_and_no_more_than_twenty_are_at_the_scheduler(world, app):
    for _ in range(25):
        app.does("once", "Step", "charging")
    jobs = world.done("jobs", PACKAGE).splitlines()
    assert len([line for line in jobs if "stint.work" in line or PACKAGE in line]) <= 21
    app.until(lambda: len(app.count("end")) == 25)


def test_who_follows_sees_its_states(world, app):
    request = app.does("once", "Step").strip()
    states = app.does("follow", request).split()
    assert states[-1] == "SUCCEEDED"


def test_a_worker_that_throws_or_is_not_registered_has_failed(app):
    for worker in ("Thrower", "Renamed"):
        request = app.does("once", worker).strip()
        assert app.does("follow", request).split()[-1] == "FAILED"
    infos = app.does("info").splitlines()
    assert infos[0] == "Thrower FAILED 1 -256 the worker threw: no way"
    assert infos[1] == 'Renamed FAILED 1 -256 no worker is registered under the name "Renamed" (any more)'


def test_a_cancelled_worker_is_told_to_stop_and_why(app):
    app.does("once", "Endless")
    app.until(lambda: any(line.startswith("begin") for line in app.lines()))
    app.does("cancel")
    app.until(lambda: any(line.startswith("stopped") for line in app.lines()))
    assert app.lines()[-1].endswith(" 1")  # CANCELLED_BY_APP
    assert app.does("info").startswith("Endless CANCELLED 1 1")

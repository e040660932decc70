"""libstint-work with real processes and a real stintd (jobs.md §10)."""

import json
import os
import re
import subprocess

import pytest
from work import PACKAGE, PROGRAM, WorkApp
from work_shower import WorkShower, request


@pytest.fixture
def app(world):
    made = WorkApp(world)
    world.start_daemon()
    return made


def test_a_chain_runs_step_after_step_in_the_background(app):
    assert app.does("chains", 1, 1, 3).split() == ["1"]
    app.until(lambda: "end 1.2" in app.lines())
    assert app.lines() == [f"{what} 1.{step}" for step in range(3) for what in ("begin", "end")]


def test_what_follows_combined_chains_gets_the_outputs_of_all(app):
    assert app.does("combine").split() == ["Step", "Step", "Gatherer"]
    app.until(lambda: any(line.startswith("gathered") for line in app.lines()))
    assert sorted(app.lines()[-1].split()) == ["gathered", "left", "right"]


def test_each_request_is_one_job_and_no_more_than_twenty_are_at_the_scheduler(world, app):
    for _ in range(25):
        app.does("once", "Step", "charging")
    jobs = world.done("jobs", PACKAGE).splitlines()
    assert len([line for line in jobs if "stint.work" in line or PACKAGE in line]) <= 21
    app.until(lambda: len(app.count("end")) == 25)


def test_processes_that_open_the_file_beside_a_busy_one_leave_its_runs_alone_and_are_told_nothing(world, app):
    """Each compares the file with the scheduler's jobs, of which some end meanwhile: no step is done a second time."""
    app.does("chains", 1, 10, 10)
    for _ in range(1000):
        if len(app.count("end")) == 100:
            break
        answer = world.stint("start", PACKAGE, "info")
        assert (answer.code, answer.err) == (0, "")
    assert set(app.count("begin").values()) == {1}
    assert len(app.count("end")) == 100


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


def test_what_a_force_stop_ended_comes_back_when_the_app_is_used(world, app):
    app.does("once", "Endless")
    app.until(lambda: len(app.count("begin")) == 1)
    world.done("am", "force-stop", PACKAGE)
    assert world.done("jobs", PACKAGE) == ""
    assert app.does("info").startswith("Endless ENQUEUED 1 ")
    app.until(lambda: len([line for line in app.lines() if line.startswith("begin")]) == 2)


def test_what_was_enqueued_while_stintd_was_dead_runs_when_it_is_back(world, app):
    note = world.root / "state" / PACKAGE / "work-waits"
    daemon = world.daemons[-1]
    with subprocess.Popen([PROGRAM, "late"], env=world.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout.readline() == "open\n"
        daemon.kill()
        assert not note.exists()
        request, _ = process.communicate("go\n", timeout=60)
    assert process.returncode == 0
    assert note.read_text() == "WorkService"
    world.start_daemon()
    app.until(lambda: f"end {request.strip()}" in app.lines())
    assert not note.exists()


@pytest.mark.parametrize("content", ["NoService", "", "x" * 1000, None])
def test_a_note_that_is_none_starts_nothing_and_keeps_no_daemon_from_starting(world, content):
    app = WorkApp(world)
    place = world.root / "state" / PACKAGE
    place.mkdir()
    if content is None:
        os.mkfifo(place / "work-waits")
    else:
        (place / "work-waits").write_text(content)
    world.start_daemon()
    assert world.done("jobs", PACKAGE) == ""
    assert app.lines() == []


def test_a_worker_is_told_once_that_it_is_stopped_and_does_not_begin_unless_it_can_be_told(app):
    terminal = app.world.in_terminal("start", PACKAGE, "stops")
    assert terminal.ends() == 0, terminal.output
    assert "begun late" not in terminal.output
    for name in ("first", "last"):
        assert terminal.output.count(f"told {name}") == 1, terminal.output


def test_user_initiated_work_is_a_user_initiated_job_and_shows_its_workers_notification(world, app):
    assert world.in_terminal("start", PACKAGE, "once", "Shower", "user").ends() == 0
    app.until(lambda: "shown yes" in app.lines())
    assert "user-initiated" in world.done("jobs", PACKAGE)
    assert "A long one" in world.done("tasks")
    app.does("cancel")


def test_a_press_on_a_workers_notification_cancels_it_and_takes_that_one_back(world, dunst, app):
    world.done("app", PACKAGE, "--state", "visible")
    for how in ("first", "second"):
        app.does("once", "Shower", how)
    app.until(lambda: app.lines() == ["shown yes"] * 2)
    for number in (1, 2):
        dunst.until_shown(lambda shown, title=f"A long one {number}": shown.summary == title)
    with dunst.monitor() as bus:
        dunst.press("Cancel 1")  # the uppermost
        app.until(lambda: app.lines()[2:] == ["stopped 1 1"])
        bus.until("CloseNotification")
    assert dunst.displayed() == 1
    assert sorted(line.split()[1] for line in app.does("info").splitlines()) == ["CANCELLED", "RUNNING"]
    assert "A long one 2" in world.done("tasks")
    with dunst.monitor() as bus:
        dunst.press("Cancel 2")
        app.until(lambda: app.lines()[3:] == ["stopped 2 1"])
        bus.until("CloseNotification")
    assert dunst.displayed() == 0
    assert "A long one" not in world.done("tasks")


def test_a_press_on_the_notification_of_user_initiated_work_cancels_it(world, dunst, app):
    assert world.in_terminal("start", PACKAGE, "once", "Shower", "user").ends() == 0
    app.until(lambda: "shown yes" in app.lines())
    dunst.until_shown(lambda shown: shown.summary == "A long one 1")
    dunst.press("Cancel 1")
    app.until(lambda: app.lines()[1:] == ["stopped 1 1"])
    assert "Shower CANCELLED" in app.does("info")


def test_a_worker_in_the_foreground_that_has_outlasted_its_job_stops_with_a_constraint_that_is_lost(world, app):
    """jobs.md §10, setForeground: at once, though its job waits for its back-off, or for its quota."""
    world.done("device", "set", "charging=true")
    world.done("app", PACKAGE, "--state", "visible")
    app.does("once", "Shower", "charging")
    app.until(lambda: app.lines() == ["shown yes"])
    world.done("cmd", "jobscheduler", "timeout", "-n", "stint.work", PACKAGE)
    assert app.does("info").startswith("Shower RUNNING 1 ")
    world.done("device", "set", "charging=false")
    app.until(lambda: app.lines()[1:] == ["stopped 1 6"])  # CONSTRAINT_CHARGING
    assert app.does("info").startswith("Shower ENQUEUED 1 6")


def test_where_nobody_looks_user_initiated_work_is_a_regular_job(world, app):
    app.does("once", "Shower", "user")
    app.until(lambda: any(line.startswith("shown") for line in app.lines()))
    (row,) = [line for line in world.done("jobs", PACKAGE).splitlines() if "stint.work#" in line]
    assert "regular" in row and "running" in row
    app.does("cancel")


def test_while_the_app_is_visible_what_requires_nothing_runs_in_its_own_process(world, app):
    terminal = world.in_terminal("start", PACKAGE, "here")  # first: there is no process yet that stintd has started
    assert terminal.ends() == 0, terminal.output
    assert "in this process: yes" in terminal.output
    request = app.does("once", "Step", "charging").strip()
    app.until(lambda: len(app.count("end")) == 2)
    assert app.does("follow", request).split()[-1] == "SUCCEEDED"
    assert not any(line.startswith("overlap") for line in app.lines())


def test_workers_that_end_later_need_no_thread_and_wait_for_none(world, app):
    """Six workers block their threads; a thousand others are begun by four (jobs.md §10, workers)."""
    terminal = world.in_terminal("start", PACKAGE, "later", "1000")
    assert terminal.ends() == 0, terminal.output
    at_once, threads = map(int, re.search(r"at once: (\d+), threads: (\d+)", terminal.output).groups())
    assert at_once > 4
    assert threads <= 6 + 4 + 2  # the app's own two: its loop, and the clock of those that end later
    assert len([line for line in app.lines() if line.startswith("begin")]) == 6


def test_stint_work_shows_each_chain_as_a_tree_and_why_it_waits(world, bus, app):
    none = world.stint("work", PACKAGE)
    assert (none.code, none.out) == (69, "")
    assert f"no process of {PACKAGE} runs its work now" in none.err
    app.does("once", "Endless")
    app.does("tree", 1)
    app.until(lambda: any(line.startswith("begin") for line in app.lines()))
    bus.until_owned(f"org.stint.Work1.{PACKAGE}")
    table = world.done("work", PACKAGE).splitlines()
    assert table[0].split() == ["WORK", "STATE", "JOB", "WHY"]
    assert table[1] == PACKAGE
    assert any(line.split()[:2] == ["Endless", "RUNNING"] for line in table), table
    (root, child) = [line for line in table if "Step" in line]
    assert root.startswith("  Step (tree)") and "ENQUEUED" in root and "in 23h" in root, table
    assert child.startswith("    Step (tree)") and child.rstrip().endswith("follows Step"), table
    objects = [json.loads(line) for line in world.done("work", PACKAGE, "--json").splitlines()]
    assert [one["state"] for one in objects] == ["RUNNING", "ENQUEUED", "BLOCKED"]
    assert objects[2]["follows"] == [objects[1]["id"]]
    app.does("cancel")


def test_stint_work_of_an_app_that_lies_has_an_end(world, bus):
    with WorkShower(bus, PACKAGE) as shower:
        twice = request("Step", 1, follows=[1], state="RUNNING")
        shower.rows = [twice, twice, twice]
        assert len(world.done("work", PACKAGE).splitlines()) == 3  # the heading, the app, the request
        shower.rows = [request("\x1b[31mred\nline", 1, name="<b>bold</b>")]
        row = world.done("work", PACKAGE).splitlines()
        assert len(row) == 3 and "\x1b" not in row[2] and "<b>bold</b>" in row[2]
        shower.rows = [request("Step", nth) for nth in range(1000)]  # the same page, without end
        answer = world.stint("work", PACKAGE, within=60)
        assert answer.code == 0 and len(answer.out.splitlines()) == 1002
        assert f"{PACKAGE} has more requests: the first " in answer.err


def test_stint_work_lists_all_of_more_than_one_page(world, bus, app):
    app.does("once", "Endless")  # whose process shows them
    app.until(lambda: any(line.startswith("begin") for line in app.lines()))
    bus.until_owned(f"org.stint.Work1.{PACKAGE}")
    app.does("chains", 0, 1, 1200)
    rows = [json.loads(line) for line in world.done("work", PACKAGE, "--json").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) == 1201
    app.does("cancel")


@pytest.mark.parametrize("limit, threads, why", [
    (20, 1, None), (50, 8, None),
    (19, 2, "19 jobs at the scheduler at once: it may be 20 to 50"),
    (51, 2, "51 jobs at the scheduler at once: it may be 20 to 50"),
    (20, 0, "0 threads: it may be 1 or more"),
])
def test_a_configuration_has_its_bounds(world, app, limit, threads, why):
    answer = world.stint("start", PACKAGE, "configure", str(limit), str(threads))
    assert (answer.code, why or "") == (1 if why else 0, answer.err.strip().removeprefix("worktestapp: "))

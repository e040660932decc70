"""`stint top` in a real terminal of several sizes (jobs.md §5.4, §14.2; linux.md §A.10)."""

import json
import subprocess
import unicodedata
from pathlib import Path

import pytest
from commands import SHELL, schedule
from events import Deadline, wait_for_end
from jobs import labelled
from line import TRANSFER

SIZES = [(80, 24), (132, 43), (40, 10)]


def has(*words):
    return lambda lines: all(any(word in line for line in lines) for word in words)


@pytest.fixture
def jobs(world, daemon, line):
    """One that runs, one that waits; their ids."""
    world.done("device", "set", "charging=false")
    waits = schedule(world, "--charging", "--name", "backup", "--", "true")
    runs = schedule(world, "--name", "film", "--", "sleep", "1000")
    line.until(runs, lambda job: job["state"] == "running" and job["runState"] == "executing", package=SHELL)
    return runs, waits


def opened(world, columns=80, rows=24):
    window = world.in_window("top", columns=columns, rows=rows)
    window.until_shown(has("film", "backup"), "both jobs")
    return window


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_it_shows_what_runs_and_why_the_rest_waits(world, jobs, columns, rows):
    window = opened(world, columns, rows)
    shown = window.shown()
    assert len(shown) == rows and all(len(line) <= columns for line in shown)
    assert "running" in shown[2] and "film" in shown[2] and "waiting" in shown[3]
    window.press("j\r")
    window.until_shown(has("CONSTRAINT_CHARGING", "plug it in"), "the blockers of `stint why`")
    window.press("\x1b")
    window.until_shown(has("film"), "the list again")
    window.press("2")
    window.until_shown(has("Shell", "Transfers"), "the apps")
    window.press("\t")
    window.until_shown(has("battery", "charging"), "the device")
    window.press("q")
    assert window.ends() == 0


def test_a_job_that_comes_is_there_and_one_that_goes_is_not(world, jobs):
    window = opened(world)
    late = schedule(world, "--charging", "--name", "latecomer", "--", "true")
    window.until_shown(has("latecomer"), "a job that was scheduled elsewhere")
    world.done("cancel", str(late))
    window.until_shown(lambda lines: not any("latecomer" in line for line in lines[:-2]), "its row gone")


def test_pause_and_resume(world, jobs, line):
    runs, _ = jobs
    window = opened(world)
    window.press("p")
    line.until(runs, lambda job: job["state"] == "pending" and job["held"], package=SHELL)
    window.until_shown(has("is paused; p lets it go on"), "what was done")
    window.until_shown(lambda lines: not any("running" in line for line in lines[1:]), "nothing that runs")
    # Waiting jobs are listed by their numbers: the paused one is behind the backup.
    window.press("p")
    line.until(runs, lambda job: job["state"] == "running", package=SHELL)


def test_run_now_says_what_it_passes_over_and_asks(world, jobs, line):
    _, waits = jobs
    window = opened(world)
    window.press("jr")
    window.until_shown(has(f"Run {waits} (backup) now, although:", "y: yes"), "the question")
    window.press("n")
    window.until_shown(has("left as it is"), "nothing done")
    window.press("ry")
    window.until_shown(has("0 waiting"), "it ran")


def test_cancel_asks(world, jobs):
    runs, _ = jobs
    window = opened(world)
    window.press("c")
    window.until_shown(has(f"Cancel {runs} (film)?"), "the question")
    window.press("y")
    window.until_shown(has("0 running"), "it is gone")
    assert runs not in [json.loads(row)["id"] for row in world.done("jobs", "--json").splitlines()]


def test_stop_names_what_dies_and_kills_it(world, jobs, daemon):
    runs, _ = jobs
    [shell] = daemon.commands()
    window = opened(world)
    window.press("S")
    window.until_shown(has("All of its processes die at once", f"{runs} (film)"), "what dies")
    window.press("y")
    window.until_shown(has("stopped:", "killed"), "what was done")
    wait_for_end(shell)


def test_a_window_that_is_resized_is_drawn_anew(world, jobs):
    window = opened(world)
    for columns, rows in [(40, 10), (7, 3), (120, 30), (80, 24)]:
        window.resize(columns, rows)
        window.until_shown(lambda lines: len(lines) == rows and "1 N" in lines[0] and lines[-1].strip(),  # noqa: B023
                           f"{columns}x{rows}")
    window.until_shown(has("film", "backup", "q quit"), "all of it")
    window.press("q")
    assert window.ends() == 0


def test_it_says_that_the_daemon_is_gone_and_goes_on_when_it_is_back(world, jobs, daemon):
    window = opened(world)
    daemon.kill()
    world.daemons.remove(daemon)
    window.until_shown(has("stintd is gone; waiting for it to come back", "stintd is away", "film"), "its absence")
    window.press("p")
    again = world.start_daemon()
    window.until_shown(has("backup", "stintd is back"), "its return")
    window.press("2")
    window.until_shown(has("Shell"), "the apps of the new one")
    window.press("q")
    assert window.ends() == 0
    assert again.stop() == 0
    world.daemons.remove(again)
    daemon.process = world.start_daemon().process  # the fixture looks for one that lives


def wakes(window):
    [row] = [row for row in Path(f"/proc/{window.pid}/status").read_text().splitlines() if row.startswith("voluntary")]
    return int(row.split()[1])


def sleeps(window, seconds):
    """True where nothing awoke it in so many seconds, in which nothing was drawn."""
    before = wakes(window)
    return not window._read(Deadline(seconds)) and wakes(window) == before


def test_it_sleeps_while_nothing_counts(world, daemon, line):
    """Neither time alone awakes it, nor what it does not show. What looks every second never sleeps for three."""
    world.done("device", "set", "charging=false")
    schedule(world, "--charging", "--name", "backup", "--", "true")
    window = world.in_window("top")
    window.until_shown(has("backup", "q quit"), "the list")
    deadline = Deadline(60)
    while not sleeps(window, 3):
        assert not deadline.passed(), "it never sleeps"
    before = wakes(window)
    for percent in range(50, 60):
        line.set_device(battery=str(percent))
    assert sleeps(window, 1) and wakes(window) == before, "news of the device have awoken the list of jobs"
    schedule(world, "--name", "film", "--", "sleep", "1000")
    window.until_shown(has("film", "2s"), "a second that has passed")


def test_a_name_steers_nothing_and_breaks_no_row(world, daemon, line):
    """An app may write what `stint run` refuses."""
    line.set_device(charging="false")
    name = "evil\x1b[2J\u202ename" + "e" + "\u0301" * 300 + "\u4e2d\u6587" * 30
    assert line.schedule(labelled(name, requiresCharging=("b", True)), **{"as": ("s", TRANSFER)},
                         newId=("b", True))[0] == 1
    window = world.in_window("top", columns=60, rows=12)
    window.until_shown(has("evil\ufffd[2J\ufffdname", "q quit"), "the job")
    assert len(window.shown()) == 12
    assert window.output.count("\u0301") < 20
    assert not [each for each in window.output if unicodedata.category(each) == "Cf"]


def test_without_colours_nothing_is_coloured(world, jobs):
    world.environment["NO_COLOR"] = "1"
    window = opened(world)
    window.press("q")
    assert window.ends() == 0
    assert not any(f"\x1b[3{colour}m" in window.output for colour in range(8))


def test_a_terminal_that_cannot_is_told_what_can(world, daemon):
    for term in ("dumb", "of-no-kind"):
        world.environment["TERM"] = term
        terminal = world.in_terminal("top")
        assert terminal.ends() == 64
        assert f"TERM={term}" in terminal.output and "`stint top --plain`" in terminal.output


def test_plain_prints_a_line_for_each_change(world, jobs, daemon):
    runs, waits = jobs
    with subprocess.Popen(["stint", "top", "--plain"], env=world.environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as printer:
        first = sorted([printer.stdout.readline(), printer.stdout.readline()])
        assert first[0].startswith(f"{waits} (backup): waiting: ") and "CONSTRAINT_CHARGING" in first[0]
        assert first[1] == f"{runs} (film): running\n"
        world.done("cancel", str(waits))
        assert printer.stdout.readline().startswith(f"{waits} (backup): stopped: ")
        daemon.kill()
        world.daemons.remove(daemon)
        assert printer.stderr.readline() == "stintd is gone; waiting for it to come back\n"
        daemon.process = world.start_daemon().process
        # The film's next run may be under way before the new daemon is found: then nothing of it has changed.
        later = schedule(world, "--name", "talk", "--", "sleep", "1000")
        said = printer.stdout.readline()
        while said.startswith(f"{runs} (film): "):
            said = printer.stdout.readline()
        assert said.startswith(f"{later} (talk): ")
        printer.terminate()
        assert printer.wait(30) == 143


def test_where_no_terminal_is_it_prints_lines_and_ends_with_its_reader(world, jobs):
    done = subprocess.run("stint top | head -n 1", shell=True, env=world.environment, capture_output=True, text=True,
                          timeout=30, check=False)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    lines = subprocess.run("stint --json top | head -n 2", shell=True, env=world.environment, capture_output=True,
                           text=True, timeout=30, check=False).stdout.splitlines()
    assert {json.loads(row)["event"] for row in lines} == {"state"}

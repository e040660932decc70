"""`stint guard` (jobs.md §14.5): real programs that know nothing of Stint, frozen, stopped and let go, and never left frozen.
Each writes a growing count; one that stands still writes nothing more."""

import json
import os
import signal
from pathlib import Path

import pytest
from commands import script, until_written
from events import Directory, wait_for_end
from frozen import events_of, until_frozen
from places import needs_mounts, without_cgroups

COUNTING = 'echo $$ > pid; n=0; while :; do n=$((n+1)); echo $n >> count; sleep 0.05; done'
GUARD = "org.stint.guard.counter"


def cgroup_of(pid):
    """The directory of its cgroup v2."""
    path = next(line.split("::", 1)[1] for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()
                if line.startswith("0::"))
    mount = next(fields for fields in map(str.split, Path("/proc/self/mountinfo").read_text().splitlines())
                 if "cgroup2" in fields[fields.index("-") + 1])
    return Path(mount[4]) / os.path.relpath(path, mount[3])


def lines(path):
    return len(path.read_text().splitlines()) if path.exists() else 0


def stands_still(world, count):
    """Another of the same pace comes to its end meanwhile."""
    before = lines(count)
    world.done("run", "--", "sh", "-c", "for n in 1 2 3 4 5 6; do sleep 0.05; done")
    return lines(count) == before


class Guarded:
    """A counting program under guard."""

    def __init__(self, world, *words, text=COUNTING, name="counter", condition="unmetered and not power-saver"):
        self.world = world
        self.count = world.downloads / "count"
        program = script(world, text, name)
        ended = world.stint("guard", "--while", condition, "--no-wait", *words, "--", program)
        assert ended.code == 0, ended
        self.told = ended.err
        self.job = int(ended.err.split(":")[0].rsplit("/", 1)[1])
        self.name = f"{GUARD}/{self.job}"

    def pid(self):
        return int(until_written(self.world.downloads / "pid"))

    def goes_on(self):
        before = lines(self.count)
        with Directory(self.count.parent) as directory:
            directory.until(lambda: lines(self.count) > before + 2, 30)

    def until(self, condition):
        with self.world.line() as line:
            return line.until(self.job, condition, package=GUARD)

    def until_told(self, text):
        """By `stint logs`."""
        (spool,) = (self.world.store / "guards" / GUARD).glob("run.*")
        with Directory(spool) as directory:
            directory.until(lambda: text in self.world.done("logs", self.name), 30)

    def state(self):
        return next((job for job in map(json.loads, self.world.done("jobs", "--json").splitlines())
                     if job["job"] == self.name), None)


@pytest.fixture
def unmetered(world, daemon):
    world.done("device", "set", "network.metered=false", "battery_saver=false")


@pytest.fixture
def unmetered_daemon(world):
    """One that may be killed."""
    daemon = world.start_daemon()
    world.done("device", "set", "network.metered=false", "battery_saver=false")
    return daemon


def meter(world, on):
    world.done("device", "set", f"network.metered={str(on).lower()}")


def test_it_stands_still_while_its_condition_does_not_hold_and_says_why(world, daemon, unmetered):
    guarded = Guarded(world)
    assert guarded.told.startswith(f'{guarded.name}: held to "unmetered and not power-saver": frozen while that does')
    pid = guarded.pid()
    guarded.goes_on()
    meter(world, True)
    until_frozen(cgroup_of(pid))
    assert stands_still(world, guarded.count)

    (row,) = [json.loads(row) for row in world.done("tasks", "--json").splitlines()]
    assert (row["package"], row["label"], row["stop"]) == (GUARD, "counter", True)
    state = guarded.state()
    assert (state["status"], state["guarded"], state["runState"]) == ("frozen", "frozen", "executing")
    why = world.done("why", "counter")
    assert f"{guarded.name} (counter) is frozen" in why
    assert "its guard wants unmetered and not power-saver; lacks unmetered" in why
    (blocker,) = json.loads(world.done("why", guarded.name, "--json"))["blockers"]
    assert (blocker["gate"], blocker["name"]) == ("guard", "DEVICE_STATE")
    assert "lacks unmetered" in world.done("tasks") and "lacks unmetered" in world.done("jobs")

    world.done("device", "set", "battery_saver=true")
    assert "lacks unmetered, not power-saver" in world.done("why", guarded.name)
    meter(world, False)
    assert "frozen 1" in events_of(cgroup_of(pid)), "the other half of its condition does not hold"
    world.done("device", "set", "battery_saver=false")
    guarded.goes_on()
    assert "frozen 0" in events_of(cgroup_of(pid))
    assert guarded.state()["guarded"] is None


def test_it_does_not_begin_before_its_condition_holds(world, daemon, unmetered):
    meter(world, True)
    guarded = Guarded(world)
    ended = world.stint("why", guarded.name)
    assert ended.code == 75 and "lacks unmetered" in ended.out, ended
    assert not guarded.count.exists()
    meter(world, False)
    guarded.goes_on()


def test_it_is_stopped_and_started_again_and_rests_before_no_start(world, daemon, unmetered):
    text = 'trap "echo asked >> asked; exit 0" TERM; ' + COUNTING
    guarded = Guarded(world, "--else", "stop", text=text)
    asked = world.downloads / "asked"
    for turn in range(1, 5):  # three stops by the system would be a failure
        pid = guarded.pid()
        (world.downloads / "pid").unlink()
        guarded.goes_on()
        meter(world, True)
        wait_for_end(pid)
        assert lines(asked) == turn, "SIGTERM, first"
        guarded.until(lambda it: it["state"] == "pending")
        assert guarded.state()["failures"] == 0
        meter(world, False)
    guarded.goes_on()


def test_stop_ends_a_frozen_one_at_once_and_for_good(world, daemon, unmetered):
    guarded = Guarded(world)
    pid = guarded.pid()
    meter(world, True)
    until_frozen(cgroup_of(pid))
    world.done("tasks", "stop", GUARD)
    wait_for_end(pid)
    assert guarded.state() is None
    meter(world, False)
    assert world.stint("why", guarded.name).code == 66


def test_a_frozen_one_that_is_cancelled_hears_sigterm(world, daemon, unmetered):
    guarded = Guarded(world, text='trap "echo bye > bye; exit 0" TERM; ' + COUNTING)
    pid = guarded.pid()
    meter(world, True)
    until_frozen(cgroup_of(pid))
    world.done("cancel", "counter")
    wait_for_end(pid)
    assert (world.downloads / "bye").read_text() == "bye\n"


def test_a_killed_daemon_leaves_nothing_frozen_and_the_next_one_starts_it_again(world, unmetered_daemon):
    guarded = Guarded(world)
    pid = guarded.pid()
    guarded.goes_on()
    meter(world, True)
    place = cgroup_of(pid)
    until_frozen(place)
    (world.downloads / "pid").unlink()
    unmetered_daemon.kill()
    wait_for_end(pid)  # with no daemon there
    if place.exists():
        until_frozen(place, "populated 0")  # the kernel tells of a death first, and of an empty cgroup then

    world.start_daemon()
    state = guarded.state()
    assert (state["state"], state["waitsFor"]) == ("pending", "its guard wants unmetered and not power-saver; lacks unmetered")
    meter(world, False)
    assert guarded.pid() != pid
    guarded.goes_on()
    world.done("cancel", guarded.name)


def test_a_killed_supervisor_leaves_nothing_frozen(world, daemon, unmetered):
    guarded = Guarded(world)
    pid = guarded.pid()
    meter(world, True)
    until_frozen(cgroup_of(pid))
    (shell,) = daemon.commands()
    os.kill(shell, signal.SIGKILL)
    wait_for_end(pid)
    guarded.until(lambda it: it["state"] == "pending")


def test_a_program_that_forks_away_is_held_until_nothing_of_it_is_alive(world, daemon, unmetered):
    """Its first process ends at once; what it left behind is the program still."""
    text = f'setsid sh -c \'{COUNTING}\' & echo away; exit 3'
    guarded = Guarded(world, text=text)
    pid = guarded.pid()
    guarded.goes_on()
    assert guarded.state()["runState"] == "executing"
    meter(world, True)
    until_frozen(cgroup_of(pid))
    assert stands_still(world, guarded.count)
    meter(world, False)
    guarded.goes_on()
    os.kill(pid, signal.SIGKILL)
    ended = world.stint("wait", guarded.name)
    assert ended.code == 3, ended
    assert guarded.state() is None, "it is not tried again"


def test_a_process_that_has_left_the_cgroup_is_told_of(world, daemon, unmetered):
    guarded = Guarded(world, text="sleep 1000 & echo $! > child; " + COUNTING)
    pid = guarded.pid()
    guarded.goes_on()
    child = int((world.downloads / "child").read_text())
    away = cgroup_of(daemon.pid) / f"stint-test-{child}"
    away.mkdir()
    try:
        (away / "cgroup.procs").write_text(str(child))
        meter(world, True)
        guarded.until_told(f"1 process of it has left its cgroup, and what has left is not frozen: {child}")
        until_frozen(cgroup_of(pid))
        assert "frozen 0" in events_of(away)
        world.done("cancel", "counter")
        wait_for_end(child)  # it is one of its processes all the same
    finally:
        away.rmdir()


def test_who_else_freezes_it_is_told_once_and_neither_fights_nor_leaves_it_frozen(world, daemon, unmetered):
    guarded = Guarded(world)
    pid = guarded.pid()
    place = cgroup_of(pid)
    (place / "cgroup.freeze").write_text("1")
    until_frozen(place)
    told = f"somebody else has frozen it; echo 0 > {place}/cgroup.freeze lets it go on"
    guarded.until_told(told)
    assert stands_still(world, guarded.count), "Stint leaves it"
    meter(world, True)  # its own guard freezes what is frozen
    guarded.until(lambda it: it.get("guarded") == "frozen")
    meter(world, False)
    guarded.goes_on()
    assert world.done("logs", guarded.name).count("somebody else") == 1
    meter(world, True)
    until_frozen(place)
    (place / "cgroup.freeze").write_text("0")
    guarded.until_told("somebody else has thawed it")
    guarded.goes_on()


@pytest.mark.parametrize("words, complaint", [
    (("--while", "unmeterd"), '--while: there is no condition "unmeterd" (did you mean "unmetered"?)'),
    (("--while", "unmetered or"), '--while: a condition is missing behind "or"'),
    (("--while", "(unmetered and charging"), '--while: a ")" is missing behind "charging"'),
    (("--while", "unmetered charging"), '--while: before "charging" an "and" or an "or" is missing'),
    (("--while", ""), "--while: it begins with no condition"),
    (("--while", "unmetered", "--else", "frees"), '--else is one of freeze|stop|offline, not "frees"'),
    ((), "a guard needs --while CONDITION"),
])
def test_a_condition_in_wrong_words_is_refused_and_nothing_is_scheduled(world, daemon, words, complaint):
    ended = world.stint("guard", *words, "--", "true")
    assert ended.code == 64 and complaint in ended.err, ended
    assert not world.done("jobs", "--json")
    assert "org.stint.guard" not in world.done("apps")


def test_two_of_one_name_are_one_too_many(world, daemon, unmetered):
    guarded = Guarded(world)
    ended = world.stint("guard", "--while", "screen-on", "--", "./counter")
    assert ended.code != 0 and f"{guarded.name} is there already" in ended.err, ended
    other = world.stint("guard", "--while", "screen-on", "--name", "other", "--no-wait", "--", "./counter")
    assert other.code == 0 and other.err.startswith("org.stint.guard.other/"), other


def test_without_a_network_needs_who_cuts_it_off(world, daemon):
    found = {each["topic"]: each for each in map(json.loads, world.stint("doctor", "--json").out.splitlines())}
    ended = world.stint("guard", "--while", "unmetered", "--else", "offline", "--", "true")
    assert ended.code == 71, ended
    assert f"--else offline cannot be held here: {found['background network']['found']}" in ended.err
    assert not world.done("jobs", "--json")


@needs_mounts
def test_where_nothing_can_be_frozen_it_is_refused_and_may_be_stopped_all_the_same(world):
    world.start_daemon(before=without_cgroups())
    ended = world.stint("guard", "--while", "unmetered", "--", "true")
    assert ended.code == 71 and "--else freeze cannot be held here" in ended.err, ended
    assert not world.done("jobs", "--json"), "when it is asked for, not later"
    world.done("device", "set", "network.metered=false", "battery_saver=false")
    guarded = Guarded(world, "--else", "stop")
    for _ in range(2):
        pid = guarded.pid()
        (world.downloads / "pid").unlink()
        guarded.goes_on()
        meter(world, True)
        wait_for_end(pid)
        guarded.until(lambda it: it["state"] == "pending")
        meter(world, False)
    guarded.goes_on()


def test_it_ends_as_its_program_does_and_is_followed_like_a_command(world, daemon, unmetered):
    ended = world.stint("guard", "--while", "unmetered", "--", "sh", "-c", "echo hello; exit 7")
    assert (ended.code, ended.out) == (7, "hello\n"), ended
    assert world.done("logs", "org.stint.guard.sh/1") == "hello\n"


def test_what_a_guard_prints_is_not_swept_by_other_commands(world, daemon, unmetered):
    """Each app sweeps the spools of its own jobs alone."""
    guarded = Guarded(world)
    guarded.goes_on()
    assert world.stint("run", "--", "true").code == 0
    assert world.stint("guard", "--while", "unmetered", "--", "true").code == 0
    meter(world, True)
    meter(world, False)
    guarded.goes_on()
    assert world.stint("logs", guarded.name).code == 0

"""Progress that is never lost (jobs.md §4.7), as a terminal shows it."""

import json
import re

from origin import MIB, bytes_of

DONE = re.compile(r"\[=+>? ?\] (\d+)%")


def shown(world, *words):
    """All that the verb prints into a window that is wide enough for it."""
    window = world.in_window(*words, columns=240)
    window.ends()
    return re.sub(r"\s+", " ", " ".join(window.scrolled()))


def test_a_paused_download_shows_what_it_has_and_its_end_tells_of_all_runs(world, origin):
    daemon = world.start_daemon()
    origin.serve("file.bin", bytes_of("progress", 24 * MIB))
    job = world.get(origin.url("file.bin"), "--limit-rate", "4MiB")
    with world.line() as line:
        running = line.until(job, lambda state: state["transferredDown"] >= 8 * MIB and (state["rate"] or 0) > 0)
        assert running["rate"] < 8 * MIB
        world.done("pause", str(job))
        paused = line.until(job, lambda state: state["state"] == "pending" and state["held"])
    had = paused["transferredDown"]
    assert had >= 8 * MIB and paused["estimatedDown"] == 24 * MIB
    percent = str(100 * had // (24 * MIB))

    jobs = shown(world, "jobs")
    assert DONE.search(jobs).group(1) == percent, jobs
    why = shown(world, "why", str(job))
    assert DONE.search(why).group(1) == percent and "of 24 MiB" in why, why

    daemon.kill()
    world.start_daemon()
    with world.line() as again:
        kept = again.until(job, lambda state: state["state"] == "pending")
        assert kept["transferredDown"] == had and kept["estimatedDown"] == 24 * MIB
        world.done("resume", str(job))
        end = shown(world, "watch", str(job))
    match = re.search(r"\(24 MiB in (\S+) over 2 runs, ([\d.]+) MiB/s\)", end)
    assert match, end
    assert float(match.group(2)) < 5, "a mean over both runs, and the pause"


def test_a_run_that_died_with_its_daemon_is_told_with_what_is_known_of_it(world, origin):
    """jobs.md §9.4: nobody saw its end, so it is no run of no time."""
    daemon = world.start_daemon()
    origin.serve("file.bin", bytes_of("progress", 24 * MIB))
    job = world.get(origin.url("file.bin"), "--limit-rate", "4MiB")
    with world.line() as line:
        line.until(job, lambda state: state["transferredDown"] >= 8 * MIB)
    daemon.kill()
    world.start_daemon()
    end = shown(world, "watch", str(job))
    match = re.search(r"\(24 MiB in (\S+) over (\d) runs, ([\d.]+) MiB/s\)", end)
    assert match and match.group(2) == "2", end
    assert float(match.group(3)) < 5, "what the first run had is counted over its time, too"
    log = shown(world, "log", str(job))
    assert "stintd ended while it ran" in log and "ran 0s" not in log, log


def test_a_run_that_died_with_its_daemon_keeps_the_bytes_that_were_written_of_it(world, origin):
    """jobs.md §9.4: the last report that was written before, of which there is one every job.progress_stamp."""
    daemon = world.start_daemon({"job.progress_stamp": "1ms"})
    origin.serve("file.bin", bytes_of("progress", 24 * MIB))
    job = world.get(origin.url("file.bin"), "--limit-rate", "4MiB")
    with world.line() as line:
        had = line.until(job, lambda state: state["transferredDown"] >= 8 * MIB)["transferredDown"]
    daemon.kill()
    origin.stop()  # so that nothing comes on top
    world.start_daemon()
    with world.line() as again:
        kept = again.until(job, lambda state: state["state"] == "pending")
    assert kept["transferredDown"] >= had and kept["estimatedDown"] == 24 * MIB
    (lost,) = [line for line in world.done("log", str(job), "--json").splitlines() if '"stopped"' in line]
    told = re.search(r"stintd ended while it ran, .*; ran at least \ds; (\d+(\.\d)?) MiB", json.loads(lost)["detail"])
    assert told and had / MIB - 0.05 <= float(told[1]) <= kept["transferredDown"] / MIB + 0.05, lost  # it is rounded

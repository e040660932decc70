"""Any command as a job: `stint run` and `stint logs`, against the real daemon, in a real terminal where that matters."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from commands import SHELL, schedule, script, spools, until_written
from events import Directory, size_of, wait_for_end

# A command's end.


def test_a_command_runs_as_it_would_here(world, daemon):
    """architecture.md, running a job: its directory, umask and environment, and nothing to read."""
    ran = script(world, 'pwd; umask; echo "$SECRET"; cat; echo to stderr >&2; exit 0')
    world.environment["SECRET"] = "only\nhere"
    before = os.umask(0o027)
    try:
        ended = world.stint("run", "--", ran)
    finally:
        os.umask(before)
    assert ended.code == 0, ended
    assert ended.out == f"{world.downloads}\n0027\nonly\nhere\nto stderr\n"


def test_the_first_line_says_how_long_it_may_run_at_a_time(world):
    """jobs.md §4.4, from the daemon's constants."""
    world.start_daemon(policy={"run.max_free": "17min", "job.max_runtime_ui": "5h"})
    ended = world.stint("run", "--", "true")
    assert ended.err.splitlines()[0].startswith(f"{SHELL}/1: may run for 17min at a time, as a regular job")
    terminal = world.in_terminal("run", "--user-initiated", "--", "true")
    assert terminal.ends() == 0, terminal.output
    lines = terminal.output.splitlines()
    assert lines[0].startswith(f"{SHELL}/2: may run for 5h at a time, as a user-initiated job")
    assert "--user-initiated implies --network any" in lines[1]


def test_the_exit_code_of_a_command_that_is_not_tried_again_is_the_jobs(world, daemon, line):
    ended = world.stint("run", "--retries", "0", "--", "sh", "-c", "echo once; exit 7")
    assert (ended.code, ended.out) == (7, "once\n"), ended
    assert "exit 7" in ended.err
    (job,) = line.jobs(finished=True, package=SHELL)
    assert (job["exitCode"], job["label"]) == (7, "sh -c echo once; exit 7")
    ended = world.stint("run", "--retries", "0", "--", "sh", "-c", "kill -SEGV $$")
    assert ended.code == 128 + signal.SIGSEGV
    assert "SIGSEGV" in ended.err


def test_another_code_than_0_is_tried_again_with_back_off_until_it_is_0(world, daemon, line):
    """jobs.md §6.2: the wait is real, and shown; `run-now` is what makes it short here."""
    ran = script(world, 'echo run >> runs; [ "$(wc -l < runs)" = 3 ] && exit 0; exit 5')
    job = schedule(world, "--backoff", "10s", "--", ran)
    for failures in (1, 2):
        state = line.until(job, lambda it: it["state"] == "pending" and it["failures"] == failures, package=SHELL)
        assert state["reasons"] == [9], "back-off shows as a delay (jobs.md §9.1)"
        world.done("run-now", f"{SHELL}/{job}")
    assert world.stint("wait", f"{SHELL}/{job}").code == 0
    assert (world.downloads / "runs").read_text() == "run\n" * 3
    assert world.done("logs", str(job)) == "stint: exit 5; it is tried again\n" * 2


def test_retries_are_counted_over_a_restart_of_the_daemon(world):
    daemon = world.start_daemon()
    job = schedule(world, "--retries", "1", "--backoff", "10s", "--", "false")
    with world.line() as line:
        line.until(job, lambda it: it["state"] == "pending" and it["failures"] == 1, package=SHELL)
    daemon.kill()
    world.start_daemon()
    world.done("run-now", f"{SHELL}/{job}")
    assert world.stint("wait", f"{SHELL}/{job}").code == 1
    assert "after 2 tries" in world.done("jobs", "--finished")


def test_a_command_that_does_not_exist_fails_at_once(world, daemon, line):
    ended = world.stint("run", "--", "no-such-command-of-anybody")
    assert ended.code == 127
    assert "no-such-command-of-anybody" in ended.err and "no such program in PATH" in ended.err
    (world.downloads / "text").write_text("no program")
    ended = world.stint("run", "--", "./text")
    assert ended.code == 126, ended
    assert line.jobs() == [] and spools(world) == []


def test_a_command_that_is_gone_when_its_time_comes_is_not_tried_again(world, daemon, line):
    world.done("device", "set", "charging=false")
    ran = script(world, "true")
    job = schedule(world, "--requires-charging", "--", ran)
    (world.downloads / "script").unlink()
    world.done("device", "set", "charging=true")
    ended = world.stint("wait", f"{SHELL}/{job}")
    assert ended.code == 127
    assert "no such program" in world.done("logs", str(job))


def test_words_that_are_no_command_line_are_refused(world, daemon):
    for words, why in ((["true"], "goes after --"), (["--"], "needs more arguments"),
                       (["--network", "wifi", "--", "true"], "--network is one of"),
                       (["--retries", "-1", "--", "true"], "--retries"),
                       (["--every", "soon", "--", "true"], "--every"),
                       (["--user-initiated", "--device-idle", "--", "true"], "--device-idle (setRequiresDeviceIdle)"),
                       (["--expedited", "--every", "1d", "--", "true"], "--every (setPeriodic)"),
                       (["--device-idle", "--backoff", "30s", "--", "true"], "--backoff (setBackoffCriteria)")):
        ended = world.stint("run", *words)
        assert ended.code == 64, (words, ended)
        assert why in ended.err, (words, ended)
    assert spools(world) == []


# Conditions.


def test_it_is_held_back_and_released_by_the_device(world, daemon, line):
    """Issue 5, the newcomer's second story."""
    world.done("device", "set", "charging=false", "network.metered=true")
    job = schedule(world, "--requires-charging", "--network", "unmetered", "--", "echo", "released")
    ended = world.stint("why", f"{SHELL}/{job}")
    assert ended.code == 75
    assert "CONSTRAINT_CHARGING" in ended.out and "CONSTRAINT_CONNECTIVITY" in ended.out
    world.done("device", "set", "charging=true")
    assert world.stint("why", f"{SHELL}/{job}").code == 75, "one of two"
    world.done("device", "set", "network.metered=false")
    assert world.stint("wait", f"{SHELL}/{job}").code == 0
    assert world.done("logs", str(job)) == "released\n"


def test_what_a_reboot_ends_says_so_to_whoever_leaves_it(world, daemon):
    """jobs.md §7.1."""
    told = "a reboot ends it; with --persisted it goes on after one"
    world.done("device", "set", "charging=false")
    assert told in world.stint("run", "--no-wait", "--", "true").err
    for persisted in (["--persisted"], ["--every", "1d"], ["-q"]):
        assert "reboot ends" not in world.stint("run", "--no-wait", *persisted, "--", "true").err
    terminal = world.in_terminal("run", "--charging", "--", "true")
    terminal.until("waiting:")
    assert told in terminal.output
    terminal.press("\x03")
    assert terminal.ends() == 75 and "reboot" not in terminal.output.splitlines()[-1], "it was said"
    world.done("device", "set", "charging=true")
    terminal = world.in_terminal("run", "--", "sh", "-c", "echo begun; sleep 1000")
    terminal.until("begun")
    assert "reboot" not in terminal.output
    terminal.press("\x03")
    assert terminal.ends() == 75 and terminal.output.splitlines()[-1].endswith("to stop it); a reboot ends it")
    assert "reboot" not in world.stint("run", "--", "true").err, "it was followed to its end"


def test_every_runs_again_and_again(world, daemon, line):
    job = schedule(world, "--every", "1d", "--", script(world, "echo run >> runs"))
    assert until_written(world.downloads / "runs") == "run\n"
    state = line.until(job, lambda it: it["state"] == "pending" and "lastSuccess" in it, package=SHELL)
    assert state["latest"] - state["lastSuccess"] > 86_000_000, "one run in each period"
    world.done("run-now", f"{SHELL}/{job}")
    until_written(world.downloads / "runs", lambda text: text == "run\n" * 2)
    world.done("cancel", f"{SHELL}/{job}")
    assert line.jobs() == []
    ended = world.stint("run", "--no-wait", "--every", "1min", "--", script(world, "echo run >> raised"))
    assert ended.code == 0 and "--every 1min is raised to 15min" in ended.err
    assert until_written(world.downloads / "raised") == "run\n", "at once, as one that is not raised (jobs.md §6.5)"


def test_user_initiated_without_a_terminal_is_refused(world, daemon, line):
    """architecture.md, what is visible."""
    ended = world.stint("run", "--user-initiated", "--", "true")
    assert ended.code == 77
    assert "terminal" in ended.err
    assert line.jobs() == [] and spools(world) == []


def test_a_user_initiated_command_is_in_the_task_manager(world, daemon, line):
    """jobs.md §5.1, §5.4: it owes a notification, and Stop there ends it for good."""
    terminal = world.in_terminal("run", "--user-initiated", "--name", "a long one", "--", "sh", "-c", "echo begun; sleep 1000")
    terminal.until("begun")  # its output is read when onStartJob has answered
    assert "a long one" in world.done("tasks")
    world.done("tasks", "stop", SHELL)
    assert terminal.ends() != 0
    assert line.jobs() == []


# Stops.


def test_a_stop_is_sigterm_and_the_command_may_clean_up(world, daemon, line):
    ran = script(world, "trap 'echo cleaned up; exit 3' TERM; echo ready > ready; sleep 1000 & wait; echo not here")
    job = schedule(world, "--requires-charging", "--", ran)
    until_written(world.downloads / "ready")
    world.done("device", "set", "charging=false")
    line.until(job, lambda it: it["state"] == "pending", package=SHELL)
    out = world.done("logs", str(job))
    assert out.startswith("cleaned up\nstint: stopped after") and "CONSTRAINT_CHARGING" in out
    (world.downloads / "ready").unlink()
    world.done("device", "set", "charging=true")
    until_written(world.downloads / "ready")
    world.done("cancel", f"{SHELL}/{job}")


def test_what_ignores_sigterm_is_killed_when_its_grace_is_over(world):
    world.start_daemon(policy={"job.op_timeout": "800ms"})
    ran = script(world, "trap '' TERM; echo $$ > pid; while :; do sleep 1000; done")
    job = schedule(world, "--requires-charging", "--", ran)
    pid = int(until_written(world.downloads / "pid"))
    world.done("device", "set", "charging=false")
    wait_for_end(pid)
    with world.line() as line:
        state = line.until(job, lambda it: it["state"] == "pending", package=SHELL)
        assert state["systemStops"] == 1, "it answered in time: a stop, and no fault of its own (jobs.md §6.3)"


@pytest.mark.parametrize("how", ["sleep 1000 &", "setsid sleep 1000 &", "(setsid sh -c 'sleep 1000 & echo $! > pid' &)"])
def test_what_forks_away_does_not_outlive_the_run(world, daemon, how):
    ran = script(world, f"{how}\n[ -n \"$!\" ] && echo $! > pid\nwhile [ ! -s pid ]; do :; done; exit 0")
    ended = world.stint("run", "--", ran)
    assert ended.code == 0, ended
    pid = int((world.downloads / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists(), "dead before the job was said to be done"


def test_a_command_stopped_at_its_limit_twice_gets_a_hint(world):
    world.start_daemon(policy={"run.max_free": "1s", "run.min_guarantee": "1s"})
    job = schedule(world, "--backoff", "10s", "--", "sleep", "1000")
    with world.line() as line:
        for failures in (1, 2):
            line.until(job, lambda it: it["state"] == "pending" and it["failures"] == failures, package=SHELL)
            out = world.done("logs", str(job))
            assert ("second time" in out) == (failures == 2), out
            if failures == 1:
                world.done("run-now", f"{SHELL}/{job}")
    assert "--user-initiated" in out


def test_the_next_run_begins_when_nothing_of_the_last_is_alive(world):
    """Killed with the daemon, and begun anew by the next one."""
    daemon = world.start_daemon()
    ran = script(world, "[ -s pid ] && kill -0 $(cat pid) && echo two at once; setsid sleep 1000 & echo $! > pid; "
                        "echo run >> runs; sleep 1000")
    # User-initiated: a command in the idle class dies late on a busy machine, and this is about the order of things.
    terminal = world.in_terminal("run", "--user-initiated", "--no-wait", "--", ran)
    assert terminal.ends() == 0, terminal.output
    job = 1
    until_written(world.downloads / "runs")
    pid = int((world.downloads / "pid").read_text())
    daemon.kill()
    world.start_daemon()
    until_written(world.downloads / "runs", lambda text: text == "run\n" * 2)
    assert not Path(f"/proc/{pid}").exists() or pid == int((world.downloads / "pid").read_text())
    out = world.done("logs", str(job))
    assert "two at once" not in out
    assert "the last run was cut off" in out
    world.done("cancel", f"{SHELL}/{job}")


# Output.


def test_who_reads_on_no_more_is_told_that_the_command_goes_on(world, daemon):
    """stint run … | head: what it prints has no reader, and nothing of that ends the command."""
    ended = subprocess.run(["bash", "-c", "stint run -- sh -c 'while :; do echo line; sleep 0.05; done' | head -1\n"
                            "exit ${PIPESTATUS[0]}"], env=world.environment, cwd=world.downloads, timeout=60,
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (141, "line\n")
    told = ended.stderr.splitlines()[-1]
    job = told.split(f"stint: detached; the command goes on as {SHELL}/")[1].split()[0]
    assert world.stint("why", job).code == 0  # it runs
    world.done("cancel", job)


def test_logs_are_followed_live_in_a_terminal(world, daemon):
    fifo = world.downloads / "fifo"
    os.mkfifo(fifo)
    ran = script(world, "echo one; cat fifo; exit 0")
    job = schedule(world, "--", ran)
    terminal = world.in_terminal("logs", "-f", str(job))
    terminal.until("one")
    with fifo.open("w") as words:
        words.write("zw\u00f6lf \x1b[31mred\ttab\n")
        words.flush()
        terminal.until("tab")
        assert "zw\u00f6lf \ufffd[31mred\ttab" in terminal.output, "nothing steers the terminal"
    assert terminal.ends() == 0, terminal.output
    assert world.done("logs", f"{SHELL}/{job}").encode() == "one\nzw\u00f6lf \x1b[31mred\ttab\n".encode()


def test_a_command_that_is_followed_is_left_with_ctrl_c_and_goes_on(world, daemon, line):
    terminal = world.in_terminal("run", "--", "sh", "-c", "echo begun; sleep 1000")
    terminal.until("begun")
    terminal.press("\x03")
    assert terminal.ends() == 75, terminal.output
    assert "stint logs -f" in terminal.output
    (job,) = line.jobs()
    assert job["state"] == "running"
    world.done("cancel", f"{SHELL}/{job['id']}")


def test_output_without_end_is_bounded_and_the_newest_is_kept(world, daemon, line):
    job = schedule(world, "--", "yes", 4000 * "x")
    spool = spools(world)[0]
    with Directory(spool) as directory:
        # With what nobody else wants, and then fast: the piece that begins there may be gone before it is seen.
        directory.until(lambda: any(int(file.suffix[1:]) >= 8 * 2**20 for file in spool.glob("output.*")), 600)
        sizes = [size_of(file) for file in spool.glob("output.*")]
        assert sum(sizes) <= 8 * 2**20 and len(sizes) <= 2
    world.done("cancel", f"{SHELL}/{job}")
    ended = world.stint("logs", str(job))
    assert ended.code == 0
    assert 4 * 2**20 <= len(ended.out) <= 8 * 2**20
    assert "of older output are not kept" in ended.err


def test_output_that_could_not_be_kept_is_told_with_the_end(world, daemon):
    """The next piece of it has no place, like on a full disk."""
    next_piece = f"{world.store}/commands/run.*/"
    ran = script(world, f"mkdir $(echo {next_piece})output.4194304; head -c 5000000 /dev/zero")
    world.stint("wait", str(schedule(world, "--", ran)))
    assert "done; not all of its output is kept (cannot open " in world.done("jobs", "--finished")


def test_what_is_kept_of_a_command_is_its_callers_alone(world, daemon, line):
    """Its environment has secrets: in no list, in no dump, readable by nobody else, and gone with the job."""
    world.environment["TOKEN"] = "hunter2-of-the-caller"
    world.done("device", "set", "charging=false")
    job = schedule(world, "--requires-charging", "--", "true")
    (spool,) = spools(world)
    assert spool.stat().st_mode & 0o777 == 0o700
    assert (spool / "order").stat().st_mode & 0o777 == 0o600
    for words in (["jobs", "--json"], ["dumpsys", "jobscheduler"], ["why", f"{SHELL}/{job}", "--json"],
                  ["logs", str(job)]):
        assert "hunter2" not in world.stint(*words).out
    world.done("device", "set", "charging=true")
    assert world.stint("wait", f"{SHELL}/{job}").code == 0
    for pid in daemon.commands():
        wait_for_end(pid)
    assert not (spool / "order").exists()
    assert "hunter2" not in daemon.log.read_text()


def test_logs_of_what_never_was_are_not_there(world, daemon):
    assert world.stint("logs", "77").code == 66
    assert world.stint("logs", "org.stint.transfer/1").code == 64
    job = schedule(world, "--", "true")
    assert world.stint("wait", f"{SHELL}/{job}").code == 0
    ended = world.stint("logs", str(job))
    assert (ended.code, ended.out) == (0, "")
    assert "printed nothing" in ended.err


def test_what_ended_long_ago_has_its_output_as_long_as_it_is_known(world, daemon):
    for number in range(22):
        assert world.stint("run", "--", "echo", str(number)).out == f"{number}\n"
    assert len(world.done("--json", "jobs", "--finished").splitlines()) == 22
    assert world.done("logs", "1") == "0\n"


def test_json_tells_the_job_and_logs_tell_the_output(world, daemon):
    ended = world.stint("run", "--json", "--", "echo", "hello")
    events = [json.loads(told)["event"] for told in ended.out.splitlines()]
    assert events[0] == "scheduled" and events[-1] == "ended"
    (told,) = [json.loads(told) for told in world.done("logs", "1", "--json").splitlines()]
    assert told["output"] == "hello\n"


# Android's verbs (jobs.md §8), on a shell's job.


def test_run_and_timeout_as_on_android(world, daemon, line):
    world.done("device", "set", "charging=false", "network=none")
    ran = script(world, "echo run >> runs; sleep 1000")
    job = str(schedule(world, "--requires-charging", "--network", "any", "--", ran))
    ended = world.stint("cmd", "jobscheduler", "run", "-s", SHELL, job)
    assert ended.code == 22 and "functional constraints but --force not specified" in ended.err
    assert world.done("cmd", "jobscheduler", "get-job-state", SHELL, job) == "waiting\n"
    ended = world.stint("cmd", "jobscheduler", "timeout", SHELL, job)
    assert (ended.code, ended.out) == (0, "No matching executing jobs found.\n")
    ended = world.stint("cmd", "jobscheduler", "run", "-f", SHELL, job)
    assert (ended.code, ended.out) == (0, "Running job [FORCED]\n")
    until_written(world.downloads / "runs")
    line.until(int(job), lambda it: it["state"] == "running" and it["runState"] == "executing", package=SHELL)
    assert "active" in world.done("cmd", "jobscheduler", "get-job-state", SHELL, job)
    ended = world.stint("cmd", "jobscheduler", "timeout", SHELL, job)
    assert ended.code == 0 and ended.out.startswith("Stopping job: ") and "Command" in ended.out
    state = line.until(int(job), lambda it: it["state"] == "pending", package=SHELL)
    assert state["failures"] == 1, "a timeout is a failure (jobs.md §6.3)"
    ended = world.stint("cmd", "jobscheduler", "cancel", SHELL, job)
    assert (ended.code, ended.out) == (0, f"Canceling job {SHELL}/#{job} in user 0\n")
    ended = world.stint("cmd", "jobscheduler", "cancel", SHELL, job)
    assert (ended.code, ended.out) == (0, f"Canceling job {SHELL}/#{job} in user 0\nNo matching job found.\n")


def test_the_errors_of_androids_verbs(world, daemon):
    for words, code, text in (
        (["run", SHELL, "9"], 23, f"Could not find job 9 in package {SHELL} / user 0"),
        (["run", "com.nobody", "9"], 24, "Package not found: com.nobody / user 0"),
        (["run", "-f", "-s", SHELL, "9"], 255, "Cannot specify both --force and --satisfied"),
        (["run", "-n", "space", SHELL, "9"], 23, f"Could not find job 9 in package {SHELL} / namespace space / user 0"),
        (["run", "-x", SHELL, "9"], 255, "Error: unknown option '-x'"),
        (["cancel", "com.nobody"], 24, "Package com.nobody not found."),
        (["get-job-state", SHELL, "9"], 23, "unknown("),
    ):
        ended = world.stint("cmd", "jobscheduler", *words)
        assert ended.code == code, (words, ended)
        assert text in ended.out + ended.err, (words, ended)

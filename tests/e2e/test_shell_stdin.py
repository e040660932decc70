"""Input piped into `stint run` is given to the command, in each of its runs, or refused; never dropped."""

import json
import os
import signal
import subprocess
import tempfile

import pytest
from commands import SHELL, script, spools, until_written
from events import wait_for_end
from places import another_boot, needs_mounts

NUMBERS = "".join(f"{number}\n" for number in range(1, 1001))
SORTED = "".join(f"{number}\n" for number in range(1000, 0, -1))


@pytest.fixture
def piped(world):
    """`stint run` behind a pipe with these words in it; answers how it ended."""

    def run(text, *words):
        with tempfile.TemporaryFile() as file:
            file.write(text.encode())
            file.seek(0)
            return world.stint("run", *words, stdin=file)

    return run


def begun(world, *words):
    """`stint run` behind a pipe that is open: the process."""
    process = subprocess.Popen(["stint", "run", *words], env=world.environment, cwd=world.downloads, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    world.processes.append(process)
    return process


def test_a_command_in_a_pipe_reads_what_the_pipe_has(world, daemon):
    process = begun(world, "--", "sort", "-rn")
    out, err = process.communicate(NUMBERS, timeout=60)
    assert (process.returncode, out) == (0, SORTED), err
    assert "it reads the 3.8 KiB of stdin, from the beginning in each run" in err


def test_json_tells_how_much_the_command_is_to_read(piped, daemon):
    ended = piped(NUMBERS, "--json", "--", "wc", "-c")
    told = [json.loads(line) for line in ended.out.splitlines()]
    assert (told[0]["event"], told[0]["input"]) == ("scheduled", len(NUMBERS))


def test_each_run_reads_it_from_the_beginning(world, daemon, line, piped):
    ran = script(world, 'head -n 3 >> read; [ "$(wc -l < read)" -ge 6 ]')
    assert piped(NUMBERS, "--no-wait", "--backoff", "10s", "--", ran).code == 0
    line.until(1, lambda it: it["state"] == "pending" and it["failures"] == 1, package=SHELL)
    world.done("run-now", f"{SHELL}/1")
    assert world.stint("wait", f"{SHELL}/1").code == 0
    assert (world.downloads / "read").read_text() == "1\n2\n3\n" * 2


def test_a_periodic_command_reads_it_in_each_period(world, daemon, line, piped):
    assert piped("words\n", "--every", "1d", "--", script(world, "cat >> read")).code == 0
    assert until_written(world.downloads / "read") == "words\n"
    line.until(1, lambda it: it["state"] == "pending" and "lastSuccess" in it, package=SHELL)
    world.done("run-now", f"{SHELL}/1")
    until_written(world.downloads / "read", lambda text: text == "words\n" * 2)


def test_it_outlives_the_shell_that_reads_it(world, daemon, piped):
    """A run is lost with kill -9 of stint-shell, and the next one begins anew (jobs.md §6.3)."""
    ran = script(world, 'cat >> read; [ "$(wc -l < read)" = 2 ] || sleep 1000')
    assert piped("words\n", "--no-wait", "--", ran).code == 0
    until_written(world.downloads / "read")
    (shell,) = daemon.commands()
    os.kill(shell, signal.SIGKILL)
    wait_for_end(shell)
    world.stint("run-now", f"{SHELL}/1")
    assert world.stint("wait", f"{SHELL}/1").code == 0
    assert (world.downloads / "read").read_text() == "words\n" * 2


@needs_mounts
def test_it_outlives_a_reboot(world, piped):
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    assert piped(NUMBERS, "--no-wait", "--persisted", "--charging", "--", "sort", "-rn").code == 0
    daemon.kill()
    world.start_daemon(before=another_boot(world))  # which knows nothing of a battery
    assert world.stint("wait", f"{SHELL}/1").code == 0
    assert world.done("logs", "1") == SORTED


def test_it_is_its_callers_alone_and_goes_with_the_job(world, daemon, piped):
    world.done("device", "set", "charging=false")
    assert piped("a secret\n", "--no-wait", "--charging", "--", "cat").code == 0
    (spool,) = spools(world)
    assert (spool / "input").stat().st_mode & 0o777 == 0o600
    world.done("device", "set", "charging=true")
    assert world.stint("wait", f"{SHELL}/1").code == 0
    for pid in daemon.commands():
        wait_for_end(pid)
    assert not (spool / "input").exists()


def test_more_than_is_kept_is_refused_and_nothing_is_scheduled(world, daemon, line):
    with tempfile.TemporaryFile() as file:
        os.truncate(file.fileno(), 64 * 2**20 + 1)
        ended = world.stint("run", "--", "wc", "-c", stdin=file)
        assert ended.code == 65, ended
        assert "more than 64 MiB" in ended.err and "FILE" in ended.err
        assert line.jobs() == [] and list((world.store / "commands").iterdir()) == []
        os.truncate(file.fileno(), 64 * 2**20)
        file.seek(0)
        ended = world.stint("run", "--", "wc", "-c", stdin=file)
    assert (ended.code, ended.out) == (0, f"{64 * 2**20}\n"), ended


def test_a_pipe_that_nobody_closes_is_waited_for_and_that_is_said(world, daemon, line):
    process = begun(world, "--", "cat")
    assert "reads stdin to its end" in process.stderr.readline()
    assert line.jobs() == []
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert "nothing was scheduled" in process.stderr.read()
    assert line.jobs() == [] and list((world.store / "commands").iterdir()) == []


def test_what_is_valid_is_known_before_stdin_is_read(world, daemon):
    process = begun(world, "--device-idle", "--backoff", "30s", "--", "cat")
    assert process.wait(30) == 64, "while the pipe is open"


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "empty"])
def test_where_there_is_nothing_the_command_reads_nothing(world, daemon, closed):
    words = ["sh", "-c", "exec stint run -- cat <&-"] if closed else ["sh", "-c", ": | stint run -- cat"]
    done = subprocess.run(words, env=world.environment, cwd=world.downloads, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, start_new_session=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done
    assert "stdin" not in done.stderr


def test_a_terminal_is_not_read(world, daemon):
    terminal = world.in_terminal("run", "--", "sh", "-c", "cat; echo nothing to read")
    terminal.until("nothing to read")
    assert terminal.ends() == 0

"""Each exit code of `stint help exit-codes`, by a mistake that is typed; and the same code for the same mistake,
whichever verb it is made with (linux.md §A.10)."""

import json
import os
import signal
import socket
import subprocess
import tempfile

import pytest
from commands import SHELL, schedule

NOBODY = "com.example.nobody"
FAILS = "apps: {com.example.mail: {}}\ntimeline:\n  - {at: 1s, expect: {job: com.example.mail/7, is: running}}\n"


def started(world, *words, stdin=subprocess.PIPE):
    process = subprocess.Popen(["stint", *words], env=world.environment, cwd=world.downloads, text=True, stdin=stdin,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    world.processes.append(process)
    return process


def of_shell(script):
    """A mistake that a shell is needed for."""
    def make(world):
        return subprocess.run(["sh", "-c", script], env=world.environment, cwd=world.downloads, check=False, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True).returncode
    return make


def of_words(*words):
    return lambda world: world.stint(*words).code


def too_much(world):
    with tempfile.TemporaryFile() as file:
        os.truncate(file.fileno(), 64 * 2**20 + 1)
        return world.stint("run", "--", "cat", stdin=file).code


def waiting(world):
    world.done("device", "set", "charging=false")
    return world.stint("why", f"{SHELL}/{schedule(world, '--charging', '--', 'true')}").code


def unmet(world):
    (world.downloads / "fails.yaml").write_text(FAILS.replace("timeline:\n", "timeline:\n  - {at: 0s, schedule: {job: "
                                                              "com.example.mail/7, latency: 1h}}\n"))
    return world.stint("sim", "fails.yaml").code


def executable_by_nobody(world):
    (world.downloads / "text").write_text("no program")
    return world.stint("run", "--", "./text").code


def occupied(world):
    (world.downloads / "file.bin").write_text("mine")
    return world.stint("get", "http://127.0.0.1:1/file.bin").code


def interrupted(world):
    process = started(world, "run", "--", "cat")
    process.stderr.readline()  # it reads stdin, which has no end
    process.send_signal(signal.SIGINT)
    return process.wait(30)


def terminated(world):
    process = started(world, "run", "--", "sleep", "1000", stdin=subprocess.DEVNULL)
    while "running" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def not_http(world):
    """From a server of another protocol."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/file"
        process = started(world, "get", "--retries", "0", url, stdin=subprocess.DEVNULL)
        caller, _ = server.accept()
        with caller:
            caller.recv(4096)
            caller.sendall(b"220 mail.example.org ESMTP\r\n")
        return process.wait(30)


MISTAKES = {
    0: of_words("jobs"),
    1: unmet,
    2: of_words("sim", "no/such.yaml"),
    64: of_words("jobs", "--no-such-option"),
    65: too_much,
    66: of_words("why", "4711"),
    71: of_shell("mkdir gone && cd gone && rmdir ../gone && exec stint get http://127.0.0.1:1/"),
    73: occupied,
    74: of_shell("exec stint help > /dev/full"),
    75: waiting,
    76: not_http,
    77: of_words("run", "--user-initiated", "--", "true"),
    126: executable_by_nobody,
    127: of_words("run", "--", "no-such-program-of-anybody"),
    130: interrupted,
    143: terminated,
}


@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_ends_with_its_code(world, daemon, code):
    assert MISTAKES[code](world) == code


def test_without_a_daemon_every_verb_that_needs_one_ends_with_69(world):
    for words in (["jobs"], ["why", "7"], ["cancel", "7"], ["run", "--", "true"], ["get", "http://127.0.0.1:1/"],
                  ["apps"], ["app", NOBODY], ["quota"], ["alarms"], ["tasks"], ["device"], ["policy"], ["wait", "7"],
                  ["start", NOBODY], ["push", NOBODY], ["doctor"], ["cmd", "jobscheduler", "help"],
                  ["dumpsys", "alarm"]):
        assert world.stint(*words).code == 69, words


def test_each_code_that_can_be_had_by_a_mistake_is_told(world):
    rows = [json.loads(row) for row in world.done("help", "exit-codes", "--json").splitlines()]
    ours = 70  # a fault of ours cannot be typed
    assert {row["exitCode"] for row in rows} == {*MISTAKES, 69, ours}
    assert len({row["error"] for row in rows}) == len(rows)
    table = world.done("help", "exit-codes")
    for row in rows:
        assert f"{row['exitCode']}  {row['error']}" in table and row["meaning"] in table


# The same mistake. Each ends with one line, or two, that has what was typed in it; under --json with the same words.
SAME = {
    "a job that is none": (66, "4711", [["why", "4711"], ["watch", "4711"], ["wait", "4711"], ["cancel", "4711"],
                                       ["run-now", "4711"], ["logs", "4711"],
                                       ["run", "--after", "4711", "--", "true"],
                                       ["get", "--after", "4711", "http://h/"],
                                       ["put", "--after", "4711", "/etc/hostname", "http://h/"]]),
    "a file that is none": (66, "no/such", [["get", "-i", "no/such"], ["get", "-H", "@no/such", "http://h/"],
                                            ["get", "--cacert", "no/such", "http://h/"],
                                            ["put", "-E", "no/such", "/etc/hostname", "http://h/"],
                                            ["put", "no/such", "http://h/"]]),
    "no file, but a device": (66, "is not a regular file", [["put", "/dev/null", "http://h/"]]),
    "a recording that is none": (66, "nothing is recorded", [["record", "stop"], ["record", "save", "x.yaml"]]),
    "what names no job": (64, "7#", [["why", "7#"], ["watch", "7#"], ["wait", "7#"], ["cancel", "7#"],
                                     ["run-now", "7#"], ["logs", "7#"]]),
    "nothing as a job": (64, '""', [["why", ""], ["watch", ""], ["wait", ""], ["cancel", ""], ["run-now", ""],
                                    ["logs", ""]]),
    "an app that nobody has": (66, NOBODY, [["app", NOBODY], ["jobs", NOBODY], ["quota", NOBODY], ["alarms", NOBODY],
                                            ["push", NOBODY], ["start", NOBODY], ["tasks", "stop", NOBODY],
                                            ["cancel", "--all", NOBODY], ["dumpsys", "jobscheduler", NOBODY],
                                            ["dumpsys", "alarm", NOBODY]]),
    "a verb that is none": (64, "frobnicate", [["frobnicate"], ["help", "frobnicate"]]),
    "an option that is none": (64, "--frobnicate", [[*verb, "--frobnicate"] for verb in (
        ["get", "u"], ["put", "f", "u"], ["why", "7"], ["jobs"], ["device"], ["sim", "f"], ["app", "p"], ["policy"])]),
    "a word too many": (64, "more", [["why", "7", "more"], ["apps", "more"], ["device", "more"], ["quota", "p", "more"],
                                     ["put", "f", "u", "more"], ["doctor", "more"], ["demo", "more"]]),
    "an option without its value": (64, "needs a value", [["get", "u", "--network"], ["run", "--every", "--", "true"],
                                                          ["app", "p", "--bucket"], ["push", "p", "--data"]]),
    "a word that is no choice": (64, "wifi", [["get", "u", "--network", "wifi"], ["put", "f", "u", "--network", "wifi"],
                                              ["run", "--network", "wifi", "--", "true"],
                                              ["app", "p", "--bucket", "wifi"]]),
    "a time that is none": (64, "soon", [["run", "--every", "soon", "--", "true"],
                                         ["run", "--backoff", "soon", "--", "true"]]),
    "a number that is none": (64, "few", [["run", "--retries", "few", "--", "true"],
                                          ["get", "http://h/", "--max-filesize", "few"],
                                          ["get", "http://h/", "--speed-time", "few"]]),
    "a key that is none": (64, "colour", [["device", "set", "colour=red"], ["device", "reset", "colour"]]),
    "a word that steers a terminal": (64, "\ufffd[2J", [["\x1b[2J"], ["why", "\x1b[2J"], ["get", "\x1b[2J"],
                                                       ["device", "set", "\x1b[2J=1"], ["sim", "f", "--\x1b[2J"]]),
    "a word without end": (64, "xxx…", [["x" * 100_000], ["why", "x" * 100_000], ["get", "x" * 100_000],
                                        ["device", "set", "x" * 100_000], ["jobs", "--" + "x" * 100_000]]),
}


@pytest.mark.parametrize("mistake", SAME)
def test_the_same_mistake_has_the_same_code_on_every_verb(world, daemon, mistake):
    code, typed, lines = SAME[mistake]
    for words in lines:
        ended = world.stint(*words)
        assert (ended.code, ended.out) == (code, ""), (words[:4], ended)
        assert ended.err.startswith("stint: ") and len(ended.err.splitlines()) <= 2 and len(ended.err) < 1000, ended
        assert typed in ended.err, ended
        told = [json.loads(line) for line in world.stint("--json", *words).err.splitlines()]
        assert [f"stint: {one['message']}" for one in told] == ended.err.splitlines(), words
        assert {one["exitCode"] for one in told} == {code}

"""examples/python_service: a job service without libstint, on a D-Bus library alone, over the socketpair that stintd
gives it (architecture.md, running a job)."""

import os
import subprocess
import sys
from hashlib import sha256

import pytest
from events import Directory
from world import ROOT

PACKAGE = "com.example.digest"
PROGRAM = ROOT / "examples" / "python_service" / "digest.py"


# A regular job has what others leave of the processor: on a busy machine Python needs longer to start than a person's
# apps are given.
PATIENT = {"job.bind_timeout": "4min", "job.op_timeout": "2min"}
WITHIN = 300


@pytest.fixture
def daemon(world):
    running = world.start_daemon(PATIENT)
    yield running
    assert running.lives()


@pytest.fixture
def app(world):
    subprocess.run([sys.executable, PROGRAM, "install"], env=world.environment, check=True)


def start(world, file, number=1):
    terminal = world.in_terminal("start", PACKAGE, str(file), str(number))
    return terminal.ends(), terminal.output


def test_its_job_runs_and_tells_what_came_of_it(world, app, daemon, line):
    file = world.downloads / "file.bin"
    file.write_bytes(b"digest me")
    assert start(world, file) == (0, "")
    end = line.until(1, lambda state: state["state"] == "finished", package=PACKAGE, within=WITHIN)
    digest = sha256(b"digest me").hexdigest()
    assert (end["exitCode"], end["text"]) == (0, digest)
    assert (world.downloads / "file.bin.sha256").read_text() == f"{digest}  file.bin\n"


def test_it_stops_when_its_constraint_is_lost_and_runs_again(world, app, daemon, line):
    file = world.downloads / "large.bin"
    with file.open("wb") as large:
        large.truncate(500 * 1024**3)  # a hole: minutes of work, no disk
    start(world, file)
    with Directory(world.downloads) as directory:
        directory.until((world.downloads / "large.bin.sha256.part").exists, within=WITHIN)
    world.done("device", "set", "charging=false")
    waits = line.until(1, lambda state: state["state"] == "pending", package=PACKAGE, within=WITHIN)
    assert waits["reasonNames"] == ["CONSTRAINT_CHARGING"]
    os.truncate(file, 0)
    world.done("device", "reset")
    end = line.until(1, lambda state: state["state"] == "finished", package=PACKAGE, within=WITHIN)
    assert end["text"] == sha256(b"").hexdigest()


def test_what_it_cannot_read_is_told(world, app, daemon, line):
    start(world, world.downloads / "nothing.bin")
    end = line.until(1, lambda state: state["state"] == "finished", package=PACKAGE, within=WITHIN)
    assert end["exitCode"] == 1
    assert "nothing.bin" in end["text"]


def test_what_stintd_refuses_is_told(world, app, daemon):
    manifest = world.apps / f"{PACKAGE}.toml"
    manifest.write_text(manifest.read_text().replace('permission = "BIND_JOB_SERVICE"\n', ""))
    code, output = start(world, world.downloads / "file.bin")
    assert code == 1
    assert "IllegalArgument" in output

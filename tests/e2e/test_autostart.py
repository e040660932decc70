"""A daemon, without thinking of it: whatever a person types first starts it (linux.md §A.10)."""

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from events import wait_for_end
from line import listener
from session import SessionBus
from world import BIN, Ended


class NewAccount:
    """A person's account on which nothing of Stint has run yet."""

    def __init__(self, world):
        self.world = world
        self.environment = {name: value for name, value in world.environment.items() if name != "STINT_AUTOSTART"}
        # The machine's own service manager is none of this account's.
        self.environment["PATH"] = f"{world.root}/bin:{self.environment['PATH']}"
        (world.root / "bin").mkdir()
        self.program("systemctl", "exit 1")
        self.log = world.store / "stintd.log"

    def program(self, name, script):
        path = self.world.root / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def types(self, *words, **variables):
        done = subprocess.run(["stint", *words], env=self.environment | variables, cwd=self.world.downloads,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    def daemon(self):
        """Its pid; None where none listens."""
        return listener(self.world.runtime / "bus")

    def close(self):
        if pid := self.daemon():
            os.kill(pid, 15)
            wait_for_end(pid)


@pytest.fixture
def account(world):
    made = NewAccount(world)
    yield made
    made.close()


def test_under_json_that_a_daemon_was_started_is_json_too(account):
    first = account.types("jobs", "--json")
    assert (first.code, first.out) == (0, "")
    assert json.loads(first.err)["warning"].startswith("started stintd; its log is ")
    assert account.types("jobs", "--json").err == ""


def test_what_a_person_types_first_starts_a_daemon_and_says_so_once(account):
    first = account.types("jobs")
    assert first.code == 0, first
    assert first.err.startswith(f"stint: started stintd; its log is {account.log}; after a boot, the first stint command does\n")
    assert "slots" in account.log.read_text()
    pid = account.daemon()
    again = account.types("jobs")
    assert again.code == 0 and "stintd" not in again.err
    assert account.daemon() == pid


def test_it_is_in_a_session_of_its_own_and_holds_nothing_of_the_terminal(account):
    account.types("jobs")
    pid = account.daemon()
    assert os.getsid(pid) == pid
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
    assert os.readlink(f"/proc/{pid}/fd/2") == str(account.log)
    assert sorted(file.name for file in account.world.runtime.iterdir()) == ["bus", "starting"]


def test_one_that_is_just_ending_is_succeeded_by_another(account):
    """It still has its socket, and answers nobody who comes now."""
    account.world.runtime.mkdir(mode=0o700)
    place = account.world.runtime / "bus"
    with socket.socket(socket.AF_UNIX) as ending:
        ending.bind(str(place))
        ending.listen()
        with ThreadPoolExecutor(1) as person:
            typed = person.submit(account.types, "jobs")
            caller, _ = ending.accept()
            place.unlink()
            ending.close()
            caller.close()
            ended = typed.result()
    assert ended.code == 0, ended
    assert ended.err.startswith("stint: started stintd; ")


def test_where_nothing_can_be_kept_the_directory_is_named(account):
    (account.world.root / "file").write_text("in the way")
    ended = account.types("jobs", XDG_STATE_HOME=str(account.world.root / "file"))
    assert ended.code == 71, ended
    assert f"cannot make the state directory {account.world.root}/file/stint: " in ended.err


def test_where_its_log_cannot_be_written_that_is_what_is_said(account):
    account.log.mkdir(parents=True)
    ended = account.types("jobs")
    assert ended.code == 71, ended
    assert f"cannot write the log {account.log}: Is a directory" in ended.err


def following(account, *words):
    """`stint run` of a command that lasts, which runs now."""
    process = subprocess.Popen(["stint", "run", *words, "--", "sleep", "1000"], env=account.environment,
                               cwd=account.world.downloads, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    account.world.processes.append(process)
    while process.stderr.readline() != "running\n":
        pass
    return process


def test_whoever_follows_a_job_starts_a_daemon_in_the_place_of_one_that_died(account):
    process = following(account)
    died = account.daemon()
    os.kill(died, signal.SIGKILL)
    told = [process.stderr.readline() for _ in range(3)]
    started = f"stint: started stintd; its log is {account.log}; after a boot, the first stint command does\n"
    assert told == ["stintd is gone; waiting for it to come back\n", started, "stintd is back\n"]
    assert account.daemon() not in (None, died)


def test_several_at_once_start_one(account):
    with ThreadPoolExecutor(8) as people:
        ended = list(people.map(lambda _: account.types("jobs"), range(8)))
    assert [one.code for one in ended] == [0] * 8, ended
    assert sum("started stintd" in one.err for one in ended) == 1
    assert account.log.read_text().count(" slots; ") == 1


def test_a_command_runs_on_a_fresh_account(account):
    ended = account.types("run", "--", "echo", "hello")
    assert ended.code == 0, ended
    assert "hello" in ended.out


def test_one_that_cannot_start_says_why(account):
    policy = account.world.root / "config" / "stint" / "policy.toml"
    policy.parent.mkdir(parents=True)
    policy.write_text("slots = many\n")
    ended = account.types("jobs")
    assert ended.code == 69
    assert "policy.toml" in ended.err and str(account.log) in ended.err
    assert account.daemon() is None


def test_one_that_is_on_its_way_is_waited_for(account):
    """A busy disk, say: it lives, and is not ready yet."""
    beside = account.world.root / "installed"
    beside.mkdir()
    (beside / "stint").write_bytes((BIN / "stint").read_bytes())
    (beside / "stint").chmod(0o755)
    gate = beside / "gate"
    os.mkfifo(gate)
    (beside / "stintd").write_text(f"#!/bin/sh\necho stintd: reading >&2\nread word <{gate}\nexec {BIN}/stintd\n")
    (beside / "stintd").chmod(0o755)
    typed = subprocess.Popen([beside / "stint", "jobs"], env=account.environment, stdin=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    told = typed.stderr.readline()
    assert told == f"stint: stintd is still starting: reading ({account.log})\n"
    gate.write_text("go\n")
    rest = typed.communicate(timeout=60)[1]
    assert typed.returncode == 0, rest
    assert "started stintd" in rest


def test_what_the_start_waited_for_is_told_in_the_log(account):
    """Here another process has the store's lock."""
    store = account.world.store
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(store / "lock", "w", encoding="utf-8") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        typed = subprocess.Popen([BIN / "stint", "jobs"], env=account.environment, stdin=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        assert typed.stderr.readline().startswith("stint: stintd is still starting: ")
    assert typed.communicate(timeout=60)[1].startswith("stint: started stintd")
    assert typed.returncode == 0
    assert re.search(rf"warning the start waited \S+ for {store}\n", account.log.read_text()), account.log.read_text()


@pytest.mark.parametrize("words", [["doctor"], ["completions", "jobs"]])
def test_whoever_only_looks_starts_none(account, words):
    account.types(*words)
    assert account.daemon() is None


def test_a_person_can_forbid_it(account):
    ended = account.types("jobs", STINT_AUTOSTART="no")
    assert ended.code == 69
    assert "stintd &" in ended.err
    assert account.daemon() is None


def test_the_session_bus_starts_it_where_it_can(account):
    bus = SessionBus(account.world.root / "session", account.environment)
    (bus.services / "org.stint.Stint1.service").write_text(
        f"[D-BUS Service]\nName=org.stint.Stint1\nExec={BIN}/stintd\n")
    account.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.address
    try:
        ended = account.types("jobs")
        assert ended.code == 0 and ended.err.startswith("stint: the session bus has started stintd\n")
        assert not account.log.exists()
    finally:
        account.close()
        bus.close()

"""Notices that Stint shows on the desktop by itself (jobs.md §5.6): pressed with a real mouse on a real server."""

import json
import os
from pathlib import Path

import pytest
from commands import SHELL, schedule
from events import Deadline, Directory, wait_for_end
from jeepney import HeaderFields
from jeepney.bus_messages import Monitoring
from jeepney.io.blocking import Proxy
from origin import MIB, contents

content = contents("notices", 12 * MIB)
LAUNCHER = "com.canonical.Unity.LauncherEntry"


# SIGKILL does not end a process that the kernel's first freezer holds. The second one lets it die.
FREEZER = Path("/sys/fs/cgroup/freezer")


class Frozen:
    def __init__(self, pid):
        self.place = FREEZER / f"stint-test-{pid}"
        self.place.mkdir()
        (self.place / "cgroup.procs").write_text(str(pid))
        (self.place / "freezer.state").write_text("FROZEN")

    def thaw(self):
        (self.place / "freezer.state").write_text("THAWED")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.thaw()
        for pid in (self.place / "cgroup.procs").read_text().split():
            wait_for_end(int(pid))
        self.place.rmdir()


@pytest.fixture
def url(slow_origin):
    slow_origin.serve("file.bin", content())
    return slow_origin.url("file.bin")


class Stub:
    """A program called stint that the daemon finds first: it notes what it was asked for."""

    def __init__(self, world):
        self.directory = world.root / "stub"
        self.directory.mkdir()
        self.told = self.directory / "told"
        program = self.directory / "stint"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >{self.told}.new && mv {self.told}.new {self.told}\n')
        program.chmod(0o755)
        self.environment = {"PATH": f"{self.directory}:{world.environment['PATH']}"}

    def asked(self):
        with Directory(self.directory) as directory:
            return directory.until(lambda: self.told.exists() and self.told.read_text().strip())


@pytest.fixture
def stub(world):
    return Stub(world)


def test_later_pauses_a_download_and_resume_lets_it_go_on(world, dunst, url):
    """jobs.md §14.2: it is held, keeps what it has, and says so."""
    world.start_daemon()
    job = world.get(url)
    dunst.until_shown(lambda shown: shown.summary == "file.bin" and shown.progress)
    before = len(dunst.shown())
    assert dunst.press("Later") == "file.bin"
    with world.line() as line:
        line.until(job, lambda state: state["state"] == "pending" and state["held"])
        dunst.until_shown(lambda shown: shown.summary == "file.bin" and shown.body.startswith("paused"), since=before)
        assert dunst.displayed() == 1, "in place of the other"
        assert dunst.press("Resume") == "file.bin"
        line.until(job, lambda state: state["state"] == "running")
    world.done("wait", str(job))
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_why_opens_the_task_manager_at_that_job(world, dunst, stub, url):
    world.start_daemon(environment=stub.environment)
    job = world.get(url)
    dunst.until_shown(lambda shown: shown.summary == "file.bin" and shown.progress)
    dunst.press("Why")
    assert stub.asked() == f"ui --job org.stint.transfer/{job}"
    world.done("wait", str(job))


def test_what_waits_for_an_unmetered_network_can_be_run_anyway(world, dunst, url):
    world.start_daemon(policy={"job.notice_after": "1s"})
    world.done("device", "set", "network.metered=true")
    job = world.get(url, "--unmetered")
    dunst.until_shown(lambda shown: (shown.summary, shown.body) == ("file.bin", "waits for an unmetered network"))
    assert dunst.press("Run anyway") == "file.bin"
    world.done("wait", str(job))
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_what_waits_can_be_cancelled(world, dunst, url):
    world.start_daemon(policy={"job.notice_after": "1s"})
    world.done("device", "set", "network.metered=true")
    job = world.get(url, "--unmetered")
    dunst.until_shown(lambda shown: shown.body == "waits for an unmetered network")
    with world.line() as line, dunst.monitor() as bus:
        dunst.press("Cancel")
        line.until(job, lambda state: state["state"] == "finished")
        bus.until("NotificationClosed", lambda body: body[1] == 3)
    assert dunst.displayed() == 0


def test_a_digest_tells_who_waits_longer_than_was_said_and_opens_the_task_manager(world, dunst, stub):
    """It was to start after two seconds, as long as the charger stays."""
    daemon = world.start_daemon(policy={"job.digest_grace": "0s"}, environment=stub.environment)
    world.done("device", "set", "charging=true")
    job = schedule(world, "--charging", "--at", "+3s", "--name", "backup", "--", "true")
    world.done("device", "set", "charging=false")
    dunst.until_shown(lambda shown: (shown.summary, shown.body) == ("1 job waited today", "1 for mains"))
    daemon.until_logged("digest because=1 for mains")
    dunst.press("Open")
    assert stub.asked() == "ui"
    assert job in [json.loads(row)["id"] for row in world.done("jobs", SHELL, "--json").splitlines()]


def test_launchers_are_told_how_far_a_download_is_and_when_nothing_is_left(world, dunst, url):
    """linux.md §A.2."""
    line = dunst.bus.connect()
    Proxy(Monitoring(), line).BecomeMonitor([f"interface='{LAUNCHER}'"])

    def until(condition):
        deadline = Deadline(60)
        while True:
            message = line.receive(timeout=deadline.left())
            if message.header.fields.get(HeaderFields.member) != "Update":
                continue
            entry, properties = message.body
            assert entry == "application://org.stint.TaskManager.desktop"
            told = {key: value[1] for key, value in properties.items()}
            if condition(told):
                return told

    world.start_daemon()
    job = world.get(url)
    told = until(lambda told: 0 < told["progress"] < 1)
    assert told["progress-visible"] and told["count"] == 1
    world.done("wait", str(job))
    until(lambda told: not told["progress-visible"] and not told["count-visible"])
    line.close()


@pytest.mark.skipif(not os.access(FREEZER / "cgroup.procs", os.W_OK), reason="no freezer of cgroup v1 that we may write")
def test_a_stop_that_does_not_end_a_process_is_told_until_it_has(world, dunst, url):
    """jobs.md §5.4: in the log, in the app's row, and on the desktop."""
    daemon = world.start_daemon(policy={"job.stop_patience": "1s"})
    world.get(url)
    dunst.until_shown(lambda shown: shown.summary == "file.bin" and shown.progress)
    [transfer] = daemon.transfers()
    with Frozen(transfer) as frozen, dunst.monitor() as bus:
        world.done("tasks", "stop", "org.stint.transfer")
        told = dunst.until_shown(lambda shown: shown.summary.endswith("does not stop"))
        assert told.body.startswith("1 process of it is there after its Stop")
        daemon.until_logged("survived app=org.stint.transfer")
        assert "after its Stop a process is still there" in world.done("tasks")
        assert json.loads(world.done("tasks", "--json"))["survivors"] == 1
        frozen.thaw()
        bus.until("NotificationClosed", lambda body: body[0] == told.id)
    assert world.done("tasks") == ""

"""The rest of the job contract through the real daemon: work items, content triggers, pending reasons, foreground
services and the shell's verbs, as a stranger's client meets them."""

import json
import os
import signal

import host
import pytest
from events import Deadline, running
from host import PACKAGE, Host
from jobs import AS_TRANSFER, job, refused
from line import SCHEDULER, TASKS, plain
from world import BIN

PLAIN = {"id": ("i", 7), "service": ("s", "Jobs")}
# A daemon that died begins the lost job at once, and what the manifest names ends at once, perhaps before a host is there:
# the job then rests a second, not the deadline of the test, and such ends make the app no bad one (jobs.md §12.3).
RESTS_A_SECOND = {"job.min_backoff": "1s", "job.max_backoff": "1s", "job.crash_guard.crashes": 1_000_000}
ONLINE = {"requiredNetwork": ("a{sv}", {"capabilities": ("as", ["INTERNET"])})}


def rows(line):
    return plain(line.call(TASKS, "ListTasks", "a{sv}", {})[0])


@pytest.fixture
def app(world):
    """Its manifest is there before the daemon is."""
    host.install(world)
    return world


def test_items_are_handed_out_again_after_the_daemon_died(app):  # jobs.md §2.5, §12.5
    daemon = app.start_daemon()
    with Host(app) as line:
        assert line.enqueue(PLAIN, "a") == (1, 7)
        assert line.enqueue(PLAIN, "b") == (1, 7)
        run, _ = line.started(Deadline(30))
        assert line.dequeue(run) == (1, 1, "a")
        line.complete(run, 1)
        assert line.dequeue(run) == (2, 1, "b")
        daemon.kill()
    app.start_daemon(RESTS_A_SECOND)
    with Host(app) as line:
        run, _ = line.started(Deadline(30))
        assert line.dequeue(run) == (2, 2, "b")
        assert refused(lambda: line.complete(run, 1)).name.endswith(".IllegalArgument")
        line.complete(run, 2)
        assert line.dequeue(run) is None  # and that ends the job
        assert line.jobs() == []
        assert refused(lambda: line.dequeue(run)).name.endswith(".Security")


def test_a_changed_path_starts_the_job_that_watches_it(app):  # jobs.md §3.2, §4.7
    app.start_daemon()
    inbox = app.root / "inbox"
    watching = PLAIN | {"triggerContentUris": ("a(si)", [(str(inbox), 1)]), "triggerContentUpdateDelay": ("x", 500)}
    with Host(app) as line:
        assert line.schedule(watching) == (1, 7)
        assert line.call(SCHEDULER, "GetPendingJobReasons", "isa{sv}", 7, "", {}) == ([7],)  # CONTENT_TRIGGER
        inbox.mkdir()
        (inbox / "letter").write_text("news")
        run, params = line.started(Deadline(30))
        assert str(inbox / "letter") in params["triggeredContentUris"]
        assert params["triggeredContentAuthorities"] == ["file"]
        assert line.call(SCHEDULER, "GetPendingJobReasons", "isa{sv}", 7, "", {}) == ([-1],)
        line.finish(run)
        assert line.call(SCHEDULER, "GetPendingJobReasons", "isa{sv}", 7, "", {}) == ([-2],)


def test_a_large_tree_holds_nobody_up_and_what_is_not_watched_is_told(app):  # jobs.md §3.2, §9.1
    """The root of this machine: reading it takes long, and the app may not watch all of it."""
    daemon = app.start_daemon(policy={"job.content_directories": 100})
    watching = PLAIN | {"triggerContentUris": ("a(si)", [("/", 1)])}
    with Host(app) as line:
        assert line.schedule(watching) == (1, 7)
        why = app.stint("why", f"{PACKAGE}/7").out  # 75: it waits
        assert "an app may watch 100 directories (job.content_directories)" in " ".join(why.split())
    assert daemon.lives()


def test_a_file_system_that_hangs_holds_up_its_own_app_alone(app):  # jobs.md §3.2
    """A stopped process stands for one in a read that never ends."""
    daemon = app.start_daemon()
    watching = PLAIN | {"triggerContentUris": ("a(si)", [(str(app.root / "inbox"), 1)])}
    with Host(app) as line:
        assert line.schedule(watching) == (1, 7)
        [watcher] = running(daemon.pid, BIN / "stint-watch")
        os.kill(watcher, signal.SIGSTOP)
        waits = line.send(SCHEDULER, "Schedule", "a{sv}sa{sv}",
                          watching | {"id": ("i", 8), "triggerContentUris": ("a(si)", [(str(app.root / "list"), 0)])}, "", {})
        assert f"{PACKAGE}/8" in app.done("jobs")
        assert "still being looked through" in " ".join(app.stint("why", f"{PACKAGE}/8").out.split())
        os.kill(watcher, signal.SIGCONT)
        assert line.reply(waits)[0] == 1
        os.kill(watcher, signal.SIGKILL)  # what happened meanwhile nobody told: all of it counts as changed
        line.started(Deadline(30))


def test_what_has_changed_outlives_the_daemon(app):  # jobs.md §3.2, §12.5
    """Killed while the job waits for the charger, and while it runs: each time the next daemon tells of the change."""
    daemon = app.start_daemon()
    inbox = app.root / "inbox"
    inbox.mkdir()
    watching = PLAIN | {
        "triggerContentUris": ("a(si)", [(str(inbox), 1)]), "triggerContentUpdateDelay": ("x", 500),
        "requiresCharging": ("b", True),
    }
    assert app.stint("device", "set", "charging=no", "battery=50").code == 0
    with Host(app) as line:
        def reasons():
            return line.call(SCHEDULER, "GetPendingJobReasons", "isa{sv}", 7, "", {})[0]

        assert line.schedule(watching) == (1, 7)
        assert 7 in reasons()  # CONTENT_TRIGGER
        (inbox / "letter").write_text("news")
        deadline = Deadline(30)
        while 7 in reasons():  # a round trip each
            assert not deadline.passed()
        daemon.kill()
    for _ in range(2):
        daemon = app.start_daemon(RESTS_A_SECOND)
        with Host(app) as line:
            app.done("device", "set", "charging=yes")
            _, params = line.started(Deadline(30))
            assert str(inbox / "letter") in params["triggeredContentUris"]
            daemon.kill()
    app.start_daemon(RESTS_A_SECOND)
    with Host(app) as line:
        run, _ = line.started(Deadline(30))
        line.finish(run)
        assert line.jobs() == []


def test_jobs_of_every_kind_come_back_as_they_were_given(app):  # jobs.md §1.1, §2.1
    app.start_daemon()
    given = {
        "minimumLatency": ("x", 3_600_000), "overrideDeadline": ("x", 86_400_000), "requiresDeviceIdle": ("b", True),
        "debugTags": ("as", ["one", "two"]), "traceTag": ("s", "t"), "transientExtras": ("a{sv}", {"n": ("i", 3)}),
    }
    periodic = {"periodicInterval": ("x", 86_400_000), "periodicFlex": ("x", 7_200_000), "persisted": ("b", True)}
    with Host(app) as line:
        assert line.schedule(PLAIN | given) == (1, 7)
        assert line.schedule(PLAIN | periodic, namespace="sync") == (1, 7)
        found, more = line.call(SCHEDULER, "GetPendingJobsInAllNamespaces", "a{sv}", {})
        assert not more
        assert [space for space, _ in found] == ["", "sync"]
        for told, wanted in zip((entries for _, entries in found), (given, periodic), strict=True):
            assert wanted.items() <= told.items()
        history = plain(line.call(SCHEDULER, "GetPendingJobReasonsHistory", "isa{sv}", 7, "", {})[0])
        assert history == [] or all(entry["reasons"] for entry in history)


def test_a_foreground_service_is_seen_until_its_process_goes(app):  # jobs.md §5.5
    app.start_daemon(policy={"job.start_grant": "0s"})  # nor has the boot just been completed
    shown = {"channel": ("s", "default"), "smallIcon": ("s", "note"), "title": ("s", "A song")}
    with Host(app) as line:
        def start(service="Player"):
            line.call(SCHEDULER, "StartForegroundService", "sia{sv}a{sv}", service, 4, shown, {})

        error = refused(start)
        assert error.name.endswith(".IllegalState")
        assert error.text.startswith("ForegroundServiceStartNotAllowed")
        assert refused(lambda: start("Jobs")).name.endswith(".IllegalArgument")  # declared as none
        assert rows(line) == []
        app.done("app", PACKAGE, "--state", "visible")
        start()
        (row,) = rows(line)
        assert row["started"] > 0
        assert [one["title"] for one in row["notifications"]] == ["A song"]
    with Host(app) as line:
        assert rows(line) == []


def test_a_foreground_service_goes_on_under_the_next_daemon(app):  # jobs.md §5.5, §12.5
    daemon = app.start_daemon()
    shown = {"channel": ("s", "default"), "smallIcon": ("s", "note"), "title": ("s", "A song")}

    def start(line, **options):
        line.call(SCHEDULER, "StartForegroundService", "sia{sv}a{sv}", "Player", 4, shown, options)

    with Host(app) as line:
        app.done("app", PACKAGE, "--state", "visible")
        start(line)
        app.done("app", PACKAGE, "--state", "background")
        daemon.kill()
    app.start_daemon()
    with Host(app) as line:
        assert rows(line) == []
        assert refused(lambda: start(line)).text.startswith("ForegroundServiceStartNotAllowed")
        start(line, resumes=("b", True))
        assert len(rows(line)) == 1


def test_an_app_makes_channels_of_its_own(app):  # jobs.md §5.1
    app.start_daemon()
    shown = {"channel": ("s", "songs"), "smallIcon": ("s", "note"), "title": ("s", "A song")}
    app.done("app", PACKAGE, "--state", "visible")
    with Host(app) as line:
        def start():
            line.call(SCHEDULER, "StartForegroundService", "sia{sv}a{sv}", "Player", 4, shown, {})

        assert "channel" in refused(start).text
        line.call(SCHEDULER, "CreateNotificationChannel", "sssa{sv}", "songs", "Songs", "low", {})
        start()


def test_the_shell_answers_with_androids_words_and_codes(world, line):  # jobs.md §8
    def shell(*words):
        return line.call(TASKS, "Shell", "asa{sv}", list(words), {})

    world.done("device", "set", "charging=false")
    line.schedule(job(7), **AS_TRANSFER)
    assert shell("get-battery-charging") == (0, "false\n", "")
    assert shell("get-job-state", "org.stint.transfer", "7") == (0, "waiting\n", "")
    code, out, err = shell("run", "org.stint.transfer", "8")
    assert (code, out) == (-1001, "")
    assert err.startswith("Could not find job 8 in package org.stint.transfer")
    assert shell("cancel", "org.stint.transfer", "7")[0] == 0
    assert line.jobs() == []


def test_run_waits_for_a_network_that_alone_is_missing(world):  # jobs.md §8
    world.start_daemon(policy={"job.run_wait": "1h"})
    run = ("asa{sv}", ["run", "org.stint.transfer", "7"], {})
    with world.line() as line, world.line() as patient:
        line.set_device(network="none", charging="false")
        line.schedule(job(7, **ONLINE), **AS_TRANSFER)
        waits = patient.send(TASKS, "Shell", *run)
        assert patient.jobs()[0]["state"] == "pending"  # it has been heard, and is not answered
        line.set_device(network__transport="wifi")
        assert patient.reply(waits) == (0, "Running job\n", "")
        jobs = line.jobs()  # once: it may end in between
        assert jobs == [] or jobs[0]["state"] == "running"


def test_run_waits_no_longer_than_it_may(world):  # jobs.md §8
    world.start_daemon(policy={"job.run_wait": "50ms"})
    with world.line() as line:
        line.set_device(network="none")
        line.schedule(job(7, **ONLINE), **AS_TRANSFER)
        code, out, err = line.call(TASKS, "Shell", "asa{sv}", ["run", "org.stint.transfer", "7"], {})
        assert (code, out) == (-1002, "")
        assert "has functional constraints but --force not specified" in err


def test_the_dump_tells_of_everything(world, line):  # jobs.md §9.3
    world.done("device", "set", "charging=false", "network.transport=wifi")
    line.schedule(job(7, **ONLINE), **AS_TRANSFER)
    told = world.done("dumpsys", "jobscheduler")
    for part in ("Constants:\n", "  job.bind_timeout=18s\n", "Safeguards", "Power:\n", "Registered 1 jobs:\n",
                 "Network: WIFI", "Pending queue, 0 in order", "Concurrency: ", "Persistence:\n  tracked=1"):
        assert part in told
    sections = [json.loads(row) for row in world.done("dumpsys", "jobscheduler", "--json").splitlines()]
    (whole,) = [row for row in sections if row["section"] == "scheduler"]
    assert whole["constants"]["job.bind_timeout"] == "18s"
    assert whole["power"]["charging"] is False
    (one,) = [row for row in sections if row["section"] == "job"]
    assert one["network"]["transports"] == ["WIFI"]
    assert one["clocks"] is None

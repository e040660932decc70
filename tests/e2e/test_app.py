"""A stranger's app, in C++ on the public headers alone, goes through admission, its life, and its end
(jobs.md §2, §4, §5, §6)."""

import signal

import pytest
from app import PACKAGE, PROGRAM
from events import Directory, wait_for_end

SHORT = {"job.notification_timeout": "1s", "job.op_timeout": "1s", "job.bind_timeout": "2s"}


@pytest.fixture
def short(world, app):
    """A daemon whose patience with an app is a second or two."""
    running = world.start_daemon(SHORT)
    yield running
    assert running.lives()


def jobs(line):
    return {state["id"]: state for state in line.jobs(package=PACKAGE)}


def pending(state):
    return state["state"] == "pending"


class TestAdmission:
    """jobs.md §2.2, §2.3."""

    def test_an_app_that_a_user_sees_starts_a_transfer_at_once(self, world, app, daemon, line):
        """Worked example 14."""
        assert app.start(*app.transfer(1, bytes=1000)) == (0, "success 1\n", "")
        app.until("finish done")
        assert app.told("start user-initiated=1")
        assert app.told("notified")
        with world.line() as watcher:
            end = watcher.until(1, lambda state: state["state"] == "finished", package=PACKAGE)
        assert (end["exitCode"], end["stopReason"], end["transferredDown"]) == (0, 0, 1000)
        assert jobs(line) == {}

    def test_an_app_in_the_background_gets_a_failure_and_nothing_is_replaced(self, app, daemon, line):
        """Worked example 8."""
        assert app.run(*app.job(5, "--charging")).out == "success 5\n"
        app.until("finish", job=5)
        app.world.done("device", "set", "charging=false")
        assert app.run(*app.job(5, "--charging")).out == "success 5\n"
        ended = app.run(*app.transfer(5))
        assert ended[:2] == (1, "failure\n")
        assert f"{PACKAGE} is not visible, and may not start one from the background" in ended.err
        assert jobs(line)[5]["requested"] == "regular"
        assert app.run("describe").out == f"{PACKAGE} can run user-initiated jobs\n"

    @pytest.mark.parametrize(("state", "code"), [("top", 0), ("visible", 0), ("background", 1)])
    def test_a_persons_word_on_its_state_counts(self, world, app, daemon, state, code):
        world.done("app", PACKAGE, "--state", state)
        assert app.run(*app.transfer(1)).code == code

    def test_without_the_permission_it_is_security(self, world, app, daemon, line):
        """Worked example 7."""
        app.install(lambda manifest: manifest.replace('"RUN_USER_INITIATED_JOBS", ', ""))
        restarted(world)
        ended = app.start(*app.transfer(1))
        assert ended.code == 2
        assert "Security" in ended.out
        assert "RUN_USER_INITIATED_JOBS" in ended.out
        assert app.run("describe").out == f"{PACKAGE} cannot run user-initiated jobs\n"
        assert app.run("pending").out == ""

    def test_a_persisted_job_needs_the_boot_permission(self, world, app, daemon):
        app.install(lambda manifest: manifest.replace(', "RECEIVE_BOOT_COMPLETED"', ""))
        restarted(world)
        ended = app.run(*app.job(1, "--persisted"))
        assert (ended.code, "IllegalArgument" in ended.err, "RECEIVE_BOOT_COMPLETED" in ended.err) == (2, True, True)

    def test_a_service_must_be_declared_and_bound_by_the_scheduler(self, world, app, daemon):
        ended = app.run(*app.job(1, "--service", "Job"))
        assert ended.code == 2
        assert "IllegalArgument" in ended.err
        assert "Jobs" in ended.err, "names the service that was meant"
        app.install(lambda manifest: manifest.replace('permission = "BIND_JOB_SERVICE"\n', ""))
        restarted(world)
        ended = app.run(*app.job(1))
        assert ended.code == 2
        assert "BIND_JOB_SERVICE" in ended.err

    def test_an_exported_service_is_accepted_with_a_warning(self, world, app, daemon):
        app.install(lambda manifest: manifest.replace("permission =", "exported = true\npermission ="))
        log = restarted(world).log
        assert app.run(*app.job(1)).out == "success 1\n"
        assert "exported" in log.read_text()

    def test_one_job_more_than_the_cap_is_illegal_state_and_a_replacement_is_not(self, world, app):
        """§2.4; worked example 12."""
        world.start_daemon({"job.max_jobs_per_app": 3})
        world.done("device", "set", "charging=false")
        for number in (1, 2, 3, 2):
            assert app.run(*app.job(number, "--charging")).code == 0
        ended = app.run(*app.job(4, "--charging", "--namespace", "other"))
        assert (ended.code, "IllegalState" in ended.err) == (2, True)


def restarted(world):
    """A daemon that reads the manifests anew."""
    world.daemons[-1].stop()
    made = world.start_daemon()
    world.daemons[0].process = made.process  # the fixture's daemon is this one now
    return made


class TestLife:
    """jobs.md §4, §5.2, §6.3."""

    def test_it_is_stopped_with_the_reason_it_asked_to_be_told(self, world, app, daemon, line):
        """§4.6; worked example 20."""
        app.run(*app.job(1, "--charging", work=-1))
        app.until("start")
        world.done("device", "set", "charging=false")
        app.until("stopped")
        assert app.told("stop reason=CONSTRAINT_CHARGING")
        with world.line() as watcher:
            state = watcher.until(1, pending, package=PACKAGE)
        assert (state["systemStops"], state["failures"]) == (1, 0)

    def test_one_that_answers_no_is_dropped(self, world, app, daemon, line):
        app.run(*app.job(1, "--charging", work=-1, stop="false"))
        app.until("start")
        with world.line() as watcher:
            watcher.until(1, lambda state: state.get("runState") == "executing", package=PACKAGE)
            world.done("device", "set", "charging=false")
            watcher.until(1, lambda state: state["state"] == "finished", package=PACKAGE)
        assert jobs(line) == {}

    def test_a_cancelled_one_is_told_so_and_gone(self, app, daemon, line):
        """§2.6; worked example 28."""
        app.run(*app.job(1, work=-1))
        app.until("start")
        assert app.run("cancel", "1").code == 0
        assert app.run("pending", "1").code == 1, "it is gone at once"
        app.until("stop reason=CANCELLED_BY_APP")
        assert jobs(line) == {}

    def test_a_replaced_one_ends_before_the_new_one_starts(self, app, daemon):
        """§2.4; worked example 29."""
        app.run(*app.job(1, work=-1, code=1))
        app.until("start")
        app.run(*app.job(1, work=0))
        app.until("finish done")
        said = [what.split()[0] for _, _, what in app.lines()]
        assert said == ["start", "notified", "stop", "stopped", "start", "notified", "finish"]

    def test_the_network_it_is_on_is_told_when_it_changes(self, world, app, daemon):
        """§4.7; worked example 27."""
        app.run(*app.job(1, "--network", "any", work=-1))
        assert app.until("start")[0][2].endswith("network=ETHERNET")
        world.done("device", "set", "network.transport=wifi")
        assert app.until("network-changed")[0][2].endswith("network=WIFI")

    def test_two_at_a_time_share_a_process(self, app, daemon):
        app.run(*app.job(1, work=-1))
        app.until("start")
        app.run(*app.job(2, work=-1))
        app.until("start", job=2)
        assert len({pid for pid, _, _ in app.lines()}) == 1

    def test_a_process_of_its_own_that_hosts_is_used(self, world, app, daemon, line):
        process = app.host()
        app.run(*app.job(1, work=0))
        app.until("finish")
        assert app.told("start")[0][0] == str(process.pid)
        assert process.poll() is None, "it is not ours to end"

    def test_whoever_watches_it_is_told_that_it_executes(self, world, app, daemon):
        """§4.1: nothing else happens to it with the answer to onStartJob, no notification either."""
        world.done("device", "set", "charging=false")
        app.run(*app.job(1, "--charging", notify="never", work=-1))
        with world.line() as watcher:
            watcher.until(1, pending, package=PACKAGE)
            world.done("device", "set", "charging=true")
            watcher.until(1, lambda state: state.get("runState") == "executing", package=PACKAGE)

    def test_no_notification_in_time_is_a_failure(self, world, app, short):
        """§5.2; worked example 15: no onStopJob."""
        app.start(*app.transfer(1, notify="never", work=-1))
        with world.line() as watcher:
            state = watcher.until(1, pending, package=PACKAGE)
        assert (state["failures"], state["reasonNames"]) == (1, ["CONSTRAINT_MINIMUM_LATENCY"])
        assert app.told("stop") == []

    def test_a_notification_just_in_time_is_enough(self, world, app, short):
        app.start(*app.transfer(1, notify="late", late=300, work=2000))
        app.until("finish done")

    def test_a_notification_without_an_icon_or_of_no_channel_is_refused(self, world, app, short):
        """§5.1; worked example 49: the clock keeps running."""
        for number, how in ((1, "no-icon"), (2, "bad-channel")):
            app.start(*app.transfer(number, notify=how, work=-1))
            app.until("not-notified", job=number)
            with world.line() as watcher:
                assert watcher.until(number, pending, package=PACKAGE)["failures"] == 1

    def test_silence_at_the_start_ends_the_job(self, world, app, short):
        """§4.1; worked example 16."""
        app.run(*app.job(1, start="hang"))
        with world.line() as watcher:
            watcher.until(1, lambda state: state["state"] == "finished", package=PACKAGE)

    def test_silence_takes_the_apps_other_jobs_with_it(self, world, app, short):
        """§4.8: the process is killed; its other jobs end as connection lost and start again."""
        app.run(*app.job(2, work=-1))
        ((pid, _, _),) = app.until("start", job=2)
        app.run(*app.job(1, start="hang"))
        again = app.until("start", job=2, times=2)[1]
        assert again[0] != pid
        with world.line() as watcher:
            state = watcher.until(2, lambda state: state["state"] == "running", package=PACKAGE)
        assert (state["systemStops"], state["failures"]) == (1, 0)

    def test_silence_at_the_stop_is_a_system_stop(self, world, app, short):
        """§4.1; worked example 18: and the process is killed."""
        app.run(*app.job(1, "--charging", work=-1, stop="hang"))
        ((pid, _, _),) = app.until("start")
        with world.line() as watcher:
            watcher.until(1, lambda state: state.get("runState") == "executing", package=PACKAGE)
            world.done("device", "set", "charging=false")
            state = watcher.until(1, pending, package=PACKAGE)
        assert (state["systemStops"], state["failures"]) == (1, 0)
        wait_for_end(int(pid))

    def test_one_that_never_connects_is_a_failure(self, world, app, short):
        """§4.1; worked example 17."""
        app.install(lambda manifest: manifest.replace(f'["{PROGRAM}", "host", "Jobs"]', '["sleep", "1000"]'))
        world.daemons[-1].stop()
        made = world.start_daemon(SHORT)
        short.process = made.process
        app.run(*app.job(1))
        with world.line() as watcher:
            state = watcher.until(1, pending, package=PACKAGE)
        assert state["failures"] == 1

    def test_a_crash_is_a_system_stop_and_three_are_too_many(self, world, app, daemon):
        """§3.1 (4), §6.3, §12.3; worked example 35."""
        app.run(*app.job(1, start="crash"))
        with world.line() as watcher:
            state = watcher.until(1, lambda state: pending(state) and state["systemStops"] >= 3, package=PACKAGE)
            assert (state["systemStops"], state["failures"]) == (3, 0)
        assert len(app.told("start")) == 3
        assert world.stint("apps", "--json").out.count('"bad":true') == 1
        # The user's act takes the mark away.
        assert app.start("describe").code == 0
        assert '"bad":true' not in world.done("apps", "--json")

    def test_one_that_asks_for_a_retry_backs_off(self, world, app, daemon):
        """§6.1, §6.2; worked example 32: 30 s."""
        app.run(*app.job(1, end="reschedule"))
        with world.line() as watcher:
            watcher.until(1, lambda state: pending(state) and state["failures"] == 1, package=PACKAGE)
            _, (blocker,) = watcher.explain(1, package=PACKAGE)
        assert blocker["name"] == "CONSTRAINT_MINIMUM_LATENCY"
        assert 29_000 <= blocker["until"] - blocker["since"] <= 31_000


class TestBounds:
    """An app may do nothing to others (architecture.md, who is calling)."""

    def test_it_neither_sees_nor_cancels_anothers_jobs(self, world, app, daemon, line, origin):
        origin.serve("file.bin", b"content")
        world.done("device", "set", "charging=false")
        assert world.get(origin.url("file.bin"), "--charging") == 1
        assert app.run("pending").out == ""
        assert app.run("cancel", "1").code == 0, "an unknown id is fine (§2.1)"
        assert app.run("cancel", "everywhere").code == 0
        assert [state["id"] for state in line.jobs()] == [1]

    def test_namespaces_are_apart(self, world, app, daemon, line):
        """§2.1, §2.4."""
        world.done("device", "set", "charging=false")
        for space in ((), ("--namespace", "sync")):
            assert app.run(*app.job(1, "--charging", *space)).code == 0
        assert app.run("cancel", "all").code == 0
        (left,) = line.jobs(package=PACKAGE)
        assert (left["namespace"], left["id"]) == ("sync", 1)
        assert app.run("pending", "--namespace", "sync").out == "1 Jobs\n"

    def test_stop_kills_everything_of_it_and_nothing_of_others(self, world, app, daemon, line, slow_origin):
        """jobs.md §5.4; worked example 40."""
        slow_origin.serve("file.bin", bytes(32 * 1024 * 1024))
        other = world.get(slow_origin.url("file.bin"))
        app.start(*app.transfer(1, work=-1))
        app.run(*app.job(2, work=-1))
        app.until("notified")
        ((pid, _, _),) = app.until("start", job=2)
        with world.line() as watcher:
            watcher.until(1, lambda state: state.get("runState") == "executing", package=PACKAGE)
        world.done("tasks", "stop", PACKAGE)
        wait_for_end(int(pid))
        assert app.told("stop") == app.told("stop", job=2) == [], "no onStopJob"
        with world.line() as watcher:
            state = watcher.until(2, pending, package=PACKAGE)
            assert (state["failures"], state["demoted"]) == (1, True)
        assert 1 not in jobs(line)
        assert [state["state"] for state in line.jobs() if state["id"] == other] == ["running"] * 1


class TestDaemonDeath:
    """architecture.md, when the daemon dies."""

    def test_what_it_started_dies_with_it_and_starts_again(self, world, app):
        first = world.start_daemon()
        app.run(*app.job(1, work=-1))
        ((pid, _, _),) = app.until("start")
        first.kill()
        wait_for_end(int(pid))
        world.start_daemon()
        assert app.until("start", times=2)[1][0] != pid

    def test_a_process_of_its_own_lives_on_and_hosts_again(self, world, app):
        first = world.start_daemon()
        process = app.host()
        app.run(*app.job(1, work=-1))
        app.until("start")
        used = app.told("start")[0][0] == str(process.pid)
        first.kill()
        second = world.start_daemon()
        app.until("start", times=2)
        assert process.poll() is None
        if used:
            assert app.told("stopped"), "onStopJob was called on the spot"
        process.send_signal(signal.SIGKILL)
        assert second.lives()


def test_an_app_that_is_removed_takes_its_jobs_with_it(world, app, daemon, line):
    """jobs.md §7.4."""
    world.done("device", "set", "charging=false")
    assert app.run(*app.job(1, "--charging")).code == 0
    (world.apps / f"{PACKAGE}.toml").unlink()
    with Directory(world.root) as directory:
        directory.until(lambda: f"cancelled job={PACKAGE}/1" in daemon.log.read_text())
    assert jobs(line) == {}
    assert PACKAGE not in world.done("apps")

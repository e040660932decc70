"""The page's server against a real stintd with real jobs (linux.md §A.11): its stream, what a
browser has missed, a daemon that dies, the questions and the actions, and names that are markup elsewhere."""

import json
import os
import signal
import time

import pytest
from app import PACKAGE, App
from commands import SHELL, schedule, script, spools, until_written
from events import Deadline, wait_for_end
from jobs import labelled
from line import TRANSFER
from taskmanager import Served
from test_strangers_words import steering

FIRST = ["hello", "jobs", "finished", "tasks", "apps", "device", "alarms", "messages", "work", "output", "daemon"]


@pytest.fixture
def served(world, daemon):
    return Served(world).enter()


def waits(world, *words):
    """A command that waits for power; answers its whole name."""
    return f"{SHELL}/{schedule(world, '--charging', *words, '--', 'true')}"


@pytest.fixture
def unplugged(line):
    line.set_device(charging="false")


def of_job(key):
    return lambda event: event.topic == "jobs" and any(job["key"] == key for job in event.data["jobs"])


def gone(key):
    return lambda event: event.topic == "jobs" and key in event.data["gone"]


def charging(event):
    return event.topic == "device" and any(row["key"] == "charging" and row["value"] == "true"
                                           for row in event.data["values"])


class TestStream:
    def test_it_begins_with_everything_in_order(self, world, served, unplugged):
        key = waits(world)
        with served.events() as events:
            seen = events.first()
        assert list(seen) == FIRST
        assert seen["hello"].data["schema"] == 1 and seen["hello"].data["daemon"] == "up" and seen["hello"].data["now"] > 0
        assert seen["jobs"].data["all"] and [job["key"] for job in seen["jobs"].data["jobs"]] == [key]
        assert seen["daemon"].data["state"] == "up"
        assert {"values", "doze", "limits", "networks"} == set(seen["device"].data)

    def test_a_job_is_what_stint_prints_of_it(self, world, served, unplugged):
        waits(world)
        with served.events() as events:
            (told,) = events.first()["jobs"].data["jobs"]
        (printed,) = [json.loads(line) for line in world.done("jobs", "--json").splitlines()]
        assert list(told) == [*printed, "key", "place"]
        assert {**printed, "key": printed["job"], "place": told["place"]} == told

    def test_a_change_is_told_once_it_is_there(self, world, served, unplugged, line):
        with served.events() as events:
            events.first()
            key = waits(world)
            event = events.until(of_job(key))
            assert not event.data["all"]
            line.set_device(charging="true")
            _, ended, _ = events.each(gone(key), lambda event: event.topic == "finished", charging)
            assert [job["key"] for job in ended.data["jobs"]] == [key]

    def test_what_was_missed_comes_after_the_last_event(self, world, served, unplugged):
        with served.events() as other, served.events() as events:
            events.first()
            other.first()
            last = events.until(of_job(waits(world))).id
            missed = waits(world)
            # The one that stays sees it, and so knows that it was sent.
            passed = other.until(of_job(missed)).id
            with served.events(last_id=last) as again:
                event = again.next()
                assert int(last) < int(event.id) <= int(passed), "nothing of what it had comes twice"
                assert of_job(missed)(event) or again.until(of_job(missed))

    @pytest.mark.parametrize("last", ["0", "999999999", "x", "-1"])
    def test_what_is_not_there_any_more_is_told_anew(self, world, served, unplugged, last):
        with served.events() as events:
            events.first()
            with served.events(last_id=last) as again:
                assert again.next().topic == "resync"
                assert [again.next().topic for _ in FIRST] == FIRST

    def test_a_browser_that_reads_nothing_loses_no_more_than_time(self, world, served, unplugged, line):
        """Its queue is bounded: then it gets everything anew."""
        with served.events() as events:
            events.first()
            key = waits(world)
            os.kill(served.process.pid, signal.SIGSTOP)
            line.set_device(battery="55")
            os.kill(served.process.pid, signal.SIGCONT)
            assert events.until(of_job(key))

    def test_another_stream_has_the_same_ids(self, world, served, unplugged):
        with served.events() as one, served.events() as two:
            one.first(), two.first()
            key = waits(world)
            assert one.until(of_job(key)).id == two.until(of_job(key)).id


class TestDaemon:
    def test_a_kill_is_told_and_the_next_one_is_found(self, world):
        daemon = world.start_daemon()
        world.done("device", "set", "charging=false")
        served = Served(world).enter()
        key = waits(world)
        with served.events() as events:
            events.first()
            daemon.kill()
            assert events.until(lambda event: event.topic == "daemon").data["state"] == "down"
            assert served.post("/api/jobs/pause", {"job": key}).status == 503
            assert served.get(f"/api/why?job={key}").status == 503
            assert served.get("/metrics").status == 503
            world.start_daemon()
            back = events.first()
            assert list(back) == FIRST and back["daemon"].data["state"] == "up"
            assert back["jobs"].data["all"] and [job["key"] for job in back["jobs"].data["jobs"]] == [key]

    def test_without_one_the_stream_says_so_and_waits(self, world):
        served = Served(world).enter()
        with served.events() as events:
            assert [events.next().topic, events.next().data["state"]] == ["hello", "down"]
            world.start_daemon()
            assert events.first()["hello"].data["daemon"] == "up"

    def test_it_keeps_no_line_to_stintd_when_nobody_looks(self, world, served, daemon):
        def lines():
            return sum(is_socket(f"/proc/{served.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{served.process.pid}/fd"))

        idle = lines()
        with served.events() as events:
            events.first()
            assert lines() > idle
        deadline = Deadline(30)
        while lines() > idle and not deadline.passed():
            assert served.ask("GET", "/nobody", {"Cookie": None}).status == 401  # a stranger keeps nothing awake
        assert lines() == idle

    def test_it_ends_when_nobody_has_looked_for_a_while(self, world):
        served = Served(world, "--idle", "1s").enter()
        assert served.process.wait(30) == 0
        assert not (world.runtime / "taskmanager.address").exists()
        assert Served(world).token != served.token

    def test_a_stream_keeps_it_there(self, world):
        served = Served(world, "--idle", "1s").enter()
        with served.events() as events:
            while events.comments == 0:
                events.next()
            assert served.process.poll() is None
        assert served.process.wait(30) == 0


class TestQuestions:
    def test_why_is_what_stint_why_prints(self, world, served, unplugged):
        key = waits(world)
        (told,) = served.get(f"/api/why?job={key}").json["jobs"]
        assert told == json.loads(world.stint("why", key, "--json", "--history").out)
        assert told["blockers"][0]["name"] == "CONSTRAINT_CHARGING"

    def test_why_of_many_has_each_in_its_place(self, world, served, unplugged, line):
        key = waits(world)
        ended = f"{SHELL}/{schedule(world, '--', 'true')}"
        line.until(int(ended.split("/")[1]), lambda it: it["state"] == "finished", package=SHELL)
        names = ["x/1", key, "nonsense", ended] + [key] * 46
        jobs = served.get("/api/why?" + "&".join(f"job={name}" for name in names)).json["jobs"]
        assert len(jobs) == 50
        assert jobs[0]["key"] == "x/1" and "error" in jobs[0]
        assert jobs[2]["key"] == "nonsense" and "PACKAGE/7" in jobs[2]["error"]
        assert jobs[3]["state"] == "finished" and jobs[3]["blockers"] == []
        assert all(job["job"] == key for job in [jobs[1], *jobs[4:]])

    @pytest.mark.parametrize("query", ["", "?", "?job", "?job=%", "?job=%zz", "?jobs=x/1", "?job=x/1&more=1",
                                       "?" + "&".join(["job=x/1"] * 51)])
    def test_a_question_that_is_none_is_400(self, served, query):
        assert served.get(f"/api/why{query}").status == 400

    def test_the_log_is_what_stint_log_prints(self, world, served, line):
        job = schedule(world, "--", "true")
        line.until(job, lambda it: it["state"] == "finished", package=SHELL)
        told = served.get(f"/api/log?job={SHELL}/{job}").json["runs"]
        assert told == [json.loads(each) for each in world.done("log", str(job), "--json").splitlines()]
        assert [each["what"] for each in told][::2] == ["scheduled", "ended"]
        assert served.get("/api/log?job=x/1").status == 404

    def test_the_constraints_are_what_stint_help_prints(self, world, served):
        told = served.get("/api/constraints").json["rows"]
        assert told == [json.loads(each) for each in world.done("help", "constraints", "--json").splitlines()]


class TestDay:
    def test_it_has_what_ran_and_what_the_device_was(self, world, served, unplugged, line):
        key = waits(world)
        line.set_device(charging="true")
        line.until(int(key.split("/")[1]), lambda it: it["state"] == "finished", package=SHELL)
        now = int(time.time() * 1000)
        day = served.get(f"/api/day?from={now - 86_400_000}&to={now + 60_000}").json
        (run,) = [run for run in day["runs"] if run["key"] == key]
        assert run["began"] and run["ended"] >= run["began"]
        assert ["mains"] in [wait["wants"] for wait in run["waits"]]
        assert [change["value"] for change in day["device"] if change["key"] == "charging"][-2:] == ["no", "yes"]

    @pytest.mark.parametrize("query", ["", "?from=1", "?from=1&to=x", "?from=1&to=2&more=3", "?from=1&from=2",
                                       "?from=0&to=99999999999999"])
    def test_a_span_that_is_none_is_400(self, served, query):
        assert served.get(f"/api/day{query}").status == 400


class TestWhatIf:
    def test_it_is_what_stint_why_foretells_and_changes_nothing(self, world, served, unplugged):
        key = waits(world)
        plugged = served.post("/api/what-if", {"job": key, "changes": {"charging": "yes"}}).json["forecast"]
        assert plugged["runs"] and plugged["blockers"] == [] and plugged["says"]
        still = served.post("/api/what-if", {"job": key, "changes": {}}).json["forecast"]
        assert not still["runs"] and still["blockers"][0]["name"] == "CONSTRAINT_CHARGING"

    @pytest.mark.parametrize("body", [{"job": "x/1"}, {"job": "x/1", "changes": []}, {"job": "x/1", "changes": {"a": 1}},
                                      {"job": 7, "changes": {}}])
    def test_a_question_that_is_none_is_400(self, served, body):
        assert served.post("/api/what-if", body).status == 400

    def test_a_change_that_is_none_is_400_and_says_why(self, world, served, unplugged):
        answer = served.post("/api/what-if", {"job": waits(world), "changes": {"warp": "yes"}})
        assert answer.status == 400 and "warp" in answer.json["error"]


class TestActions:
    def test_pause_resume_and_cancel(self, world, served, unplugged):
        key = waits(world)
        for verb, held in (("pause", True), ("resume", False)):
            assert served.post(f"/api/jobs/{verb}", {"job": key}).json == {"ok": True}
            assert served.get(f"/api/why?job={key}").json["jobs"][0]["held"] is held
        assert served.post("/api/jobs/cancel", {"job": key}).json == {"ok": True}
        for verb in ("pause", "resume", "cancel", "run-now"):
            answer = served.post(f"/api/jobs/{verb}", {"job": key})
            assert answer.status in (404, 409) and answer.json["error"], verb
        assert served.post("/api/jobs/retry", {"job": key}).json == {"ok": True}  # jobs.md §14.3
        assert served.get(f"/api/why?job={key}").json["jobs"][0]["state"] == "pending"

    def test_what_is_cleared_is_off_every_list_and_nothing_is_kept_of_it(self, world, served, unplugged):
        # jobs.md §14.3
        key, waiting = waits(world), waits(world)
        orders = {spool / "order" for spool in spools(world)}
        assert served.post("/api/jobs/cancel", {"job": key}).json == {"ok": True}

        def listed(event):
            return event.topic == "finished" and [job["key"] for job in event.data["jobs"]]

        with served.events() as events:
            assert listed(events.first()["finished"]) == [key]
            answer = served.post("/api/jobs/clear", {"jobs": [waiting, key]})
            (failed,) = answer.json["failed"]
            assert failed["key"] == waiting and "has not ended" in failed["error"]
            events.until(lambda event: listed(event) == [])
        assert len([order for order in orders if order.exists()]) == 1
        assert served.post("/api/jobs/clear", {"job": waiting}).status == 409
        assert served.post("/api/jobs/clear", {"job": key}).status == 404

    def test_of_a_job_that_has_ended_and_of_one_that_never_was(self, world, served, line):
        job = schedule(world, "--", "true")
        line.until(job, lambda it: it["state"] == "finished", package=SHELL)
        for verb in ("pause", "cancel", "retry", "run-now"):
            assert served.post(f"/api/jobs/{verb}", {"job": f"{SHELL}/{job}"}).status == 409, verb
            assert served.post(f"/api/jobs/{verb}", {"job": "com.example.none/1"}).status == 404, verb

    def test_several_at_once_of_which_those_that_cannot_are_told(self, world, served, unplugged):
        # linux.md §A.11
        first, second = waits(world), waits(world)
        nobody = "com.example.none/1"
        for verb, held in (("pause", True), ("resume", False)):
            answer = served.post(f"/api/jobs/{verb}", {"jobs": [first, nobody, second]})
            (failed,) = answer.json["failed"]
            assert answer.status == 200 and failed["key"] == nobody and "no job" in failed["error"]
            assert [job["held"] for job in served.get(f"/api/why?job={first}&job={second}").json["jobs"]] == [held, held]
        after = f"{SHELL}/{schedule(world, '--after', first.split('/')[1], '--', 'true')}"
        assert served.post("/api/jobs/cancel", {"jobs": [first, after, second]}).json == {"failed": []}
        outcomes = {job["job"]: job["outcome"] for job in map(json.loads, world.done("jobs", "--finished", "--json").splitlines())}
        assert outcomes[after] == "cancelled", "not ended by the end of what it waits for"

    def test_a_move_is_told_by_the_places(self, world, served, unplugged):
        # jobs.md §14.6
        first, second = waits(world), waits(world)
        places = {}

        def swapped(event):
            if event.topic == "jobs":
                places.update((job["key"], job["place"]) for job in event.data["jobs"])
            return event.topic == "jobs" and places[second] < places[first]

        with served.events() as events:
            places.update((job["key"], job["place"]) for job in events.first()["jobs"].data["jobs"])
            assert places[first] < places[second]
            assert served.post("/api/jobs/move", {"job": second, "to": "top"}).json == {"ok": True}
            events.until(swapped)
        assert served.post("/api/jobs/move", {"jobs": [first, second], "to": "bottom"}).json == {"failed": []}

    @pytest.mark.parametrize("body", [{"jobs": []}, {"jobs": "x/7"}, {"jobs": [7]}, {"jobs": ["7"]}, {"jobs": ["x/7"], "job": "x/7"},
                                      {"jobs": ["x/7"], "to": "top"}])
    def test_a_list_of_jobs_that_is_none_is_400(self, served, body):
        assert served.post("/api/jobs/pause", body).status == 400

    @pytest.mark.parametrize("body", [{"job": "x/7"}, {"job": "x/7", "to": 1}, {"job": "x/7", "to": "left"}, {"to": "top"}])
    def test_a_move_that_is_none_is_400_and_says_what_would_be_one(self, served, body):
        answer = served.post("/api/jobs/move", body)
        assert answer.status == 400 and answer.json["error"]

    def test_run_now_names_what_it_passed_over(self, world, served, unplugged):
        key = waits(world)
        answer = served.post("/api/jobs/run-now", {"job": key})
        assert answer.status == 200 and answer.json["runs"]
        assert [blocker["name"] for blocker in answer.json["blockers"]] == ["CONSTRAINT_CHARGING"]

    def test_stop_says_how_many_died(self, world, served):
        app = App(world)
        app.install()
        world.use_what_is_new()
        assert app.start(*app.transfer(7, work="-1")).code == 0
        app.until("start", job="7")
        assert served.post("/api/apps/stop", {"package": PACKAGE}).json["killed"] >= 1
        assert served.post("/api/apps/stop", {"package": PACKAGE}).status == 409
        assert served.post("/api/apps/stop", {"package": "com.example.none"}).status == 404

    def test_the_battery_choice(self, world, served):
        App(world).install()
        world.use_what_is_new()
        assert served.post("/api/apps/battery", {"package": PACKAGE, "use": "restricted"}).json == {"ok": True}
        assert json.loads(world.done("app", PACKAGE, "--json"))["batteryUse"] == "restricted"
        assert served.post("/api/apps/battery", {"package": PACKAGE, "use": "fast"}).status == 400
        assert served.post("/api/apps/battery", {"package": "com.example.none", "use": "restricted"}).status == 404

    def test_the_device_is_the_machines_again(self, world, served, unplugged, line):
        assert served.post("/api/device/reset", {"keys": ["warp"]}).status == 400
        assert served.post("/api/device/reset", {"keys": "charging"}).status == 400
        assert served.post("/api/device/reset", {"keys": ["charging"]}).json == {"ok": True}
        assert "set" not in world.done("device")


class TestNames:
    def test_markup_and_control_characters_are_text(self, world, served, unplugged, line):
        word = "<img src=x onerror=alert(1)>\u202e\u0007</script>\u2028"
        assert line.schedule(labelled(word), namespace="n<b>", **{"as": ("s", TRANSFER)}, newId=("b", True))[0] == 1
        with served.events() as events:
            (job,) = events.first()["jobs"].data["jobs"]
        assert job["label"] == word and job["key"].startswith(f"{TRANSFER}/n<b>#")
        answer = served.get("/api/why?job=" + job["key"].replace("#", "%23").replace("<", "%3C").replace(">", "%3E"))
        assert answer.headers["content-type"] == "application/json"
        assert not steering(answer.body.decode())
        assert answer.json["jobs"][0]["label"] == word


class TestMetrics:
    def test_a_real_parser_reads_them(self, world, served, unplugged, line):
        parser = pytest.importorskip("prometheus_client.openmetrics.parser")
        waits(world)
        ran = script(world, "echo ran > ran\n")
        schedule(world, "--", ran)
        until_written(world.downloads / "ran")
        answer = served.get("/metrics")
        assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        text = answer.body.decode()
        assert text.endswith("# EOF\n")
        families = {family.name: family for family in parser.text_string_to_metric_families(text)}
        assert set(families) == {"stint_jobs", "stint_job_wait_seconds", "stint_quota_used_seconds", "stint_bytes",
                                 "stint_bytes_wasted", "stint_wakeups", "stint_decision_seconds", "stint_push_messages",
                                 "stint_push_delay_seconds", "stint_push_keepalives", "stint_push_line_up"}
        jobs = {sample.labels["state"]: sample.value for sample in families["stint_jobs"].samples}
        assert jobs["pending"] == 1
        decided = {sample.name: sample.value for sample in families["stint_decision_seconds"].samples}
        assert decided["stint_decision_seconds_count"] > 0 and decided["stint_decision_seconds_sum"] > 0
        assert not any("id" in sample.labels or "job" in sample.labels for family in families.values() for sample in family.samples)

    def test_a_wait_is_counted_by_what_was_waited_for(self, world, served, unplugged, line):
        parser = pytest.importorskip("prometheus_client.openmetrics.parser")
        key = waits(world)
        line.set_device(charging="true")
        line.until(int(key.split("/")[1]), lambda it: it["state"] == "finished", package=SHELL)
        families = parser.text_string_to_metric_families(served.get("/metrics").body.decode())
        (waited,) = [family for family in families if family.name == "stint_job_wait_seconds"]
        counted = {sample.labels["constraint"]: sample.value for sample in waited.samples if sample.name.endswith("_count")}
        assert counted["CONSTRAINT_CHARGING"] == 1

    def test_the_token_as_a_bearer_reads_them_and_nothing_else(self, served):
        stranger = {"Cookie": None, "Authorization": f"Bearer {served.token}"}
        assert served.get("/metrics", headers=stranger).status == 200
        assert served.get("/api/constraints", headers=stranger).status == 401
        assert served.get("/metrics", headers=stranger | {"Authorization": "Bearer x"}).status == 401


class TestVerb:
    def test_ui_starts_one_and_prints_its_address(self, world, daemon):
        address = world.done("ui", "--no-open").strip()
        again = json.loads(world.done("ui", "--json", "--no-open"))
        assert again == {"schema": 1, "address": address, "opened": False}
        first, *others = sorted(int(pid) for pid in os.listdir("/proc") if pid.isdigit() and served_by(pid, world))
        for other in others:
            wait_for_end(other)  # it has told of the first, and is about to go
        os.kill(first, signal.SIGTERM)

    def test_a_port_that_is_none_is_refused(self, world, daemon):
        for port in ("0", "65536", "http", "-1"):
            assert world.stint("ui", f"--port={port}").code == 64

    def test_without_stintd_it_says_so(self, world):
        ended = world.stint("ui")
        assert ended.code == 69 and "no stintd" in ended.err

    def test_a_job_starts_none(self, world, daemon):
        """It is no operator: a server of its own could do nothing, and would be in the way."""
        ran = script(world, "stint ui --no-open > told 2>&1; echo $? > code\n")
        schedule(world, "--", ran)
        assert until_written(world.downloads / "code").strip() == "77"
        assert not (world.runtime / "taskmanager.address").exists()


def is_socket(descriptor):
    try:
        return os.readlink(descriptor).startswith("socket:")
    except FileNotFoundError:  # closed meanwhile
        return False


def served_by(pid, world):
    """True if the process is this world's server."""
    try:
        with open(f"/proc/{pid}/environ", encoding="utf-8") as environ, open(f"/proc/{pid}/comm", encoding="utf-8") as name:
            return name.read().strip() == "stint-taskmanag" and str(world.root) in environ.read()
    except OSError:
        return False

"""Downloads that are added on the page (linux.md §A.11): as `stint get -i` reads a list, and schedules it; with what a
stranger would like to send, and where he would like it to be written."""

import json
import os
import re

import pytest
from line import TRANSFER
from page_tricks import CAN_BE_ANOTHER, of_another
from taskmanager import Served, read_answer

ADD = "/api/downloads"


@pytest.fixture
def home(world):
    home = world.root / "home"
    (home / "Downloads").mkdir()
    return home


@pytest.fixture
def served(world, daemon, home):
    return Served(world).enter()


def wanted(*urls, **other):
    return {"urls": "\n".join(urls), "directory": "~/Downloads", "checksum": "", "when": []} | other


def jobs(world):
    return [json.loads(line) for line in world.done("jobs", "--json").splitlines()]


@pytest.fixture
def waits(line):
    """Nothing is fetched: there is no network that fits."""
    line.set_device(**{"network.metered": "true"})
    return ["unmetered"]


class TestList:
    def test_it_is_scheduled_as_stint_get_does_and_says_what_it_says(self, world, served, home, waits):
        answer = served.post(ADD, wanted("# a list", "http://127.0.0.1:9/one", "", "  http://127.0.0.1:9/two\r", when=waits))
        assert answer.status == 200, answer
        added = {job["path"]: job for job in jobs(world)}
        assert set(added) == {str(home / "Downloads" / name) for name in ("one", "two")}
        assert {(job["package"], job["requested"]) for job in added.values()} == {(TRANSFER, "regular")}
        assert answer.json["says"].splitlines()[0] == \
            "not in the foreground of a terminal: scheduled as a regular job, with the same conditions"
        for job in added.values():
            assert f"{job['job']}: downloading to {job['path']}" in answer.json["says"]

    def test_its_conditions_are_those_of_stint_get(self, world, served, line):
        line.set_device(charging="false", **{"network.metered": "true"})
        served.post(ADD, wanted("http://127.0.0.1:9/one", when=["unmetered", "charging", "tonight"]))
        (job,) = jobs(world)
        assert {"CONSTRAINT_CHARGING", "CONSTRAINT_CONNECTIVITY", "CONSTRAINT_MINIMUM_LATENCY"} <= \
            {reason["name"] for reason in job["reasons"]}
        assert job["terms"]["at"] > job["enqueued"]

    def test_a_longer_list_is_a_pool(self, world, served, waits):
        # jobs.md §14.1
        urls = [f"http://127.0.0.1:9/{number}" for number in range(20)]
        assert served.post(ADD, wanted(*urls, when=waits)).status == 200
        pools = {job["terms"]["pool"] for job in jobs(world)}
        assert len(jobs(world)) == 20 and len(pools) == 1 and pools != {None}

    def test_a_line_that_is_wrong_is_told_with_its_number_and_nothing_is_added(self, world, served):
        for line, why in (("junk", 'line 3: "junk" has no scheme'), ("file:///etc/passwd", 'line 3: the scheme "file"'),
                          ("http://h/a b", "line 3: .*blank or a control character"), ("http://h/\x1b[2J", "line 3:"),
                          ("http://h/\x00", "line 3:"), ("http:///x", "line 3: .*names no host"),
                          ("javascript:alert(1)", "line 3:"), ("-o/etc/x", "line 3:")):
            answer = served.post(ADD, wanted("http://127.0.0.1:9/one", "", line, "http://127.0.0.1:9/two"))
            assert answer.status == 400, line
            assert re.search(why, answer.json["error"]), answer.json
            assert "\x1b" not in answer.json["error"]
        assert jobs(world) == []

    def test_two_for_one_file_and_a_file_that_is_there_are_refused_whole(self, world, served, home):
        (home / "Downloads" / "there").write_text("mine")
        for urls, why in ((("http://a.example/x", "http://b.example/x"), "would both be saved as"),
                          (("http://a.example/new", "http://a.example/there"), "exists already")):
            answer = served.post(ADD, wanted(*urls))
            assert answer.status == 400 and why in answer.json["error"]
        assert jobs(world) == [] and (home / "Downloads" / "there").read_text() == "mine"

    def test_a_checksum_is_of_one_file_and_kept_with_it(self, world, served, waits):
        checksum = "sha256:" + "ab" * 32
        assert "one file" in served.post(ADD, wanted("http://h/1", "http://h/2", checksum=checksum)).json["error"]
        assert served.post(ADD, wanted("http://h/1", checksum="sha256:ab")).status == 400
        assert served.post(ADD, wanted("http://127.0.0.1:9/1", checksum=checksum, when=waits)).status == 200

    def test_without_a_daemon_it_says_so_and_starts_none(self, world, home):
        served = Served(world).enter()
        answer = served.post(ADD, wanted("http://127.0.0.1:9/one"))
        assert answer.status == 503 and answer.json["error"]
        assert not (world.root / "runtime" / "stint" / "socket").exists()


class TestDirectory:
    @pytest.mark.parametrize("directory, why", [
        ("/etc", "not in your home"), ("~/..", "not in your home"), ("~/Downloads/../..", "not in your home"),
        ("/", "not in your home"), ("~/out", "not in your home"), ("~/.ssh", "hidden"), ("~/to-hidden", "hidden"),
        ("~/nothing", "no directory"), ("~/file", "no directory"), ("~root", "no directory's path"), ("Downloads", "no directory's path"),
        ("", "no directory's path"), ("~/Down\x00loads", "control character"), ("~/\x1b[2J", "control character"),
        ("~/" + "a" * 5000, "no directory"), ("/proc/self/fd/../../root/etc", "not in your home|no directory")])
    def test_one_elsewhere_is_refused_by_its_real_path(self, world, served, home, directory, why):
        (home / ".ssh").mkdir()
        (home / "to-hidden").symlink_to(home / ".ssh")
        (home / "out").symlink_to("/etc")
        (home / "file").write_text("")
        answer = served.post(ADD, wanted("http://127.0.0.1:9/one", directory=directory))
        assert answer.status == 400 and any(word in answer.json["error"] for word in why.split("|")), answer
        assert "\x1b" not in answer.json["error"]
        assert jobs(world) == []

    def test_one_that_a_link_inside_the_home_leads_to_is_that_one(self, world, served, home, waits):
        (home / "large disk").mkdir()
        (home / "link").symlink_to("large disk")
        assert served.post(ADD, wanted("http://127.0.0.1:9/one", directory="~/link/", when=waits)).status == 200
        assert jobs(world)[0]["path"] == str(home / "large disk" / "one")

    def test_a_home_that_is_a_link_is_a_home(self, world, daemon, home, waits):
        place = world.root / "real-home"
        home.rename(place)
        home.symlink_to(place)
        assert Served(world).enter().post(ADD, wanted("http://127.0.0.1:9/one", when=waits)).status == 200


class TestDoor:
    @pytest.mark.parametrize("body", [
        b"", b"{", b"[]", {}, {"urls": "http://h/1"}, wanted("http://h/1", force=True), wanted("http://h/1", urls=7),
        wanted("http://h/1", urls=["http://h/1"]), wanted("http://h/1", directory=None), wanted("http://h/1", when="charging"),
        wanted("http://h/1", when=["--force"]), wanted("http://h/1", when=[7]), wanted("http://h/1", checksum={}), wanted(),
        wanted("# nothing", "  "), wanted("http://h/1", checksum="--force"), b"\xff" * 100])
    def test_a_body_that_is_no_list_is_400_and_says_why(self, served, body):
        answer = served.post(ADD, body)
        assert answer.status == 400 and answer.json["error"]

    def test_sixty_four_kibibytes_are_the_most(self, world, served):
        body = json.dumps(wanted("http://127.0.0.1:9/one", "junk")).encode()
        assert served.post(ADD, body + b" " * (65536 - len(body))).status == 400
        assert served.post(ADD, body + b" " * (65537 - len(body))).status == 413
        assert served.post(ADD, wanted("A" * 60000)).status == 400
        assert jobs(world) == []

    def test_nobody_else_adds_any(self, world, served):
        body = wanted("http://127.0.0.1:9/one")
        for headers, status in (({"Cookie": None}, 401), ({"Cookie": "stint=" + "0" * 64}, 401),
                                ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
                                ({"Host": "evil.example"}, 421), ({"Content-Type": "text/plain"}, 415),
                                ({"Content-Type": "application/x-www-form-urlencoded"}, 415)):
            assert served.post(ADD, body, headers=headers).status == status, headers
        assert served.get(ADD).status == 405
        assert jobs(world) == []

    @pytest.mark.skipif(not CAN_BE_ANOTHER, reason="needs root")
    def test_another_user_adds_none(self, world, served):
        answered = of_another(served, served.request("POST", ADD, body=wanted("http://127.0.0.1:9/one")), "stay")
        assert answered[1].startswith("HTTP/1.1 401 ")
        assert jobs(world) == []

    def test_a_server_that_is_asked_for_many_at_once_refuses_some_and_adds_each_other_once(self, world, served, waits):
        connections = [served.connect() for _ in range(12)]
        for number, connection in enumerate(connections):
            connection.sendall(served.request("POST", ADD, body=wanted(f"http://127.0.0.1:9/{number}", when=waits)))
        statuses = [read_answer(connection.makefile("rb")).status for connection in connections]
        assert set(statuses) <= {200, 429} and statuses.count(200) == len(jobs(world)) >= 4
        assert os.listdir(world.root / "home" / "Downloads") == []

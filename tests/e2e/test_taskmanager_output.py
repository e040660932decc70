"""A command's output on the page (linux.md §A.11): its last lines, the word that more has come, and all of it; and what a
command may print, or put in the place of it."""

import json
import os
import sys

import pytest
from commands import SHELL, schedule
from jobs import job
from line import TRANSFER
from taskmanager import Served


@pytest.fixture
def served(world, daemon):
    return Served(world).enter()


def command(world, *words):
    return f"{SHELL}/{schedule(world, '--', *words)}"


def has_more(key, told):
    return lambda event: event.topic == "output" and any(
        job["key"] == key and job["changes"] > told["changes"] for job in event.data["jobs"])


def until_shown(served, events, key, word):
    """The answer that has the word: it is looked at again whenever more is told of."""
    while word not in (told := shown(served, key))["text"]:
        events.until(has_more(key, told))
    return told


def ended(line, key):
    line.until(int(key.split("/")[1]), lambda it: it["state"] == "finished", package=SHELL)


def shown(served, key):
    answer = served.get(f"/api/output?job={key}")
    assert answer.status == 200, answer
    return answer.json


def spool_of(world):
    (spool,) = [file.parent for file in (world.root / "state" / "stint" / "commands").glob("*/output.0")
                if not file.parent.is_symlink()]
    return spool


def printed(world, line, *words):
    key = command(world, *words)
    ended(line, key)
    return key


class TestOutput:
    def test_it_is_what_stint_logs_prints(self, world, served, line):
        key = printed(world, line, "sh", "-c", "echo one; echo two >&2; printf three")
        told = shown(served, key)
        assert told["text"] == world.done("logs", key) and told["all"] == len(told["text"])
        whole = served.get(f"/api/output/file?job={key}")
        assert whole.body.decode() == told["text"]
        assert whole.headers["content-type"] == "application/octet-stream"
        assert whole.headers["content-disposition"] == f'attachment; filename="stint-{key.split("/")[1]}.log"'
        assert whole.headers["x-content-type-options"] == "nosniff"

    def test_more_is_told_once_until_somebody_looks(self, world, served):
        gate = world.root / "gate"
        os.mkfifo(gate)
        key = command(world, "sh", "-c", f"echo begun; read x < {gate}; echo more; sleep 600")

        with served.events() as events:
            events.first()
            told = until_shown(served, events, key, "begun")
            gate.write_text("go\n")
            events.until(has_more(key, told))  # which nobody has looked at
            until_shown(served, events, key, "more")

    def test_a_gigabyte_is_its_last_lines_and_what_is_kept(self, world, served, line):
        key = printed(world, line, "sh", "-c", "yes 0123456789012345678901234567890123456789 | head -c 200000000; echo; echo end")
        told = shown(served, key)
        assert told["text"].endswith("end\n") and len(told["text"]) <= 32768 and told["text"].count("\n") <= 200
        assert told["all"] > 200_000_000
        whole = served.get(f"/api/output/file?job={key}").body
        assert whole.endswith(b"end\n") and 4 << 20 <= len(whole) <= 8 << 20

    def test_what_steers_a_terminal_and_what_is_no_text_is_shown_as_text(self, world, served, line):
        hostile = b"\x1b]0;taken\x07\x1b[2J<script>alert(1)</script>\xff\xfe\x00\xe2\x80\xae\rend"
        key = printed(world, line, sys.executable, "-c", f"import sys; sys.stdout.buffer.write({hostile!r})")
        answer = served.get(f"/api/output?job={key}")
        assert answer.headers["content-type"] == "application/json"
        text = answer.json["text"]
        assert "<script>alert(1)</script>" in text and text.endswith("\nend")
        assert not any(mark in text for mark in ("\x1b", "\x07", "\x00", "\u202e"))
        assert served.get(f"/api/output/file?job={key}").body == hostile

    def test_a_line_without_end_is_its_end(self, world, served, line):
        key = printed(world, line, "sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x")
        told = shown(served, key)
        assert set(told["text"]) == {"x"} and len(told["text"]) == 32768


class TestPlace:
    """A command may write into its own directory."""

    @pytest.mark.parametrize("trick", ["pipe", "link", "directory", "endless", "far"])
    def test_what_is_no_output_delays_nobody(self, world, served, trick):
        key = command(world, "sh", "-c", "echo one; sleep 600")
        with served.events() as events:
            events.first()
            until_shown(served, events, key, "one")
        spool = spool_of(world)
        secret = world.root / "secret"
        secret.write_text("secret")
        place = spool / "output.0"
        place.unlink()
        if trick == "pipe":
            os.mkfifo(place)
        elif trick == "link":
            place.symlink_to(secret)
        elif trick == "directory":
            place.mkdir()
        else:
            place = spool / ("output.0" if trick == "endless" else "output.9223372036854775807")
            with open(place, "wb") as file:
                file.truncate(1 << 40)
        for path in ("/api/output", "/api/output/file"):
            answer = served.get(f"{path}?job={key}")
            assert answer.status in (200, 500), answer
            assert b"secret" not in answer.body and len(answer.body) <= 9 << 20

    def test_a_job_of_another_app_has_none_whatever_it_says_of_itself(self, world, served, line):
        (world.root / "mine").mkdir()
        (world.root / "mine" / "output.0").write_text("secret")
        mine = job(extras=("a{sv}", {"spool": ("s", str(world.root / "mine"))}))
        assert line.schedule(mine, **{"as": ("s", TRANSFER)}, newId=("b", True))[0] == 1
        (key,) = [json.loads(one)["job"] for one in world.done("jobs", "--json").splitlines()]
        assert served.get(f"/api/output?job={key}").status == 400
        assert served.get(f"/api/output/file?job={key}").status == 400


class TestQuestion:
    @pytest.mark.parametrize("query", ["", "?job=7", f"?job={SHELL}/1&job={SHELL}/2", f"?job={TRANSFER}/1", "?job=%FF", "?path=/etc/passwd"])
    def test_one_that_is_none_is_400(self, served, query):
        for path in ("/api/output", "/api/output/file"):
            assert served.get(path + query).status == 400

    def test_a_command_that_never_was_has_none(self, served):
        assert served.get(f"/api/output?job={SHELL}/999").status == 404

    def test_nobody_else_reads_it(self, world, served, line):
        key = printed(world, line, "echo", "mine")
        for headers, status in (({"Cookie": None}, 401), ({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 421)):
            for path in ("/api/output", "/api/output/file"):
                assert served.get(f"{path}?job={key}", headers=headers).status == status

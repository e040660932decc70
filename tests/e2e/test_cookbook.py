"""docs/cookbook.md: each recipe of examples/cookbook does what the page says."""

import re
import time
from pathlib import Path

import pytest
from events import Directory

PACKAGE = "com.example.cookbook"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "cookbook.md"


class Cook:
    def __init__(self, world):
        self.world = world
        self.own = world.root / "home" / "cookbook"
        self.own.mkdir()
        self.done = self.own / "done"

    def tries(self, *words):
        return self.world.stint("start", PACKAGE, *map(str, words))

    def has_done(self, line):
        with Directory(self.own) as directory:
            directory.until(lambda: self.done.exists() and line in self.done.read_text().splitlines())


@pytest.fixture
def cook(world):
    world.install_example("cookbook", PACKAGE)
    world.start_daemon()
    return Cook(world)


def test_regular_periodic_and_expedited_jobs(world, cook):
    assert cook.tries("conditions").code == 0
    cook.has_done("back up")
    assert cook.tries("periodic").code == 0
    assert "every 1d" in world.done("jobs", PACKAGE)
    assert cook.tries("expedited").code == 0
    cook.has_done("fetch the message")


def test_a_picture_that_comes_starts_the_job_that_waits_for_it(world, cook):
    assert cook.tries("content", world.downloads).code == 0
    assert cook.tries("why", 5).out.splitlines()[0] == "CONSTRAINT_CONTENT_TRIGGER"
    (world.downloads / "a.png").write_text("a picture")
    cook.has_done("look at a.png")


def test_items_of_work_are_done_in_turn(cook):
    for picture in ("a.png", "b.png"):
        assert cook.tries("work", picture).code == 0
    cook.has_done("upload b.png")
    assert cook.done.read_text().splitlines() == ["upload a.png", "upload b.png"]


def test_an_alarm_and_a_message_wake_the_app(world, cook):
    assert cook.tries("alarm", int(time.time()) + 1).code == 0
    world.done("push", PACKAGE, "--priority", "high", "--data", "news")
    cook.has_done("fetch the message")
    world.done("push", PACKAGE, "--data", "news")
    cook.has_done("note: news")
    cook.has_done("remind of tea")


def test_a_transfer_that_was_stopped_goes_on_where_it_was(world, cook):
    (cook.own / "position").write_text("63000000")  # as a run leaves it
    assert world.in_terminal("start", PACKAGE, "transfer", "film.mkv").ends() == 0
    cook.has_done("download film.mkv")
    assert (cook.own / "position").read_text() == "64000000"


def test_where_nobody_looks_a_transfer_is_refused_in_words(cook):
    ended = cook.tries("transfer", "film.mkv")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"cookbook: refused: {PACKAGE} is not visible, and may not start one"), ended


def test_the_page_has_ten_recipes_of_about_ten_lines():
    recipes = re.split(r"^## \d+\. ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    assert len(recipes) == 10
    for recipe in recipes:
        (code,) = re.findall(r"```cpp\n(.*?)```", recipe, flags=re.DOTALL)
        assert 5 <= len(code.splitlines()) <= 24, recipe

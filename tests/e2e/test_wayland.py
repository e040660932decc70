"""The app whose name the window in front bears is perhaps visible: nothing kills it for its silence, and nothing is
granted to it (linux.md §A.5; jobs.md §4.8). Real sway, real windows (foot's), and compositors that lie."""

import json
import os
import shutil
import time

import pytest
from app import PACKAGE
from events import Deadline, wait_for_end
from false_compositor import ACTIVATED, FIRST, MANAGER, PROGRAM, FalseCompositor, event, offers, window
from sway import Sway
from test_app import SHORT

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="built without libwayland-client")
needs_sway = pytest.mark.skipif(not all(map(shutil.which, ("sway", "foot", "setpriv"))), reason="sway, foot, setpriv")


@pytest.fixture
def sway():
    made = Sway()
    yield made
    made.close()


@pytest.fixture
def compositor(world):
    made = FalseCompositor(world.root)
    yield made
    made.close()


def start(world, sway):
    return world.start_daemon(SHORT, environment={"WAYLAND_DISPLAY": sway.display})


def shown(world, package=PACKAGE):
    return json.loads(world.done("app", package, "--json"))


def until_maybe(world, wanted, package=PACKAGE, within=60):
    """Asked until it is so: nothing but the question tells of it. Answers what is told of the app then."""
    deadline = Deadline(within)
    while (told := shown(world, package))["maybeVisible"] != wanted:
        assert not deadline.passed(), f"{package}: {told}"
    return told


@needs_sway
class TestSway:
    def test_the_app_whose_name_the_window_in_front_bears_is_perhaps_visible(self, world, app, sway):
        start(world, sway)
        before = shown(world)
        assert not before["maybeVisible"]
        ours = sway.open(PACKAGE)
        assert until_maybe(world, True) == before | {"maybeVisible": True}
        assert "bears its name" in world.done("app", PACKAGE)
        sway.open("other")
        until_maybe(world, False)
        sway.to_front(PACKAGE)
        until_maybe(world, True)
        ours.kill()
        until_maybe(world, False)

    def test_it_is_not_killed_for_its_silence_and_may_begin_nothing(self, world, app, sway):
        """The window is a terminal's, which claims somebody's name: that app alone has something of it."""
        daemon = start(world, sway)
        sway.open(PACKAGE)
        until_maybe(world, True)
        app.run(*app.job(2, work=-1))
        ((pid, _, _),) = app.until("start", job=2)
        app.run(*app.job(1, start="hang"))
        daemon.until_logged("unresponsive")
        assert shown(world)["running"] == 1  # the other job runs on
        assert os.path.exists(f"/proc/{pid}")
        refused = app.run(*app.transfer(3))
        assert refused.code != 0
        assert "is not visible" in refused.err + refused.out
        sway.open("other")
        until_maybe(world, False)
        app.run(*app.job(1, start="hang"))
        daemon.until_logged("killed")
        wait_for_end(int(pid), within=60)

    def test_it_is_known_by_its_desktop_file_too(self, world, app, sway):
        app.install(lambda manifest: 'desktop_file = "org.example.Editor.desktop"\n' + manifest)
        start(world, sway)
        sway.open("org.example.Editor")
        until_maybe(world, True)

    def test_a_compositor_that_dies_is_waited_for(self, world, app, sway):
        start(world, sway)
        sway.open(PACKAGE)
        until_maybe(world, True)
        sway.stop()
        until_maybe(world, False)
        assert "no Wayland compositor" in finding(world)["found"]
        sway.start()
        sway.open(PACKAGE)
        until_maybe(world, True)

    def test_the_doctor_says_what_it_is_worth(self, world, sway):
        start(world, sway)
        told = finding(world)
        assert told["grade"] == "advisory"
        assert "grants nothing" in told["found"]


def finding(world):
    told = {row["topic"]: row for row in map(json.loads, world.done("doctor", "--json").splitlines())}
    return told["visible apps"]


class TestLies:
    def test_one_that_offers_nothing_is_told_and_may_change_its_mind(self, compositor):
        compositor.accept()
        compositor.say(offers(b"wl_seat", b"zwlr_foreign_toplevel_manager_v2"))
        assert b"does not offer" in compositor.until_told(lambda word: word.startswith(b"!"))[-1]
        compositor.say(event(2, 0, 7, b"\x21\0\0\0" + MANAGER + b"\0\0\0\0", 3))
        compositor.until_told(lambda word: word == b"=")
        compositor.say(window(0, b"a", [ACTIVATED]))
        compositor.until_told(lambda word: word == b"=a\n")
        compositor.say(event(FIRST, 1))  # finished: it tells no more
        assert b"does not offer" in compositor.until_told(lambda word: word.startswith(b"!"))[-1]

    def test_what_is_no_wayland_ends_that_line_alone(self, compositor):
        for nonsense in (event(2, 0xFFFF), window(0, b"a") + event(0xFF000000, 77), window(0, b"a" * 9)[:-24] + b"a" * 24,
                         event(2, 0, 9, b"\xff\xff\0\0", 1)):
            compositor.serve()
            compositor.until_told(lambda word: word == b"=")
            compositor.say(nonsense)
            assert b"no Wayland compositor" in compositor.until_told(lambda word: word.startswith(b"!"))[-1]
            compositor.leave()
            compositor.listen()
        compositor.serve()
        compositor.say(window(0, b"a", [ACTIVATED]))
        compositor.until_told(lambda word: word == b"=a\n")

    def test_a_word_that_does_not_end_is_over_with_its_line(self, compositor):
        """libwayland 1.21 has no room for more than 4096 bytes of one and ends the line; 1.23 waits for the rest."""
        compositor.serve()
        compositor.until_told(lambda word: word == b"=")
        compositor.say(b"\xff" * 8192)
        compositor.leave()
        assert b"no Wayland compositor" in compositor.until_told(lambda word: word.startswith(b"!"))[-1]
        compositor.listen()
        compositor.serve()
        compositor.say(window(0, b"a", [ACTIVATED]))
        compositor.until_told(lambda word: word == b"=a\n")

    def test_one_that_throws_us_out_is_not_asked_again_until_there_is_another(self, compositor):
        compositor.accept()
        compositor.line.close()
        compositor.until_told(lambda word: word.startswith(b"!"))
        compositor.listener.settimeout(1)
        with pytest.raises(TimeoutError):
            compositor.listener.accept()
        compositor.listener.close()
        compositor.path.unlink()
        compositor.listen()
        compositor.serve()

    def test_names_that_are_none_name_nobody(self, compositor):
        compositor.serve()
        compositor.until_told(lambda word: word == b"=")
        for number, name in enumerate((b"", b"a\nb", b"\x1b[31m", b"x" * 256, b"x" * 4000)):
            compositor.say(window(number, name, [ACTIVATED]))
        compositor.say(window(5, b"ours", [ACTIVATED]))
        assert compositor.until_told(lambda word: b"ours" in word)[-1] == b"=ours\n"

    def test_a_thousand_changes_are_a_few_words(self, compositor):
        compositor.serve()
        compositor.until_told(lambda word: word == b"=")
        compositor.say(window(0, b"a", []) + window(1, b"b", []))
        began = time.monotonic()
        for _ in range(500):
            for front in (0, 1):
                compositor.say(window(front, states=[ACTIVATED], opened=False))
                compositor.say(window(1 - front, states=[], opened=False))
        told = compositor.until_told(lambda word: word == b"=b\n")
        while not compositor.quiet(0.5):
            told.append(compositor.word())
        assert told[-1] == b"=b\n"
        assert len(told) <= 3 + (time.monotonic() - began) / 0.2

    def test_of_too_many_windows_the_first_ones_count(self, compositor):
        compositor.serve()
        compositor.until_told(lambda word: word == b"=")
        for number in range(1100):
            compositor.say(window(number, b"w%04d" % number, [ACTIVATED] if number in (1023, 1024) else []))
        assert compositor.until_told(lambda word: word != b"=")[-1] == b"=w1023\n"
        refused = b""
        while len(refused) < 8 * 76:  # destroy, each
            refused += compositor.line.recv(4096)
        assert refused == b"".join(event(0xFF000000 + number, 7) for number in range(1024, 1100))

    def test_it_ends_with_the_daemon(self, compositor):
        compositor.serve()
        compositor.hears.close()
        assert compositor.helper.wait(60) == 0

"""Stint's work as a person sees it on the desktop, and acts on it there: a real notification server, and a real mouse
(jobs.md §5, §12.7; linux.md §A.1). Hostile servers are in tests/notify."""

import time

import pytest
from app import App
from desktop import LEFT, SilentServer
from events import Deadline, size_of
from host import PACKAGE, Host, install
from line import SCHEDULER
from origin import MIB, bytes_of, contents

content = contents("desktop", 12 * MIB)


@pytest.fixture
def url(slow_origin):
    for name in ("file.bin", "other.bin"):
        slow_origin.serve(name, content())
    return slow_origin.url("file.bin")


@pytest.fixture
def shower(world, dunst):
    """An app of ours whose job 1 runs, and shows what it is told to: (its line, the run)."""
    install(world)
    world.start_daemon()
    with Host(world) as host:
        host.schedule({"id": ("i", 1), "service": ("s", "Jobs")})
        run, _ = host.started(Deadline(30))
        yield host, run


def show(host, run, title="A job", text="", progress=None, end=0):
    notification = {"channel": ("s", "default"), "smallIcon": ("s", "mail"), "title": ("s", title), "text": ("s", text)}
    if progress is not None:
        notification["progress"] = ("(xxb)", (100, progress, False))
    host.call(SCHEDULER, "SetNotification", "tia{sv}ia{sv}", run, 1, notification, end, {})


def test_a_download_is_shown_with_its_progress_in_one_place_and_left_behind_when_it_is_done(world, dunst, url):
    """jobs.md §5.1: DETACH; linux.md §A.1: the hint and the words."""
    world.start_daemon()
    job = world.get(url)
    with world.line() as line:
        moving = dunst.until_shown(lambda shown: shown.progress and 0 < shown.progress < 100)
        assert moving.summary == "file.bin"
        assert moving.body.startswith(f"{moving.progress} % · ")
        assert moving.urgency == "LOW", "a screen that is off stays off"
        assert dunst.displayed() == 1
        assert line.jobs()[0]["id"] == job
        assert "dunst" in world.done("device")
        assert "dunst" in world.done("doctor")
    world.done("wait", str(job))
    last = dunst.until_shown(lambda shown: shown.progress is None and "12 MiB" in shown.body, since=1)
    assert last.id == moving.id
    assert {shown.id for shown in dunst.shown()} == {last.id}, "replaced in place"
    assert dunst.displayed() == 1
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_stop_pressed_with_the_mouse_ends_that_download_alone_and_keeps_what_it_has(world, dunst, url, slow_origin):
    """jobs.md §5.1, §12.7: jobFinished(false) of that job; worked example 41."""
    world.start_daemon()
    with world.line() as line:
        jobs = {"file.bin": world.get(url), "other.bin": world.get(slow_origin.url("other.bin"))}
        for name in jobs:
            dunst.until_shown(lambda shown, name=name: shown.summary == name and shown.progress)
        stopped = dunst.press("Stop")
        (other,) = set(jobs) - {stopped}
        waited = world.stint("wait", str(jobs[stopped]))
        assert waited.code != 0, "it did not come to its end"
        assert [job["id"] for job in line.jobs(finished=True)] == [jobs[stopped]]
        assert [job["id"] for job in line.jobs()] == [jobs[other]], "the other one goes on"
        assert size_of(world.downloads / f".{stopped}.stint-part") > 0, "what it has is kept"
        assert not (world.downloads / stopped).exists()
    world.done("wait", str(jobs[other]))
    assert (world.downloads / other).read_bytes() == content()
    again = world.get(slow_origin.url(stopped))
    world.done("wait", str(again))
    assert (world.downloads / stopped).read_bytes() == content()
    slow_origin.stop()
    assert 206 in [request["status"] for request in slow_origin.requests()], "it went on where it was"


def test_a_press_reaches_the_app_and_lets_it_start_a_transfer(world, dunst):
    """jobs.md §2.3: the grant of a tap; §5.1: notificationAction."""
    app = App(world)
    app.install()
    world.start_daemon()
    assert app.start(*app.transfer(1, work=-1)).code == 0
    dunst.until_shown(lambda shown: shown.summary == "Job 1")
    assert app.run(*app.transfer(2, work=0)).code != 0, "in the background, without a tap"
    assert dunst.press("Stop") == "Job 1"
    app.until("action key=stop")
    assert app.run(*app.transfer(3, work=0)).code == 0


def test_a_dismissed_notification_stops_nothing_and_its_progress_stays_away(world, dunst, url, slow_origin):
    """jobs.md §5.3."""
    world.start_daemon()
    job = world.get(url)
    with dunst.monitor() as bus:
        dunst.until_shown(lambda shown: shown.progress)
        with slow_origin.paused():  # or the end is there before the mouse is
            dunst.click(LEFT)
            bus.until("NotificationClosed", lambda body: body[1] == 2)
            before = len(dunst.shown())
        world.done("wait", str(job))
        assert (world.downloads / "file.bin").read_bytes() == content()
        end = dunst.until_shown(lambda shown: shown.progress is None, since=before)
        assert dunst.shown()[before:] == [end], "nothing but its end"


def test_a_server_that_comes_late_or_again_shows_what_is_going_on(world, desktop, url):
    """linux.md §A.1, jobs.md §12.7."""
    daemon = world.start_daemon()
    job = world.get(url)
    with world.line() as line:
        line.until(job, lambda state: state.get("transferredDown", 0) > 0)
    desktop.start_dunst()
    desktop.until_shown(lambda shown: shown.summary == "file.bin" and shown.progress)
    desktop.kill_dunst()
    before = len(desktop.shown())
    desktop.start_dunst()
    desktop.until_shown(lambda shown: shown.summary == "file.bin" and shown.progress, since=before)
    assert desktop.displayed() == 1
    world.done("wait", str(job))
    told = [text for text in daemon.log.read_text().splitlines() if "otification" in text and "notified" not in text]
    assert len(told) == 2, told  # that there is none, and that there is one
    assert "no notification server" in told[0]
    assert "shown by dunst" in told[1]


def test_updates_are_shown_once_a_second_however_many_there_are(shower, dunst):
    """linux.md §A.1: at most one a second, and with what is newest."""
    host, run = shower
    with dunst.monitor() as bus:
        began = time.monotonic()
        show(host, run, progress=0)
        assert bus.until_notified(lambda _: True).hints["value"] == 0
        for burst in range(1, 4):
            for progress in range(10 * burst, 10 * burst + 10):
                show(host, run, progress=progress)
            bus.until_notified(lambda told, last=10 * burst + 9: told.hints["value"] == last)
        took = time.monotonic() - began
        assert len(bus.notified) == 4
        assert took >= 3, "each burst has waited for its second"
        assert len({told.replaces for told in bus.notified[1:]}) == 1


def test_what_an_app_says_is_text_and_goes_with_its_job(shower, dunst):
    """jobs.md §5.1: REMOVE; linux.md §A.1: bodies, actions and hints."""
    host, run = shower
    with dunst.monitor() as bus:
        show(host, run, title="<b>A & B</b>", text="50 < 60\nand more", end=1)
        told = bus.until_notified(lambda _: True)
        assert (told.summary, told.body, told.actions) == ("<b>A & B</b>", "50 < 60\nand more", [])
        assert told.hints["desktop-entry"] == PACKAGE
        assert told.hints["resident"] is True
        dunst.until_shown(lambda shown: shown.summary == "<b>A & B</b>")
        host.finish(run)
        bus.until("CloseNotification")
        assert bus.until("NotificationClosed")[1] == 3


def test_a_daemon_that_dies_leaves_no_second_notification(world, dunst, slow_origin):
    """jobs.md §12.5: the next one goes on with the job, and with what it shows."""
    slow_origin.serve("long.bin", bytes_of("long", 64 * MIB))  # the second daemon, too, finds it on its way
    daemon = world.start_daemon()
    job = world.get(slow_origin.url("long.bin"))
    dunst.until_shown(lambda shown: shown.progress)
    daemon.kill()
    before = len(dunst.shown())
    world.start_daemon()
    dunst.until_shown(lambda shown: shown.progress, since=before)
    assert dunst.displayed() == 1
    world.done("cancel", str(job))


def test_a_daemon_that_ends_takes_what_was_going_on_away(world, dunst, url):
    """linux.md §A.1: what nobody serves any more is not shown as if it went on."""
    daemon = world.start_daemon()
    world.get(url)
    dunst.until_shown(lambda shown: shown.progress)
    with dunst.monitor() as bus:
        assert daemon.stop() == 0
        bus.until("CloseNotification")
    assert dunst.displayed() == 0


@pytest.mark.parametrize("server", ["none", "silent"])
def test_without_a_server_that_answers_a_download_ends_all_the_same(world, desktop, url, server):
    """jobs.md §12.7: the record is kept, and `stint tasks` shows it."""
    silent = SilentServer(desktop.bus) if server == "silent" else None
    daemon = world.start_daemon()
    job = world.get(url)
    if silent:
        silent.until_called("GetCapabilities")
    with world.line() as line:
        line.until(job, lambda state: state.get("transferredDown", 0) > 0)
        assert "file.bin" in world.done("tasks")
    world.done("wait", str(job))
    assert (world.downloads / "file.bin").read_bytes() == content()
    assert daemon.stop() == 0
    if silent:
        silent.close()

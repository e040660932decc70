"""Long lists of downloads: pools and moves (jobs.md §14.1, §14.6), over kills and reboots."""

import json
import re

import pytest
from origin import bytes_of
from places import another_boot, needs_mounts
from transfers import names

SMALL = bytes_of("small", 1000)


def list_of(world, origin, count):
    """A list of so many URLs, beyond an app's share of jobs (jobs.md §2.4)."""
    urls = []
    for number in range(count):
        origin.serve(f"f{number:04}", SMALL)
        urls.append(origin.url(f"f{number:04}"))
    (world.downloads / "urls.txt").write_text("\n".join(urls) + "\n")
    return urls


def most_at_once(log):
    """The most runs of the transfer app that were under way at once, by the daemon's log."""
    running, most = 0, 0
    for line in log.splitlines():
        if "job=org.stint.transfer/" not in line:
            continue
        if re.search(r"\bstarted job=", line):
            running += 1
        elif re.search(r"\b(finished|stopped) job=", line):
            running -= 1
        most = max(most, running)
    return most


def ids(world):
    return [json.loads(line)["id"] for line in world.done("jobs", "--json").splitlines()]


def test_a_list_beyond_an_apps_share_waits_in_its_order_and_moves_up_by_itself(world, origin):
    daemon = world.start_daemon()
    list_of(world, origin, 300)
    window = world.in_window("get", "-j", "3", "-i", "urls.txt", "-o", "out/", "--create-dirs")
    assert window.ends() == 0, window.output
    shown = "".join(line.ljust(window.screen.columns) for line in window.scrolled())
    assert "downloading 300 files to " in shown and ", 3 at once" in shown
    assert "300 of 300 files" in shown
    assert len(names(world.downloads / "out")) == 300
    assert most_at_once(daemon.log.read_text()) == 3


@pytest.mark.parametrize("boots", [False, pytest.param(True, marks=needs_mounts)])
def test_a_list_outlives_a_kill_and_a_reboot_and_is_moved(world, origin, boots):
    daemon = world.start_daemon()
    world.done("device", "set", "network=none")
    list_of(world, origin, 160)
    world.done("get", "--no-wait", "-j", "2", "-i", "urls.txt")
    first, *_, last = ids(world)
    assert last - first == 159
    world.done("move", str(last), "top")
    world.done("move", str(first), "bottom")
    world.done("move", str(first + 2), "up")
    shown = world.done("jobs").splitlines()
    assert [re.search(r"/(\d+)", line).group(1) for line in shown[1:4]] == [str(last), str(first + 2), str(first + 1)]
    assert shown[4] == "and 157 more that wait for their turn: stint jobs --all"
    assert len(world.done("jobs", "--all").splitlines()) == 161
    alone = world.done()
    assert f"org.stint.transfer/{last} " in alone and f"stint why {last} " in alone, "the hint is of a job that is shown"
    daemon.kill()
    daemon = world.start_daemon(before=another_boot(world)) if boots else world.start_daemon()
    world.done("device", "reset")
    assert world.stint("wait", str(first)).code == 0
    assert len(names(world.downloads)) == 161
    log = daemon.log.read_text()
    order = [int(number) for number in re.findall(r"started job=org\.stint\.transfer/(\d+)", log)]
    assert order[:3] == [last, first + 2, first + 1] and order[-1] == first
    assert most_at_once(log) == 2


def test_the_usual_number_is_told_with_its_reason(world, daemon, line, origin):
    list_of(world, origin, 10)
    line.set_device(network="none")
    told = world.stint("get", "--no-wait", "-i", "urls.txt").err
    said = re.search(r"downloading 10 files to \S+, (\d+) at once \((as usual|the disk turns); -j N: N of them\)", told)
    assert said, told
    waits = world.stint("why", str(ids(world)[-1]), "--json").out
    assert '"pool":"urls.txt, ' in waits and f'"poolDepth":{said.group(1)}' in waits


def test_a_list_goes_as_a_whole(world, daemon, line, origin):
    list_of(world, origin, 200)
    line.set_device(network="none")
    world.done("get", "--no-wait", "-i", "urls.txt")
    world.done("cancel", "--all", "org.stint.transfer")
    assert ids(world) == []


@pytest.mark.parametrize("words, told", [
    (("-j", "0"), 'is not a number from 1 to 100'),
    (("-j", "101"), 'is not a number from 1 to 100'),
    (("-j", "many"), '--at-once: "many" is not a number'),
])
def test_a_number_that_cannot_be_is_refused_before_anything_is_scheduled(world, daemon, origin, words, told):
    list_of(world, origin, 2)
    ended = world.stint("get", "--no-wait", *words, "-i", "urls.txt")
    assert ended.code == 64 and told in ended.err, ended
    assert ids(world) == []


def test_what_runs_or_has_ended_is_not_moved(world, daemon, line, slow_origin):
    slow_origin.serve("long", bytes_of("long", 12 * 2**20))
    job = world.get(slow_origin.url("long"))
    line.until(job, lambda state: state["state"] == "running")
    ended = world.stint("move", str(job), "top")
    assert ended.code == 66 and "runs: only a job that waits has a place" in ended.err, ended
    ended = world.stint("move", str(job), "first")
    assert ended.code == 64 and '"first" is no place: it is top, up, down or bottom' in ended.err, ended
    world.done("cancel", str(job))
    assert world.stint("move", str(job), "up").code != 0

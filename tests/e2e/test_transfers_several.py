"""Several downloads at once, as the screen of a terminal shows them."""

import os
import re
import signal
import subprocess
import time
from datetime import datetime, timedelta

import pytest
from origin import MIB, bytes_of
from transfers import names

SMALL = bytes_of("small", MIB // 4)
TOTAL = re.compile(r"(\d+) of (\d+) ended")


def totals(lines):
    """(how many have ended, of how many) for each line of a block's total on the screen."""
    return [tuple(map(int, match.groups())) for line in lines if (match := TOTAL.match(line))]


def told(window):
    """All that was printed, its wrapped lines joined again."""
    return "".join(line.ljust(window.screen.columns) for line in window.scrolled())


def test_sixty_at_once_are_shown_in_a_window_of_twelve_lines(world, daemon, origin_with):
    origin = origin_with(rate="192k")  # each takes a second
    urls = []
    for number in range(60):
        origin.serve(f"f{number}", SMALL)
        urls.append(origin.url(f"f{number}"))
    window = world.in_window("get", *urls, rows=12)
    shown = window.until_shown(lambda lines: any("%" in line for line in lines) and totals(lines), "total")
    assert len(totals(shown)) == 1, shown
    assert any(re.match(r"and \d+ more|\d+ waiting: ", line) for line in shown), shown
    assert window.ends() == 0, window.output
    text = told(window)
    assert text.count("saved ") == 60, "each that ended is told, once, and what was drawn is gone"
    assert not totals(window.scrolled())
    assert "60 of 60 files (15 MiB in " in text
    assert text.count(": downloading ") == 1
    begins = f"org.stint.transfer/1 to org.stint.transfer/60: downloading 60 files to {world.downloads}"
    assert begins in re.sub(r"\s+", " ", text)
    assert len(names(world.downloads)) == 60


@pytest.mark.parametrize("size", [(40, 10), (100, 5), (60, 40)])
def test_a_window_that_is_resized_shows_the_lines_once(world, daemon, slow_origin, size):
    for name in ("first.bin", "second.bin", "third.bin"):
        slow_origin.serve(name, bytes_of(name, 12 * MIB))
    window = world.in_window("get", *(slow_origin.url(f"{name}.bin") for name in ("first", "second", "third")))
    window.until_shown(lambda lines: sum("%" in line for line in lines) == 4, "three lines and their total")
    window.resize(*size)

    def drawn_in(lines):
        return [line for line in lines if "%" in line or line.startswith("and ")]

    def fits(lines):  # what was drawn before is cut at the edge
        return all(len(line) < size[0] for line in drawn_in(lines))

    shown = window.until_shown(
        lambda lines: sum("%" in line for line in lines) == min(4, size[1] - 1) and fits(lines), "new lines")
    drawn = drawn_in(shown)
    if size[1] > 5:
        assert [line.split()[0] for line in drawn] == ["first.bin", "second.bin", "third.bin", "0"]
    window.press("\x03")
    assert window.ends() == 75
    assert not totals(window.shown()), "nothing drawn is left"
    world.done("cancel", "1", "2", "3")


def test_one_that_cannot_be_had_is_told_while_the_others_go_on(world, daemon, slow_origin):
    slow_origin.serve("long.bin", bytes_of("long", 12 * MIB))
    window = world.in_window("get", slow_origin.url("none.bin"), slow_origin.url("long.bin"))
    shown = window.until_shown(lambda lines: totals(lines) == [(1, 2)] and any("%" in line for line in lines), "progress")
    (at,) = [place for place, line in enumerate(shown) if "cannot download" in line]
    assert "%" in shown[at + 2], "above what is drawn"
    assert window.ends() == 66
    assert "1 of 2 files" in told(window)


def test_of_more_than_there_is_room_for_the_first_are_scheduled(world):
    """jobs.md §2.7: where a list is refused, one by one, until one is refused."""
    world.start_daemon({"job.max_jobs_own": 3})
    world.done("device", "set", "charging=false")
    wanted = world.downloads / "urls"
    wanted.write_text("".join(f"http://127.0.0.1:9/{number}\n" for number in range(5)))
    ended = world.stint("get", "--no-wait", "--charging", "-i", str(wanted))
    assert ended.code == 1 and "at most 3 are allowed" in ended.err, ended
    assert "1 more of the files are not scheduled either" in ended.err and "of the list" not in ended.err
    assert len(world.done("jobs", "--json").splitlines()) == 3


def test_ctrl_c_says_how_each_is_followed_again(world, daemon, slow_origin):
    for name in ("a", "b"):
        slow_origin.serve(name, bytes_of(name, 12 * MIB))
    client = world.in_terminal("get", slow_origin.url("a"), slow_origin.url("b"))
    client.until("%")
    client.press("\x03")
    assert client.ends() == 75
    assert "(stint watch 1 2 to follow, stint cancel 1 2 to stop them)" in client.output
    again = world.in_terminal("watch", "1", "2", "1")
    again.until("% [")
    assert again.ends() == 0
    assert again.output.count(": saved ") == 2


def test_a_log_names_what_it_tells_of(world, daemon, slow_origin):
    for name in ("a", "b"):
        slow_origin.serve(name, bytes_of(name, 6 * MIB))
    ended = world.stint("get", slow_origin.url("a"), slow_origin.url("b"))
    assert ended.code == 0, ended
    assert re.search(r"^0 of 2 ended   \d+%  .* of 12 MiB", ended.err, re.MULTILINE), ended.err
    assert "\x1b" not in ended.err + ended.out
    assert ended.out.count("saved ") == 2


def test_a_resumed_transfer_has_the_rate_of_this_run(world, daemon, line, origin):
    """Eight MiB were there before: they were not fetched in this run's first second."""
    origin.serve("file.bin", bytes_of("resumed", 32 * MIB))
    job = world.get(origin.url("file.bin"), "--limit-rate", "4MiB")
    line.until(job, lambda state: state["transferredDown"] >= 8 * MIB)
    for pid in daemon.transfers():
        os.kill(pid, signal.SIGKILL)
    line.until(job, lambda state: state["systemStops"] == 1 and state["state"] == "running")
    window = world.in_window("watch", str(job))
    shown = window.until_shown(lambda lines: any("MiB/s" in line for line in lines), "rate")
    (rate,) = re.findall(r"([\d.]+) MiB/s", "\n".join(shown))
    assert float(rate) < 8, shown
    assert window.ends() == 0
    (rate,) = re.findall(r"\(32 MiB in .*?, ([\d.]+) MiB/s\)", told(window))
    assert float(rate) < 5, "nor in its whole"


# A list


def test_a_list_is_downloaded_from_a_file_and_from_stdin(world, daemon, origin):
    for name in ("a", "b", "c"):
        origin.serve(name, SMALL)
    (world.downloads / "urls.txt").write_text(f"# mine\n{origin.url('a')}\n\n{origin.url('b')}\n")
    assert world.done("get", "-i", "urls.txt", origin.url("c")).count("saved ") == 3
    ended = subprocess.run(["stint", "get", "--force", "-i", "-"], env=world.environment, cwd=world.downloads,
                           input=f"{origin.url('a')}\n{origin.url('b')}\n", capture_output=True, text=True, timeout=60,
                           check=True)
    assert ended.stdout.count("saved ") == 2


def test_a_list_is_taken_once_its_pipe_has_ended(world, daemon, line, origin):
    for name in ("a", "b"):
        origin.serve(name, SMALL)
    os.mkfifo(world.downloads / "urls")
    with subprocess.Popen(["stint", "get", "-i", "urls"], env=world.environment, cwd=world.downloads,
                          stdout=subprocess.PIPE, text=True) as client:
        with open(world.downloads / "urls", "w") as pipe:  # returns once the command reads
            pipe.write(f"{origin.url('a')}\n{origin.url('b')[:-3]}")
            pipe.flush()
            assert line.jobs() == [], "half a line is none"
            pipe.write(f"{origin.url('b')[-3:]}\n")
        assert client.communicate(timeout=60)[0].count("saved ") == 2


def test_a_list_without_an_end_is_refused(world, daemon, line):
    ended = world.stint("get", "-i", "/dev/zero")
    assert ended.code == 64
    assert "/dev/zero has more than 32 MiB: give less of it at a time" in ended.err
    ended = world.stint("get", "-i", "/tmp")
    assert ended.code != 0 and "/tmp cannot be read: Is a directory" in ended.err
    assert line.jobs() == []


def test_a_bad_line_refuses_the_whole_list(world, daemon, line, origin):
    (world.downloads / "urls.txt").write_text(f"{origin.url('a')}\nwww.example.org/b\n")
    ended = world.stint("get", "-i", "urls.txt")
    assert ended.code == 64
    assert 'cannot download the files: urls.txt, line 2: "www.example.org/b" has no scheme' in ended.err
    assert line.jobs() == []


# One file, one job


def test_a_file_that_is_another_jobs_already_is_refused_by_any_path(world, daemon, line, origin):
    origin.serve("a", SMALL)
    line.set_device(network="none")
    first = world.get("http://user:secret@a.example/x")
    (world.root / "link").symlink_to(world.downloads)
    for target in ("x", "../downloads/x", world.root / "link" / "x", world.root / "link/../downloads/x"):
        ended = world.stint("get", "-o", str(target), origin.url("a"))
        assert ended.code == 73, ended
        assert f"is already the file of org.stint.transfer/{first} (http://a.example/x); name another with -o" in ended.err
    ended = world.stint("get", origin.url("a"), origin.url("x"))
    assert ended.code == 73, "none of several"
    assert [job["id"] for job in line.jobs()] == [first]
    assert world.stint("get", "--no-wait", "-o", "y", origin.url("x")).code == 0
    world.done("cancel", str(first))
    assert world.stint("get", "--no-wait", "-o", "x", origin.url("a")).code == 0, "and once it has ended, it is free"


def test_of_many_at_once_one_has_the_file(world, daemon, line):
    line.set_device(network="none")
    started = [subprocess.Popen(["stint", "get", "--no-wait", f"http://{number}.example/x"], env=world.environment,
                                cwd=world.downloads, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL) for number in range(20)]
    assert sorted(command.wait(60) for command in started) == [0] + [73] * 19
    assert len(line.jobs()) == 1


def test_all_are_followed_on_when_the_daemon_was_killed(world, slow_origin):
    daemon = world.start_daemon()
    for name in ("a", "b", "c"):
        slow_origin.serve(name, bytes_of(name, 10 * MIB))
    window = world.in_window("get", *(slow_origin.url(name) for name in ("a", "b", "c")))
    window.until_shown(lambda lines: sum("%" in line for line in lines) == 4, "three lines and their total")
    daemon.kill()
    window.until("stintd is gone")
    world.start_daemon()
    assert window.ends() == 0, window.output
    text = told(window)
    assert text.count("saved ") == 3
    assert text.count("stintd is back") == 1
    assert "3 of 3 files" in text


# The rate of all


def test_all_together_keep_to_the_rate_of_the_policy_until_its_hour(world, origin):
    """limits.md §15: from its news on, without a new connection; the hour lifts it at once."""
    policy = world.root / "config" / "stint" / "policy.toml"
    policy.parent.mkdir()
    policy.write_text('transfer.rate = "1MiB"\n')
    daemon = world.start_daemon()
    began = time.monotonic()
    jobs = {}
    for name in ("a", "b", "c"):
        origin.serve(name, bytes_of(name, 8 * MIB))
        jobs[name] = world.get(origin.url(name))
    with world.line() as line:
        states = [line.until(job, lambda state: state["transferredDown"] >= MIB // 2) for job in jobs.values()]
    moved = sum(state["transferredDown"] for state in states)
    assert moved <= MIB * (time.monotonic() - began) + MIB, "all three together"
    assert all(state["rateLimit"] == MIB and "rateLimitUntil" not in state for state in states)
    said = " ".join(world.done("why", str(jobs["a"])).split())
    assert "all transfers together may move 1 MiB/s (transfer.rate)" in said

    hour_ago, in_an_hour = (datetime.now() + timedelta(hours=hours) for hours in (-1, 1))
    policy.write_text(f'transfer.rate = "1MiB"\ntransfer.unlimited = "{hour_ago:%H:%M}-{in_an_hour:%H:%M}"\n')
    daemon.until_logged("policy changed")
    for name, job in jobs.items():
        world.done("wait", str(job))
        assert (world.downloads / name).read_bytes() == bytes_of(name, 8 * MIB)

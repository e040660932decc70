"""A newcomer's first paths: a download with and without a terminal, what is told, and what a script can rely on."""

import json

import pytest
from events import Directory, TooLate, size_of, wait_for_end, works
from origin import MIB, bytes_of, contents
from transfers import names

content = contents("newcomer", 5 * MIB)


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_download_in_a_terminal_shows_how_far_it_is_and_ends_in_place(world, daemon, slow_origin):
    longer = bytes_of("newcomer", 12 * MIB)
    slow_origin.serve("file.bin", longer)
    client = world.in_terminal("get", slow_origin.url("file.bin"))
    client.until("of 12 MiB")
    assert client.ends() == 0, client.output
    assert (world.downloads / "file.bin").read_bytes() == longer
    assert names(world.downloads) == ["file.bin"], "nothing is left beside it"


def test_without_a_terminal_it_says_that_the_job_is_a_regular_one(world, daemon, line, origin):
    """architecture.md, what is visible."""
    origin.serve("file.bin", content())
    ended = world.stint("get", origin.url("file.bin"))
    assert ended.code == 0, ended
    assert "regular" in ended.err
    assert "\x1b" not in ended.out + ended.err, "no colour, no redrawn line"
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_user_initiated_without_a_terminal_is_refused(world, daemon, line, origin):
    origin.serve("file.bin", content())
    ended = world.stint("get", "--user-initiated", origin.url("file.bin"))
    assert ended.code == 77
    assert "terminal" in ended.err
    assert line.jobs() == []


def test_a_right_checksum_passes_and_a_wrong_one_ends_with_65(world, daemon, origin):
    checksum = origin.serve("file.bin", content())
    world.done("get", origin.url("file.bin"), "-o", "right.bin", "--checksum", f"sha256:{checksum}")
    ended = world.stint("get", origin.url("file.bin"), "-o", "wrong.bin", "--checksum", "sha256:" + 64 * "0")
    assert ended.code == 65
    assert checksum in ended.err, "names what came"
    assert not (world.downloads / "wrong.bin").exists()


def test_a_file_that_the_server_does_not_have_is_never_tried_again(world, daemon, line, origin):
    ended = world.stint("get", origin.url("nothing.bin"))
    assert ended.code == 66
    assert "404" in ended.err
    assert line.jobs() == []
    (state,) = line.jobs(finished=True)
    assert state["exitCode"] == 66


def test_a_file_that_is_there_is_not_replaced(world, daemon, origin):
    origin.serve("file.bin", content())
    (world.downloads / "file.bin").write_bytes(b"mine")
    ended = world.stint("get", origin.url("file.bin"))
    assert ended.code == 73
    assert "--force" in ended.err
    assert (world.downloads / "file.bin").read_bytes() == b"mine"
    world.done("get", "--force", origin.url("file.bin"))
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_a_job_that_waits_says_why_and_what_would_clear_it(world, daemon, line, origin):
    """jobs.md §9.1."""
    origin.serve("file.bin", content())
    world.done("device", "set", "charging=false")
    job = world.get(origin.url("file.bin"), "--charging")
    ended = world.stint("why", str(job))
    assert ended.code == 75
    assert "CONSTRAINT_CHARGING" in ended.out
    (told,) = json_lines(world.stint("why", str(job), "--json").out)
    assert [blocker["name"] for blocker in told["blockers"]] == ["CONSTRAINT_CHARGING"]
    assert told["mayRun"] is False
    world.done("device", "set", "charging=true")
    world.done("wait", str(job))
    assert (world.downloads / "file.bin").read_bytes() == content()


def test_jobs_and_device_print_one_object_a_line(world, daemon, origin):
    origin.serve("file.bin", content())
    world.done("device", "set", "charging=false")
    job = world.get(origin.url("file.bin"), "--charging")
    (told,) = json_lines(world.done("jobs", "--json"))
    assert (told["schema"], told["package"], told["id"], told["state"]) == (1, "org.stint.transfer", job, "pending")
    rows = {row["key"]: row for row in json_lines(world.done("device", "--json")) if "key" in row}
    assert rows["charging"]["value"] == "false"
    assert rows["charging"]["source"] == "set"
    world.done("device", "reset")
    rows = {row["key"]: row for row in json_lines(world.done("device", "--json")) if "key" in row}
    assert rows["charging"]["value"] == "true"


def test_a_cancelled_download_is_gone_and_may_be_asked_for_again(world, daemon, line, slow_origin):
    """jobs.md §2.6: a running job is told to stop, and nothing is tried again."""
    slow_origin.serve("file.bin", bytes_of(1, 40 * MIB))
    job = world.get(slow_origin.url("file.bin"))
    line.until(job, lambda state: state["state"] == "running" and state["transferredDown"] > 0)
    world.done("cancel", str(job))
    assert line.jobs() == []
    assert world.stint("wait", str(job)).code != 0
    assert not (world.downloads / "file.bin").exists()


def test_several_jobs_are_waited_for_and_cancelled_in_one_line(world, daemon, line, slow_origin):
    for name in ("one", "two", "three"):
        slow_origin.serve(name, bytes_of(1, 40 * MIB))
    slow_origin.serve("small", content())
    small, one, two, three = (world.get(slow_origin.url(name)) for name in ("small", "one", "two", "three"))
    ended = world.stint("cancel", str(one), "4711", f"org.stint.transfer/{two}")
    assert ended.code == 66 and "cannot cancel 4711" in ended.err
    assert {job["id"] for job in line.jobs()} <= {small, three}
    ended = world.stint("wait", str(small), "4711", "org.stint.transfer/4712")
    assert ended.code == 66 and ended.err.count("cannot follow") == 2
    assert (world.downloads / "small").read_bytes() == content()
    world.done("cancel", str(three))
    assert line.jobs() == []


@pytest.mark.parametrize("words", [("why", "7"), ("watch", "7"), ("wait", "com.example.none/7"), ("cancel", "7")])
def test_a_job_that_is_none_ends_with_66(world, daemon, words):
    ended = world.stint(*words)
    assert ended.code == 66, ended
    assert ended.err.startswith("stint: ")


def test_what_a_daemon_is_asked_outlives_it(world, origin):
    """jobs.md §12.5: a restart of the daemon within one boot is no reboot."""
    origin.serve("file.bin", content())
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    job = world.get(origin.url("file.bin"), "--charging")
    daemon.kill()
    world.start_daemon()
    (told,) = json_lines(world.done("jobs", "--json"))
    assert (told["id"], told["kind"], told["state"]) == (job, "user_initiated", "pending")
    world.done("device", "set", "charging=true")
    world.done("wait", str(job))
    assert (world.downloads / "file.bin").read_bytes() == content()
    (end,) = json_lines(world.done("jobs", "--finished", "--json"))
    assert end["exitCode"] == 0


def test_an_idle_daemon_wakes_up_for_nothing(world, daemon, line, origin):
    """architecture.md, the turn: between turns the process sleeps."""
    origin.serve("file.bin", content())
    world.done("get", origin.url("file.bin"))
    for process in works(daemon.pid):
        wait_for_end(process)
    pass_time(world, 1)  # the end of the app is taken in
    before = reads(daemon.pid)
    pass_time(world, 5)
    # A process that is woken by the clock reads its timer. (It is switched to for pages that come back from the disk, too.)
    assert reads(daemon.pid) == before


def pass_time(world, seconds):
    """Waits: nothing else shows that something does not happen."""
    with Directory(world.root) as directory, pytest.raises(TooLate):
        directory.until(lambda: size_of(world.root / "never"), within=seconds)


def reads(pid):
    """The calls of read() that it has made."""
    with open(f"/proc/{pid}/io", encoding="ascii") as counts:
        return next(int(line.split()[1]) for line in counts if line.startswith("syscr"))

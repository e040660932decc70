"""`stint` alone where no daemon runs tells what waits in the store, and changes nothing there (linux.md §A.10)."""

import sqlite3
import subprocess
from contextlib import closing

import pytest
from commands import schedule
from places import another_boot, needs_mounts


def contents(directory):
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in directory.iterdir() if file.is_file()}


def told(world):
    """The line behind the first one of `stint`, without its line ends; the store must stay as it is."""
    before = contents(world.store)
    ended = world.stint()
    assert (ended.code, ended.err) == (0, ""), ended
    assert contents(world.store) == before, "it has only looked"
    assert not list(world.runtime.parent.glob("stint-stored-*")), "the copy is gone"
    first, second = ended.out.splitlines()[:2]
    assert first.startswith("stintd does not run, so no job does."), first
    return second


@pytest.fixture
def waiting(world):
    """The store of a daemon that was killed: one job outlives a reboot."""
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    schedule(world, "--charging", "--persisted", "--name", "backup", "--", "true")
    schedule(world, "--charging", "--name", "tick", "--", "true")
    daemon.kill()
    assert (world.store / "stint.db-wal").exists(), "what was accepted is in the log alone"


def test_what_a_killed_daemon_had_waits(world, waiting):
    assert told(world) == "2 jobs wait in the store: org.stint.shell/1 (backup), org.stint.shell/2 (tick)"
    refused = world.stint("jobs")
    assert refused.code == 69 and "2 jobs wait in the store: org.stint.shell/1 (backup)" in refused.err, refused


def test_where_a_verb_may_start_one_it_says_which(world, waiting):
    world.environment["STINT_AUTOSTART"] = "yes"
    assert told(world).endswith("org.stint.shell/2 (tick); `stint jobs` lists them, and starts it")


def test_many_are_counted_and_few_are_named(world):
    daemon = world.start_daemon()
    world.done("device", "set", "charging=false")
    for _ in range(5):
        schedule(world, "--charging", "--name", "many", "--", "true")
    daemon.kill()
    assert told(world) == "5 jobs wait in the store: " + ", ".join(
        f"org.stint.shell/{number} (many)" for number in (1, 2, 3)) + " and 2 more"


def test_where_nothing_waits_it_says_nothing_of_it(world):
    world.start_daemon().kill()
    assert "store" not in told(world)


def test_where_there_is_no_store_none_is_made(world):
    ended = world.stint()
    assert ended.code == 0 and "store" not in ended.out
    assert not world.store.exists()


@needs_mounts
def test_after_a_reboot_what_outlives_it_waits(world, waiting):
    before = contents(world.store)
    ended = subprocess.run([*another_boot(world), "stint"], env=world.environment, capture_output=True, text=True,
                           timeout=60, check=True)
    assert "1 job waits in the store: org.stint.shell/1 (backup)" in ended.stdout
    assert contents(world.store) == before


def test_a_store_of_a_newer_version_is_told_and_left_alone(world, waiting):
    with closing(sqlite3.connect(world.store / "stint.db")) as store:
        store.execute("PRAGMA user_version = 9999")
    line = told(world)
    assert line.startswith("the store cannot be read: ") and "newer" in line, line


@pytest.mark.parametrize("damage", ["no database", "cut off", "a directory", "not to be read"])
def test_a_damaged_store_is_told_and_left_alone(world, waiting, damage):
    file = world.store / "stint.db"
    if damage == "no database":
        file.write_bytes(b"nothing of the kind" * 1000)
        (world.store / "stint.db-wal").unlink()
    elif damage == "cut off":
        with closing(sqlite3.connect(file)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.write_bytes(file.read_bytes()[:6000])
    elif damage == "a directory":
        file.unlink()
        file.mkdir()
    else:
        file.unlink()
        file.symlink_to("/dev/zero")
    line = told(world)
    assert "damaged" in line or "cannot be read" in line, line

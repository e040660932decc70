"""Bad input gets a message that names what, where, and what would be right. The daemon stays up, nothing stored is
harmed, and other callers do not notice (each test ends by asking another caller's question)."""

import json
import os
import sqlite3
import subprocess
import threading
from collections import Counter
from contextlib import closing
from socket import SHUT_WR

import pytest
from jobs import AS_TRANSFER, SERVICE_NAME, job, refused
from line import PATH, SCHEDULER, Closed, WireError
from world import BIN

ILLEGAL = "org.stint.Error.IllegalArgument"


@pytest.fixture
def bystander(world, daemon, line):
    """Another caller, with one job of its own: neither notices anything."""
    line.set_device(charging="false")
    assert line.schedule(job(1), **AS_TRANSFER) == (1, 1)
    yield line
    assert [kept["id"] for kept in line.jobs()] == [1]
    assert line.schedule(job(2), **AS_TRANSFER) == (1, 2)


@pytest.fixture
def hostile(world, bystander):
    with world.line() as open_line:
        yield open_line


# Manifests (jobs.md §12.1).


def test_a_manifest_with_an_unknown_key_is_refused_with_its_place(world):
    (world.apps / "com.example.bad.toml").write_text('package = "com.example.bad"\nlabel = "Bad"\npermisions = []\n')
    daemon = world.start_daemon()
    told = daemon.log.read_text()
    assert "com.example.bad.toml:3" in told
    assert "permisions" in told
    assert "permissions" in told, "names the key that was meant"
    assert "com.example.bad" not in world.done("apps")


@pytest.mark.parametrize(
    "text",
    ["[.a]\n", "[\n", "\u00e4 = 1\n", "a" + ".a" * 100_000 + " = 1\n", "a = " + "[" * 200_000],
    ids=["dot", "no name", "letter", "long key", "deep"],
)
def test_a_manifest_that_is_no_toml_harms_no_other(world, text):
    (world.apps / "com.example.bad.toml").write_text(text)
    (world.apps / "com.example.good.toml").write_text('package = "com.example.good"\n')
    daemon = world.start_daemon()
    assert "com.example.bad.toml:1" in daemon.log.read_text()
    assert "com.example.good" in world.done("apps")


# Our programs, by hand.


@pytest.mark.parametrize("program", ["stint-shell", "stint-transfer", "stint-exec", "stint-agent"])
def test_a_helper_says_what_it_is(world, program):
    """Not to be started by hand, it neither waits nor connects."""
    ended = subprocess.run([BIN / program, "--help"], env=world.environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"{program}: ")


# Jobs (jobs.md §1.2).


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ({"userInitiated": ("b", True)}, "V12"),  # no network
        ({"estimatedDownloadBytes": ("x", 1000)}, "V2"),
        ({"requiredNetwork": ("a{sv}", {}), "estimatedDownloadBytes": ("x", -7)}, "V3"),
        ({"requiredNetwork": ("a{sv}", {}), "estimatedDownloadBytes": ("x", 1000),
          "minimumNetworkChunkBytes": ("x", 2000)}, "V4"),
        ({"clipData": ("a(sah)", [("/etc/hostname", [])])}, "V8"),
        ({"priority": ("i", 500)}, "V9"),
        ({"priority": ("i", 123)}, "V9"),
    ],
)
def test_an_impossible_combination_names_its_rule(hostile, entries, rule):
    """jobs.md §1.2: the daemon checks again what a builder checks."""
    error = refused(lambda: hostile.schedule(job(7, **entries), **AS_TRANSFER))
    assert error.name == ILLEGAL
    assert rule in error.text


def test_a_job_with_an_unknown_key_is_refused_and_names_it(hostile):
    """jobs.md §2.1: a constraint that is ignored would run the job wrongly."""
    error = refused(lambda: hostile.schedule(job(7, requiresChargin=("b", True)), **AS_TRANSFER))
    assert error.name == ILLEGAL
    assert "requiresChargin" in error.text


def test_an_unknown_option_is_ignored(hostile):
    assert hostile.schedule(job(1), **AS_TRANSFER, newerThanThisDaemon=("s", "yes")) == (1, 1)


def test_a_value_of_a_wrong_type_names_the_key(hostile):
    error = refused(lambda: hostile.schedule(job(7, persisted=("s", "yes")), **AS_TRANSFER))
    assert error.name == ILLEGAL
    assert "persisted" in error.text


def test_a_message_with_other_arguments_is_refused(hostile):
    error = refused(lambda: hostile.call(SCHEDULER, "Schedule", "ss", "seven", "eight"))
    assert error.name in (ILLEGAL, "org.freedesktop.DBus.Error.InvalidArgs")


def test_a_method_that_is_none_is_refused(hostile):
    error = refused(lambda: hostile.call(SCHEDULER, "ScheduleEverything"))
    assert error.name in (ILLEGAL, "org.freedesktop.DBus.Error.UnknownMethod")
    assert "ScheduleEverything" in error.text


def test_a_service_that_is_not_declared_is_named(hostile):
    """jobs.md §2.2."""
    error = refused(lambda: hostile.schedule(job(7, service=("s", SERVICE_NAME + "s")), **AS_TRANSFER))
    assert error.name == ILLEGAL
    assert SERVICE_NAME + "s" in error.text


# Messages (architecture.md, wire).


def test_a_message_of_two_mebibytes_closes_its_line_alone(hostile):
    huge = job(7, extras=("a{sv}", {"text": ("s", "x" * (2 * 1024 * 1024))}))
    with pytest.raises(Closed):
        hostile.schedule(huge, **AS_TRANSFER)


def test_extras_of_more_than_64_kib_are_refused(hostile):
    """jobs.md §12.9."""
    error = refused(lambda: hostile.schedule(job(7, extras=("a{sv}", {"text": ("s", "x" * 70_000)})), **AS_TRANSFER))
    assert error.name == ILLEGAL
    assert "64 KiB" in error.text or "65536" in error.text


def test_bytes_that_are_no_message_close_their_line_alone(hostile):
    hostile.send_bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 8)
    assert hostile.closes()


def test_half_a_message_harms_nobody(world, bystander):
    with world.line() as half:
        half.send_bytes(b"l\1\0\1\xff\0\0\0")
        half.socket.shutdown(SHUT_WR)
        assert half.closes()


def test_a_flood_of_calls_is_answered_or_busy(hostile):
    calls = 5000
    flood = threading.Thread(target=lambda: [hostile.send(SCHEDULER, "CanRunUserInitiatedJobs", "a{sv}", {})
                                             for _ in range(calls)])
    flood.start()
    names = Counter()
    for serial in range(1, calls + 1):
        try:
            hostile.reply(serial)
            names["answered"] += 1
        except WireError as error:
            names[error.name] += 1
    flood.join()
    print(names)
    assert set(names) <= {"answered", "org.stint.Error.Busy"}
    assert names["answered"] >= 64


def test_one_who_never_reads_its_answers_waits_alone(hostile, bystander):
    hostile.socket.setblocking(False)
    with pytest.raises(BlockingIOError):  # the daemon reads no more of it
        for _ in range(100_000):
            hostile.send(SCHEDULER, "CanRunUserInitiatedJobs", "a{sv}", {})
    assert [kept["id"] for kept in bystander.jobs()] == [1]


# `stint get`.


def test_a_scheme_that_is_not_supported_is_named(world, daemon):
    ended = world.stint("get", "gopher://127.0.0.1/file")
    assert ended.code == 64
    assert "gopher" in ended.err
    assert "http" in ended.err, "says what is supported"
    assert ended.out == ""


@pytest.mark.parametrize("words", [("get",), ("fetch", "http://127.0.0.1/"), ("why",), ("device", "set", "charging")])
def test_a_command_that_is_none_ends_with_64(world, daemon, words):
    ended = world.stint(*words)
    assert ended.code == 64
    assert ended.err


def test_a_device_key_that_is_none_names_the_nearest(world, daemon):
    ended = world.stint("device", "set", "chargin=true")
    assert ended.code == 64
    assert "charging" in ended.err


def test_a_device_key_is_one_word_however_its_parts_are_joined(world, daemon):
    def saver():
        rows = [json.loads(row) for row in world.done("device", "--json").splitlines()]
        (row,) = [row for row in rows if row.get("key") == "battery_saver"]
        return row["value"], row["source"]

    world.done("device", "set", "battery-saver=true")
    assert saver() == ("true", "set")
    world.done("device", "reset", "battery-saver")
    assert saver()[1] != "set"
    assert world.stint("device", "set", "battery-saver=true", "battery_saver=false").code == 64


def test_a_device_value_that_is_none_names_what_is_taken(world, daemon):
    ended = world.stint("device", "set", "charging=perhaps")
    assert ended.code == 64
    assert "true" in ended.err


def test_without_a_daemon_it_says_so_and_ends_with_69(world):
    ended = world.stint("jobs")
    assert ended.code == 69
    assert "stintd" in ended.err


# The daemon's own places. Each is refused before anything is touched, with the exit code of a wrong configuration.


def refused_daemon(world, policy=None, before=()):
    """The words of a daemon that must not start; its exit code is a failure's."""
    process, notify, log = world.spawn_daemon(policy, before=before)
    notify.close()
    assert process.wait(30) != 0
    return log.read_text()


def test_a_second_daemon_on_the_same_store_names_the_first(world, daemon):
    rules = world.root / "policy.toml"
    elsewhere = world.root / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    second = subprocess.run([BIN / "stintd", "--policy", rules], env=world.environment | {
        "XDG_RUNTIME_DIR": str(elsewhere)}, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode != 0
    assert str(daemon.pid) in second.stderr
    assert str(world.store) in second.stderr
    assert world.done("device")


def test_a_store_of_a_newer_version_is_left_as_it_is(world):
    world.start_daemon().stop()
    (database,) = world.store.glob("*.db")
    with closing(sqlite3.connect(database)) as store:
        store.execute("PRAGMA user_version = 9999")
        store.commit()
    before = database.read_bytes()
    told = refused_daemon(world)
    assert "9999" in told or "newer" in told
    assert str(database) in told
    assert database.read_bytes() == before
    again = subprocess.run([BIN / "stintd"], env=world.environment, capture_output=True, timeout=30, check=False)
    assert again.returncode == 78, "the unit does not try that again (stintd.service)"


def test_a_damaged_store_is_set_aside_and_rebuilt_from_what_can_be_read(world):
    daemon = world.start_daemon()
    with world.line() as line:
        line.set_device(charging="false")
        for number in range(1, 41):
            assert line.schedule(job(number), **AS_TRANSFER) == (1, number)
    assert daemon.stop() == 0
    (database,) = world.store.glob("*.db")
    size = database.stat().st_size
    with database.open("r+b") as file:  # one page in the middle, not the first
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096)
    daemon = world.start_daemon()
    told = daemon.log.read_text()
    assert "set aside" in told
    assert len(list(world.store.iterdir())) > 1, "the damaged file is kept"
    with world.line() as line:
        kept = line.jobs()
        print(f"{len(kept)} of 40 jobs were read")
        assert line.schedule(job(99), **AS_TRANSFER) == (1, 99)


def test_a_runtime_directory_with_a_wrong_mode_is_refused(world):
    world.runtime.mkdir(mode=0o700)
    world.runtime.chmod(0o755)
    told = refused_daemon(world)
    assert str(world.runtime) in told
    assert "0700" in told


def test_a_runtime_directory_that_is_a_symlink_is_refused(world):
    (world.root / "other").mkdir(mode=0o700)
    world.runtime.symlink_to(world.root / "other")
    told = refused_daemon(world)
    assert str(world.runtime) in told
    assert "link" in told


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory to another user")
def test_a_runtime_directory_of_another_user_is_refused(world):
    world.runtime.mkdir(mode=0o700)
    os.chown(world.runtime, 65534, 65534)
    told = refused_daemon(world)
    assert str(world.runtime) in told
    assert "65534" in told


def test_a_policy_with_an_unknown_key_is_refused_with_its_place(world):
    told = refused_daemon(world, policy={"job.slot": 3})
    assert "policy.toml:" in told
    assert "job.slots" in told, "names the key that was meant"


def test_a_number_of_androids_that_would_do_nothing_keeps_no_daemon_from_starting(world):
    """limits.md §11"""
    daemon = world.start_daemon(policy={"allowlist.sms": "20s", "job.slots": 3})
    told = daemon.log.read_text()
    assert "policy.toml:" in told
    assert '"allowlist.sms" would do nothing here: no app is sent an SMS' in told
    assert told.count("allowlist.sms") == 1
    assert "policy.toml:" in world.done("policy", "job.slots")


def test_the_contract_can_be_introspected(line):
    """architecture.md, wire."""
    (xml,) = line.call("org.freedesktop.DBus.Introspectable", "Introspect")
    for name in ("org.stint.JobScheduler1", "org.stint.TaskManager1", "org.stint.Device1"):
        assert f'interface name="{name}"' in xml, PATH

"""A file that changes on the server in the middle of its download is begun anew (architecture.md, transfers): what is in
place at the end is exactly the new one, never a mix of two."""

import os
import signal

import pytest
from events import Directory, size_of, wait_for_end
from origin import MIB, contents

old = contents("old", 24 * MIB)
NEW = {
    "same-sized": contents("new", 24 * MIB),
    "larger": contents("new", 40 * MIB),
    "smaller": contents("new", 9 * MIB),
}


def half_fetched(world, name="file.bin"):
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(world.downloads / f".{name}.stint-part") >= 10 * MIB)


def kill_transfer(daemon):
    (pid,) = daemon.transfers()
    os.kill(pid, signal.SIGKILL)
    wait_for_end(pid)


@pytest.mark.parametrize("how", NEW)
def test_a_swapped_file_ends_as_exactly_the_new_one(world, daemon, line, slow_origin, how):
    slow_origin.serve("file.bin", old(), modified=1_700_000_000)
    client = world.in_terminal("get", slow_origin.url("file.bin"), "-o", "file.bin")
    half_fetched(world)
    slow_origin.serve("file.bin", NEW[how](), modified=1_700_000_500)
    kill_transfer(daemon)
    assert client.ends() == 0
    assert (world.downloads / "file.bin").read_bytes() == NEW[how]()
    assert "changed" in client.output, "it says that it began anew"
    (ended,) = line.jobs(finished=True)
    assert ended["exitCode"] == 0


def test_a_swapped_file_is_refused_where_a_checksum_was_given(world, daemon, line, slow_origin):
    checksum = slow_origin.serve("file.bin", old(), modified=1_700_000_000)
    client = world.in_terminal("get", slow_origin.url("file.bin"), "-o", "file.bin", "--checksum", f"sha256:{checksum}")
    half_fetched(world)
    slow_origin.serve("file.bin", NEW["same-sized"](), modified=1_700_000_500)
    kill_transfer(daemon)
    assert client.ends() == 65
    assert not (world.downloads / "file.bin").exists()


def test_an_unchanged_file_goes_on_where_it_was(world, daemon, line, slow_origin):
    slow_origin.serve("file.bin", old())
    client = world.in_terminal("get", slow_origin.url("file.bin"), "-o", "file.bin")
    half_fetched(world)
    kill_transfer(daemon)
    assert client.ends() == 0
    assert (world.downloads / "file.bin").read_bytes() == old()
    slow_origin.stop()
    first, second = slow_origin.requests()
    assert (first["status"], second["status"]) == (200, 206)
    assert second["ifRange"]

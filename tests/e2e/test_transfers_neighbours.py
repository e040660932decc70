"""Whoever else may write where a download lives: another user in a shared directory, and another process that swaps
what was received (SECURITY.md)."""

import hashlib
import os
import stat
import subprocess
import sys

import pytest
from events import Directory, size_of
from hostile import Hostile, content_range
from origin import MIB, bytes_of, contents
from transfers import CONTENT, done, names, typed

wanted = contents("wanted", 6 * MIB)
other = contents("other", 6 * MIB)
STALL = 4 * MIB
STRONG = {"ETag": '"v1"'}
NEIGHBOUR = 65534

PLANT = """
import os, sys
what, part, state = sys.argv[1:]
if what == "part":
    open(part, "wb").write(b"injected" * 131072)
    open(state, "w").write("{}")
    os.chmod(part, 0o666)
elif what == "FIFO":
    os.mkfifo(part, 0o666)
elif what == "record FIFO":
    os.mkfifo(state, 0o666)
elif what == "record":
    os.symlink("/dev/zero", state)
"""


def by_range(handler, first, server):
    server.send(handler, 206, STRONG | content_range(first, wanted()), wanted()[first:])


@pytest.mark.skipif(os.geteuid() != 0, reason="another user can be played by root alone")
@pytest.mark.parametrize("what", ["part", "FIFO", "record FIFO", "record"])
def test_what_another_user_planted_is_not_taken_for_ours(world, daemon, origin, what):
    checksum = origin.serve("file.bin", CONTENT)
    for path in [world.downloads, *world.downloads.parents][:-2]:
        path.chmod(path.stat().st_mode | 0o001)
    world.downloads.chmod(0o1777)
    part, state = world.downloads / ".file.bin.stint-part", world.downloads / ".file.bin.stint-state"
    subprocess.run([sys.executable, "-c", PLANT, what, str(part), str(state)], user=NEIGHBOUR, group=NEIGHBOUR,
                   extra_groups=[], check=True)
    done(world, "get", "--checksum", f"sha256:{checksum}", origin.url("file.bin"))
    target = world.downloads / "file.bin"
    assert target.read_bytes() == CONTENT
    assert (target.stat().st_uid, target.stat().st_nlink) == (os.geteuid(), 1)


def test_a_part_that_is_swapped_while_it_is_received_is_not_the_file(world, daemon, line):
    """The checksum is that of what was received: what has its name by then is another file."""
    server = Hostile(wanted(), STALL, STRONG, by_range)
    part = world.downloads / ".file.bin.stint-part"

    def whole(handler):
        handler.send_response_only(200)
        handler.send_header("Content-Length", str(len(wanted())))
        handler.send_header("ETag", '"v1"')
        handler.end_headers()
        handler.wfile.write(wanted()[:STALL])
        handler.wfile.flush()
        with Directory(world.downloads) as directory:
            directory.until(lambda: size_of(part) >= STALL - MIB)
        (world.downloads / "other").write_bytes(other())
        os.replace(world.downloads / "other", part)
        handler.wfile.write(wanted()[STALL:])

    server.answer = whole
    try:
        job = world.get(server.url(), "-o", "file.bin", "--checksum", f"sha256:{hashlib.sha256(wanted()).hexdigest()}")
        state = line.until(job, lambda state: state["state"] == "pending" and state["failures"] == 1)
        assert state["failures"] == 1, "it is begun anew later"
        assert not (world.downloads / "file.bin").exists()
    finally:
        server.stop()


def test_what_is_cancelled_leaves_nothing_behind(world, daemon, line, slow_origin):
    """Neither what was received nor a record of it."""
    slow_origin.serve("file.bin", bytes_of(1, 40 * MIB))
    job = world.get(slow_origin.url("file.bin").replace("//", "//me:hunter2@"), "-o", "file.bin")
    part = world.downloads / ".file.bin.stint-part"
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(part) > MIB)
        assert b"hunter2" not in (world.downloads / ".file.bin.stint-state").read_bytes()
        world.done("cancel", str(job))
        directory.until(lambda: not list(world.downloads.iterdir()))


@pytest.mark.parametrize("what", ["device", "fifo", "link"])
def test_force_replaces_a_regular_file_and_nothing_else(world, daemon, line, origin, what):
    origin.serve("file.bin", CONTENT)
    if what == "device":  # one of its own: a fault here must not cost the machine its /dev/null
        if os.geteuid() != 0:
            pytest.skip("a device is root's to make")
        os.mknod(world.downloads / what, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    if what == "fifo":
        os.mkfifo(world.downloads / what)
    if what == "link":
        os.symlink("/etc/hostname", world.downloads / what)

    def there():
        file = os.lstat(world.downloads / what)
        return (file.st_ino, file.st_mode, file.st_rdev)

    before = there()
    assert typed(world, "get", "--force", "-o", what, origin.url("file.bin")).code == 73
    assert there() == before
    assert line.jobs() == []


def test_names_that_leave_no_room_or_are_no_text(world, daemon, line, origin):
    origin.serve("file.bin", CONTENT)
    done(world, "get", "-o", "n" * 250, origin.url("file.bin"))
    assert names(world.downloads) == ["n" * 250]
    for name in ("n" * 256, b"\xff".decode(errors="surrogateescape")):
        assert world.stint("get", "-o", name, origin.url("file.bin")).code == 73
    (world.downloads / b"\xff".decode(errors="surrogateescape")).write_bytes(b"")
    assert world.stint("put", b"\xff".decode(errors="surrogateescape"), origin.url("x")).code == 66
    assert line.jobs() == []

"""A mix of two versions is impossible, whatever a server does (architecture.md, transfers): the file changes while the
download is interrupted, and the server answers the rest as it should not. In place at the end is the new one."""

import os
import signal

import pytest
from events import Directory, size_of, wait_for_end
from hostile import Hostile, content_range
from origin import MIB, contents

old = contents("old", 6 * MIB)
new = contents("new", 6 * MIB)
STALL = 4 * MIB
STRONG_OLD, STRONG_NEW = {"ETag": '"old"'}, {"ETag": '"new"'}
EARLIER = STRONG_OLD | {"Last-Modified": "Mon, 05 Jan 2026 08:00:00 GMT"}
LATER = STRONG_OLD | {"Last-Modified": "Mon, 05 Jan 2026 09:00:00 GMT"}


def alike():
    """New, but for what a server's next answer is compared with: the bytes before the cut tell nothing."""
    return new()[:MIB] + old()[MIB : 5 * MIB] + new()[5 * MIB :]


def whole_to_a_range(handler, first, server):
    server.whole(handler)


def ignoring_if_range(handler, first, server):
    """Answers 206 of the new version, though If-Range named the old one."""
    server.send(handler, 206, server.headers | content_range(first, new()), new()[first:])


def of_another_place(handler, first, server):
    server.send(handler, 206, STRONG_OLD | content_range(first + 4096, new()), new()[first + 4096 :])


def without_content_range(handler, first, server):
    server.send(handler, 206, STRONG_OLD, new()[first:])


def with_the_old_validator(handler, first, server):
    """Claims that the new bytes are of the old version: only the bytes themselves tell."""
    server.send(handler, 206, STRONG_OLD | content_range(first, new()), new()[first:])


def not_satisfiable(handler, first, server):
    server.send(handler, 416, {"Content-Range": f"bytes */{len(new()) - 1}"}, b"")


def alike_at_another_date(handler, first, server):
    server.send(handler, 206, LATER | content_range(first, alike()), alike()[first:])


def alike_with_an_etag_of_nothing(handler, first, server):
    server.send(handler, 206, {"ETag": '""'} | content_range(first, alike()), alike()[first:])


CASES = {
    "sends no validator": ({}, {}, with_the_old_validator),
    "sends a weak validator": ({"ETag": 'W/"old"'}, {"ETag": 'W/"new"'}, with_the_old_validator),
    "answers 200 to a range": (STRONG_OLD, STRONG_NEW, whole_to_a_range),
    "ignores If-Range": (STRONG_OLD, STRONG_NEW, ignoring_if_range),
    "answers another range": (STRONG_OLD, STRONG_NEW, of_another_place),
    "leaves Content-Range out": (STRONG_OLD, STRONG_NEW, without_content_range),
    "repeats the old validator": (STRONG_OLD, STRONG_NEW, with_the_old_validator),
    "says that nothing is left": (STRONG_OLD, STRONG_NEW, not_satisfiable),
    "has the same ETag and another Last-Modified": (EARLIER, LATER, alike_at_another_date),
    "has an ETag of nothing": ({"ETag": '""'}, {"ETag": '""'}, alike_with_an_etag_of_nothing),
}


def interrupt(world, daemon):
    part = world.downloads / ".file.bin.stint-part"
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(part) >= STALL - MIB)
    (pid,) = daemon.transfers()
    os.kill(pid, signal.SIGKILL)
    wait_for_end(pid)


@pytest.mark.parametrize("how", CASES)
def test_no_mix_comes_from_a_server_that(world, daemon, line, how):
    before, after, ranged = CASES[how]
    server = Hostile(old(), STALL, before, ranged)
    try:
        job = world.get(server.url(), "-o", "file.bin")
        with Directory(world.downloads) as directory:
            directory.until(lambda: size_of(world.downloads / ".file.bin.stint-part") >= STALL - MIB)
        other = alike() if "alike" in ranged.__name__ else new()
        server.content, server.headers = other, after
        interrupt(world, daemon)
        ended = world.stint("wait", str(job))
        assert ended.code == 0, ended
        assert (world.downloads / "file.bin").read_bytes() == other
    finally:
        server.stop()


def cut_without_a_length(handler, first, server):
    handler.send_response_only(200)
    handler.send_header("ETag", '"old"')
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(old()[:MIB])
    handler.close_connection = True


def smaller(handler, first, server):
    server.send(handler, 200, STRONG_OLD, old()[:MIB])


def nothing_behind(handler, first, server):
    have = first + 64 * 1024  # a range begins so much before the end of what is there
    server.send(handler, 416, STRONG_OLD | {"Content-Range": f"bytes */{have}"}, b"")


@pytest.mark.parametrize("lie", [cut_without_a_length, smaller, nothing_behind])
def test_the_same_version_never_ends_before_what_is_known_of_it(world, daemon, line, lie):
    """It is tried again later, and the bytes that are there stay (issue 11.3)."""
    server = Hostile(old(), STALL, STRONG_OLD, lie)
    part = world.downloads / ".file.bin.stint-part"
    try:
        job = world.get(server.url(), "-o", "file.bin")
        with Directory(world.downloads) as directory:
            directory.until(lambda: size_of(part) >= STALL - MIB)
        interrupt(world, daemon)
        line.until(job, lambda state: state["state"] == "pending" and state["failures"] == 1)
        assert size_of(part) >= STALL - MIB
        assert old().startswith(part.read_bytes())
        assert not (world.downloads / "file.bin").exists()
    finally:
        server.stop()


@pytest.mark.parametrize("lengths", [["5", "3145728"], ["0x300000"], ["+3145728"], ["3145728 bytes"]])
def test_a_length_that_is_none_is_no_file(world, daemon, lengths):
    """RFC 9110 §8.6."""

    def answer(handler):
        handler.send_response_only(200)
        for length in lengths:
            handler.send_header("Content-Length", length)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(old()[: 3 * MIB])
        handler.close_connection = True

    server = Hostile(old(), STALL, {}, whole_to_a_range)
    server.answer = answer
    try:
        ended = world.stint("get", "-o", "file.bin", server.url())
        assert ended.code == 76, ended
        assert not (world.downloads / "file.bin").exists()
    finally:
        server.stop()


def test_a_server_that_cuts_the_connection_is_asked_again_later(world, daemon, line):
    """jobs.md §6.2: the app asks for a retry, with back-off; what is there is kept."""

    def cut(handler):
        handler.send_response_only(200)
        handler.send_header("Content-Length", str(len(old())))
        handler.send_header("ETag", '"old"')
        handler.end_headers()
        handler.wfile.write(old()[:STALL])
        handler.close_connection = True

    server = Hostile(old(), STALL, STRONG_OLD, whole_to_a_range)
    server.answer = cut
    try:
        job = world.get(server.url(), "-o", "file.bin")
        state = line.until(job, lambda state: state["state"] == "pending")
        assert (state["failures"], state["reasonNames"]) == (1, ["CONSTRAINT_MINIMUM_LATENCY"])
        assert size_of(world.downloads / ".file.bin.stint-part") == STALL
        assert not (world.downloads / "file.bin").exists()
    finally:
        server.stop()


def test_a_server_that_is_busy_is_asked_again_when_it_says(world, daemon, line):
    """Retry-After is honoured where it is longer than the back-off would be."""

    def busy(handler):
        server.send(handler, 503, {"Retry-After": "120"}, b"later")

    server = Hostile(old(), STALL, STRONG_OLD, whole_to_a_range)
    server.answer = busy
    try:
        job = world.get(server.url(), "-o", "file.bin")
        state = line.until(job, lambda state: state["state"] == "pending")
        assert state["failures"] == 1
    finally:
        server.stop()

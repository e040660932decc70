"""Fewer descriptors than what is to be transferred needs: what cannot be opened now is opened later (architecture.md,
transfers)."""

import os
import resource

import pytest
from origin import MIB, bytes_of

SOON = {"job.min_backoff": "100ms", "job.default_backoff": "100ms", "job.slots": 64}
MANY = 40


@pytest.mark.parametrize("spare", [0, 3, 16])
def test_downloads_that_can_open_nothing_now_go_on_later(world, slow_origin, origin_with, spare):
    """So many may the living stint-transfer open still, of which each download takes several."""
    daemon = world.start_daemon(SOON)
    origin = origin_with(rate="64k")  # each holds what it has for four seconds
    wanted = {f"{number}.bin": bytes_of(number, MIB // 4) for number in range(MANY)}
    for name, content in wanted.items():
        origin.serve(name, content)
    wanted["long.bin"] = bytes_of("long", 48 * MIB)
    slow_origin.serve("long.bin", wanted["long.bin"])
    (world.downloads / "list").write_text("".join(f"{origin.url(name)}\n" for name in wanted if name != "long.bin"))
    long = world.get(slow_origin.url("long.bin"))
    with world.line() as line:
        line.until(long, lambda seen: seen.get("transferredDown", 0) > 0)
        (process,) = daemon.transfers()
        _, most = resource.prlimit(process, resource.RLIMIT_NOFILE)
        free = sorted(set(range(1024)) - {int(number) for number in os.listdir(f"/proc/{process}/fd")})
        resource.prlimit(process, resource.RLIMIT_NOFILE, (free[spare], most))
        client = world.in_terminal("get", "--no-wait", "-j", str(MANY), "-i", "list")
        assert client.ends() == 0, client.output
        jobs = range(long + 1, long + 1 + MANY)
        line.until(jobs[-1], lambda seen: seen["failures"] > 0)
        assert "too many open files" in world.done("log", str(jobs[-1])).lower()
        for process in daemon.transfers():
            resource.prlimit(process, resource.RLIMIT_NOFILE, (most, most))
    ended = world.stint("wait", *map(str, [*jobs, long]), within=120)
    assert ended.code == 0, ended
    for name, content in wanted.items():
        assert (world.downloads / name).read_bytes() == content, name

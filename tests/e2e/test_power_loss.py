"""A power loss: what was not flushed is zeros after the next boot, and a file's size proves nothing (architecture.md,
transfers). A persisted job starts again by itself (jobs.md §7.2)."""

import os
import signal

from events import Directory, size_of, wait_for_end
from origin import MIB, contents
from places import another_boot, needs_mounts
from transfers import durable_offset

content = contents("power", 96 * MIB)

pytestmark = needs_mounts


def lose_power(world, daemon, part, at_least):
    """Kills all, and zeroes what was not durable; answers the durable offset."""
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(part) >= at_least and durable_offset(part) <= size_of(part) - 2 * MIB)
    below = daemon.transfers()
    daemon.process.send_signal(signal.SIGSTOP)  # a transfer that sees its daemon go makes durable what it has
    for pid in below:
        os.kill(pid, signal.SIGKILL)
    daemon.kill()
    for pid in below:
        wait_for_end(pid)
    durable = durable_offset(part)
    size = size_of(part)
    assert durable < size, "nothing was at stake"
    with part.open("r+b") as file:
        file.seek(durable)
        file.write(bytes(size - durable))
    return durable


def test_after_a_power_loss_it_goes_on_at_the_durable_offset(world, slow_origin):
    daemon = world.start_daemon()
    checksum = slow_origin.serve("file.bin", content())
    job = world.get(slow_origin.url("file.bin"), "-o", "file.bin", "--checksum", f"sha256:{checksum}")
    durable = lose_power(world, daemon, world.downloads / ".file.bin.stint-part", 40 * MIB)
    assert durable >= 16 * MIB

    world.start_daemon(before=another_boot(world))
    assert world.stint("wait", str(job), within=120).code == 0
    assert (world.downloads / "file.bin").read_bytes() == content()
    slow_origin.stop()
    again = slow_origin.requests()[-1]
    assert again["status"] == 206
    assert durable - MIB <= int(again["range"].removeprefix("bytes=").rstrip("-")) <= durable


def test_a_job_that_is_not_persisted_is_gone_after_another_boot(world):
    """jobs.md §7.1, worked example 54: and a mere restart of the daemon keeps it."""
    job = {"id": ("i", 7), "service": ("s", "Transfer"), "requiresCharging": ("b", True)}
    as_transfer = {"as": ("s", "org.stint.transfer")}
    daemon = world.start_daemon()
    with world.line() as line:
        line.set_device(charging="false")
        assert line.schedule(job, **as_transfer) == (1, 7)
        assert line.schedule(job | {"id": ("i", 8), "persisted": ("b", True)}, **as_transfer) == (1, 8)
    daemon.kill()
    daemon = world.start_daemon()
    with world.line() as line:
        assert [job["id"] for job in line.jobs()] == [7, 8]
    daemon.kill()
    world.start_daemon(before=another_boot(world))
    with world.line() as line:
        assert 7 not in [job["id"] for job in line.jobs()]

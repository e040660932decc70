"""kill -9 at random moments of one download (architecture.md, when the daemon dies; jobs.md §6.3): the file ends right, and
hardly a byte is fetched twice."""

import os
import random
import re
import signal

import pytest
from events import Directory, size_of, wait_for_end
from origin import MIB, Origin, bytes_of

SIZE = 256 * MIB
KILLS = 51
MOST_TWICE = SIZE // 100  # 64 KiB for each death are 0.8 %


class Victims:
    """The transfer process, the daemon and the client, and what follows the death of each."""

    def __init__(self, world, policy):
        self.world = world
        self.policy = policy
        self.daemon = world.start_daemon(policy)
        self.client = None
        self.job = None

    def begin(self, url, checksum):
        self.job = self.world.get(url, "-o", "file.bin", "--checksum", f"sha256:{checksum}")
        self.client = self.world.in_terminal("watch", str(self.job))

    def kill_transfer(self):
        (pid,) = self.daemon.transfers()
        os.kill(pid, signal.SIGKILL)
        wait_for_end(pid)

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon = self.world.start_daemon(self.policy)

    def kill_client(self):
        self.client.kill()
        self.client = self.world.in_terminal("watch", str(self.job))


@pytest.fixture
def limited(world):
    """3 MiB/s: nginx gives each connection the first second's worth at once."""
    made = Origin(world.root / "origin", rate="3m")
    yield made
    made.stop()


def test_fifty_kills_in_one_download_lose_hardly_a_byte(world, limited):
    seed = random.SystemRandom().randrange(10**6)
    policy = {"job.system_stop_to_failure_ratio": 1_000_000, "job.crash_guard.crashes": 1_000_000}
    print(f"seed {seed}; policy {policy}")
    chance = random.Random(seed)
    checksum = limited.serve("file.bin", bytes_of(seed, SIZE))
    target = world.downloads / "file.bin"
    part = world.downloads / ".file.bin.stint-part"
    victims = Victims(world, policy)
    victims.begin(limited.url("file.bin"), checksum)

    moments = sorted(chance.randrange(SIZE // 100, SIZE - 2 * MIB) for _ in range(KILLS))
    deaths = []  # the part's size when its writer was dead; it may write a little more after the daemon's death
    turns = [victims.kill_transfer, victims.kill_daemon, victims.kill_client]
    with Directory(world.downloads) as directory:
        for nth, moment in enumerate(moments):
            directory.until(lambda moment=moment: size_of(part) >= moment or target.exists())
            assert not target.exists(), f"whole after {nth} kills"
            turn = turns[nth % len(turns)]
            turn()
            if turn != victims.kill_client:
                deaths.append(size_of(part))
            # The next death comes to a living transfer, which writes.
            before = size_of(part)
            directory.until(lambda before=before: size_of(part) > before or target.exists())

    ended = world.stint("wait", str(victims.job), within=300)
    assert ended.code == 0, ended
    assert bytes_of(seed, SIZE) == target.read_bytes()
    assert not part.exists()
    limited.stop()
    # Bytes that nginx had sent and nobody had read yet are the kernel's, and grow with the machine's load: so it counts
    # from where the next request goes on.
    starts = sorted(int(re.fullmatch(r"bytes=(\d+)-", request["range"])[1]) for request in limited.requests()[1:])
    twice = sum(max(0, death - start) for death, start in zip(deaths, starts, strict=True))
    sent = sum(request["bytes"] for request in limited.requests())
    print(f"{KILLS} kills, {len(starts) + 1} requests, {twice} bytes twice ({twice / SIZE:.2%}), {sent - SIZE} sent so")
    assert sent >= SIZE
    assert twice <= MOST_TWICE


def test_after_three_deaths_the_defaults_wait_for_thirty_seconds(world, daemon, line, slow_origin):
    """jobs.md §6.2, §6.3: three system stops are one failure; §12.3: three crashes within a minute are too many."""
    slow_origin.serve("file.bin", bytes_of(1, 64 * MIB))
    job = world.get(slow_origin.url("file.bin"), "-o", "file.bin")
    part = world.downloads / ".file.bin.stint-part"
    for death in range(3):
        with Directory(world.downloads) as directory:
            before = size_of(part)
            directory.until(lambda before=before: size_of(part) > before)
        (pid,) = daemon.transfers()
        os.kill(pid, signal.SIGKILL)
        state = line.until(job, lambda state, death=death: state["systemStops"] == death + 1)
    state = line.until(job, lambda state: state["state"] == "pending")
    assert state["reasonNames"] == ["CONSTRAINT_MINIMUM_LATENCY"]
    assert daemon.transfers() == []
    _, blockers = line.explain(job)
    waits = {blocker["name"]: blocker["until"] - blocker["since"] for blocker in blockers if blocker["until"] >= 0}
    assert 29_000 <= waits["CONSTRAINT_MINIMUM_LATENCY"] <= 31_000
    ended = world.stint("why", str(job))
    assert ended.code == 75
    assert "CONSTRAINT_MINIMUM_LATENCY" in ended.out

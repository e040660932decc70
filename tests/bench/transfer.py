"""./bench transfer: one large file over loopback, and many small ones over a long thin link, by stint and by curl, wget
and aria2 in the same run, each the whole way a person would take: from the command to its end, with the files on the
disk. Prints medians, and ratios to curl (large) and aria2 (small), which alone travel between machines."""

import argparse
import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from events import descendants, wait_for_end  # noqa: E402
from origin import MIB, Origin, bytes_of  # noqa: E402
from world import World  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
RATE = 100_000_000 // 8  # bytes a second
ONE_WAY = 0.020  # s


class Cost(NamedTuple):
    wall: float  # s, the files on the disk
    cpu: float  # s
    memory: float  # MiB, the largest process


class Link:
    """A relay that is as long and as thin as a link of 40 ms and 100 Mbit/s: it stands in for tc's netem, which not
    every kernel has. A connection costs a round trip before its first byte, as a handshake would."""

    def __init__(self, port):
        self.origin = port
        self.loop = asyncio.new_event_loop()
        self.free = 0.0  # when the link has sent all that it was given
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait()

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._relay, "127.0.0.1", 0, backlog=256))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _relay(self, reader, writer):
        await asyncio.sleep(2 * ONE_WAY)
        there, back = await asyncio.open_connection("127.0.0.1", self.origin)
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, reader, writer):
        try:
            while chunk := await reader.read(16384):
                self.free = max(self.free, self.loop.time()) + len(chunk) / RATE
                self.loop.call_at(self.free + ONE_WAY, self._put, writer, chunk)
                if self.free > self.loop.time() + 0.05:  # what a router would hold
                    await asyncio.sleep(self.free - self.loop.time())
            self.loop.call_at(max(self.free, self.loop.time()) + ONE_WAY, writer.close)
        except ConnectionError:
            writer.close()

    @staticmethod
    def _put(writer, chunk):
        if not writer.is_closing():
            writer.write(chunk)


def synced(directory):
    for file in directory.iterdir():
        descriptor = os.open(file, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


class Peak:
    """The most memory that one of the processes has had. Read now and then, for wait4() would count this process's own
    before the exec."""

    def __init__(self, pids):
        self.pids = pids
        self.most = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _watch(self):
        while not self.over.wait(0.01):
            for pid in self.pids():
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
                self.most = max(self.most, *map(int, found or "0"))

    def mib(self):
        self.over.set()
        self.thread.join()
        return self.most / 1024


def by_program(words, directory):
    start = time.monotonic()
    process = subprocess.Popen(words, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = Peak(lambda: [process.pid])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    synced(directory)
    return Cost(time.monotonic() - start, usage.ru_utime + usage.ru_stime, peak.mib())


def ticks(pid):
    """CPU time of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


def children():
    """CPU time of what this process has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def by_stint(urls):
    world = World()
    daemon = world.start_daemon()
    before = ticks(daemon.pid), children()
    start = time.monotonic()
    # In a terminal: a job that nobody looks on at gets what time others leave.
    client = world.in_terminal("get", "--quiet", *urls)
    peak = Peak(lambda: [client.pid, daemon.pid, *descendants(daemon.pid)])
    code = client.ends(600)
    wall = time.monotonic() - start
    assert code == 0, client.output + daemon.log.read_text()
    memory = peak.mib()
    of_client = children() - before[1]
    for process in descendants(daemon.pid):
        wait_for_end(process)
    world.done("jobs")  # a turn of the daemon, which has waited for them by then
    cpu = ticks(daemon.pid) - before[0] + of_client
    world.close()
    return Cost(wall, cpu, memory)


def peers(urls):
    named = [word for url in urls for word in ("-O", url)]
    return {
        "curl": ["curl", "-sS", *(["-Z"] if len(urls) > 1 else []), *named],
        "wget": ["wget", "-q", *urls],
        "aria2": ["aria2c", "-q", "-j16", "-Z", "--file-allocation=none", *urls],
    }


def run(urls, size, times, against):
    costs = {"stint": [], **{name: [] for name in peers(urls)}}
    for turn in range(times):
        # Each begins once: the disk is slower for whoever comes after a gigabyte of another's.
        for name in [*costs][turn % len(costs):] + [*costs][: turn % len(costs)]:
            os.sync()
            if name == "stint":
                costs[name].append(by_stint(urls))
                continue
            directory = Path(tempfile.mkdtemp(prefix="stint-bench-"))
            costs[name].append(by_program(peers(urls)[name], directory))
            shutil.rmtree(directory)
    middle = {name: Cost(*map(statistics.median, zip(*each))) for name, each in costs.items()}
    base = middle[against]
    print(f"{'':8}{'MB/s':>8}{'CPU s/GiB':>11}{'peak MiB':>10}   speed and CPU as multiples of {against}'s")
    for name, cost in middle.items():
        print(f"{name:8}{size / cost.wall / 1e6:8.1f}{cost.cpu * 1024 * MIB / size:11.2f}{cost.memory:10.1f}"
              f"   {base.wall / cost.wall:5.2f} ×{cost.cpu / max(base.cpu, 1 / TICK):7.2f} ×")


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--large", type=int, default=1024, help="MiB of the large file")
    words.add_argument("--small", type=int, default=50, help="how many small files, of 100 KiB")
    words.add_argument("--times", type=int, default=4)
    given = words.parse_args()
    root = Path(tempfile.mkdtemp(prefix="stint-bench-"))
    origin = Origin(root / "origin", buffer="",
                    further="sendfile on; tcp_nopush on; keepalive_requests 10000; access_log off;")
    try:
        origin.serve("large.bin", bytes_of(1, given.large * MIB))
        print(f"\n{given.large} MiB from nginx on loopback, to the disk and synced; median of {given.times}")
        run([origin.url("large.bin")], given.large * MIB, given.times, "curl")
        for i in range(given.small):
            origin.serve(f"{i}.bin", bytes_of(i, 100 * 1024))
        link = Link(origin.port)
        print(f"\n{given.small} files of 100 KiB over 40 ms and 100 Mbit/s; median of {given.times}")
        run([f"http://127.0.0.1:{link.port}/{i}.bin" for i in range(given.small)], given.small * 100 * 1024,
            given.times, "aria2")
    finally:
        origin.stop()
        shutil.rmtree(root)


if __name__ == "__main__":
    main()

"""./bench transfer: one large file over loopback, and many small ones over a long thin link, by stint and by curl, wget
and aria2 in the same run, each the whole way a person would take: from the command to its end, with the files on the
disk, which for the others takes a `sync FILE` behind; a file of six bytes, beside curl alone; and how long a list takes
to be accepted. Ratios to curl (large, tiny) and aria2 (small) alone travel between machines."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from events import LIBC, wait_for_end, works  # noqa: E402
from origin import MIB, Origin, bytes_of  # noqa: E402
from world import BIN, World  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
CLONE_NEWNET = 0x40000000
HERE = "10.77.0.1"  # bench_link's near end
# A program started so dies with this process, and so does all that it has started.
BOUND = (str(BIN / "stint-exec"), "--parent", str(os.getpid()))
REAPED = (*BOUND, "--reap", "bench", "--keep", "1023", "--")


class Cost(NamedTuple):
    wall: float  # s, the files on the disk
    cpu: float  # s
    memory: float  # MiB


class Peak:
    """The most memory that each of the processes has had, summed. Read now and then, for wait4() would count this
    process's own before the exec."""

    def __init__(self, pids):
        self.pids = pids
        self.most = {}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _watch(self):
        while not self.over.wait(0.05):
            for pid in self.pids():
                try:
                    status = Path(f"/proc/{pid}/status").read_text()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                for line in status.splitlines():
                    if line.startswith("VmHWM"):
                        self.most[pid] = max(self.most.get(pid, 0), int(line.split()[1]))

    def mib(self):
        self.over.set()
        self.thread.join()
        return sum(self.most.values()) / 1024


def by_program(words):
    directory = Path(tempfile.mkdtemp())
    start = time.monotonic()
    process = subprocess.Popen(["sh", "-c", '"$@" && sync -- *', "sh", *words], cwd=directory,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = Peak(lambda: works(process.pid))
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    shutil.rmtree(directory)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak.mib())


def ticks(pid):
    """CPU time of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


def children():
    """CPU time of what this process has waited for."""
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def by_stint(urls):
    world = World()
    daemon = world.start_daemon(before=(*BOUND, "--"))
    before = ticks(daemon.pid), children()
    start = time.monotonic()
    # In a terminal: a job that nobody looks on at gets what time others leave.
    client = world.in_terminal("get", "--quiet", "-j", "16", *urls)
    peak = Peak(lambda: [client.pid, daemon.pid, *works(daemon.pid)])
    code = client.ends(600)
    wall = time.monotonic() - start
    assert code == 0, client.output + daemon.log.read_text()
    memory = peak.mib()
    of_client = children() - before[1]
    for process in works(daemon.pid):
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


def run(title, urls, size, times, against):
    """The table, and the median costs by name."""
    costs = {"stint": [], **{name: [] for name in peers(urls)}}
    for turn in range(times):
        print(f"   {title}: turn {turn + 1} of {times}", file=sys.stderr)
        # Each begins once: the disk is slower for whoever comes after a gigabyte of another's.
        for name in [*costs][turn % len(costs):] + [*costs][: turn % len(costs)]:
            os.sync()
            costs[name].append(by_stint(urls) if name == "stint" else by_program(peers(urls)[name]))
    middle = {name: Cost(*map(statistics.median, zip(*each))) for name, each in costs.items()}
    base = middle[against]
    rows = [[name, f"{size / cost.wall / 1e6:.1f}", f"{cost.cpu * 1024 * MIB / size:.2f}", f"{cost.memory:.1f}",
             f"{base.wall / cost.wall:.2f}", f"{cost.cpu / base.cpu:.2f}"] for name, cost in middle.items()]
    columns = ["by", "MB/s", "CPU s/GiB", "peak MiB", f"speed × {against}'s", f"CPU × {against}'s"]
    return {"title": f"{title}; medians of {times}", "columns": columns, "rows": rows}, middle


def large(root, given):
    origin = Origin(root / "origin", buffer="", before=REAPED, further=FAST)
    try:
        origin.serve("large.bin", bytes_of(1, given.large * MIB))
        return run(f"{given.large} MiB from nginx on loopback, on the disk and synced", [origin.url("large.bin")],
                   given.large * MIB, given.times, "curl")
    finally:
        origin.stop()


def small(root, given):
    with subprocess.Popen([BIN / "bench_link", "40", "100"], stdout=subprocess.PIPE, text=True) as link:
        if link.stdout.readline() != "ready\n":
            sys.exit("bench: no link")
        origin = Origin(root / "far", address=HERE, buffer="", before=REAPED, further=FAST)
        try:
            for i in range(given.small):
                origin.serve(f"{i}.bin", bytes_of(i, 100 * 1024))
            # From here on this process and its children are behind the link.
            with open(f"/proc/{link.pid}/ns/net") as behind:
                if LIBC.setns(behind.fileno(), CLONE_NEWNET) != 0:
                    sys.exit("bench: cannot go behind the link")
            return run(f"{given.small} files of 100 KiB over 40 ms and 100 Mbit/s",
                       [origin.url(f"{i}.bin") for i in range(given.small)], given.small * 100 * 1024,
                       given.times, "aria2")
        finally:
            origin.stop()
            link.kill()


def timed(command):
    start = time.monotonic()
    command()
    return time.monotonic() - start


def tiny(root, given):
    """The cost of a command beside the bytes: the whole of it, with its end told, of a daemon that runs."""
    origin = Origin(root / "tiny", buffer="", before=REAPED, further=FAST)
    world = World()
    try:
        world.start_daemon(before=(*BOUND, "--"))
        origin.serve("tiny.bin", b"6bytes")
        url = origin.url("tiny.bin")
        took = {"stint": [], "curl": []}
        for turn in range(given.tiny):
            took["stint"].append(timed(lambda: world.done("get", "-o", f"{turn}.bin", url)))
            took["curl"].append(timed(lambda: subprocess.run(["curl", "-sS", "-o", root / f"{turn}.bin", url], check=True)))
        middle = {name: statistics.median(each) for name, each in took.items()}
        rows = [[name, f"{seconds * 1000:.1f}", f"{seconds / middle['curl']:.2f}"] for name, seconds in middle.items()]
        return {"title": f"6 bytes from nginx on loopback; medians of {given.tiny}",
                "columns": ["by", "ms", "time × curl's"], "rows": rows}, middle
    finally:
        world.close()
        origin.stop()


def accepted(given):
    """How long a list takes until each of its files is a job that survives anything; none of them starts."""
    took = {}
    for count in given.lists:
        world = World()
        try:
            world.start_daemon(before=(*BOUND, "--"))
            world.done("device", "set", "network=none")
            (world.downloads / "urls.txt").write_text("".join(f"http://localhost/f{i}\n" for i in range(count)))
            took[count] = timed(lambda: world.done("get", "--no-wait", "-i", "urls.txt", within=600))
        finally:
            world.close()
    return {"title": "A list of URLs is accepted", "columns": ["URLs", "s"],
            "rows": [[f"{count}", f"{seconds:.2f}"] for count, seconds in took.items()]}, took


FAST = "sendfile on; tcp_nopush on; keepalive_requests 10000; access_log off;"


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--large", type=int, default=1024, help="MiB of the large file")
    words.add_argument("--small", type=int, default=50, help="how many small files, of 100 KiB")
    words.add_argument("--times", type=int, default=5)
    words.add_argument("--tiny", type=int, default=20, help="how often the file of six bytes is fetched")
    words.add_argument("--lists", type=int, nargs="*", default=[1000, 100_000], help="how many URLs a list has")
    given = words.parse_args()
    tempfile.tempdir = os.environ["STINT_BENCH_DIR"]
    root = Path(tempfile.mkdtemp())
    one, of_one = large(root, given)
    many, of_many = small(root, given)
    least, of_least = tiny(root, given)
    lists, of_lists = accepted(given)
    stint, curl = of_one["stint"], of_one["curl"]
    print(json.dumps({"tables": [one, many, least, lists], "goals": [
        {"what": "large: speed, × curl's", "is": curl.wall / stint.wall, "goal": 1.2, "least": True},
        {"what": "large: CPU, × curl's", "is": stint.cpu / curl.cpu, "goal": 0.6, "least": False},
        {"what": "small: speed, × that of aria2 -j16", "is": of_many["aria2"].wall / of_many["stint"].wall,
         "goal": 1, "least": True},
        {"what": "small: CPU, × aria2's", "is": of_many["stint"].cpu / of_many["aria2"].cpu, "goal": 2, "least": False},
        {"what": "6 bytes: time, × curl's", "is": of_least["stint"] / of_least["curl"], "goal": 2.5, "least": False},
        *({"what": f"a list of {count} URLs is accepted, s", "is": seconds, "goal": count / 1000, "least": False}
          for count, seconds in of_lists.items()),
    ]}))


if __name__ == "__main__":
    main()

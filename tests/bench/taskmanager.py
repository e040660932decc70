"""./bench ui [SECONDS]: the page's server under 1,000 jobs of which 50 report progress each second: from a change in the
core to the bytes of the stream, processor time and memory of stintd and stint-taskmanager with and without somebody who
looks, how often either wakes up when nobody does, and what the page weighs over the wire."""

import shutil
import statistics
import subprocess
import sys
import textwrap
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from idle import looked_at  # noqa: E402
from line import SCHEDULER, TRANSFER  # noqa: E402
from taskmanager import Served  # noqa: E402
from world import World  # noqa: E402

PACKAGE = "com.example.bench"
JOBS, RUNNING = 1000, 50
POLICY = {"job.slots": 200, "job.bind_timeout": "4min", "job.op_timeout": "4min", "job.max_jobs_per_app": 2 * JOBS}

# A process of the app's own: it asks for the jobs, runs those that may, and tells of each, once a second, what it moved.
APP = """
import select, sys, time
sys.path.insert(0, {tests!r})
from events import Deadline
from jeepney import HeaderFields, MessageType
from jeepney.wrappers import new_method_return
from line import SCHEDULER, Line

line = Line({socket!r})
line.call(SCHEDULER, "Host", "asa{{sv}}", ["Jobs"], {{}})
for number in range({jobs}):
    job = {{"id": ("i", number), "service": ("s", "Jobs"), "requiresCharging": ("b", True)}}
    if number < {running}:
        job = {{"id": ("i", number), "service": ("s", "Jobs"), "minimumLatency": ("x", 1)}}
    assert line.schedule(job)[0] == 1
runs, moved, tick = [], 0, time.monotonic() + 1
while True:
    left = tick - time.monotonic()
    if left <= 0:
        tick += 1
        moved += 1000
        for run in runs:
            line.send(SCHEDULER, "UpdateTransferredNetworkBytes", "txx", run, moved, 0)
        continue
    if not line.signals and not select.select([line.socket], [], [], left)[0]:
        continue
    message = line._next_signal(Deadline(60))
    if message.header.message_type != MessageType.method_call:
        continue
    if message.header.fields[HeaderFields.member] == "StartJob":
        line.send_bytes(new_method_return(message, "b", (True,)).serialise(serial=next(line.serials)))
        runs.append(message.body[0])
        if len(runs) == {running}:
            print("all run", flush=True)
"""


def start_app(world):
    """Under a file of its own: a process is known by the file that it runs."""
    program = world.root / "bench-app"
    shutil.copy(sys.executable, program)
    (world.apps / f"{PACKAGE}.toml").write_text(textwrap.dedent(f"""\
        package = "{PACKAGE}"
        executable = "{program}"

        [[service]]
        name = "Jobs"
        command = ["/bin/false"]
        permission = "BIND_JOB_SERVICE"
        """))

    def go():
        script = APP.format(tests=str(ROOT / "tests" / "e2e"), socket=str(world.runtime / "bus"), jobs=JOBS, running=RUNNING)
        process = subprocess.Popen([str(program), "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True,
                                   env=world.environment | {"PYTHONHOME": sys.prefix})
        world.processes.append(process)
        return process
    return go


def spent(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def share(pids, seconds, meanwhile=time.sleep):
    """Percent of one processor, of each."""
    before = {name: spent(pid) for name, pid in pids.items()}
    meanwhile(seconds)
    return {name: 100 * (spent(pid) - before[name]) / seconds for name, pid in pids.items()}


def told(name, shares):
    print(f"{name}: " + ", ".join(f"{who} {percent:.1f} %" for who, percent in shares.items()), flush=True)


def latencies(world, served, times):
    """ms from the moment before a job is scheduled, or cancelled, to the event that tells of it; half a second apart: what
    comes sooner than a quarter of a second after another is sent with it."""
    wanted = {"id": ("i", 0), "service": ("s", "Transfer"), "requiresCharging": ("b", True)}
    taken = []
    with world.line() as line, served.events() as events:
        events.first()
        for _ in range(times // 2):
            time.sleep(0.5)
            begun = time.monotonic()
            key = f"{TRANSFER}/{line.schedule(wanted, **{'as': ('s', TRANSFER)}, newId=('b', True))[1]}"
            events.until(lambda event, key=key: event.topic == "jobs" and
                         any(job["key"] == key for job in event.data["jobs"]))
            taken.append(1000 * (time.monotonic() - begun))
            time.sleep(0.5)
            begun = time.monotonic()
            line.call(SCHEDULER, "Cancel", "isa{sv}", int(key.split("/")[1]), "", {"as": ("s", TRANSFER)})
            events.until(lambda event, key=key: event.topic == "jobs" and key in event.data["gone"])
            taken.append(1000 * (time.monotonic() - begun))
    taken.sort()
    return statistics.median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.99))]


def weight(served):
    """Bytes over the wire of the page and all that it names by an import, a link or a script."""
    seen, todo, total = set(), ["/"], 0
    import gzip
    import re
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = served.get(path)
        if answer.status != 200:
            continue
        total += len(answer.body)
        text = gzip.decompress(answer.body).decode() if answer.headers.get("content-encoding") == "gzip" else answer.body.decode()
        base = path.rsplit("/", 1)[0]
        for name in re.findall(r"""(?:href|src)="([^"#:]+)"|(?:from|import)\s*\(?["'](\.{0,2}/[^"']+)["']""", text):
            name = name[0] or name[1]
            parts = (name if name.startswith("/") else f"{base}/{name}").split("/")
            clean = []
            for part in parts:
                if part == "..":
                    clean.pop()
                elif part != ".":
                    clean.append(part)
            todo.append("/".join(clean))
    return total, len(seen)


def main(seconds):
    world = World()
    try:
        go = start_app(world)
        daemon = world.start_daemon(POLICY)
        world.done("device", "set", "charging=false", "screen=on")
        served = Served(world, "--idle", "never").enter()
        pids = {"stintd": daemon.pid, "stint-taskmanager": served.process.pid}
        bare = weight(served)
        print(f"page: {bare[0] / 1000:.1f} kB in {bare[1]} files over the wire", flush=True)
        median, worst = latencies(world, served, 40)
        print(f"change to stream, alone: median {median:.1f} ms, p99 {worst:.1f} ms", flush=True)
        app = go()
        assert app.stdout.readline() == "all run\n", "the app is there"
        told(f"{JOBS} jobs, {RUNNING} report each second, nobody looks", share(pids, seconds))
        with served.events() as events:
            events.first()
            bytes_before, count = 0, 0

            def look(length):
                nonlocal bytes_before, count
                end = time.monotonic() + length
                while time.monotonic() < end:
                    event = events.next()
                    count += 1
                    bytes_before += len(str(event.data))
            told("the same, one browser looks", share(pids, seconds, look))
            print(f"  about {bytes_before / seconds / 1000:.0f} kB and {count / seconds:.1f} events a second", flush=True)
        median, worst = latencies(world, served, 40)
        print(f"change to stream, under that load: median {median:.1f} ms, p99 {worst:.1f} ms", flush=True)
        memory = {name: looked_at(pid)[1] for name, pid in pids.items()}
        print("memory: " + ", ".join(f"{name} {kib / 1024:.1f} MiB" for name, kib in memory.items()), flush=True)
        app.kill()
        app.wait()
        time.sleep(15)  # the line to stintd is let go of some seconds after the last look
        before = looked_at(served.process.pid)[0]
        time.sleep(seconds)
        print(f"wake-ups of stint-taskmanager in {seconds} s when nobody looks: "
              f"{looked_at(served.process.pid)[0] - before}", flush=True)
    finally:
        world.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)

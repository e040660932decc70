"""./bench cut: how soon an app that loses its network has lost it, and what the counting costs each packet. Between two
network namespaces with a cable between them (tests/e2e/netguard.py), the app eight cgroups deep, as below a user's
service manager. Needs root."""

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from line import LIMITS  # noqa: E402
from netguard import FAR4, HERE, Ground, waiting_line  # noqa: E402
from world import World  # noqa: E402

PACKAGE = "com.example.net"
DEEP = 8
HELPER = "SetBlocked, by a caller of stint-netguard"
STATISTICS = Path("/proc/sys/kernel/bpf_stats_enabled")


def deep(ground):
    place = None
    for _ in range(DEEP):
        place = ground.cgroup(within=place)
    return place


# How soon.

def until_refused(app, port, cut):
    """ms from just before cut() to the first connect that is refused, of an app that connects without a pause."""
    app.begin("until_refused", host=FAR4, port=port)
    time.sleep(random.uniform(0.005, 0.02))  # it has begun, and is anywhere in its round
    begun = time.monotonic()
    cut()
    return (app.end()["refused_at"] - begun) * 1e3


def by_helper(ground, times):
    guard = ground.guard()
    place = deep(ground)
    app = ground.app(place)
    cgroup = guard.watch(place)
    found = []
    for _ in range(times):
        found.append(until_refused(app, ground.port, lambda: guard.block(cgroup)))
        guard.block(cgroup, False)
    guard.close()
    return found


def by_bucket(ground, times):
    """The whole way: an operator's call, the daemon's turn with its commit, the helper, the connect."""
    world = World()
    try:
        place = world.root / "net"
        listener, arrived = waiting_line(place)
        command = [sys.executable, str(HERE / "network_app.py"), "app", str(place)]
        world.apps.joinpath(f"{PACKAGE}.toml").write_text(f'package = "{PACKAGE}"\ncommand = {command!r}\n')
        world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
        world.start_daemon(before=ground.inside())
        world.in_terminal("start", PACKAGE)
        app = arrived()
        world.done("app", PACKAGE, "--state", "background")
        world.done("device", "set", "plugged=false")
        found = []
        with world.line() as line:
            for _ in range(times):
                found.append(until_refused(app, ground.port, lambda: bucket(line, "rare")))
                bucket(line, "active")
                app.do("until_free", host=FAR4, port=ground.port)
        listener.close()
    finally:
        world.close()
    return found


def bucket(line, name):
    line.call(LIMITS, "SetStandbyBucket", "ssa{sv}", PACKAGE, name, {})


# Its costs.

def spent(pid):
    """(packets, ns) of all BPF programs of the process."""
    packets = nanoseconds = 0
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            told = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
        except FileNotFoundError:
            continue  # a caller of before has gone just now
        if "run_cnt" in told:
            packets += int(told["run_cnt"])
            nanoseconds += int(told["run_time_ns"])
    return packets, nanoseconds


def iperf(ground, place, *words):
    """iperf3's own report, of a client in that cgroup."""
    script = 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"'
    ended = subprocess.run([*ground.inside(), "sh", "-c", script, "sh", place, "iperf3", "-J", "-c", FAR4, *words],
                           capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)["end"]


def flood(ground, place, seconds):
    """Small datagrams a second, as they are sent: each is a packet of its own, and costs most."""
    end = iperf(ground, place, "-u", "-b", "0", "-l", "64", "-t", str(seconds))
    return end["sum"]["packets"] / end["sum"]["seconds"]


def stream(ground, place, seconds):
    """Bytes a second by TCP."""
    return iperf(ground, place, "-t", str(seconds))["sum_sent"]["bits_per_second"] / 8


class Costs:
    def __init__(self, ground):
        self.ground = ground
        self.place = deep(ground)
        self.other = deep(ground)

    def round(self, how, seconds):
        """(speed without a helper, with one that watches the app): neighbours in time, for the machine is not ours alone."""
        without = how(self.ground, self.place, seconds)
        return without, self._watching([self.place], lambda: how(self.ground, self.place, seconds))

    def nanoseconds(self, rounds, seconds):
        """The cost of each packet, by what is watched. The kernel's own clocks around each take part of it."""
        found = {"nobody is watched": ([], 0, []), "another app is": ([self.other], 0, []),
                 "the app is": ([self.place], 0, []), "and is to be told of": ([self.place], 2**62, [])}
        STATISTICS.write_text("1")
        for _ in range(rounds):
            for watched, mark, times in found.values():
                times.append(self._watching(watched, lambda: self._each(seconds), mark))
        return {name: statistics.median(times) for name, (_, _, times) in found.items()}

    def _each(self, seconds):
        before = spent(self.ground.helper.pid)
        flood(self.ground, self.place, seconds)
        after = spent(self.ground.helper.pid)
        return (after[1] - before[1]) / (after[0] - before[0])

    def _watching(self, watched, work, mark=0):
        self.ground.start_helper()
        guard = self.ground.guard()
        try:
            for place in watched:
                guard.tell_at(guard.watch(place), mark)
            return work()
        finally:
            guard.close()
            self.ground.helper.kill()
            self.ground.helper.wait()


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--times", type=int, default=200, help="cuts of each kind")
    words.add_argument("--rounds", type=int, default=15, help="of iperf3, by turns")
    words.add_argument("--seconds", type=int, default=1, help="of each turn")
    given = words.parse_args()
    ground = Ground(polkit=False)
    counted = STATISTICS.read_text()
    try:
        ground.start_helper()
        soon = {HELPER: by_helper(ground, given.times),
                "the bucket, by an operator of stintd": by_bucket(ground, given.times)}
        ground.helper.kill()
        ground.helper.wait()
        server = subprocess.Popen(["nsenter", "-t", str(ground.far), "-n", "iperf3", "-s"], stdout=subprocess.DEVNULL)
        ground.processes.append(server)
        ground.until_listening(ground.far, 5201)
        costs = Costs(ground)
        costs.round(flood, 1)  # nobody's caches are cold
        flooded = [costs.round(flood, given.seconds) for _ in range(given.rounds)]
        streamed = [costs.round(stream, given.seconds) for _ in range(given.rounds)]
        each = costs.nanoseconds(min(3, given.rounds), 1)
    finally:
        STATISTICS.write_text(counted)
        ground.close()
    print(json.dumps(report(soon, each, flooded, streamed)))


def ratios(pairs):
    """The quartiles of what neighbours in time have to each other."""
    return statistics.quantiles((watched / without for without, watched in pairs), n=4)


def side_by_side(name, pairs, unit):
    low, middle, high = ratios(pairs)
    return [name, *(f"{statistics.median(side) / unit:.0f}" for side in zip(*pairs)), f"{middle:.3f}",
            f"{low:.3f}–{high:.3f}"]


def report(soon, each, flooded, streamed):
    latency = {"title": "From the change to the first connect that is refused, ms",
               "columns": ["changed", "p50", "p90", "p99"],
               "rows": [[name, *(f"{sorted(found)[int(len(found) * part)]:.2f}" for part in (0.5, 0.9, 0.99))]
                        for name, found in soon.items()]}
    spent_each = {"title": "Of each packet, in the BPF program, ns", "columns": ["while", "median"],
                  "rows": [[name, f"{found:.0f}"] for name, found in each.items()]}
    speeds = {"title": "iperf3 between two namespaces", "columns": ["", "no Stint", "counted", "ratio", "quartiles"],
              "rows": [side_by_side("UDP, 64 bytes, packets a second", flooded, 1),
                       side_by_side("TCP, MiB a second", streamed, 2**20)]}
    return {"tables": [latency, spent_each, speeds], "goals": [
        {"what": "SetBlocked to a refused connect, p50 in ms", "is": statistics.median(soon[HELPER]), "goal": 5,
         "least": False},
        {"what": "a packet of a watched app, ns", "is": each["and is to be told of"], "goal": 150, "least": False},
        {"what": "UDP of 64 bytes, × without Stint", "is": ratios(flooded)[1], "goal": 0.9, "least": True},
    ]}


if __name__ == "__main__":
    main()

"""soak_timelines.py PLACE [DAYS], for ./bench soak timelines: rounds of every property of the core, each with a seed of
its own, until DAYS (1,000,000) device-days have passed in them.

PLACE is a file with a line for each round that is over, so a stop, a kill or a power loss costs the round under way and
no more: the next call goes on with the seed behind the last. A round with a fault is told and kept, what it said in
PLACE-SEED, and the rounds go on. Exit code 1: there are faults."""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

BIN = Path(os.environ["STINT_BIN"])
SPARSE = {"clocks"}  # months pass in it between two events: told, and not counted


def rounds(place):
    """Those that are over. A line that a power loss has torn is none."""
    for line in place.read_text().splitlines() if place.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def play(seed, place):
    """One round, and what became of it; it dies with this process."""
    began = time.monotonic()
    done = subprocess.run(["setpriv", "--pdeathsig", "KILL", BIN / "bench_properties"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=os.environ | {"STINT_SOAK": "1", "RC_PARAMS": f"seed={seed}"})
    days = Counter()
    for name, number in re.findall(r"^held (.+): (\d+) days$", done.stdout, re.M):
        days[name] += int(number)
    faults = []
    if done.returncode != 0:
        faults = sorted(set(re.findall(r"^TEST CASE: +(.+)$", done.stdout, re.M))) or [f"exit code {done.returncode}"]
        place.with_name(f"{place.name}-{seed}").write_text(done.stdout)
    return {"seed": seed, "seconds": round(time.monotonic() - began), "days": days, "faults": faults}


def write(place, line):
    """A line of its own, even behind a torn one."""
    torn = place.exists() and not place.read_bytes().endswith(b"\n") and place.stat().st_size > 0
    with place.open("a") as file:
        file.write("\n" * torn + json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def counted(days):
    return sum(number for name, number in days.items() if name not in SPARSE)


def main(place, wanted):
    place.parent.mkdir(parents=True, exist_ok=True)
    days, faults, seed = Counter(), [], random.randrange(2**32)
    for one in rounds(place):
        days.update(one["days"])
        faults += [(one["seed"], name) for name in one["faults"]]
        seed = one["seed"] + 1
    while counted(days) < wanted:
        one = play(seed, place)
        write(place, one)
        days.update(one["days"])
        faults += [(seed, name) for name in one["faults"]]
        print(f"seed {seed}: {counted(one['days']):,} days in {one['seconds']} s; {counted(days):,} of {wanted:,}, "
              f"{len(faults)} faults", flush=True)
        seed += 1
    for name, number in sorted(days.items()):
        print(f"{number:>12,} days of {name}" + " (not counted)" * (name in SPARSE))
    print(f"{counted(days):,} days, {len(faults)} faults")
    for number, name in faults:
        print(f"seed {number}: {name}: see {place}-{number}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000))

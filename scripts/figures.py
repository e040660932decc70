"""Runs a bench, shows what it has found, and makes docs/performance.md of it.

    figures.py measure NAME -- COMMAND…   runs COMMAND, which prints one JSON object (tests/bench/figures.hpp); keeps it
                                          with the machine's name for itself in build/figures/NAME.json, and shows it
    figures.py page                       docs/performance.in.md with each {{NAME}} filled in from there

What a bench makes on the disk is in a directory of its own, $STINT_BENCH_DIR, which is removed however it ends."""

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "figures"
TEMPLATE = ROOT / "docs" / "performance.in.md"
PAGE = ROOT / "docs" / "performance.md"
NOTE = "<!-- Made by `./bench report` from performance.in.md. Edit that. -->\n\n"


def machine(directory):
    """The machine's name for itself: without it no absolute number means anything."""
    processor = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    disk = subprocess.run(["findmnt", "-no", "FSTYPE,SOURCE", "-T", directory], capture_output=True, text=True,
                          check=True).stdout.split()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()} {platform.release()}; "
            f"{disk[0]} on {disk[1]}")


def measure(name, command):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the directory goes, too
    where = os.environ.get("STINT_BENCH_DIR", tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix="stint-bench-", dir=where) as directory:
        os.chmod(directory, 0o711)  # polkitd is no root when it connects to a bus of a bench
        begun = datetime.now(timezone.utc)
        with subprocess.Popen(command, env=os.environ | {"STINT_BENCH_DIR": directory}, stdout=subprocess.PIPE) as bench:
            try:
                said, _ = bench.communicate()
            finally:
                bench.kill()  # what it has started dies with it
        if bench.returncode != 0:
            sys.exit(f"bench: {name} has failed")
        found = {"machine": machine(directory), "date": begun.strftime("%Y-%m-%d %H:%M UTC"), **json.loads(said)}
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(as_text(found))


def number(value):
    """Three figures of it, but all before the point."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f}"


def reached(goal):
    return goal["is"] >= goal["goal"] if goal["least"] else goal["is"] <= goal["goal"]


def goals_table(found):
    rows = [[goal["what"], number(goal["is"]), f"{'≥' if goal['least'] else '≤'} {goal['goal']:g}",
             "yes" if reached(goal) else "no"] for goal in found["goals"]]
    return {"title": "", "columns": ["figure", "is", "goal", "reached"], "rows": rows}


def tables(found):
    return [*found["tables"], *([goals_table(found)] if found["goals"] else [])]


def as_text(found):
    parts = [f"{found['machine']}; {found['date']}"]
    for table in tables(found):
        rows = [table["columns"], *table["rows"]]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))])
                 for row in rows]
        parts.append("\n".join([*filter(None, [table["title"]]), *lines]))
    return "\n\n".join(parts)


def as_markdown(found):
    parts = []
    for table in tables(found):
        lines = [table["columns"], ["---", *["--:"] * (len(table["columns"]) - 1)], *table["rows"]]
        parts += filter(None, [table["title"]])
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts.append(f"Measured {found['date']}.")
    return "\n\n".join(parts)


def page():
    text = TEMPLATE.read_text()
    kept = {file.stem: json.loads(file.read_text()) for file in sorted(KEPT.glob("*.json"))
            if "{{" + file.stem + "}}" in text}
    goals = [goal for found in kept.values() for goal in found["goals"]]
    fills = {
        "machine": "\n".join(f"- {name}" for name in sorted({found["machine"] for found in kept.values()})),
        "summary": f"{sum(map(reached, goals))} of {len(goals)} goals are reached.",
        **{name: as_markdown(found) for name, found in kept.items()},
    }
    for name, fill in fills.items():
        text = text.replace("{{" + name + "}}", fill)
    if "{{" in text:
        sys.exit("bench: not measured yet: " + text.partition("{{")[2].partition("}}")[0])
    PAGE.write_text(NOTE + text)
    print(f"{PAGE.relative_to(ROOT)}: {fills['summary']}")


def main(words):
    match words:
        case ["measure", name, "--", *command]:
            measure(name, command)
        case ["page"]:
            page()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

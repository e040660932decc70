"""Looks for a constant that nothing reads, or that the law does not name: each row of the table does what its key says, and
stands in limits.md §11, in jobs.md §0, or in the section that has its rule."""

import re
import sys

from rooms import ROOT, exit_code, sources

TABLE = ROOT / "src/contract/model/constant_rows.inc"
ROW = re.compile(r'^CONSTANT\(\w+, (\w+), "([\w.]+)"', re.MULTILINE)
LISTS = {"jobs.md": "## 0. ", "limits.md": "## 11. "}

# First cells of these lists, and the keys that they name.
SAMPLES = {
    "doze.idle / idle_max": ["doze.idle", "doze.idle_max"],
    "ej.limit.{active,rare}; ej.window": ["ej.limit.active", "ej.limit.rare", "ej.window"],
    "safeguard.enabled, slots": ["safeguard.enabled", "slots"],
}


def named(cell):
    """The keys of a cell. After a slash a name goes on behind the last dot of the one before it."""
    for names in re.split(r"[;,](?![^{]*\})", cell):
        before = ""
        for name in names.split("/"):
            stem, _, ends = name.strip(" }").partition("{")
            if "." not in stem:
                stem = before + stem
            before = stem[: stem.rfind(".") + 1]
            yield from (stem + end.strip() for end in ends.split(","))


def law():
    """Every key that the specifications name."""
    keys = set()
    for file in (ROOT / "docs/spec").glob("*.md"):
        listing = False
        for line in file.read_text().splitlines():
            if line.startswith("## "):
                listing = line.startswith(LISTS.get(file.name, "none"))
            if listing and line.startswith("| "):
                for key in named(line.split("|")[1]):
                    keys.update((key, f"job.{key}") if file.name == "jobs.md" else (key,))
            keys.update(re.findall(r"`(\w+(?:\.\w+)+)`", line))
    return keys


def troubles():
    for cell, keys in SAMPLES.items():
        if list(named(cell)) != keys:
            yield f"scripts/constants.py: is wrong about its own sample: {cell}"
    words = set()
    for file in sources(ROOT / "src"):
        if file.stem != "constants":
            words.update(re.findall(r"\w+", file.read_text()))
    told = law()
    for member, key in ROW.findall(TABLE.read_text()):
        if member not in words:
            yield f"{TABLE.relative_to(ROOT)}: nothing reads {key}"
        if key not in told:
            yield f"{TABLE.relative_to(ROOT)}: the law does not name {key} (docs/spec/limits.md §11, jobs.md §0)"


if __name__ == "__main__":
    sys.exit(exit_code(troubles()))

#!/usr/bin/python3
"""One name, one function: rooms of a wing share a namespace, and a linker takes either of two inline functions of the same
name, or the one that is not inline, without a word. So a name that one room defines for good is defined in no other.

Usage: one_definition.py BUILD"""

import collections
import subprocess
import sys
from pathlib import Path


def main(build):
    strong, weak = collections.defaultdict(set), collections.defaultdict(set)
    for archive in sorted(Path(build).rglob("libstint_*.a")):
        listed = subprocess.run(["nm", "--extern-only", "--defined-only", archive], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            words = line.split()
            if len(words) == 3 and words[1] in "TBDR":
                strong[words[2]].add(archive.stem)
            elif len(words) == 3 and words[1] in "WVu":
                weak[words[2]].add(archive.stem)
    if not strong:
        sys.exit(f"{build} has no archives of rooms")
    twice = {name: rooms | weak[name] for name, rooms in strong.items() if len(rooms | weak[name]) > 1}
    if twice:
        names = subprocess.run(["c++filt"], input="\n".join(twice), capture_output=True, text=True, check=True).stdout
        for name, rooms in zip(names.splitlines(), twice.values(), strict=True):
            print(f"{name}: defined in {', '.join(sorted(rooms))}")
        sys.exit(f"{len(twice)} names are defined in more than one room; another name, or an unnamed namespace, would be right")


main(sys.argv[1])

"""Prints the size of each room in lines (files, lines, lines of the tests of its name), and the files of more than 400
lines."""

import sys
from pathlib import Path

from rooms import HOMES, ROOMS, room_of

ROOT = Path(__file__).resolve().parent.parent
CODE = {".cpp", ".hpp", ".sql", ".py", ".c"}
LONG = 400


def files(directory):
    return [p for p in sorted(directory.rglob("*")) if p.suffix in CODE] if directory.is_dir() else []


def lines(paths):
    return sum(len(p.read_text(errors="replace").splitlines()) for p in paths)


def tests_of(name):
    """The folder of a room's tests. Those of the command line's rooms are in tests/cli."""
    return name.rpartition("/")[2] if not name.startswith("faces/cli/") else "cli/" + name.rpartition("/")[2]


def of_room(name):
    """Without those of a room inside it."""
    return [p for home in HOMES for p in files(home / name) if (room_of(str(p.relative_to(home))) or name) == name]


def main():
    rooms = [("include", files(ROOT / "include"))]
    rooms += [(name, of_room(name)) for name in ROOMS]
    rooms += [("examples", files(ROOT / "examples")), ("e2e", [])]
    total = [0, 0, 0]
    print(f"   {'room':<30}{'files':>7}{'lines':>8}{'tests':>8}")
    for name, code in rooms:
        row = [len(code), lines(code), lines(files(ROOT / "tests" / tests_of(name)))]
        if any(row):
            print(f"   {name:<30}{row[0]:>7}{row[1]:>8}{row[2]:>8}")
        total = [a + b for a, b in zip(total, row)]
    print(f"   {'all':<30}{total[0]:>7}{total[1]:>8}{total[2]:>8}")
    for file in files(ROOT / "src") + files(ROOT / "libs") + files(ROOT / "tests") + files(ROOT / "include"):
        if lines([file]) > LONG:
            print(f"   long: {file.relative_to(ROOT)} has {lines([file])} lines")


if __name__ == "__main__":
    sys.exit(main())

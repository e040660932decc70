"""Prints the size of each room in lines (files, lines, lines of its tests), and the files of more than 400 lines."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = {".cpp", ".hpp", ".sql", ".py", ".c"}
LONG = 400


def files(directory):
    return [p for p in sorted(directory.rglob("*")) if p.suffix in CODE] if directory.is_dir() else []


def lines(paths):
    return sum(len(p.read_text(errors="replace").splitlines()) for p in paths)


def main():
    rooms = [("include", ROOT / "include")]
    rooms += [(p.name, p) for p in sorted((ROOT / "src").iterdir()) if p.is_dir()]
    rooms += [("examples", ROOT / "examples")]
    rooms += [("e2e", ROOT / "nowhere")]
    total = [0, 0, 0]
    print(f"   {'room':<12}{'files':>7}{'lines':>8}{'tests':>8}")
    for name, directory in rooms:
        row = [len(files(directory)), lines(files(directory)), lines(files(ROOT / "tests" / name))]
        if any(row):
            print(f"   {name:<12}{row[0]:>7}{row[1]:>8}{row[2]:>8}")
        total = [a + b for a, b in zip(total, row)]
    print(f"   {'all':<12}{total[0]:>7}{total[1]:>8}{total[2]:>8}")
    for file in files(ROOT / "src") + files(ROOT / "tests") + files(ROOT / "include"):
        if lines([file]) > LONG:
            print(f"   long: {file.relative_to(ROOT)} has {lines([file])} lines")


if __name__ == "__main__":
    sys.exit(main())

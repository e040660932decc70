"""Compares every #include with rooms.txt: a room uses itself and the rooms its line names (a folder inside a room is a
room: `cli/print`), and the headers of include/stint stand on the standard library and on each other alone."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def allowed_rooms():
    lines = (ROOT / "rooms.txt").read_text().splitlines()
    rows = (line.split(":") for line in lines if line and not line.startswith("#"))
    return {room: set(uses.split()) | {room} for room, uses in rows}


def room_of(include, rooms):
    """The innermost room that a path beneath src/ is in."""
    folder = include.rpartition("/")[0]
    if folder == "stint":
        return "words"
    while folder and folder not in rooms:
        folder = folder.rpartition("/")[0]
    return folder or None


def includes(file):
    text = file.read_text()
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match[1], match[2]


def sources(directory):
    return sorted(p for p in directory.rglob("*") if p.suffix in (".cpp", ".hpp"))


def is_room(directory):
    """A folder beneath a room that only a main() is in belongs to the room around it."""
    return {file.name for file in directory.glob("*.[ch]pp")} - {"main.cpp"}


def room_troubles(rooms):
    for directory in sorted(p for p in (ROOT / "src").rglob("*") if p.is_dir() and is_room(p)):
        if str(directory.relative_to(ROOT / "src")) not in rooms:
            yield f"{directory.relative_to(ROOT)}: a room without a line in rooms.txt"
    for file in sources(ROOT / "src"):
        room = room_of(str(file.relative_to(ROOT / "src")), rooms)
        for line, _, include in includes(file) if room else ():
            used = room_of(include, rooms)
            if used and used not in rooms[room]:
                yield (f"{file.relative_to(ROOT)}:{line}: {room} may not use {used} ({include});"
                       f" rooms.txt allows {' '.join(sorted(rooms[room]))}")


def public_troubles():
    for file in sources(ROOT / "include" / "stint"):
        for line, bracket, include in includes(file):
            ours = bracket == '"' and include.startswith("stint/")
            standard = bracket == "<" and re.fullmatch(r"[a-z_0-9]+", include)
            if not (ours or standard):
                yield f"{file.relative_to(ROOT)}:{line}: a public header may not include {include}"


def exit_code(troubles):
    """Prints each trouble; 1 where there is one."""
    found = list(troubles)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(exit_code([*room_troubles(allowed_rooms()), *public_troubles()]))

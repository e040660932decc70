"""Compares every #include with rooms.txt, which says what may use what, and with what its floors permit; and the headers
of include/stint, which stand on the standard library and on each other alone.

rooms.py            says what is wrong, also where docs/architecture.md and src/README.md show another house
rooms.py --write    writes the drawing and the list there
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOMES = (ROOT / "src", ROOT / "libs")  # a wing is a folder of one of them
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
WING = re.compile(r"([a-z]+) (\d+)$")
ROOM = re.compile(r"([a-z/]+) (\d+):((?: [a-z/]+)*)$")
DRAWING = (ROOT / "docs" / "architecture.md", "<!-- the house, by scripts/rooms.py -->\n", "<!-- so far -->\n")
LIST = (ROOT / "src" / "README.md", "<!-- the rooms, by scripts/rooms.py -->\n", "<!-- so far -->\n")


@dataclass
class Room:
    name: str
    floor: int
    uses: list
    text: str = ""


@dataclass
class Wing:
    name: str
    floor: int
    text: str = ""
    rooms: list = field(default_factory=list)


def read_house():
    """Each wing, from the ground up. A wing without a room in it is one itself: its line says what it uses."""
    wings, last = [], None
    for line in (ROOT / "rooms.txt").read_text().splitlines():
        wing, room = WING.match(line), ROOM.match(line)
        if line.startswith("    "):
            last.text = f"{last.text} {line.strip()}".strip()
        elif wing or (room and "/" not in room[1]):
            last = Wing((wing or room)[1], int((wing or room)[2]))
            wings.append(last)
        if room:
            if "/" not in room[1]:
                last.rooms.append(Room(room[1], 0, room[3].split()))
            else:
                last = Room(room[1], int(room[2]), room[3].split())
                wings[-1].rooms.append(last)
        elif line and not wing and not line.startswith(("#", "    ")):
            sys.exit(f"rooms.txt: what does this line say? {line}")
    return wings


WINGS = read_house()
ROOMS = {room.name: (wing, room) for wing in WINGS for room in wing.rooms}


def room_of(path):
    """The innermost room that a path beneath src/ or libs/ is in."""
    folder = path.rpartition("/")[0]
    while folder and folder not in ROOMS:
        folder = folder.rpartition("/")[0]
    return folder or None


def includes(file):
    text = file.read_text()
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match[1], match[2]


def sources(directory):
    return sorted(p for p in directory.rglob("*") if p.suffix in (".cpp", ".hpp"))


def code():
    """(path below src or libs, file) of each file of a room; a library's public headers and its tests are none."""
    for home in HOMES:
        for file in sources(home):
            path = file.relative_to(home)
            if not {"include", "tests"} & set(path.parts):
                yield path, file


def may_use(user, used):
    """True where the floors permit it: downwards in one wing, and to the wings below."""
    (wing, room), (other_wing, other) = ROOMS[user], ROOMS[used]
    return other.floor < room.floor if wing is other_wing else other_wing.floor < wing.floor


def names(use, used):
    return use == used or (use in {wing.name for wing in WINGS} and used.startswith(use + "/"))


def arrows():
    """(file, line, include, room, used) for each include of another room's header."""
    for path, file in code():
        room = room_of(str(path))
        for line, _, include in includes(file):
            used = room_of(include)
            if room and used and used != room:
                yield file.relative_to(ROOT), line, include, room, used


def room_troubles():
    for directory in sorted({path.parent for path, _ in code()}):
        if str(directory) not in ROOMS:
            yield f"{directory}: a room without a line in rooms.txt"
    needed = {name: set() for name in ROOMS}
    for file, line, include, room, used in arrows():
        said = ROOMS[room][1].uses
        needed[room] |= {use for use in said if names(use, used)}
        if not may_use(room, used):
            yield f"{file}:{line}: {used} ({include}) stands on no floor below {room}"
        elif not any(names(use, used) for use in said):
            yield f"{file}:{line}: {room} may not use {used} ({include}); rooms.txt allows {' '.join(said)}"
    for name, (_, room) in ROOMS.items():
        for use in room.uses:
            if use not in needed[name]:
                yield f"rooms.txt: {name} does not use {use}"


def public_troubles():
    for file in sources(ROOT / "include") + [file for home in (ROOT / "libs").iterdir() for file in sources(home / "include")]:
        for line, bracket, include in includes(file):
            ours = bracket == '"' and include.startswith("stint/")
            standard = bracket == "<" and re.fullmatch(r"[a-z_0-9]+", include)
            if not (ours or standard):
                yield f"{file.relative_to(ROOT)}:{line}: a public header may not include {include}"


def within(wing, room):
    return room.name.removeprefix(wing.name + "/")


def drawing():
    """The wings above each other, and each one's rooms by floors."""
    width = max(len(wing.name) for wing in WINGS)
    by_floor = {}
    for wing in WINGS:
        by_floor.setdefault(wing.floor, []).append(wing)
    lines = []
    for floor in sorted(by_floor, reverse=True):
        for wing in by_floor[floor]:
            name = wing.name
            for level in sorted({room.floor for room in wing.rooms}, reverse=True):
                rooms = [within(wing, room) for room in wing.rooms if room.floor == level]
                lines.append(f" {name:<{width}}  {'  '.join(rooms) if rooms != [wing.name] else ''}".rstrip())
                name = ""
            lines.append("")
        lines[-1] = " " + "─" * 100
    return "```\n" + "\n".join(lines[:-1]) + "\n```\n"


def listing():
    parts = []
    for wing in reversed(WINGS):
        parts.append(f"**{wing.name}**: {wing.text}\n")
        if wing.rooms[0].name != wing.name:
            rows = sorted(wing.rooms, key=lambda room: room.floor)
            parts.append("".join(f"- **{within(wing, room)}**: {room.text}\n" for room in rows))
    return "\n".join(parts)


def pages():
    """(file, what is there, what is to be there) for each of what is written here."""
    for (file, begin, end), text in ((DRAWING, drawing()), (LIST, listing())):
        old = file.read_text()
        before, rest = old.split(begin, 1)
        yield file, old, before + begin + text + end + rest.split(end, 1)[1]


def page_troubles():
    for file, old, new in pages():
        if old != new:
            yield f"{file.relative_to(ROOT)}: shows another house than rooms.txt; scripts/rooms.py --write"


def exit_code(troubles):
    """Prints each trouble; 1 where there is one."""
    found = list(troubles)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def main(words):
    if words == ["--write"]:
        for file, _, new in pages():
            file.write_text(new)
        return 0
    if words == ["--count"]:
        wings = {(ROOMS[room][0].name, ROOMS[used][0].name) for _, _, _, room, used in arrows()}
        between = {(room, used) for _, _, _, room, used in arrows()}
        print(f"{len(WINGS)} wings, {len(ROOMS)} rooms, {len(between)} arrows between rooms,"
              f" {sum(a != b for a, b in wings)} between wings")
        return 0
    return exit_code([*room_troubles(), *public_troubles(), *page_troubles()])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

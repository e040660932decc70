"""Draws lines of src/ and libs/ by chance, for a reader to say which room each is from: a line that could be anywhere is one that
says too little, or a room that has no subject.

random_lines.py SEED             twenty lines of code, numbered, without their files
random_lines.py SEED --answers   the same lines with their rooms and files
"""

import random
import re
import sys

from rooms import code

COUNT = 20


def is_code(line):
    """Not blank, no comment, no include, more than brackets."""
    return re.search(r"\w", line) and not re.match(r"(//|#|namespace\b|\} // namespace|(public|private|protected):)", line)


def lines():
    for path, file in code():
        for line in map(str.strip, file.read_text().splitlines()):
            if is_code(line):
                yield path, line


def main(words):
    seeds = [word for word in words if word.isdecimal()]
    if len(seeds) != 1 or set(words) - {"--answers", *seeds}:
        print(__doc__, end="")
        return 64
    drawn = random.Random(int(seeds[0])).sample(list(lines()), COUNT)
    for number, (file, line) in enumerate(drawn, start=1):
        print(f"{number:2}  {file.parent}  ({file.name})  {line}" if "--answers" in words else f"{number:2}  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

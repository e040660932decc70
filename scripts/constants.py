"""Looks for a constant that nothing reads: each row of the table does what its key says (limits.md §11)."""

import re
import sys

from rooms import ROOT, exit_code, sources

TABLE = ROOT / "src/contract/model/constant_rows.inc"
ROW = re.compile(r'^CONSTANT\(\w+, (\w+), "([\w.]+)"', re.MULTILINE)


def troubles():
    words = set()
    for file in sources(ROOT / "src"):
        if file.stem != "constants":
            words.update(re.findall(r"\w+", file.read_text()))
    for match in ROW.finditer(TABLE.read_text()):
        if match[1] not in words:
            yield f"{TABLE.relative_to(ROOT)}: nothing reads {match[2]}"


if __name__ == "__main__":
    sys.exit(exit_code(troubles()))

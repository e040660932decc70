"""Counts the test cases of ctest's LastTest.log (each doctest program's own summary), of pytest's JUnit file and of what
node --test says as TAP, and prints "N passed, N failed, N skipped". Exit code 1 where one failed, or where there is nothing to count."""

import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

SUMMARY = re.compile(r"^\[doctest\] test cases: *\d+ \| *(\d+) passed \| *(\d+) failed \| *(\d+) skipped", re.MULTILINE)


def of_ctest(log):
    """(passed, failed, skipped). A program that died before its summary is one failed case."""
    total = [0, 0, 0]
    for block in re.split(r"^\d+/\d+ Testing: ", log, flags=re.MULTILINE)[1:]:
        summary = SUMMARY.search(block)
        counts = [int(n) for n in summary.groups()] if summary else [0, 0, 0]
        if "Test Passed." not in block and counts[1] == 0:
            counts[1] = 1
        elif summary is None:
            counts[0] = 1
        total = [a + b for a, b in zip(total, counts)]
    return total


def of_pytest(junit):
    suite = xml.fromstring(junit).find("testsuite")
    tests, skipped = int(suite.get("tests")), int(suite.get("skipped"))
    failed = int(suite.get("failures")) + int(suite.get("errors"))
    return [tests - failed - skipped, failed, skipped]


def of_node(tap):
    counts = dict(re.findall(r"^# (pass|fail|cancelled|skipped) (\d+)$", tap, re.MULTILINE))
    if not counts:
        return [0, 1, 0]  # it died before its summary
    return [int(counts["pass"]), int(counts["fail"]) + int(counts["cancelled"]), int(counts["skipped"])]


READERS = {".xml": of_pytest, ".tap": of_node}


def main(files):
    total = [0, 0, 0]
    for file in map(Path, files):
        if not file.exists():
            counts = [0, 1, 0]  # the runner did not get that far
        else:
            counts = READERS.get(file.suffix, of_ctest)(file.read_text(errors="replace"))
        total = [a + b for a, b in zip(total, counts)]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

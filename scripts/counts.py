"""Counts the test cases of ctest's log (each doctest program's own summary), of pytest's JUnit file and of what node --test
says as TAP, and prints "N passed, N failed, N skipped". Where X-alone is beside a file X, what failed in X was run again:
what passed then counts as passed, and is named. Exit code 1 where one failed, or where there is nothing to count."""

import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

SUMMARY = re.compile(r"^\[doctest\] test cases: *\d+ \| *(\d+) passed \| *(\d+) failed \| *(\d+) skipped", re.MULTILINE)


def of_ctest(log):
    """{room: [passed, failed, skipped]}. A program that died before its summary is one failed case."""
    rooms = {}
    for block in re.split(r"^\d+/\d+ Testing: ", log, flags=re.MULTILINE)[1:]:
        summary = SUMMARY.search(block)
        counts = [int(n) for n in summary.groups()] if summary else [0, 0, 0]
        if "Test Passed." not in block and counts[1] == 0:
            counts[1] = 1
        elif summary is None:
            counts[0] = 1
        rooms[block.splitlines()[0]] = counts
    return rooms


def of_pytest(junit):
    """{test: [passed, failed, skipped]}. An error after a test has passed is a case of its own there."""
    tests = {}
    for case in xml.fromstring(junit).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        told = {child.tag for child in case}
        failed = bool(told & {"failure", "error"}) or tests.get(name) == [0, 1, 0]
        tests[name] = [0, 1, 0] if failed else [0, 0, 1] if "skipped" in told else [1, 0, 0]
    return tests


def of_node(tap):
    counts = dict(re.findall(r"^# (pass|fail|cancelled|skipped) (\d+)$", tap, re.MULTILINE))
    if not counts:
        return {"page": [0, 1, 0]}  # it died before its summary
    return {"page": [int(counts["pass"]), int(counts["fail"]) + int(counts["cancelled"]), int(counts["skipped"])]}


READERS = {".log": of_ctest, ".xml": of_pytest, ".tap": of_node}


def read(file):
    return READERS[file.suffix](file.read_text(errors="replace"))


def main(files):
    total = [0, 0, 0]
    for file in map(Path, files):
        found = read(file) if file.exists() else {file.name: [0, 1, 0]}  # the runner did not get that far
        alone = file.with_stem(file.stem + "-alone")
        for name, counts in read(alone).items() if alone.exists() else ():
            if found[name][1] and not counts[1]:
                print(f"passed only alone: {name}")
                found[name] = counts
        for counts in found.values():
            total = [a + b for a, b in zip(total, counts)]
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

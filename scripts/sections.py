"""Lists the sections of jobs.md (## n, ### n.m) that no test cites as `jobs.md §n` or `jobs.md §n.m`. A citation of
n.m is one of n too. The specification lies beside the tree and may be absent: then there is nothing to list."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT.parent / "shared" / "spec" / "jobs.md"
TESTS = {".cpp", ".hpp", ".py", ".yaml"}


def sections(text):
    return re.findall(r"^#{2,3} (\d+(?:\.\d+)?)\.? (.+)$", text, flags=re.MULTILINE)


def cited(directory):
    """ "jobs.md §1.2, §4.3" cites both; a bare § cites the document named last before it."""
    found = set()
    for file in sorted(directory.rglob("*")):
        if file.suffix not in TESTS:
            continue
        document = ""
        for match in re.finditer(r"(\w+\.md)|§(\d+(?:\.\d+)?)", file.read_text(errors="replace")):
            document = match[1] or document
            if match[2] and document in ("", "jobs.md"):
                found |= {match[2], match[2].split(".")[0]}
    return found


def main():
    if not SPEC.exists():
        print(f"{SPEC} is not here: no sections to compare")
        return
    all_sections, done = sections(SPEC.read_text()), cited(ROOT / "tests")
    missing = [(number, title) for number, title in all_sections if number not in done]
    for number, title in missing:
        print(f"jobs.md §{number:<5} {title}")
    print(f"{len(all_sections) - len(missing)} of {len(all_sections)} sections of jobs.md are cited by a test")


if __name__ == "__main__":
    sys.exit(main())

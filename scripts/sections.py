"""Lists what no test cites of jobs.md and limits.md: their sections (## n, ### n.m) and their worked examples. Tests
cite them as `limits.md §3.7; example 14`, `examples 45 to 50`, `examples 41 and 103`; a bare § or example is of the
document named last before it, jobs.md in a file that names none. A citation of n.m is one of n too, and one of an
example is one of the section it stands in. "after example 14" means a like case, and cites nothing. Fails if anything is left out that is not LATER."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "docs" / "spec"
TESTS = {".cpp", ".hpp", ".py", ".yaml", ".sh"}
WORKED = {"jobs.md": "11", "limits.md": "12"}  # the section of each that holds its worked examples
LATER = {"jobs.md": {"§10"}}  # the work layer is not built yet

NUMBER = r"\d+(?![\d:.]*\d|:| ?(?:ms|s|min|h|d)\b)"
LIST = rf"{NUMBER}(?:(?:,| and| to|,? ?–|-) ?{NUMBER})*"
CITATION = re.compile(rf"(\w+\.md)|§(\d+(?:\.\d+)?)|(?<!after )\bexamples?\s+({LIST})", re.IGNORECASE)


def titles(document, text):
    """Everything that can be cited, by name: "§3.7", "example 14"; and the section of each worked example."""
    named, home, section = {}, {}, ""
    for line in text.splitlines():
        if heading := re.match(r"#{2,3} (\d+(?:\.\d+)?)\.? (.+)", line):
            section = heading[1]
            named[f"§{section}"] = heading[2]
        elif section.split(".")[0] == WORKED[document] and (example := re.match(r"(\d+)\. (.+)", line)):
            named[f"example {example[1]}"] = example[2][:90]
            home[f"example {example[1]}"] = section
    return named, home


def numbers(words):
    """ "45 to 47, 50" is 45, 46, 47, 50."""
    for first, _, last in re.findall(r"(\d+)( ?(?:to|–|-) ?(\d+))?", words):
        yield from range(int(first), int(last or first) + 1)


def cited():
    """For each document the names of what tests cite."""
    found = {document: set() for document in WORKED}
    for file in sorted([*(ROOT / "tests").rglob("*"), *ROOT.glob("libs/*/tests/*")]):
        if file.suffix not in TESTS:
            continue
        document = "jobs.md"
        for match in CITATION.finditer(file.read_text(errors="replace")):
            document = match[1] or document
            if document not in found:
                continue
            if match[2]:
                found[document] |= {f"§{match[2]}", f"§{match[2].split('.')[0]}"}
            elif match[3]:
                found[document] |= {f"example {number}" for number in numbers(match[3])}
    return found


def left_out(document, found):
    """Prints what of the document no test cites; answers whether any of that should be."""
    named, home = titles(document, (SPEC / document).read_text())
    for example, section in home.items():
        if example in found:
            found |= {f"§{section}", f"§{section.split('.')[0]}"}
    missing = [name for name in named if name not in found]
    later = LATER.get(document, set())
    for name in missing:
        print(f"{document} {name:<12} {named[name]}{'  (later)' if name in later else ''}")
    for what, names in (("sections", named.keys() - home.keys()), ("worked examples", home.keys())):
        print(f"{len(names - set(missing))} of {len(names)} {what} of {document} are cited by a test")
    return set(missing) - later


def main():
    found = cited()
    return int(any([left_out(document, found[document]) for document in WORKED]))


if __name__ == "__main__":
    sys.exit(main())

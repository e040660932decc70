"""Fails on a citation that leads nowhere: a section (`limits.md §3.7`), a heading of docs/architecture.md
(`architecture.md, the turn`), a decision (`decision 0003`), a link, a path or a symbol in a document, and a library
that src/ includes and decision 0001 doesn't name. A bare § is of the document named last before it in its file;
jobs.md in a file that names none. Sections are `## 3`, `### 3.7`, `### A.10`, and the numbered items of a section that
has no smaller ones (jobs.md §12.10)."""

import re
import sys
from pathlib import Path

from rooms import code, includes

ROOT = Path(__file__).resolve().parent.parent
NUMBERED = {name: ROOT / "docs" / "spec" / name for name in ("jobs.md", "limits.md", "scenario.md", "linux.md")}
NUMBERED["CONTRIBUTING.md"] = ROOT / "CONTRIBUTING.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
DECISIONS = ROOT / "docs" / "decisions"
LIBRARIES = DECISIONS / "0001-libraries.md"

# Specifications that are not ours are cited with their names before the §: RFC 9110 §8.6, the Notifications spec.
FOREIGN = re.compile(r"(?:RFC \d+|fileformat2\.html|[Ss]pecification|Debian Policy|XDG[\w ]*)[,;]? *$")
CITATION = re.compile(r"([A-Za-z]\w*\.md)|§§?((?:[A-Z]|\d+)(?:\.\d+)*)")
HEADING = re.compile(r"architecture\.md, ((?:[a-z-]+,? ?)+)")
DECISION = re.compile(r"\bdecisions?[ /](\d{4})\b")
SYMBOL = re.compile(r"`((?:\w+::)+\w+|\w+\(\)|(?:\w+::)*\w+\(\))`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:src|include|tests|scripts|docs|dbus|examples|packaging|man)/[\w./-]+)`")
KERNEL = {"arpa", "linux", "net", "netinet", "sys"}  # whose headers libc and the kernel bring
NAMED_AS = {"absl": "Abseil", "CLI": "CLI11", "curl": "libcurl", "nlohmann": "nlohmann-json", "sqlite3": "SQLite", "systemd": "libsystemd", "openssl": "OpenSSL"}  # fmt: skip


def files():
    """All that a person writes, without what a build leaves."""
    for path in sorted(ROOT.rglob("*")):
        left = {".git", "build", "corpus", "node_modules", "__pycache__"} & set(path.relative_to(ROOT).parts)
        if path.is_file() and not left and path.suffix not in (".yaml", ".part"):
            yield path


def sections(text):
    """Every number that can be cited."""
    found, section = set(), ""
    for line in text.splitlines():
        if heading := re.match(r"#{2,4} (?:§|Appendix )?((?:[A-Z]|\d+)(?:\.\d+)*)\b", line):
            section = heading[1]
            found.add(section)
        elif item := re.match(r"(\d+)\. ", line):
            found.add(f"{section}.{item[1]}")
    return found


def headings(text):
    return {line.lstrip("# ").lower() for line in text.splitlines() if line.startswith("#")}


def unwrapped(text):
    """A comment that goes on in the next line, as one line; lines keep their number by a mark that no pattern has."""
    return re.sub(r"\n[ \t]*(?://+<?|#|\*|<!--)?[ \t]*", "\n", text).replace("\n", " \n")


def lost_citations(path, text, known, parts):
    """Inside a specification a bare § is of that very document, but right behind another's name."""
    home = path.name if path.parent.name == "spec" else None
    document, end, foreign = home or "jobs.md", 0, False
    flat = unwrapped(text)

    def place(at):
        return f"{path.relative_to(ROOT)}:{flat.count(chr(10), 0, at) + 1}"

    for match in CITATION.finditer(flat):
        between = flat[end : match.start()].replace("\n", "")
        goes_on = re.fullmatch(r"[\s,]*(?:and|to|or)?\s*", between) is not None
        foreign = (foreign and goes_on) or FOREIGN.search(between[-40:]) is not None
        if home and not goes_on:
            document = home
        end = match.end()
        if match[1]:
            document = match[1]
        elif document in known and not foreign and match[2] not in known[document]:
            yield f"{place(match.start())}: {document} has no §{match[2]}"
    for match in HEADING.finditer(flat.replace("\n", "")):
        words = [word.strip() for word in re.split(r",| and ", match[1]) if word.strip()]
        if words and not any(part.startswith(words[0]) or words[0].startswith(part) for part in parts):
            yield f"{path.relative_to(ROOT)}: architecture.md has no heading \"{words[0]}\""
    for match in DECISION.finditer(flat):
        if not list(DECISIONS.glob(f"{match[1]}-*.md")):
            yield f"{place(match.start())}: there is no decision {match[1]}"


def lost_paths(path, text):
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
            yield f"{path.relative_to(ROOT)}: the link to {target} leads nowhere"
    for target in PATH.findall(text):
        if not (ROOT / target).exists() and not list(ROOT.glob(target + ".*")):
            yield f"{path.relative_to(ROOT)}: there is no {target}"


def lost_symbols(path, text, words):
    for symbol in SYMBOL.findall(text):
        if gone := [word for word in re.findall(r"\w+", symbol) if word not in words]:
            yield f"{path.relative_to(ROOT)}: nothing is called {gone[-1]} (`{symbol}`)"


def library_of(include):
    """The library of an include in angle brackets; None: the language's, libc's or the kernel's."""
    if include == "sqlite3.h":
        return "sqlite3"
    first, slash, _ = include.partition("/")
    return first if slash and first not in KERNEL else None


def lost_libraries():
    named = LIBRARIES.read_text()
    headers = {name for _, path in code() for _, bracket, name in includes(path) if bracket == "<"}
    for library in sorted({library_of(header) for header in headers} - {None}):
        if NAMED_AS.get(library, library) not in named:
            yield f"src or libs includes <{library}>, which {LIBRARIES.relative_to(ROOT)} does not name"


def main():
    known = {name: sections(path.read_text()) for name, path in NUMBERED.items()}
    parts = headings(ARCHITECTURE.read_text())
    texts = [path for top in ("src", "libs", "include", "tests", "examples") for path in (ROOT / top).rglob("*.*pp")]
    words = {word for path in texts for word in re.findall(r"\w+", path.read_text())}
    lost, citations = list(lost_libraries()), 0
    for path in files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        citations += text.count("§")
        lost += lost_citations(path, text, known, parts)
        if path.suffix == ".md":
            text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)  # an example is no promise
            lost += lost_paths(path, text)
            if path.parent.name != "spec": # which names Android's, too
                lost += lost_symbols(path, text, words)
    print("\n".join(lost + [f"{citations} citations of sections, {len(lost)} of anything lead nowhere"]))
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())

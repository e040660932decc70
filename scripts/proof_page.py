"""Makes docs/proof.md: the tables of docs/proof.in.md with, in each cell, the scenarios that prove it. A scenario
names its cells in a comment, row × column as the tables' headings say them (case, stars and parentheses aside):

    # cell: charging × jobs; rare × regular jobs

With --check it writes nothing and fails if the page is not the present one. Always fails if a cell has no scenario, a
scenario names a cell that there is not, or an advice of docs/living-with-limits.md links to no scenario."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "tests" / "scenarios"
TEMPLATE = ROOT / "docs" / "proof.in.md"
PAGE = ROOT / "docs" / "proof.md"
ADVICE = ROOT / "docs" / "living-with-limits.md"
NOTE = "<!-- Made by scripts/proof_page.py from proof.in.md and the scenarios' `# cell:` lines. Edit those. -->\n\n"


def plain(heading):
    """A heading as a scenario writes it: "Regular jobs \\*" is "regular jobs"."""
    return re.sub(r"\(.*?\)|[\\*]", "", heading).strip().lower()


def link(file):
    return f"[{file.stem}](../{file.relative_to(ROOT)})"


def title(file):
    return file.read_text().splitlines()[0].removeprefix("title:").strip()


def scenarios_by_cell():
    """(row, column) → the scenarios that name it, in the order of their paths."""
    found = {}
    for file in sorted(SCENARIOS.rglob("*.yaml")):
        for line in re.findall(r"^# cell: (.+)$", file.read_text(), flags=re.MULTILINE):
            for cell in line.split(";"):
                row, _, column = cell.partition("×")
                found.setdefault((row.strip().lower(), column.strip().lower()), []).append(file)
    return found


def cells_of(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def filled(template, proofs):
    """The page, and the cells of its tables. A cell that no scenario names keeps its words alone."""
    lines, columns, cells = [], None, set()
    for line in template.splitlines():
        if not line.startswith("|"):
            columns = None
        elif columns is None:
            columns = [plain(heading) for heading in cells_of(line)]
        elif not line.startswith("|---"):
            head, *words = cells_of(line)
            keys = [(plain(head), column) for column in columns[1:]]
            cells |= set(keys)
            proven = [f"{word}<br>{', '.join(map(link, proofs.get(key, [])))}" for word, key in zip(words, keys)]
            line = f"| {' | '.join([head, *proven])} |"
        lines.append(line)
    return "\n".join(lines) + "\n", cells


def list_of(files):
    rows = "".join(f"| {link(file)} | {title(file)} |\n" for file in files)
    return f"\n## The scenarios\n\n| Scenario | What it shows |\n|---|---|\n{rows}"


def without_scenario(page):
    """The advices ("- …" with its further lines) that link to no scenario, and the links that lead nowhere."""
    text = page.read_text()
    for advice in re.findall(r"^- .+(?:\n  .+)*", text, flags=re.MULTILINE):
        if "../tests/scenarios/" not in advice:
            yield f"{page.name}: no scenario shows: {advice.splitlines()[0]}"
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        if not (page.parent / target).exists():
            yield f"{page.name}: there is no {target}"


def main(arguments):
    proofs = scenarios_by_cell()
    text, cells = filled(TEMPLATE.read_text(), proofs)
    page = NOTE + text + list_of(sorted({file for files in proofs.values() for file in files}))
    wrong = [f"no scenario names the cell {row} × {column}" for row, column in sorted(cells - proofs.keys())]
    for row, column in sorted(proofs.keys() - cells):
        wrong += [f"{file.relative_to(ROOT)}: no table has a cell {row} × {column}" for file in proofs[row, column]]
    if "--check" not in arguments:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        wrong.append("docs/proof.md is not the present one: python3 scripts/proof_page.py")
    wrong += without_scenario(ADVICE)
    print("\n".join(wrong) or f"each of {len(cells)} cells has a scenario")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

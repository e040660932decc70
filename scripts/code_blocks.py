"""Keeps the code in docs/*.md that of the examples that ./test compiles: a fence behind

    <!-- code: examples/custom_transfer/main.cpp step4 -->

is the part of that file between the lines "code: step4" and "code: end" (behind // or #), without their common indent;
without a name, it is the whole file. Writes the pages; with --check it fails where one is not the present code."""

import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- code: (?P<file>\S+)(?: (?P<part>\S+))? -->\n```\w*\n)(?P<code>.*?)(?=^```$)",
                   flags=re.DOTALL | re.MULTILINE)
MARK = re.compile(r"^\s*(?://|#) code: \w+\n", flags=re.MULTILINE)


def code(file, part):
    text = (ROOT / file).read_text()
    if part:
        found = re.search(rf"^\s*(?://|#) code: {part}\n(.*?)^\s*(?://|#) code: end\n", text, flags=re.DOTALL | re.MULTILINE)
        if not found:
            sys.exit(f"{file} has no part {part}")
        text = found[1]
    return textwrap.dedent(MARK.sub("", text)).strip("\n") + "\n"


def main():
    old, blocks = [], 0
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text()
        blocks += len(BLOCK.findall(text))
        present = BLOCK.sub(lambda match: match[1] + code(match["file"], match["part"]), text)
        if present == text:
            continue
        old.append(str(page.relative_to(ROOT)))
        if "--check" not in sys.argv:
            page.write_text(present)
    if "--check" in sys.argv and old:
        sys.exit(f"{', '.join(old)}: not the present code; run scripts/code_blocks.py")
    print(f"{blocks} blocks of code are their examples'")


if __name__ == "__main__":
    main()

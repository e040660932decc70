"""Holds STINT_TRY (base/result/errors.hpp) to where nothing else of its expression can have begun when it returns: it is the whole
of a statement, of what is returned or assigned, of an initializer, or of a condition ("!" may stand before it there).
Elsewhere g++ forgets what an aggregate or an array already has of its members, and promises nothing of other operands."""

import re
import sys

from rooms import ROOT, exit_code, sources

NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^[ \t]*#(?:\\\n|[^\n])*',
                     re.DOTALL | re.MULTILINE)
ASSIGNED = r"[^=!<>]="  # C++17 evaluates the right side before the left one
DECLARED = re.compile(r"(?!(?:return|else|throw|new)\b)[\w:][\w:<>,\s&*]*[\w>&*]\s+[&*]*\w+$")  # a type and a name
OTHERS = re.compile(r"\?|&&|\|\|")
CONDITION = re.compile(r"\b(?:if|if\s+constexpr|while|switch|for)$")


def statement_before(text, place):
    """From the statement's first word to `place`, which stands in no parenthesis of it."""
    depth = 0
    for start in range(place - 1, -1, -1):
        depth += (text[start] == ")") - (text[start] == "(")
        if depth < 0 or (depth == 0 and text[start] in ";{}"):
            return text[start + 1:place].strip()
    return text[:place].strip()


def bracket_around(text, place):
    """Where the innermost bracket opens that `place` is in."""
    depth = 0
    for start in range(place - 1, -1, -1):
        depth += (text[start] in ")]}") - (text[start] in "([{")
        if depth < 0:
            return start
    return -1


def end_of(text, bracket):
    depth = 0
    for end in range(bracket, len(text)):
        depth += (text[end] in "([{") - (text[end] in ")]}")
        if depth == 0:
            return end + 1
    return len(text)


def is_whole(text, start):
    end = end_of(text, text.index("(", start))
    after = text[end:].lstrip()
    if after.startswith(";"):
        before = statement_before(text, start)
        return not OTHERS.search(before.rpartition(")")[2]) and bool(
            re.search(rf"^$|{ASSIGNED}$|\breturn$|\belse$|\)$|^(?:case\b.*|default\s*):$", before, re.DOTALL))
    bracket = bracket_around(text, start)
    before, within = text[:bracket].rstrip(), text[bracket + 1:start].strip()
    if text[bracket] == "(" and CONDITION.search(before):
        return after[0] == ")" and not OTHERS.search(within) and bool(
            re.search(rf"(?:^|;)\s*!?$|{ASSIGNED}$|[^:]:$", within))
    declared = DECLARED.fullmatch(statement_before(text, len(before)))
    return bool(text[bracket] in "({" and not within and declared and re.match(r"[)}]\s*;", after))


def troubles():
    for file in (file for folder in ("src", "libs", "tests", "examples") for file in sources(ROOT / folder)):
        text = NO_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), file.read_text())
        for match in re.finditer(r"\bSTINT_TRY\(", text):
            if not is_whole(text, match.start()):
                line = text.count("\n", 0, match.start())
                yield f"{file.relative_to(ROOT)}:{line + 1}: in the middle of an expression: {file.read_text().splitlines()[line].strip()}"


if __name__ == "__main__":
    sys.exit(exit_code(troubles()))

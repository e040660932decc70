"""All that a person reads on a terminal is as wide as it is (jobs.md §9.4 shows what; architecture.md, the command line)."""

import re

import pytest
from commands import schedule

WORDS = (("run", "--no-wait", "--charging", "--", "true"), (), ("jobs",), ("jobs", "--finished"), ("why", "1"),
         ("demo",), ("help", "retry"), ("help", "clear"), ("retry", "1"), ("clear", "1"), ("pause", "99"),
         ("cancel", "--all"), ("tasks",))


def lines_of(world, columns, words):
    """The lines as printed, before the terminal itself would wrap them."""
    terminal = world.in_window(*words, columns=columns)
    terminal.ends()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.output.replace("\r", "\n")).splitlines()


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_no_line_is_wider_than_the_terminal(world, daemon, columns, locale):
    world.environment |= {"LC_ALL": locale, "LANG": locale, "NO_COLOR": "1"}
    assert schedule(world, "--charging", "--", "sleep", "1") == 1
    for words in WORDS:
        lines = lines_of(world, columns, words)
        wide = [line for line in lines if len(line) > columns]
        assert not wide, (words, wide)
        torn = [line for line in lines if line.count("`") % 2]  # a command that one wants to copy
        assert not torn, (words, torn)


def test_in_a_pipe_nothing_is_wrapped(world, daemon):
    hint = world.stint("run", "--no-wait", "--charging", "--", "true").err.splitlines()[0]
    assert "may run for" in hint and len(hint) > 100

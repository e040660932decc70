"""A person at an interactive shell in a terminal of their own: what is typed, and what then stands on the screen."""

import fcntl
import re
import struct
import termios

from terminal import Terminal

MARK = "\x1e"  # begins each prompt; nothing else prints it
COLUMNS = 100
TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|(.)", flags=re.DOTALL)


def shown(raw):
    """The lines of an endless screen on which `raw` was printed: a line that was drawn again shows its last words, in
    no colour."""
    lines, row, column = [""], 0, 0
    for match in TOKEN.finditer(raw):
        count, steer, sign = match.groups()
        if steer in ("K", "J"):
            lines[row] = lines[row][:column]
            if steer == "J":
                del lines[row + 1:]
        elif steer == "A":
            row -= int(count or 1)
        elif sign == "\r":
            column = 0
        elif sign == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif sign and sign != MARK:
            lines[row] = lines[row][:column] + sign + lines[row][column + 1:]
            column += 1
    return [line.rstrip() for line in lines]


class Shell(Terminal):
    def __init__(self, environment, directory):
        super().__init__(["bash", "--norc", "--noprofile", "--noediting", "-i"], environment | {"PS1": MARK + "$ "}, directory)
        self.resize(40)
        self.typed = 0
        self.told = 0
        self.looks = []

    def resize(self, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, COLUMNS, 0, 0))

    def type(self, command):
        """Typed behind the prompt, once that is there; what comes of it is not waited for."""
        self.prompt()
        self.press(command + "\n")
        self.typed += 1

    def prompt(self):
        self.until_true(lambda: self.output.count(MARK) > self.typed, "prompt")

    def ctrl_c(self):
        """The line that is being drawn stays, without the ^C that the terminal writes over its beginning."""
        self.looks = [at for at in self.looks if at < self.output.rindex("\n")]
        before = len(self.output)
        self.press("\x03")
        self.until_true(lambda: "^C" in self.output[before:], "^C")
        at = self.output.index("^C", before)
        self.looks.append(at if shown(self.output[:at])[-1] else at + len("^C"))

    def look(self, condition, what):
        """Waits until the line that is being drawn is such, and keeps it."""
        self.until_true(lambda: condition(shown(self.output)[-1]), what)
        self.looks.append(len(self.output))

    def take(self):
        """The lines since the last take: each prompt with what was typed there, and what came of it."""
        self.prompt()
        end = self.output.rindex(MARK)
        cuts = [self.told, *(at for at in self.looks if at >= self.told), end]
        lines = [line for a, b in zip(cuts, cuts[1:]) for line in shown(self.output[a:b])]
        self.told = end
        self.looks.clear()
        return lines[:-1]

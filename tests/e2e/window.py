"""A person's terminal, by an emulator that is not ours (pyte)."""

import fcntl
import os
import signal
import struct
import termios

import pyte
from events import Deadline
from terminal import Terminal


class Window(Terminal):
    """A program on a terminal of this size."""

    def __init__(self, arguments, environment, directory, columns=80, rows=24):
        self.screen = pyte.HistoryScreen(columns, rows, history=10000, ratio=0.5)
        self.stream = pyte.Stream(self.screen)
        self.fed = 0
        super().__init__(["sh", "-c", f"stty cols {columns} rows {rows}; exec \"$@\"", "sh", *arguments], environment,
                         directory)

    def resize(self, columns, rows):
        """Drags the window smaller or larger, as a person would: the program has the signal, and what it drew for the old
        size has arrived."""
        os.kill(self.pid, signal.SIGSTOP)
        os.waitpid(self.pid, os.WUNTRACED)
        while self._read(Deadline(0)):
            pass
        self._feed()
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGCONT)

    def shown(self):
        """The lines that stand on the screen."""
        self._feed()
        return [line.rstrip() for line in self.screen.display]

    def scrolled(self):
        """Those, and the ones that have left it at its top; down to the last that is not empty."""
        shown = self.shown()
        above = ["".join(row[column].data for column in range(self.screen.columns)).rstrip()
                 for row in self.screen.history.top]
        while shown and not shown[-1]:
            shown.pop()
        return above + shown

    def until_shown(self, condition, what, within=60):
        """Reads on until the screen is such; answers it."""
        self.until_true(lambda: condition(self.shown()), what, within)
        return self.shown()

    def _feed(self):
        self.stream.feed(self.output[self.fed:])
        self.fed = len(self.output)

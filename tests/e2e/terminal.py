"""A program in a terminal of its own: it is the foreground of a real pty, as a person's command is (jobs.md §2.3)."""

import os
import pty
import select
import signal

from events import Deadline, TooLate


class Terminal:
    def __init__(self, arguments, environment, directory):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            try:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests behind may have it ignored
                os.execvpe(arguments[0], arguments, environment)
            finally:
                os._exit(127)
        self.output = ""
        self.code = None

    def until(self, text, within=60):
        """Reads on until `text` has been printed; answers all that was."""
        return self.until_true(lambda: text in self.output, repr(text), within)

    def until_true(self, condition, what, within=60):
        """Waits like until(), for what a condition says of the output."""
        deadline = Deadline(within)
        while not condition():
            if not self._read(deadline):
                raise TooLate(f"no {what} in:\n{self.output}")
        return self.output

    def press(self, keys):
        """Types what a person would: "\\x03" is Ctrl-C."""
        os.write(self.fd, keys.encode())

    def ends(self, within=60):
        """Reads to the end; answers the exit code, or minus the signal that ended it."""
        deadline = Deadline(within)
        while self._read(deadline):
            pass
        if self.code is None and deadline.passed():
            raise TooLate(f"it still runs after {within} s:\n{self.output}")
        return self._reap()

    def kill(self):
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()

    def close(self):
        self.kill()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _read(self, deadline):
        if not select.select([self.fd], [], [], deadline.left())[0]:
            return False
        try:
            read = os.read(self.fd, 65536)
        except OSError:  # EIO: nobody holds the other side any more
            return False
        self.output += read.decode(errors="replace")
        return bool(read)

    def _reap(self):
        if self.code is None:
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
        return self.code

"""The stories of docs/tour.in.md, played: a newcomer at a shell, in a home where Stint is installed as README.md says.
A fence of the template has what is typed ("$ …") and, between, what happens meanwhile ("% …", the directions below);
in the page stands what was printed in their place."""

import difflib
import os
import re
from contextlib import ExitStack

import tus_server
from events import Directory, TooLate, running
from installed import flags, install
from origin import MIB, Origin, bytes_of
from shell import Shell, shown
from tus_server import TusServer
from world import ROOT, World

TEMPLATE = ROOT / "docs" / "tour.in.md"
PAGE = ROOT / "docs" / "tour.md"
NOTE = "<!-- Made by scripts/tour_page.py, which types what is in tour.in.md. Edit that. -->\n\n"
FILM = bytes_of("film", 64 * MIB)
SHOW = bytes_of("show", 256 * MIB)  # none of the stories waits for its end
TALK = bytes_of("talk", 24 * MIB)
MOST_TWICE = 4 * MIB  # of the film: what was on its way when its receiver was killed

# What is another in each run, and not what the stories are about. A page is true where it is the same but for these.
VARIES = [
    (r"\d+(\.\d+)? (B|KiB|MiB) of ", "… of "),
    (r"\d+(\.\d+)? (B|KiB|MiB)/s", "…/s"),
    (r"\[=*>? *\]", "[…]"),
    (r"\b\d{1,2}%", "…%"),
    (r"\b(\d+min )?\d+s (ago|left)\b", r"… \2"),
    (r"\bin \d+s\b", "in …"),
    (r"(?<=kill -9 )\d+", "…"),
    (r"\b\d+(?= kB have arrived)", "…"),
    (r"(?<=/files/)[0-9a-f]{32}", "…"),
    (r"(?<=bytes )[1-9]\d*(?=- )|\b[1-9]\d*(?= bytes$)|(?<=from byte )[1-9]\d*", "…"),
    (r"(?<= stopped )( +1 +)\d+(\.\d+)? (B|KiB|MiB)", r"\1…"),
    (r" {2,}", "  "),
]

DIRECTIONS = []


def direction(words):
    """A method that does what a line "% …" says; its groups are the arguments. What it answers stands on the page."""

    def note(method):
        DIRECTIONS.append((re.compile(words), method))
        return method

    return note


def comparable(page):
    for pattern, word in VARIES:
        page = re.sub(pattern, word, page, flags=re.MULTILINE)
    return page


def difference(old, new):
    """What is not true any more, as a diff; empty where all is."""
    lines = difflib.unified_diff(comparable(old).splitlines(), comparable(new).splitlines(), PAGE.name, "as it is now",
                                 lineterm="")
    return "\n".join(lines)


class Home(World):
    """Where Stint is installed below ~/.local, with a service manager that starts stintd."""

    def __init__(self):
        super().__init__()
        self.home = self.root / "home"
        self.prefix = install(self.home / ".local")
        self.programs = self.prefix / "bin"
        for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            del self.environment[name]  # a home has the usual directories
        self.environment |= {"PATH": f"{self.programs}:{os.environ['PATH']}", "CXXFLAGS": flags()}


class Stage:
    """Closed by close(), also where it could not be set up."""

    def __init__(self):
        with ExitStack() as parts:
            self.world = Home()
            parts.callback(self.world.close)
            home = self.world.home
            (home / "stint").symlink_to(ROOT)
            (home / "talk.mp4").write_bytes(TALK)
            (home / "backup.sh").write_text("#!/bin/sh\necho saving\necho saved\n")
            (home / "backup.sh").chmod(0o755)
            self.files = Origin(self.world.root / "files", rate="8m", buffer="")
            parts.callback(self.files.stop)
            digest = self.files.serve("film.iso", FILM)
            self.files.serve("film.iso.sha256", f"{digest}  film.iso\n".encode())
            self.files.serve("show.iso", SHOW)
            self.uploads = TusServer(self.world.root / "uploads")
            parts.callback(self.uploads.stop)
            self.daemon = self.world.start_daemon()
            self.shell = Shell(self.world.environment, home)
            self.world.terminals.append(self.shell)
            self.close = parts.pop_all().close

    # What stands for what.

    def names(self):
        """(as it is here, as it is in the template)."""
        return [(f"127.0.0.1:{self.files.port}", "files.example"), (f"127.0.0.1:{self.uploads.port}", "uploads.example"),
                (str(self.world.home), "/home/you")]

    def transfer(self):
        """The process that moves bytes; the daemon has one at the most."""
        (pid,) = running(self.daemon.pid, self.world.prefix / "libexec" / "stint" / "stint-transfer")
        return pid

    # Playing.

    def play(self, template):
        """The page that comes of it."""
        made, fence = [], None
        for line in template.splitlines():
            if fence is None:
                made.append(line)
                fence = line if line in ("```console", "```text") else None
            elif line == "```":
                if fence == "```console":
                    made += self.shell.take()
                made.append(line)
                fence = None
            elif line.startswith("$ "):
                self.type(line.removeprefix("$ "))
            else:
                made += self.direct(line.removeprefix("% "))
        text = "\n".join(made) + "\n"
        for here, there in self.names():
            text = text.replace(here, there)
        return NOTE + text

    def type(self, command):
        for here, there in self.names():
            command = command.replace(there, here)
        if "STINT_TRANSFER" in command:
            command = command.replace("STINT_TRANSFER", str(self.transfer()))
        self.shell.type(command.replace("STINTD", str(self.daemon.pid)))

    def direct(self, words):
        for pattern, method in DIRECTIONS:
            if match := pattern.fullmatch(words):
                try:
                    return method(self, *match.groups()) or []
                except TooLate as late:
                    printed = "\n".join(shown(self.shell.output))
                    raise TooLate(f"{words}: {late}\n{printed}") from late
        raise ValueError(f"{TEMPLATE.name} has a line that is nothing to do: {words}")

    # Directions.

    @direction(r"until it shows (\d+)%")
    def until_it_shows(self, percent):
        def far(line):
            drawn = re.search(r"(\d+)% \[.* left$", line)
            return drawn and int(drawn[1]) >= int(percent)

        self.shell.look(far, f"{percent}%")

    @direction(r"until it says (.+)")
    def until_it_says(self, words):
        self.shell.until(words)

    @direction(r"Ctrl-C")
    def ctrl_c(self):
        self.shell.ctrl_c()

    @direction(r"systemd starts stintd again")
    def restart(self):
        self.shell.prompt()
        self.daemon.process.wait(30)
        self.daemon = self.world.start_daemon()

    @direction(r"until (\S+)/(\d+) has moved (\d+) MiB")
    def has_moved(self, package, job, size):
        self.until(package, job, lambda state: executes(state) and moved(state) >= int(size) * MIB)

    @direction(r"until (\S+)/(\d+) has been stopped and goes on")
    def goes_on(self, package, job):
        self.until(package, job, lambda state: state["systemStops"] > 0 and executes(state) and moved(state) > 0)

    @direction(r"until (\S+)/(\d+) waits")
    def waits(self, package, job):
        self.until(package, job, lambda state: state["state"] == "pending")

    def until(self, package, job, condition):
        self.shell.prompt()
        with self.world.line() as line:
            line.until(int(job), condition, package=package)

    @direction(r"what files.example has sent")
    def what_was_sent(self):
        def requests():
            return [request for request in self.files.requests() if request["uri"] == "/film.iso"]

        def sent():
            return sum(request["bytes"] for request in requests())

        with Directory(self.files.root) as log:  # a request stands there once it has ended
            log.until(lambda: sent() >= len(FILM))
        assert sent() <= len(FILM) + MOST_TWICE, requests()
        return ["GET /film.iso  {:<20}  {}, {} bytes".format(request["range"].replace("=", " "), request["status"],
                                                           request["bytes"]) for request in requests()]

    @direction(r"what uploads.example has heard")
    def what_was_heard(self):
        self.uploads.stop()
        (upload,) = self.uploads.uploads()
        assert upload.read_bytes() == TALK
        return [f"{method:<7}  {path}" + ("" if offset == "-" else f"  from byte {offset}")
                for method, path, offset in self.uploads.requests]


def executes(state):
    return state["state"] == "running" and state["runState"] == "executing"


def moved(state):
    return max(state["transferredDown"], state["transferredUp"])


def play():
    """The page as it is now."""
    if not tus_server.installed():
        raise FileNotFoundError("the tus reference server is not installed: ./test installs it where npm is")
    stage = Stage()
    try:
        return stage.play(TEMPLATE.read_text())
    finally:
        stage.close()

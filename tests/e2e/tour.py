"""The stories of docs/tour.in.md, played: a newcomer at a shell, in a home where Stint is installed as README.md says.
A fence of the template has what is typed ("$ …") and, between, what happens meanwhile ("% …", the directions below);
in the page stands what was printed in their place."""

import difflib
import itertools
import os
import re
import signal
from contextlib import ExitStack

import tus_server
from events import Directory, TooLate, running, wait_for_end
from installed import flags, install
from line import listener
from origin import MIB, Origin, bytes_of, contents
from shell import MARK, Shell, shown
from tus_server import TusServer
from world import ROOT, World

TEMPLATE = ROOT / "docs" / "tour.in.md"
PAGE = ROOT / "docs" / "tour.md"
NOTE = "<!-- Made by scripts/tour_page.py, which types what is in tour.in.md. Edit that. -->\n\n"
film = contents("film", 64 * MIB)
talk = contents("talk", 24 * MIB)
PHOTOS = 60
PHOTO = bytes_of("photo", 4 * MIB)
SLOW_PHOTOS = "location /photo- { limit_rate 1m; }"
FRAMES = 1000
MOST_TWICE = 4 * MIB  # of the film: what was on its way when its receiver was killed

# A frame each three seconds; one that was asked to end goes on with the first frame that is not done.
RENDER = """#!/bin/sh
trap 'echo "asked to end ($(cat "$STINT_STOP_REASON")): $frame of 3 frames are done"; exit' TERM
frame=$(cat "$STINT_STATE_DIRECTORY/frame" 2>/dev/null || echo 0)
while [ "$frame" -lt 3 ]; do
    (trap '' TERM; sleep 3) & wait $!  # the work on one
    frame=$((frame + 1))
    echo "$frame" > "$STINT_STATE_DIRECTORY/frame"
done
echo "all frames are done, in run $((STINT_RUNS_BEFORE + 1))"
"""

# Words that differ in each run, and that the stories are not about. A page is true where it is the same but for these.
VARIES = [
    (r"\n {4,}(?=\S)", " "),  # where a table's last column is wrapped follows from what varies in it
    *2 * [(r"^(org\.stint\.transfer/\d+: (?:saved|sent) .*)\n(?!\$ |```|saved |org\.)", r"\1 ")],  # nor a sentence's end
    (r"\d+(\.\d+)? (B|KiB|MiB) of ", "… of "),
    (r"\d+(\.\d+)? (B|KiB|MiB)/s", "…/s"),
    (r"\[=*>? *\]", "[…]"),
    (r"\b\d{1,2}%", "…%"),
    (r"\b(\d+min )?\d+s (ago|left)\b", r"… \2"),
    (r"\b\d+(\.\d+)? (B|KiB|MiB)(, …/s|, stalled)?(, … left)?(?=; )", "…"),  # so far: it may be too early for a rate
    (r"; …/s, … left(?=; keeps the machine)", ""),
    (r"\bin (1min|\d+s)\b", "in …"),
    (r"\bearliest in \S+", "earliest in …"),
    (r"\bat least (1min|\d+s)\b", "at least …"),
    (r"\bwaited +\d+s\b", "waited …"),
    (r"(?<=kill -9 )\d+", "…"),
    (r"\b\d+(?= kB have arrived)", "…"),
    (r"(?<=/files/)[0-9a-f]{32}", "…"),
    (r"(?<=bytes )[1-9]\d*(?=- )|\b[1-9]\d*(?= bytes$)|(?<=from byte )[1-9]\d*", "…"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "…"),
    (r"\bran \d+s\b", "ran …"),
    (r"(?<=while it ran; ran …; )\d+(\.\d+)? (B|KiB|MiB)", "…"),
    (r"(?<=/photo-)\d\d(?=\.jpg \()", "…"),
    (r"\(\d+ lines like these\)", "(… lines like these)"),
    (r"^photo-\d\d\.jpg .*$", "photo-….jpg …"),  # those that move at the moment that the page shows
    (r"^\d+( of \d+ ended ).*$", r"…\1"),
    (r"(?<=went on at )\d+(\.\d+)? (B|KiB|MiB)", "…"),
    (r"(?<= stopped )( +1 +)\d+(\.\d+)? (B|KiB|MiB)", r"\1…"),
    (r"(?<=^org\.stint\.transfer/)(?!1071)\d{3,}(?=  .* frame-)", "…"),  # those that are next
    (r"\bframe-(?!1000)\d{4}\.png", "frame-….png"),
    (r"(?<=^and )\d{3}(?= more )", "…"),
    (r" {2,}", "  "),
    (r"(?<=^-- Set )non-toolchain portion of (?=runtime path of )", ""),  # as a newer cmake has it
    (r"^(.*/photo-….*\n|photo-….*\n)\1+", r"\1"),  # how many of these stand there
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
    """The lines that are no longer true, as a diff; empty where all are."""
    lines = difflib.unified_diff(comparable(old).splitlines(), comparable(new).splitlines(), PAGE.name, "as it is now",
                                 lineterm="")
    return "\n".join(lines)


class Home(World):
    """Where Stint is installed below ~/.local, with a service manager that starts stintd. `like`: has its programs."""

    def __init__(self, like=None):
        super().__init__()
        self.home = self.root / "home"
        self.prefix = self.home / ".local"
        if like:
            self.prefix.mkdir()
            for name in ("bin", "lib", "libexec"):
                (self.prefix / name).symlink_to(like.prefix / name)
        else:
            install(self.prefix)
        self.programs = self.prefix / "bin"
        # How many run at once is the machine's memory to say, but not what the page shows.
        self.policy = {"job.slots": 40}
        for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            del self.environment[name]  # a home has the usual directories
        self.environment |= {"PATH": f"{self.programs}:{os.environ['PATH']}", "CXXFLAGS": flags()}

    def start_daemon(self):
        return super().start_daemon(self.policy)


class Machine(Home):
    """Another person's, on which nobody looks after stintd: whatever is typed first starts it."""

    def __init__(self, like):
        super().__init__(like)
        del self.environment["STINT_AUTOSTART"]

    def close(self):
        if daemon := listener(self.runtime / "bus"):
            os.kill(daemon, signal.SIGTERM)
            wait_for_end(daemon)
        super().close()


class Stage:
    """Closed by close(), also where it could not be set up."""

    def __init__(self):
        with ExitStack() as parts:
            self.world = Home()
            parts.callback(self.world.close)
            self.other = Machine(self.world)
            parts.callback(self.other.close)
            home = self.world.home
            (home / "stint").symlink_to(ROOT)
            (home / "talk.mp4").write_bytes(talk())
            (home / "backup.sh").write_text("#!/bin/sh\necho saving\necho saved\n")
            (home / "backup.sh").chmod(0o755)
            (home / "render.sh").write_text(RENDER)
            (home / "render.sh").chmod(0o755)
            self.files = Origin(self.world.root / "files", rate="8m", buffer="", further=SLOW_PHOTOS)
            parts.callback(self.files.stop)
            digest = self.files.serve("film.iso", film())
            self.files.serve("film.iso.sha256", f"{digest}  film.iso\n".encode())
            self.files.serve("show.iso", bytes_of("show", 256 * MIB))  # none of the stories waits for its end
            for number in range(1, PHOTOS + 1):
                self.files.serve(f"photo-{number:02}.jpg", PHOTO)
            for number in range(1, FRAMES + 1):
                self.files.serve(f"frame-{number:04}.png", bytes_of("frame", 2048))
            self.uploads = TusServer(self.world.root / "uploads")
            parts.callback(self.uploads.stop)
            self.daemon = self.world.start_daemon()
            self.shell = self.shell_in(self.world)
            self.close = parts.pop_all().close

    # Stand-ins, and what each stands for.

    def names(self):
        """(as it is here, as it is in the template)."""
        servers = [(f"127.0.0.1:{self.files.port}", "files.example"), (f"127.0.0.1:{self.uploads.port}", "uploads.example")]
        return servers + [(str(world.root / here), there) for world in (self.world, self.other)
                          for here, there in (("home", "/home/you"), ("runtime", "/run/user/1000"))]

    @staticmethod
    def shell_in(world):
        shell = Shell(world.environment, world.home)
        world.terminals.append(shell)
        return shell

    def sit_down(self, world):
        """At a new terminal of that machine; answers what still stood on the old one."""
        told = self.shell.take()
        self.shell = self.shell_in(world)
        return told

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
        def answer():
            return self.shell.output[self.shell.output.rindex(MARK):]

        self.shell.until_true(lambda: words in answer(), words)

    @direction(r"Ctrl-C")
    def ctrl_c(self):
        self.shell.ctrl_c()

    @direction(r"systemd starts stintd again")
    def restart(self):
        self.shell.prompt()
        self.daemon.process.wait(30)
        self.daemon = self.world.start_daemon()

    @direction(r"you sit down at the other machine")
    def to_the_other(self):
        return self.sit_down(self.other)

    @direction(r"you are back at the first machine")
    def back(self):
        return self.sit_down(self.world)

    @direction(r"the machine is rebooted")
    def reboot(self):
        self.shell.prompt()
        before = self.shell
        assert self.daemon.stop() == 0
        self.world.environment["STINT_BOOT_ID"] = "the next"
        self.daemon = self.world.start_daemon()
        told = self.sit_down(self.world)
        before.close()
        return told

    @direction(r"its many lines alike are cut")
    def cut(self):
        """But for the first and the last of them."""
        lines = []
        for _, group in itertools.groupby(self.shell.take(), lambda line: line.split(" ")[0]):
            alike = list(group)
            left_out = len(alike) - 2
            lines += alike if left_out < 8 else [alike[0], f"({left_out} lines like these)", alike[-1]]
        return lines

    @direction(r"the window has (\d+) lines")
    def resize(self, rows):
        self.shell.prompt()
        self.shell.resize(int(rows))

    @direction(r"until (\S+)/(\d+) has moved (\d+) MiB")
    def has_moved(self, package, job, size):
        self.until(package, job, lambda state: executes(state) and moved(state) >= int(size) * MIB)

    @direction(r"until (\S+)/(\d+) has been stopped and goes on")
    def goes_on(self, package, job):
        self.until(package, job, lambda state: state["systemStops"] > 0 and executes(state) and moved(state) > 0)

    @direction(r"until (\S+)/(\d+) waits")
    def waits(self, package, job):
        self.until(package, job, lambda state: state["state"] == "pending")

    @direction(r"until (\S+)/(\d+) has failed (\d+) times")
    def failed(self, package, job, times):
        self.until(package, job, lambda state: state["state"] == "pending" and state["failures"] == int(times))

    def until(self, package, job, condition):
        self.shell.prompt()
        with self.world.line() as line:
            line.until(int(job), condition, package=package)

    @direction(r"until (\S+) has (\d+) files")
    def has_files(self, name, count):
        place = self.world.home / name

        def whole():
            return place.exists() and len([file for file in place.iterdir() if not file.name.startswith(".")])

        with Directory(self.world.home) as made:
            made.until(place.exists)
        with Directory(place) as filled:
            filled.until(lambda: whole() >= int(count), within=120)

    @direction(r"until all of (\S+) have ended")
    def all_have_ended(self, package):
        self.until_each(package, lambda state: state["state"] == "finished")

    @direction(r"until none of (\S+) runs")
    def none_runs(self, package):
        self.until_each(package, lambda state: state["state"] != "running")

    def until_each(self, package, condition):
        self.shell.prompt()
        with self.world.line() as line:
            for job in line.jobs(package=package):
                if not condition(job):
                    line.until(job["id"], condition, package=package)

    @direction(r"what files.example has sent")
    def what_was_sent(self):
        def requests():
            return [request for request in self.files.requests() if request["uri"] == "/film.iso"]

        def sent():
            return sum(request["bytes"] for request in requests())

        with Directory(self.files.root) as log:  # a request stands there once it has ended
            log.until(lambda: sent() >= len(film()))
        assert sent() <= len(film()) + MOST_TWICE, requests()
        return ["GET /film.iso  {:<20}  {}, {} bytes".format(request["range"].replace("=", " "), request["status"],
                                                           request["bytes"]) for request in requests()]

    @direction(r"what uploads.example has heard")
    def what_was_heard(self):
        self.uploads.stop()
        (upload,) = self.uploads.uploads()
        assert upload.read_bytes() == talk()
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

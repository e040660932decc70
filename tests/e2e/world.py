"""One person's machine, small and private: directories of its own, the real stintd, the real stint. Nothing of the
machine that the tests run on is read or written, but for the cgroup that stintd finds."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from events import Directory, TooLate, running, wait_for_end
from line import TRANSFER, Line, WireError
from terminal import Terminal
from window import Window

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(os.environ.get("STINT_BIN", ROOT / "build" / "dev" / "bin"))
# A fresh store is a fresh boot to stintd, which waits for a session to settle (jobs.md §12.5); no test has the time.
POLICY = {"job.boot_settle": "0s"}


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class Daemon:
    def __init__(self, process, log):
        self.process = process
        self.pid = process.pid
        self.log = log

    def lives(self):
        return self.process.poll() is None

    def kill(self):
        """SIGKILL, and gone."""
        self.process.kill()
        self.process.wait(30)

    def stop(self):
        """SIGTERM, as a session's end sends it; answers the exit code."""
        if self.lives():
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def spent(self):
        """Seconds of a processor."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until_logged(self, text, times=1, within=60):
        with Directory(self.log.parent) as directory:
            directory.until(lambda: self.log.read_text().count(text) >= times, within)

    def transfers(self):
        return running(self.pid, BIN / "stint-transfer")

    def commands(self):
        return running(self.pid, BIN / "stint-shell")


class World:
    def __init__(self, programs=BIN):
        """`programs`: the directory of stintd and stint."""
        self.programs = programs
        self.root = Path(tempfile.mkdtemp(prefix="stint-"))  # short: a socket's path has 108 bytes
        for name in ("home", "runtime", "state", "data", "config", "downloads"):
            (self.root / name).mkdir(mode=0o700)
        self.downloads = self.root / "downloads"
        self.runtime = self.root / "runtime" / "stint"
        self.store = self.root / "state" / "stint"
        self.apps = self.root / "data" / "stint" / "apps"
        self.apps.mkdir(parents=True)
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(self.root / "home"),
            "XDG_RUNTIME_DIR": str(self.root / "runtime"),
            "XDG_STATE_HOME": str(self.root / "state"),
            "XDG_DATA_HOME": str(self.root / "data"),
            "XDG_CONFIG_HOME": str(self.root / "config"),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "TZ": "Australia/Lord_Howe",  # as most machines: a zone that is not UTC, whose clocks go back each year
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.root / 'no-system-bus'}",
            "STINT_AUTOSTART": "no",  # a test starts its daemons itself
            # The machine that the tests run on says nothing of the one they are about. Somewhere no other test writes.
            "STINT_SENSORS": "none",
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere/bus",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.daemons = []
        self.terminals = []
        self.processes = []

    # stintd

    def start_daemon(self, policy=None, environment=None, before=(), used=True, tables=""):
        """Ready when it returns. `before`: a program that executes stintd. `used`: the user has had to do with each app.
        `tables`: the policy's own, as TOML."""
        process, notify, log = self.spawn_daemon(policy, environment, before, tables)
        pidfd = os.pidfd_open(process.pid)
        try:
            ready, _, _ = select.select([notify, pidfd], [], [], 60)
            if notify not in ready or b"READY=1" not in notify.recv(4096):
                raise TooLate(f"stintd is not ready:\n{log.read_text()}")
        finally:
            os.close(pidfd)
            notify.close()
        daemon = Daemon(process, log)
        self.daemons.append(daemon)
        if used:
            self.use_what_is_new()
        return daemon

    def install_example(self, name, package):
        """The app of examples/NAME, as the build has it."""
        manifest = f"{package}.toml"
        (self.apps / manifest).write_text((BIN.parent / "examples" / name / manifest).read_text())

    def use_what_is_new(self):
        """The user has to do with each app that is installed: one that was never used may do nothing (limits.md
        §2.2), and most tests are about what apps may do."""
        installed = [manifest.stem for manifest in self.apps.glob("*.toml")]
        if not installed:
            return
        with self.line() as line:
            for package in installed:
                try:
                    if line.bucket(package) == "never":
                        line.use(package)
                except WireError as refused:
                    # A test's own process that is the app is no operator. Else its manifest was refused, as a test wants.
                    if refused.name.endswith("Security"):
                        self.done("app", package, "--state", "visible")
                        self.done("app", package, "--state", "auto")

    def spawn_daemon(self, policy=None, environment=None, before=(), tables=""):
        """(process, the socket READY=1 comes over, log), without waiting."""
        rules = self.root / "policy.toml"
        lines = (f"{key} = {json.dumps(value)}\n" for key, value in (POLICY | (policy or {})).items())
        rules.write_text("".join(lines) + tables)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = self.root / "notify"
        address.unlink(missing_ok=True)
        notify.bind(str(address))
        log = self.root / f"stintd-{len(self.daemons)}.log"
        with log.open("w") as err:
            process = subprocess.Popen(
                [*before, str(self.programs / "stintd"), "--policy", str(rules)],
                env=self.environment | {"NOTIFY_SOCKET": str(address)} | (environment or {}),
                stdin=subprocess.DEVNULL, stdout=err, stderr=err, start_new_session=True,
            )
        return process, notify, log

    # stint

    def stint(self, *words, within=60, stdin=subprocess.DEVNULL):
        """`stint words` where no terminal is."""
        done = subprocess.run(["stint", *words], env=self.environment, cwd=self.downloads, stdin=stdin,
                              capture_output=True, text=True, timeout=within, start_new_session=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    def done(self, *words, within=60):
        """Runs stint(), which must end well; answers what it printed."""
        ended = self.stint(*words, within=within)
        assert ended.code == 0, ended
        return ended.out

    def in_terminal(self, *words):
        """`stint words` in the foreground of a terminal of its own."""
        terminal = Terminal(["stint", *words], self.environment, self.downloads)
        self.terminals.append(terminal)
        return terminal

    def in_window(self, *words, columns=80, rows=24):
        """The same in one whose screen is looked at."""
        window = Window(["stint", *words], self.environment, self.downloads, columns, rows)
        self.terminals.append(window)
        return window

    def get(self, url, *options):
        """A download asked for in a terminal, and left; answers the job's id."""
        with self.line() as line:
            known = {job["id"] for job in line.jobs(package=TRANSFER)}
            client = self.in_terminal("get", "--no-wait", url, *options)
            assert client.ends() == 0, client.output
            (job,) = [job["id"] for job in line.jobs(package=TRANSFER) if job["id"] not in known]
        return job

    def line(self):
        return Line(self.runtime / "bus")

    def close(self):
        for terminal in self.terminals:
            terminal.close()
        for process in self.processes:
            process.kill()
            process.wait()
        codes = []
        for daemon in self.daemons:
            if daemon.lives():
                below = daemon.transfers() + daemon.commands()
                codes.append(daemon.stop())
                for pid in below:
                    wait_for_end(pid)
        told = "".join(daemon.log.read_text()[-4000:] for daemon in self.daemons[-1:])
        shutil.rmtree(self.root, ignore_errors=True)
        assert set(codes) <= {0}, f"a daemon did not end well: {codes}\n{told}"

"""A scene's tools inside the machine. A scene is a file beside this one with a function play(): it does what it has to,
asserts, and returns a sentence about what it saw. Of its own it may say PACKAGES (Debian's), PROGRAMS (of our build, that
no install brings; in /run/scenes), QEMU (words for it), ALONE = True (a boot of its own), and prepare(directory), which
runs on the host before the boot, makes files in that directory and answers further words for QEMU. It is root; ann is an
ordinary user with a manager of her own, which begins anew after each scene."""

import os
import pwd
import select
import shlex
import subprocess
import time
from pathlib import Path

ANN = "ann"
RUNTIME = f"/run/user/{pwd.getpwnam(ANN).pw_uid}" if any(u.pw_name == ANN for u in pwd.getpwall()) else ""
UNIT = "stintd.service"


def root(*words, within=60, may_fail=False):
    """Runs `words` as root; answers what they printed."""
    done = subprocess.run(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=within, check=False)
    assert may_fail or done.returncode == 0, f"{' '.join(map(str, words))}: {done.returncode}: {done.stdout}"
    return done.stdout


class Said:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __str__(self):
        return f"{self.code}: {self.out}{self.err}"


def ann(line, within=180):
    """Runs `line` as ann, in a session of her own; answers what she gets. Emulated, all takes ten times as long."""
    return Said(subprocess.run(["su", "--login", ANN, "--command", f"export XDG_RUNTIME_DIR={RUNTIME}; {line}"],
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=within, check=False))


def begins(line):
    """Runs `line` like ann(), but does not wait for its end."""
    return subprocess.Popen(["su", "--login", ANN, "--command", f"export XDG_RUNTIME_DIR={RUNTIME}; {line}"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def at_terminal(line):
    """begins(), with a terminal in whose foreground it stands: only there is a job user-initiated."""
    return begins("exec script -qec " + shlex.quote(line) + " /dev/null")


def stintd():
    """Started, as its unit; the pid of its main process."""
    root("loginctl", "enable-linger", ANN)
    said = ann("systemctl --user start stintd")
    assert said.code == 0, said
    return main_pid()


def main_pid():
    return int(ann(f"systemctl --user show --value --property MainPID {UNIT}").out)


def cgroup_of(pid):
    """A directory."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        if line.startswith("0::"):
            return Path("/sys/fs/cgroup" + line[3:])
    raise AssertionError(f"{pid} is in no cgroup v2")


def unit_cgroup():
    return Path("/sys/fs/cgroup" + ann(f"systemctl --user show --value --property ControlGroup {UNIT}").out.strip())


def words_of(file):
    return Path(file).read_text().split()


def ended(pid, within=60):
    """Waits until that process is gone."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([pidfd], [], [], within)[0], f"{pid} lives on"
    finally:
        os.close(pidfd)


def until(so, within=120, what="what it waits for"):
    """An emulated machine has no event for what a scene only looks at: this looks again."""
    end = time.monotonic() + within
    while True:
        found = so()
        if found:
            return found
        assert time.monotonic() < end, f"{what} does not come true"
        time.sleep(0.1)


def cpu_of(cgroup):
    """Microseconds that it has had."""
    return int(words_of(cgroup / "cpu.stat")[1])


def measured(cgroup, seconds):
    """Microseconds that it had while so many passed, and the part of one processor that this is."""
    began, before = time.monotonic(), cpu_of(cgroup)
    time.sleep(seconds)
    used, passed = cpu_of(cgroup) - before, time.monotonic() - began
    return used, used / 1e6 / max(passed, 1e-3)


def stat(pid):
    """The fields of /proc/PID/stat as proc(5) counts them, from 0."""
    text = Path(f"/proc/{pid}/stat").read_text()
    return ["", *text[: text.index("(")].split(), "", *text[text.rindex(")") + 2:].split()]


def tidy():
    """The next scene finds no job, and no daemon."""
    subprocess.run(["systemctl", "stop", f"user@{pwd.getpwnam(ANN).pw_uid}.service"], check=False, timeout=120)
    root("loginctl", "disable-linger", ANN, may_fail=True)
    subprocess.run(["rm", "-rf", f"/home/{ANN}/.local/state/stint", f"/home/{ANN}/.config/stint"], check=False)

"""A whole Debian machine in systemd-nspawn: systemd as PID 1, logind, a user's service manager and session bus. Its tree
is made once from Debian's packages, and kept below build/. Servers of a test are reached at 127.0.0.1, as on the host.
As a program: makes the tree, if it is not there yet, before tests wait for it."""

import fcntl
import os
import select
import shutil
import signal
import socket
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from events import Deadline, TooLate
from installed import BUILD, MMDEBSTRAP, install, libraries, release, run
from world import Ended

PACKAGES = ("systemd", "systemd-sysv", "dbus", "dbus-bin", "dbus-user-session", "libpam-systemd", "polkitd", "procps")
PROGRAMS = ("mmdebstrap", "systemd-nspawn", "nsenter", "unshare")

missing = [program for program in PROGRAMS if not shutil.which(program)]
needs_machine = pytest.mark.skipif(os.getuid() != 0 or missing,
                                   reason=f"a machine in systemd-nspawn needs root and {', '.join(PROGRAMS)}")


def debian():
    """An archive of the machine as Debian makes it, with an account for ann: made by the first who asks."""
    packages = (*PACKAGES, *libraries())
    wanted = sha256(" ".join(packages).encode()).hexdigest()[:12]
    archive = BUILD.parent / f"machine-{release()}-{wanted}.tar"
    with archive.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            new = archive.with_suffix(".new.tar")
            run(*MMDEBSTRAP, f"--include={','.join(packages)}",
                '--customize-hook=chroot "$1" useradd -m -s /bin/bash ann', release(), new)
            new.rename(archive)
    return archive


def cgroup(name):
    """nspawn makes its own below the cgroup it stands in: two of them must not stand in one."""
    root = Path("/sys/fs/cgroup")
    place = (root / "unified" if (root / "unified").exists() else root) / name
    place.mkdir()
    return place


class Machine:
    def __init__(self, root, options=()):
        """`options`: of systemd-nspawn."""
        self.name = root.name.replace("_", "0")  # a host's name, which ends with no dash
        self.options = options
        self.tree = root / "machine"
        self.tree.mkdir()
        run("tar", "-C", self.tree, "-xf", debian())
        self.home = self.tree / "home" / "ann"
        self.process = self.leader = None

    def install(self, prefix):
        """Stint, as `cmake --install` puts it into the account below which `prefix` is."""
        install(prefix, destdir=self.tree)
        run("chroot", self.tree, "chown", "-R", "ann:ann", "/home/ann")

    def boot(self, within=60):
        """Up when it returns: systemd says so."""
        self.cgroup = cgroup(self.name)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            address = self.tree.parent / "nspawn"
            address.unlink(missing_ok=True)
            told.bind(str(address))
            words = ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.tree}", f"--machine={self.name}",
                     "--register=no", "--keep-unit", "--console=pipe", "--notify-ready=yes", "--resolv-conf=off",
                     *self.options]
            self.complaints = self.tree.parent / "nspawn.err"
            with self.complaints.open("w") as complaints:
                self.process = subprocess.Popen(
                    ["sh", "-c", f'echo $$ >{self.cgroup}/cgroup.procs && exec "$@"', "sh", *words],
                    env={"PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(address),
                         "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=complaints, start_new_session=True)
            self._until_ready(told, Deadline(within))

    def _until_ready(self, told, deadline):
        pidfd = os.pidfd_open(self.process.pid)
        try:
            ready = False
            while not ready:
                if told not in select.select([told, pidfd], [], [], deadline.left())[0]:
                    raise TooLate(f"the machine does not come up: {self.complaints.read_text()}")
                for line in told.recv(4096).decode().splitlines():
                    if line.startswith("X_NSPAWN_LEADER_PID="):
                        self.leader = int(line.partition("=")[2])
                    ready |= line == "READY=1"
        finally:
            os.close(pidfd)

    def types(self, line, within=60, user="ann"):
        """Runs `line` as ann, in a session of her own; answers what she gets for it."""
        done = subprocess.run(self._login(line, user), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=within,
                              check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    def begins(self, line):
        """Runs `line` like types(), but does not wait for its end."""
        return subprocess.Popen(self._login(line), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def _login(self, line, user="ann"):
        return self._inside("su", "--login", user, "--command", line)

    def as_root(self, *words):
        return run(*self._inside(*words))

    def _inside(self, *words):
        """Enters as a process of its own: systemd 257 there refuses one whose cgroup is none of the machine's."""
        its = Path(f"/proc/{self.leader}/cgroup").read_text().rpartition("0::/")[2].strip()
        return ["sh", "-c", f'echo $$ >{self.cgroup.parent / its}/cgroup.procs && exec "$@"', "sh",
                "nsenter", "--target", str(self.leader), "--all", *words]

    def until_logged(self, text, times=1):
        """Lines of the journal, from the boot on."""
        follows = self._inside("journalctl", "-q", "-f", "-n", "all", "-o", "cat")
        deadline = Deadline(60)
        told = b""
        with subprocess.Popen(follows, stdout=subprocess.PIPE) as journal:
            try:
                while told.count(text.encode()) < times:
                    if not select.select([journal.stdout], [], [], deadline.left())[0]:
                        raise TooLate(f"nobody logs {text!r}:\n{told.decode()[-6000:]}")
                    told += os.read(journal.stdout.fileno(), 65536)
            finally:
                journal.kill()

    def off(self):
        """Powers off, like its power button."""
        self.as_root("systemctl", "poweroff")
        self._gone()

    def _gone(self):
        self.process.wait(60)
        self.process = None
        for hierarchy in (self.cgroup, Path("/sys/fs/cgroup/systemd") / self.name):  # the second where v1 is mounted, too
            for place, _, _ in os.walk(hierarchy, topdown=False):
                os.rmdir(place)

    def close(self):
        if self.process:
            if self.leader:
                os.kill(self.leader, signal.SIGKILL)
            self._gone()


if __name__ == "__main__" and os.getuid() == 0 and not missing:
    debian()

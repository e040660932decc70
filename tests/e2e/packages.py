"""Stint's packages, as `./release packages` makes them, on a whole machine. As a program: makes them before tests wait.
They are compiled without optimisation: what is looked at is where everything lies, and what apt makes of it."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest
from installed import run
from machine import Machine, missing
from world import ROOT

has_history = (ROOT / ".git").exists()
needs_history = pytest.mark.skipif(not has_history, reason="a release is made of what git has; an archive has no history")
MADE = ROOT / "build" / "dist" / "debian"
PLACE = "/var/tmp/packages"
FAST = {"DEB_BUILD_OPTIONS": "noopt noautodbgsym"}


def made():
    """By their names. Made by the first who asks, which takes minutes where the compiler's cache is cold."""
    MADE.parent.mkdir(parents=True, exist_ok=True)
    with (MADE.parent / "debian.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(ROOT / "release", "packages", env=os.environ | FAST, within=1800)
    return {file.name.partition("_")[0]: file for file in MADE.glob("*.deb")}


def next_version(packages, place):
    """The same packages as an upgrade finds them: of another version, and their files others."""
    for name, package in packages.items():
        tree = place / name
        run("dpkg-deb", "--raw-extract", package, tree)
        control = tree / "DEBIAN" / "control"
        lines = [line.replace("0stint1", "0stint2") for line in control.read_text().splitlines()]
        control.write_text("\n".join(lines) + "\n")
        run("dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, place / package.name.replace("0stint1", "0stint2"))
        shutil.rmtree(tree)
    return {file.name.partition("_")[0]: file for file in place.glob("*.deb")}


class Packaged(Machine):
    def lay(self, package):
        """The package's file within the machine."""
        (self.tree / PLACE[1:]).mkdir(exist_ok=True)
        shutil.copy(package, self.tree / PLACE[1:])
        return f"{PLACE}/{package.name}"

    def apt(self, *words):
        """Nothing is fetched: what a package needs is to be there."""
        line = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q", "--allow-downgrades",
                *(self.lay(word) if isinstance(word, Path) else word for word in words)]
        return self.as_root(*line) if self.leader else run("chroot", self.tree, *line)


if __name__ == "__main__" and os.getuid() == 0 and not missing and has_history:
    made()

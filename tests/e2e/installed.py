"""Stint, installed below a prefix of its own, and a stranger's app that is built against it outside the tree."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from world import BIN, ROOT

BUILD = BIN.parent


# Words before its own. It sees no process of others: as Debian's polkitd is installed it ends whatever has the path of its
# program, be it another test's or this machine's own.
MMDEBSTRAP = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "mmdebstrap", "--quiet", "--variant=minbase")


def run(*words, within=600, **options):
    """Answers what it printed; it must end well."""
    done = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=within, check=False, **options)
    assert done.returncode == 0, f"{words}:\n{done.stdout}"
    return done.stdout


def install(prefix, destdir=None, component=None):
    """Stripped, as packages are: seven installs with all of dev's symbols are 7 GB."""
    environment = {name: value for name, value in os.environ.items() if name != "DESTDIR"}
    if destdir:
        environment["DESTDIR"] = str(destdir)
    run("cmake", "--install", BUILD, "--strip", "--prefix", prefix, *(["--component", component] if component else []),
        env=environment)
    return prefix


def release():
    """The Debian that this is, by its name: a machine for what was built here has to be the same."""
    return platform.freedesktop_os_release()["VERSION_CODENAME"]


def libraries():
    """The packages of what our programs link, which have other names in each Debian."""
    linked = subprocess.run(["ldd", *BIN.glob("stint*")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                            check=False).stdout  # it fails for stint-exec, which links nothing
    files = {f"*{file}" for file in re.findall(r"=> (/\S+)", linked) if not Path(file).is_relative_to(BUILD)}
    return sorted({line.partition(":")[0] for line in run("dpkg-query", "--search", *files).splitlines()})


def flags():
    """The compiler's, as this Stint was built: a sanitizer's must be its apps' too."""
    cache = (BUILD / "CMakeCache.txt").read_text().splitlines()
    return next(line.partition("=")[2] for line in cache if line.startswith("CMAKE_CXX_FLAGS:"))


def build_example(name, prefix, directory):
    """examples/NAME, copied away from the tree, built against what `prefix` holds, and installed there."""
    source = Path(directory) / name
    shutil.copytree(ROOT / "examples" / name, source)
    run("cmake", "-G", "Ninja", "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_FLAGS={flags()}", f"-DCMAKE_INSTALL_PREFIX={prefix}")
    run("cmake", "--build", source / "build")
    run("cmake", "--install", source / "build")

"""./bench machine [SCENE…]: what needs a machine of its own, and a kernel: cgroup controllers, suspend, thermal zones. A
Debian in QEMU, made once from Debian's packages and kept below build/, with the Stint of STINT_BIN and an ordinary user,
ann. Each scene is a file of tests/bench/scenes (its own first lines say how one is written); a line tells what it saw."""

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = Path(os.environ["STINT_BIN"]).resolve().parent
SCENES = HERE / "scenes"
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from installed import MMDEBSTRAP, libraries, release  # noqa: E402

PACKAGES = ("systemd", "systemd-sysv", "dbus", "dbus-user-session", "libpam-systemd", "udev", "python3", "linux-image-amd64",
            "initramfs-tools", "kmod")
# The share is the one way in: its unit is in the image, so that all else may change without a new one.
UNIT = """[Unit]
Description=plays the scenes of the share
After=multi-user.target systemd-logind.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'modprobe 9pnet_virtio; mkdir -p /run/share /run/scenes; mount -t 9p -o trans=virtio share /run/share && \
cp -r /run/share/. /run/scenes && umount /run/share && tar -C / -xf /run/scenes/stint.tar && exec python3 /run/scenes/play.py'
ExecStopPost=systemctl poweroff --no-block
[Install]
WantedBy=graphical.target
"""
BOOT_AND_SCENES = 15 * 60  # seconds; emulated, a boot takes one of these minutes


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def run(*words, **options):
    done = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          **options)
    if done.returncode != 0:
        sys.exit(f"machine: {' '.join(map(str, words))}:\n{done.stdout}")
    return done.stdout


class Scene:
    def __init__(self, file):
        self.name = file.stem
        spec = importlib.util.spec_from_file_location(self.name, file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.packages = tuple(getattr(module, "PACKAGES", ()))
        self.qemu = tuple(getattr(module, "QEMU", ()))
        self.prepare = getattr(module, "prepare", None)
        self.programs = tuple(getattr(module, "PROGRAMS", ()))
        self.alone = getattr(module, "ALONE", False) or bool(self.qemu) or bool(self.prepare)


def machine(packages):
    """A directory with disk, kernel and initrd."""
    place = ROOT / "build" / f"virtual-{release()}-{sha256((' '.join(packages) + UNIT).encode()).hexdigest()[:12]}"
    if place.exists():
        return place
    say(f"making {place.relative_to(ROOT)}")
    new = place.with_suffix(".new")
    run("rm", "-rf", new)
    new.mkdir(parents=True)
    unit = new / "scenes.service"
    unit.write_text(UNIT)
    tree = new / "tree"
    run(*MMDEBSTRAP, f"--include={','.join(packages)}",
        '--customize-hook=chroot "$1" useradd -m -s /bin/bash ann',
        f"--customize-hook=copy-in {unit} /etc/systemd/system",
        '--customize-hook=chroot "$1" systemctl enable scenes.service',
        '--customize-hook=chroot "$1" systemctl mask serial-getty@ttyS0.service serial-getty@ttyS1.service',
        release(), tree)
    for name in ("vmlinuz", "initrd.img"):
        run("cp", "--dereference", tree / name, new / name)
    run("mke2fs", "-q", "-t", "ext4", "-d", tree, new / "disk", "3G", env={**os.environ, "PATH": os.environ["PATH"] + ":/sbin"})
    run("rm", "-rf", tree)
    new.rename(place)
    return place


def share(directory, scenes):
    """Fills the directory that the machine copies from: Stint, as installed, and the scenes."""
    installed = directory / "installed"
    run("cmake", "--install", BUILD, "--prefix", "/usr", "--strip", env={**os.environ, "DESTDIR": str(installed)})
    shared = directory / "share"
    shared.mkdir()
    run("tar", "-C", installed, "--owner=0", "--group=0", "-cf", shared / "stint.tar", ".")
    for file in ("guest.py", "play.py"):
        run("cp", SCENES / file, shared)
    (shared / "scenes").mkdir()
    for scene in scenes:
        run("cp", SCENES / f"{scene.name}.py", shared / "scenes")
        for program in scene.programs:
            run("cp", BUILD / "bin" / program, shared)
    return shared


def play(place, scenes, log):
    """Boots, and prints a line for each scene; the names of those that did not say that they were ok."""
    with tempfile.TemporaryDirectory(prefix="stint-machine-") as name:
        directory = Path(name)
        shared = share(directory, scenes)
        extra = []
        for scene in scenes:
            if scene.prepare:
                extra += map(str, scene.prepare(directory))  # files for QEMU, and the words that name them
            extra += scene.qemu
        words = ["qemu-system-x86_64", "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1536",
                 "-nodefaults", "-no-user-config", "-nographic", "-serial", f"file:{log}", "-serial", "stdio",
                 "-kernel", place / "vmlinuz", "-initrd", place / "initrd.img",
                 "-drive", f"file={place / 'disk'},if=virtio,format=raw,snapshot=on", "-no-reboot",
                 "-virtfs", f"local,path={shared},mount_tag=share,security_model=none",
                 "-append", "root=/dev/vda rw console=ttyS0 systemd.show_status=0 no_console_suspend", *extra]
        owed = {scene.name for scene in scenes}
        machine_ = subprocess.Popen(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                    errors="replace")

        def late(*_):
            print(f"the machine was not done within {BOOT_AND_SCENES} s", flush=True)
            machine_.kill()

        signal.signal(signal.SIGALRM, late)
        signal.alarm(BOOT_AND_SCENES)
        try:
            for line in machine_.stdout:
                print(line.rstrip(), flush=True)
                verdict, _, rest = line.strip().partition(" ")
                if verdict == "ok":
                    owed.discard(rest.partition(":")[0])
        finally:
            machine_.kill()
            machine_.wait()
            signal.alarm(0)
        return owed


def main(names):
    sys.path.insert(0, str(SCENES))  # a scene imports what it uses inside
    all_scenes = {file.stem: file for file in sorted(SCENES.glob("*.py")) if file.stem not in ("guest", "play")}
    for name in names:
        if name not in all_scenes:
            sys.exit(f"machine: there is no scene \"{name}\": {', '.join(all_scenes)}")
    every = [Scene(file) for file in all_scenes.values()]
    wanted = [scene for scene in every if not names or scene.name in names]
    own = {package for scene in every for package in scene.packages} - set(PACKAGES)
    packages = [*PACKAGES, *libraries(), *sorted(own)]
    place = machine(packages)
    together = [scene for scene in wanted if not scene.alone]
    boots = ([together] if together else []) + [[scene] for scene in wanted if scene.alone]
    missing = []
    for number, scenes in enumerate(boots, 1):
        log = ROOT / "build" / f"virtual-console-{number}.log"
        say(f"booting for {', '.join(scene.name for scene in scenes)} (console: {log.relative_to(ROOT)})")
        began = time.monotonic()
        missing += play(place, scenes, log)
        say(f"off after {time.monotonic() - began:.0f} s")
    if missing:
        sys.exit(f"machine: not ok: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    main(sys.argv[1:])

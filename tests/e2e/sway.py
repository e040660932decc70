"""A Wayland desktop of the tests' own: sway without a screen, as an ordinary user, since it refuses root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from events import Directory

# It executes what is to run at its start once it serves.
CONFIGURATION = "xwayland disable\nexec touch {root}/serves\n"
ORDINARY = pwd.getpwnam("nobody")


class Sway:
    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="sway-"))  # short, and where another user gets to
        (self.root / "config").write_text(CONFIGURATION.format(root=self.root))
        self.user = []
        if os.getuid() == 0:
            self.user = ["setpriv", f"--reuid={ORDINARY.pw_uid}", f"--regid={ORDINARY.pw_gid}", "--clear-groups"]
            for place in (self.root, self.root / "config"):
                os.chown(place, ORDINARY.pw_uid, ORDINARY.pw_gid)
        self.windows = []
        self.start()

    def start(self):
        """Serving when it returns."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "XDG_RUNTIME_DIR": str(self.root),
                       "WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1", "WLR_RENDERER": "pixman"}
        with Directory(self.root) as directory:
            self.process = subprocess.Popen([*self.user, "sway", "-c", self.root / "config"], env=environment,
                                            cwd=self.root, start_new_session=True, stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL)
            directory.until((self.root / "serves").exists)
        (self.orders,) = self.root.glob(f"sway-ipc.*.{self.process.pid}.sock")
        (self.display,) = (str(path) for path in self.root.glob("wayland-*") if path.is_socket())

    def say(self, *words):
        done = subprocess.run(["swaymsg", "-s", self.orders, *words], capture_output=True, text=True, timeout=60,
                              check=True)
        return done.stdout

    def open(self, app_id):
        """A window that says that it is this, in front of the others; it is there when this returns."""
        watched = subprocess.Popen(["swaymsg", "-s", self.orders, "-m", "-t", "subscribe", '["window"]'],
                                   stdout=subprocess.PIPE, text=True)
        environment = os.environ | {"WAYLAND_DISPLAY": self.display, "HOME": str(self.root), "LANG": "C.UTF-8"}
        self.say("-t", "get_version")  # what subscribes comes first
        window = subprocess.Popen(["foot", f"--app-id={app_id}", "sleep", "1000"], env=environment, cwd="/",
                                  start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.windows.append(window)
        while f'"app_id": "{app_id}"' not in watched.stdout.readline():
            pass
        watched.kill()
        watched.wait()
        return window

    def to_front(self, app_id):
        self.say(f'[app_id="{app_id}"]', "focus")

    def stop(self):
        """Ends it like a crash."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.orders.unlink()
        (self.root / "serves").unlink()
        for window in self.windows:
            window.kill()
            window.wait()
        self.windows = []

    def close(self):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

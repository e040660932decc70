"""An app whose window is in front is visible (architecture.md, what is visible; jobs.md §12.2): X11's word on which
window is active, the server's on whose it is. Real Xvfb, openbox, xterm; the windows are chosen by xdotool."""

import json
import shutil
import subprocess

import pytest
from desktop import Desktop
from events import Deadline
from world import BIN

pytestmark = pytest.mark.skipif(not (BIN / "stint-windows").exists(), reason="built without libxcb-res")
PACKAGE = "com.example.editor"
NOT_IN_FRONT = "not_running"  # Stint did not start it, and nothing else tells of it


@pytest.fixture
def desktop(world):
    made = Desktop(world.root / "desktop")
    window_manager = subprocess.Popen(["openbox"], env=made.environment, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
    made.processes.append(window_manager)
    until_supported(made)
    yield made
    made.close()


def until_supported(desktop):
    """Until the window manager manages: it says so in a property of the root window."""
    spy = subprocess.Popen(["xprop", "-root", "-spy"], env=desktop.environment, stdout=subprocess.PIPE, text=True)
    while not spy.stdout.readline().startswith("_NET_SUPPORTED("):
        pass
    spy.kill()
    spy.wait()


@pytest.fixture
def editor(world):
    """An app that is known by its program: a copy of xterm."""
    program = world.root / "editor"
    shutil.copy("/usr/bin/xterm", program)
    (world.apps / f"{PACKAGE}.toml").write_text(f'package = "{PACKAGE}"\nexecutable = "{program}"\n')
    return program


class Window:
    def __init__(self, world, desktop, program, title):
        self.desktop = desktop
        self.title = title
        words = [str(program), "-title", title, "-e", "sleep", "1000"]
        self.process = subprocess.Popen(words, env=desktop.environment | {"HOME": str(world.root)}, cwd="/",
                                        start_new_session=True)
        desktop.processes.append(self.process)
        self.id = self._xdotool("search", "--sync", "--onlyvisible", "--name", f"^{title}$").split()[0]

    def _xdotool(self, *words):
        done = subprocess.run(["xdotool", *words], env=self.desktop.environment, capture_output=True, text=True,
                              timeout=60, check=True)
        return done.stdout

    def to_front(self):
        self._xdotool("windowactivate", "--sync", self.id)


def start(world, desktop):
    return world.start_daemon(environment={"DISPLAY": desktop.environment["DISPLAY"]})


def until_state(world, wanted, within=60):
    """Asked until it is so: nothing but the question tells of an app's state."""
    deadline = Deadline(within)
    while (state := json.loads(world.done("app", PACKAGE, "--json"))["state"]) != wanted:
        assert not deadline.passed(), f"{PACKAGE} is {state}"


def test_the_app_whose_window_is_in_front_is_visible(world, desktop, editor):
    start(world, desktop)
    ours = Window(world, desktop, editor, "ours")
    other = Window(world, desktop, "/usr/bin/xterm", "other")
    ours.to_front()
    until_state(world, "visible")
    other.to_front()
    until_state(world, NOT_IN_FRONT)
    ours.to_front()
    until_state(world, "visible")
    ours.process.kill()
    until_state(world, NOT_IN_FRONT)


def test_a_window_that_claims_anothers_process_is_its_own(world, desktop, editor):
    start(world, desktop)
    ours = Window(world, desktop, editor, "ours")
    liar = Window(world, desktop, "/usr/bin/xterm", "liar")
    subprocess.run(["xprop", "-id", liar.id, "-f", "_NET_WM_PID", "32c", "-set", "_NET_WM_PID", str(ours.process.pid)],
                   env=desktop.environment, check=True)
    ours.to_front()
    until_state(world, "visible")
    liar.to_front()
    until_state(world, NOT_IN_FRONT)


def test_the_doctor_says_what_is_seen(world, desktop):
    start(world, desktop)
    told = {row["topic"]: row for row in map(json.loads, world.done("doctor", "--json").splitlines())}
    assert told["visible apps"]["grade"] == "enforced"
    assert "X11" in told["visible apps"]["found"]

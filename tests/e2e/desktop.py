"""A desktop of the tests' own: a message bus, a screen (Xvfb), and on it a real notification server (dunst)
whose notifications are pressed with a real mouse (xdotool). Nothing of the machine's own session is touched."""

import os
import subprocess
from typing import NamedTuple

from events import Deadline, Directory, TooLate
from jeepney import HeaderFields, MessageType
from jeepney.bus_messages import Monitoring, message_bus
from jeepney.io.blocking import Proxy
from session import SessionBus, started

NAME = "org.freedesktop.Notifications"
LEFT, MIDDLE = "1", "2"

# The context menu's program is given the actions one a line, "#Stop (big.iso) [3,stop]", and prints the one it takes.
MENU = """#!/bin/sh
tee -a {root}/menu.log | grep -m 1 "^#$(cat {root}/choice) "
"""
# Run for each notification that dunst shows, and again for each update of it.
SCRIPT = r"""#!/bin/sh
printf '%s\037%s\037%s\037%s\037%s\036' "$DUNST_ID" "$DUNST_SUMMARY" "$DUNST_BODY" "$DUNST_PROGRESS" "$DUNST_URGENCY" \
    >>{root}/shown/log
"""
DUNSTRC = """
[global]
    dmenu = {root}/choose
    mouse_left_click = close_current
    mouse_middle_click = context
    mouse_right_click = none
    always_run_script = true
    idle_threshold = 0
[every]
    appname = "*"
    script = {root}/note
"""


class Shown(NamedTuple):
    """A notification that dunst has shown, new or as an update."""
    id: int
    summary: str
    body: str
    progress: int | None
    urgency: str


class Notify(NamedTuple):
    """A call of Notify, as the bus saw it."""
    replaces: int
    summary: str
    body: str
    actions: list
    hints: dict


class Desktop:
    def __init__(self, root, environment=os.environ):
        """`environment`: of the services that its bus starts."""
        self.root = root
        (root / "shown").mkdir(parents=True)
        self.log = root / "shown" / "log"
        (root / "dunstrc").write_text(DUNSTRC.format(root=root))
        for name, text in (("choose", MENU), ("note", SCRIPT)):
            (root / name).write_text(text.format(root=root))
            (root / name).chmod(0o755)
        self.bus = SessionBus(root, environment)
        self.address = self.bus.address
        self.environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": self.address}
        self.dunst = None
        words = ["Xvfb", "-displayfd", "{fd}", "-screen", "0", "800x600x24", "-nolisten", "tcp"]
        screen, number = started(words, self.environment)
        self.environment["DISPLAY"] = ":" + number
        self.processes = [screen]

    def start_dunst(self):
        """Serving when it returns."""
        self.dunst = subprocess.Popen(["dunst", "-conf", str(self.root / "dunstrc")], env=self.environment,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(self.dunst)
        self.bus.until_owned(NAME, True)

    def kill_dunst(self):
        self.dunst.kill()
        self.dunst.wait(30)
        self.bus.until_owned(NAME, False)

    # The screen, as it is seen.

    def shown(self):
        """All that dunst has shown, oldest first."""
        if not self.log.exists():
            return []
        rows = (row.split("\037") for row in self.log.read_text().split("\036")[:-1])
        return [Shown(int(row[0]), row[1], row[2], None if row[3] == "-1" else int(row[3]), row[4]) for row in rows]

    def until_shown(self, condition, since=0, within=60):
        """The first that it shows after the first `since` ones for which condition(it) holds."""
        with Directory(self.log.parent) as directory:
            return directory.until(lambda: next(filter(condition, self.shown()[since:]), None), within)

    def displayed(self):
        """How many are on the screen."""
        count = subprocess.run(["dunstctl", "count", "displayed"], env=self.environment, capture_output=True, text=True,
                               timeout=30, check=True)
        return int(count.stdout)

    # A person's acts.

    def click(self, button):
        """On the uppermost notification."""
        windows = self._xdotool("search", "--sync", "--onlyvisible", "--class", "Dunst").split()
        # From elsewhere: --sync waits 15 s for a pointer that is there already.
        self._xdotool("mousemove", "0", "0", "mousemove", "--sync", "--window", windows[-1], "30", "15", "click", button)

    def press(self, label):
        """The action in the context menu of the uppermost notification; answers that notification's title."""
        (self.root / "choice").write_text(label)
        self.click(MIDDLE)
        with Directory(self.root) as directory:
            log = self.root / "menu.log"
            offered = directory.until(lambda: log.exists() and f"#{label} (" in log.read_text() and log.read_text())
        line = offered[offered.rindex(f"#{label} ("):].splitlines()[0]  # dunst ends no menu's last line
        return line[len(f"#{label} ("):line.rindex(") [")]

    # The bus.

    def monitor(self):
        return Monitor(self.bus)

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.bus.close()

    def _xdotool(self, *words):
        done = subprocess.run(["xdotool", *words], env=self.environment, capture_output=True, text=True, timeout=30,
                              check=True)
        return done.stdout


class Monitor:
    """Sees every call and signal of the notifications' interface, in the order of the bus."""

    def __init__(self, bus):
        self.line = bus.connect()
        Proxy(Monitoring(), self.line).BecomeMonitor([f"interface='{NAME}'"])
        self.notified = []

    def until(self, member, condition=lambda body: True, within=60):
        """The body of the next call or signal of that name for which condition(body) holds."""
        deadline = Deadline(within)
        while True:
            try:
                message = self.line.receive(timeout=deadline.left())
            except TimeoutError as late:
                raise TooLate(f"no {member} after {within} s") from late
            called = message.header.fields.get(HeaderFields.member)
            if message.header.message_type == MessageType.method_call and called == "Notify":
                _, replaces, _, summary, body, actions, hints, _ = message.body
                told = {key: value[1] for key, value in hints.items()}
                self.notified.append(Notify(replaces, summary, body, actions, told))
            if called == member and condition(message.body):
                return message.body

    def until_notified(self, condition, within=60):
        """The next Notify for which condition(it) holds."""
        self.until("Notify", lambda _: condition(self.notified[-1]), within)
        return self.notified[-1]

    def close(self):
        self.line.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class SilentServer:
    """Serves notifications, and never answers."""

    def __init__(self, bus):
        self.line = bus.connect()
        Proxy(message_bus, self.line).RequestName(NAME)

    def until_called(self, member, within=60):
        deadline = Deadline(within)
        while True:
            message = self.line.receive(timeout=deadline.left())
            if message.header.fields.get(HeaderFields.member) == member:
                return message

    def close(self):
        self.line.close()

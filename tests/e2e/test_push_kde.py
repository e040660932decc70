"""The real client of another house: KDE's libkunifiedpush, on a newer Debian, registers with Stint, reads what was encrypted
for it, and outlives what is killed (push.md §4.4). Debian 12 and 13 have it not: `scripts/newer.sh` makes the Debian."""

import json
import os
import select
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from connector import PATIENCE
from events import Deadline, TooLate
from push_line import MAIL, MISSING, live, push  # noqa: F401

NEWER = Path(os.environ.get("STINT_NEWER_DEBIAN", "/var/tmp/stint-newer-debian"))
NAME = "org.example.Kde"
REGISTERED = 2  # of KUnifiedPush::Connector::State

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root enters another Debian"),
    pytest.mark.skipif(not (NEWER / "usr/bin/kunifiedpush-app").exists(),
                       reason="libkunifiedpush is in a newer Debian than this; scripts/newer.sh makes one"),
]


class Kde:
    """The app, a process of the newer Debian on this session bus. Its settings outlive it."""

    def __init__(self, world, bus):
        self.settings = world.root / "kde"
        self.settings.mkdir(exist_ok=True)
        environment = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "HOME": str(self.settings), "LANG": "C.UTF-8",
                       "PATH": "/usr/bin:/bin:/usr/sbin"}
        enter = 'for at in /tmp /proc; do mount --rbind "$at" "$0$at"; done; exec chroot "$0" kunifiedpush-app "$1"'
        self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", enter, str(NEWER), NAME], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        world.processes.append(self.process)
        self.lines, self.rest = [], b""

    def until(self, condition):
        deadline = Deadline(PATIENCE)
        while not (answer := condition()):
            if not select.select([self.process.stdout], [], [], deadline.left())[0]:
                raise TooLate(f"{self.lines}")
            read = os.read(self.process.stdout.fileno(), 65536)
            assert read, f"it ended after {self.lines}"
            *lines, self.rest = (self.rest + read).split(b"\n")
            self.lines += map(json.loads, lines)
        return answer

    def heard(self, what):
        return [line for line in self.lines if line["heard"] == what]

    def texts(self):
        return [line["text"] for line in self.heard("message")]

    def endpoint(self):
        return self.until(lambda: self.heard("endpoint"))[-1]

    def is_registered(self):
        """With the distributor that is there now: it registers with each that comes."""
        return self.until(lambda: [line["is"] for line in self.heard("state")][-1] == REGISTERED)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)


@pytest.fixture
def kde(live, world, bus):  # noqa: F811
    live.connector(MAIL).endpoint("t")  # this client finds a distributor that runs, and none that the bus would start
    made = Kde(world, bus)
    yield made
    with suppress(ProcessLookupError):
        made.kill()


def test_it_registers_and_reads_what_was_encrypted_for_it(live, world, bus, kde):  # noqa: F811
    own = kde.endpoint()
    assert own["url"].startswith(f"http://127.0.0.1:{live.server.port}/push/v1/")

    def send(text):
        world.done("push", "send", own["url"], "--key", own["key"], "--auth", own["auth"], text)

    send("one")
    kde.until(lambda: kde.texts() == ["one"])
    live.kill_distributor()
    send("two")
    kde.until(lambda: kde.texts() == ["one", "two"])
    kde.is_registered()
    live.daemon.kill()
    live.start_daemon()
    send("three")
    kde.until(lambda: "three" in kde.texts())
    # The daemon may have died before it knew that the second was taken: then it comes again.
    assert kde.texts() in (["one", "two", "three"], ["one", "two", "two", "three"])
    live.dozes()
    send("four")
    kde.kill()
    live.wakes()
    again = Kde(world, bus)
    again.until(lambda: again.texts() == ["four"])
    assert again.endpoint() == own, "the same registration"
    again.process.stdin.write(b"unregister\n")
    again.process.stdin.flush()
    while live.is_known(own["url"]):
        assert again.process.poll() is None
    again.kill()

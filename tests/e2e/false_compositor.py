"""A Wayland compositor that says what a test wants, byte by byte, and a stint-toplevels that hears it."""

import os
import select
import socket
import struct
import subprocess

from events import Deadline, TooLate
from world import BIN

PROGRAM = BIN / "stint-toplevels"
MANAGER = b"zwlr_foreign_toplevel_manager_v1"
DISPLAY, REGISTRY, ALL, FIRST = 1, 2, 3, 4  # the objects that a client has made, in its order
ACTIVATED = 2


def text(value):
    return struct.pack("=I", len(value) + 1) + (value + b"\0").ljust((len(value) + 4) // 4 * 4, b"\0")


def array(*values):
    return struct.pack("=I", 4 * len(values)) + struct.pack(f"={len(values)}I", *values)


def event(thing, opcode, *parts):
    body = b"".join(part if isinstance(part, bytes) else struct.pack("=I", part) for part in parts)
    return struct.pack("=II", thing, (len(body) + 8) << 16 | opcode) + body


def offers(*interfaces):
    """The interfaces on offer, and the word that these are all."""
    told = [event(REGISTRY, 0, number, text(name), 1) for number, name in enumerate(interfaces, 1)]
    return b"".join(told) + event(ALL, 0, 0)


def window(number, app_id=None, states=None, opened=True):
    handle = 0xFF000000 + number
    told = event(FIRST, 0, handle) if opened else b""
    if app_id is not None:
        told += event(handle, 1, text(app_id))
    if states is not None:
        told += event(handle, 4, array(*states))
    return told + event(handle, 5)


class FalseCompositor:
    def __init__(self, root):
        self.path = root / "wayland-9"
        self.listener = None
        self.line = None
        self.listen()
        self.hears, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {"WAYLAND_DISPLAY": self.path.name, "XDG_RUNTIME_DIR": str(root)}
        self.helper = subprocess.Popen([PROGRAM], stdin=theirs, env=environment | {
            name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
        theirs.close()

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()

    def accept(self):
        """A client's line, once it has asked what there is."""
        self.listener.settimeout(60)
        self.line, _ = self.listener.accept()
        self.line.settimeout(60)
        asked = b""
        while len(asked) < 24:
            asked += self.line.recv(24 - len(asked))
        assert asked == event(DISPLAY, 1, REGISTRY) + event(DISPLAY, 0, ALL)

    def say(self, data):
        self.line.sendall(data)

    def serve(self):
        """Offers what sway does, until the client has taken what it wants."""
        self.accept()
        self.say(offers(b"wl_seat", MANAGER))
        assert MANAGER in self.line.recv(4096)

    def word(self, within=60):
        """The next thing that stintd is told."""
        if not select.select([self.hears], [], [], within)[0]:
            raise TooLate(f"nothing is told for {within} s")
        return self.hears.recv(8192)

    def until_told(self, condition, within=60):
        """All that was told, up to the first word for which condition(it) holds."""
        deadline, told = Deadline(within), []
        while not told or not condition(told[-1]):
            told.append(self.word(deadline.left()))
            assert told[-1], "it has ended"
        return told

    def quiet(self, length):
        """True if nothing is told for so many seconds."""
        return not select.select([self.hears], [], [], length)[0]

    def leave(self):
        """The compositor ends, with its socket."""
        self.line.close()
        self.listener.close()
        self.path.unlink()

    def close(self):
        self.helper.kill()
        self.helper.wait()
        for each in (self.line, self.listener, self.hears):
            if each:
                each.close()

"""Files on one machine (fleet.md §5.3): `stint fleet send FILE`, the server that answers it, and who asks it what they like."""

import hashlib
import os
import socket
import threading

import pytest
from events import size_of
from push_line import MISSING, until
from push_server import PushServer, free_port
from test_fleet import PASSWORD, Device, Office, pytestmark  # noqa: F401

from world import BIN

needs_endpoint = pytest.mark.skipif(bool(MISSING) or not (BIN / "stint-endpoint").exists(), reason="no stint-endpoint")
CONTENT = os.urandom(3 << 19).hex().encode()
LONG = 120  # seconds: the machine may be loaded
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Gate:
    """Between devices and their server: each request for a file is noted, and stops in the middle until it opens."""

    def __init__(self, server_port):
        self.server_port, self.port = server_port, free_port()
        self.requests, self.opened = [], threading.Event()
        self.listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                device, _ = self.listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.server_port))
            threading.Thread(target=self.ask, args=(device, server), daemon=True).start()
            threading.Thread(target=self.answer, args=(server, device), daemon=True).start()

    def ask(self, device, server):
        self.carry(device, server, lambda some: b"GET /files/" in some and self.requests.append(some.decode()))

    def answer(self, server, device):
        passed = 0

        def count(some):
            nonlocal passed
            passed += len(some)
            if passed > 1 << 20:
                self.opened.wait(LONG)

        self.carry(server, device, count)

    @staticmethod
    def carry(source, drain, look):
        try:
            while some := source.recv(65536):
                look(some)
                drain.sendall(some)
        except OSError:
            pass
        for end in (source, drain):
            end.close()

    def close(self):
        self.opened.set()
        self.listening.close()


@pytest.fixture
def shelf(world):
    return world.root / "shelf"


@pytest.fixture
def gate():
    made = Gate(free_port())
    yield made
    made.close()


@pytest.fixture
def office(world, shelf, gate):
    made = Office(world, "--files", str(shelf), "--origin", f"http://127.0.0.1:{gate.port}", port=gate.server_port)
    yield made
    made.close()


def has_some(device):
    """Enough of the file is on its disk, with the record of it, to go on from there."""
    work = device.world.store / "fleet" / "work"
    recorded = any(work.glob("*/.firmware.img.stint-state"))
    return recorded and any(size_of(part) >= 1 << 19 for part in work.glob("*/.firmware.img.stint-part"))


def test_a_file_is_sent_in_one_line_and_goes_on_after_a_kill(office, shelf, gate):
    line = office.invites("--labels", "site=berlin", "--uses", "2")
    devices = []
    try:
        for _ in range(2):
            devices.append(Device())
            devices[-1].joins(line)
        firmware = office.world.downloads / "firmware.img"
        firmware.write_bytes(CONTENT)
        words = ("send", "firmware.img", "--to", "label site=berlin", "--all")
        tried = office.typed("", *words, "--dry-run")
        assert "get firmware.img" in tried and "2 devices of the fleet are meant now, 2 of them there" in tried
        assert os.listdir(shelf) == []  # nothing goes there before it is signed
        started = office.typed(f"{PASSWORD}\n", *words, "--", "/bin/sh", "-c",
                               'cmp firmware.img "$0" && echo ran >> "$HOME/ran"', str(firmware)).split()[-1]
        assert [(name, (shelf / name).stat().st_mode & 0o777) for name in os.listdir(shelf)] == [(SHA256, 0o600)]
        until(lambda: len(gate.requests) == 2 and has_some(devices[0]), LONG)
        assert all("range:" not in request.lower() for request in gate.requests)
        devices[0].line.daemon.kill()  # in the middle
        devices[0].line.start_daemon()
        gate.opened.set()
        until(lambda: office.outcomes(started) == ["succeeded"] * 2, LONG)
        assert [device.ran for device in devices] == [["ran"]] * 2
        assert all(request.startswith(f"GET /files/{SHA256} ") for request in gate.requests)
        again = [request.lower() for request in gate.requests[2:]]
        assert again and all("\r\nrange: bytes=" in request and '\r\nif-range: "' in request for request in again), again
    finally:
        for device in devices:
            device.close()


def test_what_cannot_be_sent_is_told_and_leaves_nothing(office, shelf):
    world = office.world
    (world.downloads / "empty").touch()
    (world.downloads / ".hidden").write_text("x")
    (world.downloads / "a").mkdir()
    for words, code, says in ((["none"], 66, "none"), (["a"], 66, "no file"), (["empty"], 64, "size is 0"),
                              ([".hidden"], 64, "without a dot")):
        made = world.stint("fleet", "send", *words, "--to", "label a=b")
        assert made.code == code and says in made.err, (words, made)
    assert os.listdir(shelf) == []


# An attacker's hour at the door of the files.


@pytest.fixture
def server(world, shelf):
    shelf.mkdir()
    (shelf / SHA256).write_bytes(CONTENT)
    (shelf / SHA256).chmod(0o600)
    (shelf / "secret").write_text("secret")
    made = PushServer(world.root)
    made.kill(made.endpoint)
    made.start_endpoint("--files", shelf)
    yield made
    made.close()


@needs_endpoint
def test_no_path_leads_out_and_nothing_is_listed(server):
    for path in ("/files", "/files/", "/files/.", "/files/secret", f"/files/../{SHA256}", f"/files/%2e%2e/{SHA256}",
                 f"/files//{SHA256}", f"/files/{SHA256}/", f"/files/{SHA256}%00", "/files/" + "a" * 64,
                 "/files/../push/keys", "//files/" + SHA256, f"/files/.{SHA256}.part"):
        status, _, text = server.ask("GET", path)
        assert status in (404, 429) and "secret" not in text and str(server.root) not in text, (path, status, text)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        status, headers, _ = server.ask(method, f"/files/{SHA256}")
        assert status == 405 and headers["Allow"] == "GET, HEAD"
    # The right name is not held up by wrong ones beside it (push.md §3).
    status, headers, _ = server.ask("HEAD", f"/files/{SHA256}")
    assert (status, headers["Content-Length"], headers["Accept-Ranges"]) == (200, str(len(CONTENT)), "bytes")
    assert headers["ETag"].startswith('"') and headers["X-Content-Type-Options"] == "nosniff"


@needs_endpoint
def test_readers_that_take_nothing_do_not_take_the_endpoint_from_posts(server):
    held = []
    try:
        for _ in range(300):  # more than there are places
            held.append(socket.create_connection(("127.0.0.1", server.port)))
            held[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            held[-1].sendall(f"GET /files/{SHA256} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        phone = server.phone()
        token = phone.register(encrypted=False)["token"]
        assert server.post(token, "a message") == 201
        assert server.ask("GET", f"/files/{SHA256}")[0] == 503  # all of them are of this one address, and young
        resident = int(open(f"/proc/{server.endpoint.pid}/statm", encoding="ascii").read().split()[1]) * 4096
        assert resident < 256 << 20
    finally:
        for connection in held:
            connection.close()
    until(lambda: server.ask("GET", f"/files/{SHA256}")[0] == 200)

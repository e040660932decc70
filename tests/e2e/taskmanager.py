"""A page's server as a test sees it: the address it prints, requests over sockets that are written by hand, and the
events of its stream."""

import json
import re
import socket
import subprocess
from contextlib import contextmanager
from typing import NamedTuple

from events import Deadline, TooLate
from world import BIN


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def read_answer(stream):
    """One answer off a binary file; None where the connection ended without one."""
    line = stream.readline()
    if not line:
        return None
    status = int(line.split()[1])
    headers = {}
    while (line := stream.readline().strip()):
        name, _, value = line.decode().partition(": ")
        headers[name.lower()] = value
    length = int(headers.get("content-length", 0))
    return Answer(status, headers, stream.read(length) if length else b"")


class Page:
    """A page's server, and whoever has its token."""

    def __init__(self, process, address, cookie_name, stream):
        self.process, self.address, self.cookie_name, self.stream = process, address, cookie_name, stream
        self.port, self.token = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/#([0-9a-f]{64})", self.address).groups()
        self.port = int(self.port)
        self.host = f"127.0.0.1:{self.port}"
        self.cookie = None

    def connect(self, within=30):
        return socket.create_connection(("127.0.0.1", self.port), within)

    def raw(self, *parts, within=30):
        """The answer to these bytes, on a connection of their own."""
        with self.connect(within) as connection:
            for part in parts:
                connection.sendall(part)
            with connection.makefile("rb") as stream:
                return read_answer(stream)

    def request(self, method, path, headers=None, body=None):
        """The bytes of a request of a browser; a header that is None is left out."""
        all_headers = {"Host": self.host, "Cookie": f"{self.cookie_name}={self.cookie}" if self.cookie else None,
                       "Accept-Encoding": "gzip"}
        if body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            all_headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        all_headers |= headers or {}
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in all_headers.items() if v is not None), "", ""]
        return "\r\n".join(lines).encode() + (body or b"")

    def ask(self, method, path, headers=None, body=None, within=60):
        return self.raw(self.request(method, path, headers, body), within=within)

    def get(self, path, **how):
        return self.ask("GET", path, **how)

    def post(self, path, body, **how):
        return self.ask("POST", path, body=body, **how)

    def enter(self):
        """By the token, as the first page does it."""
        answer = self.post("/enter", {"token": self.token})
        assert answer.status == 204, answer
        self.cookie = re.match(rf"{self.cookie_name}=([0-9a-f]{{64}});", answer.headers["set-cookie"])[1]
        return self

    @contextmanager
    def events(self, last_id=None):
        with self.connect() as connection:
            connection.sendall(self.request("GET", self.stream, {"Last-Event-ID": last_id}))
            with connection.makefile("rb") as stream:
                assert read_answer(stream).status == 200
                yield Events(connection, stream)


class Served(Page):
    """A stint-taskmanager that runs."""

    def __init__(self, world, *words, before=()):
        process = subprocess.Popen([*before, str(BIN / "stint-taskmanager"), *words], env=world.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
        world.processes.append(process)
        super().__init__(process, process.stdout.readline().strip(), "stint", "/api/events")


class Event(NamedTuple):
    id: str
    topic: str
    data: dict


class Events:
    """The events of one stream, as they come."""

    def __init__(self, connection, stream):
        self.connection = connection
        self.stream = stream
        self.comments = 0

    def next(self, within=30):
        self.connection.settimeout(within)
        fields = {}
        while True:
            try:
                line = self.stream.readline().decode().rstrip("\n")
            except TimeoutError as late:
                raise TooLate(f"no event within {within} s") from late
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                return Event(fields.get("id"), fields["event"], json.loads(fields["data"]))

    def until(self, condition, within=30):
        """The first event of which `condition` is true."""
        return self.each(condition, within=within)[0]

    def each(self, *conditions, within=30):
        """For each condition the first event of which it is true; they may come in any order."""
        deadline = Deadline(within)
        found = [None] * len(conditions)
        while None in found:
            event = self.next(deadline.left())
            found = [was or (event if condition(event) else None) for was, condition in zip(found, conditions)]
        return found

    def first(self):
        """The first events of every stream, by topic."""
        seen = {}
        while "daemon" not in seen:
            event = self.next()
            seen[event.topic] = event
        return seen

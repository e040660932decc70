"""nats-server as anybody could speak with it: an attacker's client."""

import base64
import json
import socket

from connector import PATIENCE


def in64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Nats:
    """A client of nats-server, as anybody could write one."""

    def __init__(self, port, **words):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")
        self.reply = ""
        info = json.loads(self.file.readline().split(b" ", 1)[1])
        sign = words.pop("sign", None)
        if sign:
            words["sig"] = in64(sign(info["nonce"].encode()))
        self.send("CONNECT " + json.dumps({"verbose": False, "headers": True, "lang": "x", "version": "1", "protocol": 1,
                                           **words}))
        self.refused = self.errors()

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def errors(self):
        """The server's refusals of what was sent so far."""
        errors, line = [], b""
        try:
            self.send("PING")
            while (line := self.file.readline()) and not line.startswith(b"PONG"):
                if line.startswith(b"-ERR"):
                    errors.append(line.decode().strip())
        except OSError as gone:
            errors.append(str(gone))
        return errors if line else [*errors, "closed"]

    def may_hear(self, subjects):
        self.send(f"SUB {subjects} 1")
        return not self.errors()

    def may_say(self, subject, reply=""):
        self.send(f"PUB {subject} {reply} 1\r\nx")
        return not self.errors()

    def pub(self, subject, headers, body):
        lines = ["NATS/1.0", *(f"{name}: {value}" for name, value in headers), "", ""]
        head = "\r\n".join(lines).encode("latin-1")
        self.socket.sendall(f"HPUB {subject} {len(head)} {len(head) + len(body)}\r\n".encode() + head + body + b"\r\n")

    def heard(self):
        """The next message: subject, headers, body. It is answered at `reply`."""
        line = b""
        while not line.startswith((b"MSG", b"HMSG")):
            line = self.file.readline()
            assert line, "the connection ended"
        words = line.split()
        size, inner = int(words[-1]), int(words[-2]) if words[0] == b"HMSG" else 0
        self.reply = words[3].decode() if len(words) == (6 if inner else 5) else ""
        read = self.file.read(size + 2)[:-2]
        headers = [tuple(one.split(": ", 1)) for one in read[:inner].decode().split("\r\n")[1:] if one]
        return words[1].decode(), headers, read[inner:]

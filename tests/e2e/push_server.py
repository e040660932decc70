"""A nats-server with the accounts of push.md §2.1, a stint-endpoint on it, and devices: all real, each a process."""

import http.client
import json
import random
import re
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from world import BIN

PATIENCE = 20  # seconds

CONFIGURATION = """
listen: "127.0.0.1:{port}"
server_name: test
jetstream {{ store_dir: "{store}" }}
accounts {{
  STINT {{ jetstream: enabled, users: [{{user: server, password: secret}}], exports: [
    {{service: "stint.box.*.*"}}, {{service: "stint.reg.*.*"}}, {{service: "stint.f.*.*.*"}},
    {{stream: "stint.live.>"}}] }}
  DEVICES {{ users: [{users}], imports: [
    {{service: {{account: STINT, subject: "stint.box.*.*"}}}}, {{service: {{account: STINT, subject: "stint.reg.*.*"}}}},
    {{service: {{account: STINT, subject: "stint.f.*.*.*"}}}}, {{stream: {{account: STINT, subject: "stint.live.>"}}}}] }}
}}
"""

USER = """{{user: "{0}", password: secret, permissions: {{publish: ["stint.box.*.{0}", "stint.reg.*.{0}",
           "stint.f.*.*.{0}"], subscribe: ["stint.live.*.{0}.>", "_INBOX.{0}.>"]}}}}"""

DEVICES = ["0123456789ABCDEFGHJKMNPQRS", "0123456789ABCDEFGHJKMNPQRT"]


def free_port():
    """None that the kernel gives a connection: one of these would have it before the server listens."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_768)  # net.ipv4.ip_local_port_range begins there
        with suppress(OSError), socket.socket() as taken:
            taken.bind(("127.0.0.1", port))
            return port


class Phone:
    """tests/e2e/phone.cpp."""

    def __init__(self, server, device):
        self.process = subprocess.Popen(
            [BIN / "stint-testphone", f"nats://{device}:secret@127.0.0.1:{server.nats_port}", device, server.data / "keys"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, what, **words):
        self.process.stdin.write(json.dumps({"do": what, **words}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def register(self, **words):
        said = self.do("register", **words)
        assert said["error"] == "", said
        return said

    def texts(self, want="hnlv"):
        return [message["text"] for message in self.do("read", want=want)["messages"]]


def metric_in(text, name):
    """The count of that name, and labels, in what /metrics says; None where it has none."""
    found = re.search(rf"^{re.escape(name)} (\d+)$", text, re.MULTILINE)
    return int(found[1]) if found else None


class HttpServer:
    """A server at a port of 127.0.0.1."""

    port = 0

    def url(self, token):
        return f"http://127.0.0.1:{self.port}/push/v1/{token}"

    def ask(self, method, path, body=None, **headers):
        """The status, the headers and the body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def post(self, token, text, **headers):
        return self.ask("POST", f"/push/v1/{token}", text, **{"TTL": "3600", **headers})[0]


class PushServer(HttpServer):
    def __init__(self, root: Path):
        self.root = root
        self.data = root / "push"
        self.data.mkdir(mode=0o700)
        self.nats_port = free_port()
        self.port = free_port()
        (root / "nats.conf").write_text(CONFIGURATION.format(
            port=self.nats_port, store=root / "jetstream", users=", ".join(USER.format(device) for device in DEVICES)))
        self.phones = []
        self.nats = self.endpoint = None
        self.start_nats()
        self.start_endpoint()

    def start_nats(self):
        self.nats = subprocess.Popen(["nats-server", "-c", self.root / "nats.conf", "-l", self.root / "nats.log"])

    def start_endpoint(self, *words):
        """Waits until it can answer for a registration, if there is a broker."""
        self.endpoint = subprocess.Popen(
            [BIN / "stint-endpoint", "--port", str(self.port), "--data", self.data, "--nats",
             f"nats://server:secret@127.0.0.1:{self.nats_port}", *words], stdout=subprocess.PIPE, text=True)
        line = self.endpoint.stdout.readline()
        assert line == f"http://127.0.0.1:{self.port}\n", line

    @staticmethod
    def kill(process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    def phone(self, which=0):
        self.phones.append(Phone(self, DEVICES[which]))
        return self.phones[-1]

    def raw(self, request):
        """All that is answered to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer

    def metric(self, name):
        return metric_in(self.ask("GET", "/metrics")[2], name) or 0

    def metrics(self):
        """Its samples, read by Prometheus' own parser: the value by name and labels."""
        parser = pytest.importorskip("prometheus_client.openmetrics.parser")
        _, headers, text = self.ask("GET", "/metrics")
        assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        return {(sample.name, *sample.labels.values()): sample.value
                for family in parser.text_string_to_metric_families(text) for sample in family.samples}

    def close(self):
        for phone in self.phones:
            phone.process.kill()
            phone.process.wait()
        for process in (self.endpoint, self.nats):
            process.kill()
            process.wait()
        shutil.rmtree(self.root / "jetstream", ignore_errors=True)

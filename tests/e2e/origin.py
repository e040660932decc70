"""Where the tests download from: an nginx of our own on a free loopback port. Its log is the witness of what was
fetched, and how often."""

import json
import os
import random
import signal
import socket
import subprocess
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

MIB = 1024 * 1024
CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {root}/nginx.pid;
events {{}}
http {{
    log_format witness escape=json
        '{{"uri":"$uri","status":$status,"bytes":$body_bytes_sent,"range":"$http_range","ifRange":"$http_if_range",'
        '"protocol":"$server_protocol","method":"$request_method"}}';
    access_log {root}/access.log witness;
    client_body_temp_path {root}/tmp; proxy_temp_path {root}/tmp; fastcgi_temp_path {root}/tmp;
    uwsgi_temp_path {root}/tmp; scgi_temp_path {root}/tmp;
    server {{
        listen {address}:{port} {tls} {buffer};
        root {root}/www;
        limit_rate {rate};
        {further}
    }}
}}
"""


def bytes_of(seed, size):
    """The same bytes for the same seed, and no piece of them like another."""
    chance = random.Random(seed)
    return b"".join(chance.randbytes(min(16 * MIB, size - at)) for at in range(0, size, 16 * MIB))


KEPT = {}  # what contents() has made


def contents(seed, size):
    """A function that answers bytes_of(seed, size): made when a test asks, for each worker imports the files of all
    tests, and let go when the tests of that file have ended (conftest.py)."""
    def content():
        if (seed, size) not in KEPT:
            KEPT[seed, size] = bytes_of(seed, size)
        return KEPT[seed, size]

    return content


class Origin:
    """`certificate`: a pair of files, certificate and key: https and HTTP/2. `further`: lines of its server block.
    `buffer`: small, so that what the log counts has nearly all arrived. `before`: a program that executes nginx."""

    def __init__(self, root, rate="0", further="", address="127.0.0.1", certificate=None, buffer="sndbuf=32k",
                 before=()):
        self.root = Path(root)
        self.www = self.root / "www"
        self.www.mkdir(parents=True)
        # nginx takes over a listening socket that it is told of, as in its own upgrade: no port is guessed, and the
        # first request waits in the queue until nginx is ready.
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server((address, 0), family=family)
        self.address = f"[{address}]" if ":" in address else address
        self.scheme = "https" if certificate else "http"
        if certificate:
            further += "ssl_certificate {}; ssl_certificate_key {};".format(*certificate)
        self.port = listener.getsockname()[1]
        user = "user root;" if os.getuid() == 0 else ""
        text = CONFIGURATION.format(root=self.root, port=self.port, rate=rate, further=further, user=user,
                                    address=self.address, tls="ssl http2" if certificate else "", buffer=buffer)
        (self.root / "nginx.conf").write_text(text)
        os.set_inheritable(listener.fileno(), True)
        self.process = subprocess.Popen(
            [*before, "nginx", "-p", str(self.root), "-e", "error.log", "-c", "nginx.conf"],
            env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "NGINX": f"{listener.fileno()};"},
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        listener.close()

    def serve(self, name, content, modified=None):
        """Puts the file in place at once, as a whole; answers its SHA-256. `modified`: seconds since 1970."""
        new = self.www / f".{name}.new"
        new.write_bytes(content)
        if modified is not None:
            os.utime(new, (modified, modified))
        os.replace(new, self.www / name)
        return sha256(content).hexdigest()

    def url(self, name):
        return f"{self.scheme}://{self.address}:{self.port}/{name}"

    def requests(self):
        """The log's requests: one dictionary each, in the order of their ends."""
        log = self.root / "access.log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @contextmanager
    def paused(self):
        """It sends nothing meanwhile."""
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.process.pid, signal.SIGCONT)

    def stop(self):
        """Lets the running requests end, so that the log is whole."""
        for _ in range(30):
            if self.process.poll() is not None:
                return
            # One that comes while nginx starts, before it waits for signals, is heeded when the next one wakes it.
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(1)
        self.process.wait(0)

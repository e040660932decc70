"""Protocols, and servers that misbehave: http, https, HTTP/2, IPv6 and ftp, bad certificates, headers, bodies and
redirects."""

import os
import subprocess
import sys

import pytest
from certificates import Authority
from events import Directory, size_of
from origin import MIB, bytes_of
from scripted import Scripted, hold, reply
from transfers import CONTENT, done, names, typed


# Protocols


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ca")


def test_https_speaks_http2_and_goes_on_where_it_was(world, daemon, origin_with, authority):
    origin = origin_with(rate="4m", certificate=authority.certificate("good"))
    content = bytes_of("h2", 12 * MIB)
    origin.serve("file.bin", content)
    job = world.get(origin.url("file.bin"), "--cacert", str(authority.file))
    part = world.downloads / ".file.bin.stint-part"
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(part) > 2 * MIB)
    (pid,) = daemon.transfers()
    os.kill(pid, 9)
    assert world.stint("wait", str(job)).code == 0
    assert (world.downloads / "file.bin").read_bytes() == content
    origin.stop()
    assert {request["protocol"] for request in origin.requests()} == {"HTTP/2.0"}
    assert [request["status"] for request in origin.requests()] == [200, 206]


@pytest.mark.parametrize("wrong", ["of nobody", "of another host", "over"])
def test_a_server_with_a_bad_certificate_is_told_nothing(world, daemon, line, origin_with, authority, tmp_path, wrong):
    signer = Authority(tmp_path / "other") if wrong == "of nobody" else authority
    host = "DNS:elsewhere.example" if wrong == "of another host" else "IP:127.0.0.1"
    origin = origin_with(certificate=signer.certificate(f"bad-{wrong.replace(' ', '-')}", host, 0 if wrong == "over" else 2))
    origin.serve("file.bin", CONTENT)
    ended = typed(world, "get", "--cacert", str(authority.file), "-u", "me:secret", origin.url("file.bin"))
    assert ended.code == 77, ended
    assert "certificate" in ended.err
    assert names(world.downloads) == []
    assert line.jobs() == [], "it is not tried again"
    origin.stop()
    assert origin.requests() == []


def test_ipv6(world, daemon, origin_with):
    origin = origin_with(address="::1")
    origin.serve("file.bin", CONTENT)
    done(world, "get", origin.url("file.bin"))
    assert (world.downloads / "file.bin").read_bytes() == CONTENT


FTP_SERVER = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
users = DummyAuthorizer()
users.add_anonymous(sys.argv[1])
users.add_user("me", "hunter2", sys.argv[1], perm="elrw")
FTPHandler.authorizer = users
server = FTPServer(("127.0.0.1", 0), FTPHandler)
print(server.socket.getsockname()[1], flush=True)
server.serve_forever()
"""


@pytest.fixture
def ftp(world):
    (world.root / "ftp").mkdir()
    process = subprocess.Popen([sys.executable, "-c", FTP_SERVER, str(world.root / "ftp")], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    world.processes.append(process)
    return int(process.stdout.readline())


def test_ftp_in_both_directions(world, daemon, ftp):
    (world.root / "ftp" / "file.bin").write_bytes(CONTENT)
    done(world, "get", f"ftp://127.0.0.1:{ftp}/file.bin")
    assert (world.downloads / "file.bin").read_bytes() == CONTENT
    assert typed(world, "get", f"ftp://127.0.0.1:{ftp}/none.bin").code == 66
    done(world, "put", "-u", "me:hunter2", "file.bin", f"ftp://127.0.0.1:{ftp}/back.bin")
    assert (world.root / "ftp" / "back.bin").read_bytes() == CONTENT
    assert typed(world, "put", "file.bin", f"ftp://127.0.0.1:{ftp}/back.bin").code == 77


# Bad servers


def test_a_header_of_10_mb_ends_the_job(world, daemon):
    def answer(handler, server):
        handler.send_response_only(200)
        handler.send_header("X-Long", "x" * 10 * MIB)
        reply(handler, 200, {}, CONTENT)

    with Scripted(answer) as server:
        ended = typed(world, "get", server.url())
    assert ended.code == 76, ended
    assert names(world.downloads) == []


def test_many_headers_of_10_mb_in_all_end_the_job(world, daemon, line):
    def answer(handler, server):
        handler.send_response_only(200)
        for i in range(200):
            handler.send_header(f"X-{i}", "x" * 50_000)
        handler.end_headers()
        hold(handler)

    with Scripted(answer) as server:
        ended = typed(world, "get", server.url())
    assert ended.code == 76, ended
    assert names(world.downloads) == []


def test_a_server_that_sends_for_ever_ends_at_the_size_that_is_allowed(world, daemon):
    def answer(handler, server):
        handler.send_response_only(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        chunk = b"100000\r\n" + CONTENT[:MIB] + b"\r\n"
        while True:
            handler.wfile.write(chunk)

    with Scripted(answer) as server:
        ended = typed(world, "get", "--max-filesize", "8MiB", server.url())
    assert ended.code == 65, ended
    assert "8 MiB" in ended.err
    assert names(world.downloads) == []


def test_a_file_that_does_not_fit_is_not_begun(world, daemon):
    def answer(handler, server):
        handler.send_response_only(200)
        handler.send_header("Content-Length", str(1 << 60))
        handler.end_headers()
        handler.wfile.write(CONTENT)
        hold(handler)

    with Scripted(answer) as server:
        ended = typed(world, "get", server.url())
    assert ended.code == 74, ended
    assert "there is no room in /" in ended.err
    assert names(world.downloads) == []


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x"])
def test_a_server_leads_to_no_file_of_this_machine(world, daemon, to):
    with Scripted(lambda handler, _: reply(handler, 302, {"Location": to})) as server:
        ended = typed(world, "get", server.url())
    assert ended.code == 76, ended
    assert names(world.downloads) == []


def test_redirects_are_followed_and_not_for_ever(world, daemon, origin_with):
    origin = origin_with(further="location /a { return 301 /b; } location /b { return 307 /file.bin; } "
                                 "location /round { return 302 /round; }")
    origin.serve("file.bin", CONTENT)
    done(world, "get", "-O", origin.url("a"))
    assert (world.downloads / "a").read_bytes() == CONTENT
    assert typed(world, "get", origin.url("round")).code == 76

"""Downloads as a person types them: several at once, names, rates, proxies, secrets, digests, protocols."""

import base64
import os
import stat
import subprocess
import sys
import time
from hashlib import sha256, sha512
from pathlib import Path

import pytest
from certificates import Authority
from events import Directory, descendants, size_of
from origin import MIB, Origin, bytes_of
from scripted import Scripted, hold, reply

CONTENT = bytes_of("transfers", 3 * MIB)


def names(directory):
    """What is in it once the transfer app has tidied up, which it does when the daemon knows of the end."""

    def found():
        return sorted(path.name for path in directory.iterdir())

    with Directory(directory) as watched:
        watched.until(lambda: not [name for name in found() if name.endswith(".stint-state")])
    return found()


@pytest.fixture
def origin_with(world):
    """Makes an origin with further lines in its configuration."""
    made = []

    def make(**how):
        made.append(Origin(world.root / f"origin-{len(made)}", **how))
        return made[-1]

    yield make
    for one in made:
        one.stop()


# Several at once


def test_each_url_is_a_job_of_its_own(world, daemon, line, origin):
    for name in ("a.bin", "b.bin", "c.bin"):
        origin.serve(name, name.encode() * 1000)
    ended = world.stint("get", *(origin.url(name) for name in ("a.bin", "b.bin", "c.bin")))
    assert ended.code == 0, ended
    assert [text.split()[0] for text in ended.out.splitlines()] == ["saved"] * 3
    assert names(world.downloads) == ["a.bin", "b.bin", "c.bin"]
    assert len(line.jobs(finished=True)) == 3


def test_one_that_fails_does_not_keep_the_others_from_ending(world, daemon, origin):
    origin.serve("a.bin", CONTENT)
    origin.serve("c.bin", CONTENT)
    ended = world.stint("get", origin.url("a.bin"), origin.url("none.bin"), origin.url("c.bin"))
    assert ended.code == 66
    assert "none.bin: the server has no such file (404)" in ended.err
    assert names(world.downloads) == ["a.bin", "c.bin"]


def test_several_go_to_a_directory_and_never_to_one_file(world, daemon, line, origin):
    for name in ("a.bin", "b.bin"):
        origin.serve(name, CONTENT)
    (world.downloads / "all").mkdir()
    urls = [origin.url("a.bin"), origin.url("b.bin")]
    assert world.stint("get", "-o", "x.bin", *urls).code == 64
    assert world.stint("get", urls[0], urls[0] + "?again").code == 64
    assert line.jobs() == []
    world.done("get", "-o", "all", *urls)
    assert names(world.downloads / "all") == ["a.bin", "b.bin"]


def test_ctrl_c_leaves_all_of_them_to_go_on(world, daemon, line, slow_origin):
    for name in ("a.bin", "b.bin"):
        slow_origin.serve(name, bytes_of(name, 12 * MIB))
    client = world.in_terminal("get", slow_origin.url("a.bin"), slow_origin.url("b.bin"))
    client.until("%")
    client.press("\x03")
    assert client.ends() == 75
    assert "the transfers go on as org.stint.transfer/" in client.output
    jobs = [job["id"] for job in line.jobs()]
    assert len(jobs) == 2
    for job in jobs:
        assert world.stint("wait", str(job)).code == 0
    assert (world.downloads / "b.bin").read_bytes() == bytes_of("b.bin", 12 * MIB)


# Names


@pytest.mark.parametrize(("header", "name"), [
    ('attachment; filename="report.pdf"', "report.pdf"),
    ("attachment; filename*=UTF-8''na%C3%AFve%20file.txt; filename=plain.txt", "naïve file.txt"),
    ('attachment; filename="../../../etc/passwd"', "passwd"),
    ('attachment; filename="..\\\\..\\\\evil.exe"', "evil.exe"),
    ('attachment; filename=".bashrc"', "_bashrc"),
    ("attachment; filename*=UTF-8''a%0A%1B%5B2Jb%2Fc", "c"),
    ("attachment; filename*=UTF-8''%E2%80%AEgpj.exe", "_gpj.exe"),
    ('attachment; filename=".."', "_."),
    ("inline", "download"),
])
def test_the_name_that_a_server_gives_is_made_harmless(world, daemon, header, name):
    with Scripted(lambda handler, _: reply(handler, 200, {"Content-Disposition": header}, CONTENT)) as server:
        ended = world.stint("get", server.url("download?id=7"))
    assert ended.code == 0, ended
    assert names(world.downloads) == [name]
    assert (world.downloads / name).read_bytes() == CONTENT


def test_with_remote_name_a_file_is_called_as_the_url_ends(world, daemon):
    with Scripted(lambda handler, _: reply(handler, 200, {"Content-Disposition": "attachment; filename=x"}, CONTENT)) as server:
        world.done("get", "-O", server.url("y.bin"))
        world.done("get", "-o", "z.bin", server.url("y.bin"))
    assert names(world.downloads) == ["y.bin", "z.bin"]


def test_the_name_that_a_server_gives_replaces_nothing_unasked(world, daemon, origin_with):
    origin = origin_with(further="add_header Content-Disposition 'attachment; filename=mine.txt';")
    origin.serve("file.bin", CONTENT)
    (world.downloads / "mine.txt").write_bytes(b"mine")
    ended = world.stint("get", origin.url("file.bin"))
    assert ended.code == 73, ended
    assert names(world.downloads) == ["mine.txt"], "and nothing was downloaded in vain"
    assert (world.downloads / "mine.txt").read_bytes() == b"mine"
    world.done("get", "--force", origin.url("file.bin"))
    assert (world.downloads / "mine.txt").read_bytes() == CONTENT


# Rates


def test_a_rate_is_kept(world, daemon, origin):
    origin.serve("file.bin", CONTENT)
    start = time.monotonic()
    world.done("get", "--limit-rate", "1M", origin.url("file.bin"))
    assert time.monotonic() - start > 1.5, "3 MiB at 1 MiB/s; curl lets the first second through"
    assert world.stint("get", "--limit-rate", "much", origin.url("file.bin"), "-o", "other").code == 64


@pytest.mark.parametrize("stalls", [True, False])
def test_a_server_that_is_too_slow_or_stalls_is_left_and_tried_again(world, daemon, line, stalls):
    def slow(handler, server):
        handler.send_response_only(200)
        handler.send_header("Content-Length", str(len(CONTENT)))
        handler.send_header("ETag", '"1"')
        handler.end_headers()
        handler.wfile.write(CONTENT[:MIB])
        if not stalls:
            while True:
                handler.wfile.write(CONTENT[:64])
                handler.wfile.flush()
                time.sleep(0.05)  # the server's own slowness, and not a wait of the test
        hold(handler)

    with Scripted(slow) as server:
        job = world.get(server.url(), "--speed-limit", "100KB", "--speed-time", "1")
        state = line.until(job, lambda state: state["state"] == "pending")
        assert state["failures"] == 1
        assert size_of(world.downloads / ".file.bin.stint-part") >= MIB


# Proxies


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_proxy_is_asked_for_what_it_is_to_reach(world, daemon, how):
    with Scripted(lambda handler, _: reply(handler, 200, {}, CONTENT)) as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        if how == "environment":
            world.environment["http_proxy"] = address
        words = ["--proxy", address] if how == "option" else []
        world.done("get", *words, "http://nowhere.invalid/file.bin")
        (request,) = proxy.requests
        assert request[:2] == ("GET", "http://nowhere.invalid/file.bin")
        world.done("get", *words, "--noproxy", "127.0.0.1", proxy.url("direct.bin"))
        assert proxy.requests[-1][1] == "/direct.bin"


# Secrets


def users_file(root):
    crypted = subprocess.run(["openssl", "passwd", "-apr1", "hunter2"], capture_output=True, text=True, check=True).stdout
    (root / "users").write_text(f"me:{crypted}")
    return root / "users"


@pytest.mark.parametrize("how", ["netrc", "netrc-file", "user", "url"])
def test_a_server_that_asks_for_a_password_gets_it(world, daemon, origin_with, how):
    origin = origin_with(further=f"auth_basic here; auth_basic_user_file {users_file(world.root)};")
    origin.serve("file.bin", CONTENT)
    assert world.stint("get", origin.url("file.bin")).code == 77
    netrc = world.root / "home" / (".netrc" if how == "netrc" else "other")
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    words = {"netrc": ["-n"], "netrc-file": ["--netrc-file", str(netrc)], "user": ["-u", "me:hunter2"], "url": []}[how]
    url = origin.url("file.bin")
    world.done("get", *words, url.replace("//", "//me:hunter2@") if how == "url" else url)
    assert (world.downloads / "file.bin").read_bytes() == CONTENT


def test_headers_and_cookies_reach_the_server_and_not_the_one_it_leads_to(world, daemon):
    def answer(handler, server):
        if handler.path == "/start":
            reply(handler, 302, {"Location": other.url("end.bin", host="localhost")})
        else:
            reply(handler, 200, {}, CONTENT)

    with Scripted(answer) as other, Scripted(answer) as first:
        world.done("get", "-H", "Authorization: Bearer hunter2", "-H", "X-Key: other-key", "-b", "session=hunter2",
                   "-o", "end.bin", first.url("start"))
        (_, _, seen), = first.requests
        assert (seen["Authorization"], seen["X-Key"], seen["Cookie"]) == ("Bearer hunter2", "other-key", "session=hunter2")
        (_, _, seen), = other.requests
        assert "Authorization" not in seen
        assert "Cookie" not in seen


def test_headers_and_cookies_may_stand_in_files(world, daemon):
    (world.downloads / "headers").write_text("X-One: 1\r\n\r\nX-Two: 2\n")
    (world.downloads / "cookies").write_text("127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tvalue\n")
    with Scripted(lambda handler, _: reply(handler, 200, {}, CONTENT)) as server:
        world.done("get", "-H", "@headers", "-b", "cookies", server.url())
        (_, _, seen), = server.requests
    assert (seen["X-One"], seen["X-Two"], seen["Cookie"]) == ("1", "2", "name=value")


@pytest.mark.parametrize("header", ["Range: bytes=0-", "no header", "X: a\r\nY: b"])
def test_a_header_that_would_spoil_the_transfer_is_refused(world, daemon, line, origin, header):
    assert world.stint("get", "-H", header, origin.url("file.bin")).code == 64
    assert line.jobs() == []


def others_may_read(path, below):
    while path != below:
        if not path.stat().st_mode & (stat.S_IROTH if path.is_file() else stat.S_IXOTH):
            return False
        path = path.parent
    return True


def test_secrets_are_shown_nowhere(world, daemon, line, slow_origin):
    """Neither in what the verbs print, nor in logs, command lines, or a file that others may read."""
    slow_origin.serve("file.bin", bytes_of(1, 40 * MIB))
    world.root.chmod(0o755)  # as a home directory may be
    url = slow_origin.url("file.bin").replace("//", "//me:hunter2-url@")
    client = world.in_terminal("get", "-H", "X-Key: hunter2-header", "--cookie=session=hunter2-cookie",
                               "-u", "me:hunter2-user", "-x", "", url)
    client.until("%")
    (job,) = [job["id"] for job in line.jobs()]
    said = [world.stint(*words).out for words in (
        ("jobs",), ("jobs", "--json"), ("why", str(job)), ("why", str(job), "--json"), ("why", "--history", str(job)),
        ("tasks",), ("tasks", "--json"), ("dumpsys", "jobscheduler"), ("dumpsys", "jobscheduler", "--json"))]
    said += [daemon.log.read_text(), client.output]
    for pid in [client.pid, daemon.pid, *descendants(daemon.pid)]:
        said.append(Path(f"/proc/{pid}/cmdline").read_text())
        said.append(Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace"))
    assert not [text for text in said if "hunter2" in text]
    client.press("\x03")
    assert client.ends() == 75
    world.done("cancel", str(job))
    assert "hunter2" not in world.done("jobs", "--finished", "--json") + client.output
    seen = [path for path in world.root.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]
    assert seen, "the store has it, for the next run"
    assert not [path for path in seen if others_may_read(path, world.root)]


# Digests


def structured(name, digest):
    return f"{name}=:{base64.b64encode(digest).decode()}:"


RIGHT = structured("sha-256", sha256(CONTENT).digest())
WRONG = structured("sha-512", sha512(b"other").digest())
OLD_STYLE = f"SHA-256={base64.b64encode(sha256(CONTENT).digest()).decode()}"


@pytest.mark.parametrize(("header", "value", "code"), [
    ("Repr-Digest", RIGHT, 0),
    ("Repr-Digest", f"unixsum=:AAA=:, {structured('sha-512', sha512(CONTENT).digest())}", 0),
    ("Digest", OLD_STYLE, 0),
    ("Repr-Digest", WRONG, 65),
    ("Digest", OLD_STYLE.replace("=", "=AAAA", 1)[:52], 0),  # of a wrong length: as if none was said
])
def test_a_digest_that_the_server_sends_along_is_verified(world, daemon, origin_with, header, value, code):
    origin = origin_with(further=f"add_header {header} '{value}';")
    origin.serve("file.bin", CONTENT)
    ended = world.stint("get", origin.url("file.bin"))
    assert ended.code == code, ended
    assert names(world.downloads) == (["file.bin"] if code == 0 else [])


@pytest.mark.parametrize(("beside", "code"), [
    (f"{sha256(CONTENT).hexdigest()}  file.bin\n", 0),
    (f"{sha256(b'').hexdigest()} *other.bin\n{sha256(CONTENT).hexdigest().upper()} *file.bin\n", 0),
    (f"SHA256 (file.bin) = {sha256(CONTENT).hexdigest()}\n", 0),
    (sha256(CONTENT).hexdigest(), 0),
    (f"{sha256(b'other').hexdigest()}  file.bin\n", 65),
    (f"{sha256(CONTENT).hexdigest()[:-2]}  file.bin\n", 65),  # of a wrong length
    ("<html>not at all</html>", 65),
    ("x" * MIB, 65),
    (None, 65),
])
def test_with_checksum_auto_a_file_without_a_right_digest_is_none(world, daemon, origin, beside, code):
    origin.serve("file.bin", CONTENT)
    if beside is not None:
        origin.serve("file.bin.sha256", beside.encode())
    ended = world.stint("get", "--checksum", "auto", origin.url("file.bin"))
    assert ended.code == code, ended
    assert names(world.downloads) == (["file.bin"] if code == 0 else [])
    assert code != 0 or "sha256 verified" in ended.out


def test_a_checksum_of_the_wrong_length_is_no_job(world, daemon, line, origin):
    for checksum in ("sha256:abc", "sha512:" + 64 * "0", "md5:" + 32 * "0", "sha256:" + 64 * "x"):
        assert world.stint("get", "--checksum", checksum, origin.url("file.bin")).code == 64
    assert line.jobs() == []


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
    origin = origin_with(certificate=signer.certificate(f"bad-{wrong.replace(' ', '-')}", host, -1 if wrong == "over" else 2))
    origin.serve("file.bin", CONTENT)
    ended = world.stint("get", "--cacert", str(authority.file), "-u", "me:secret", origin.url("file.bin"))
    assert ended.code == 77, ended
    assert "certificate" in ended.err
    assert names(world.downloads) == []
    assert line.jobs() == [], "it is not tried again"
    origin.stop()
    assert origin.requests() == []


def test_ipv6(world, daemon, origin_with):
    origin = origin_with(address="::1")
    origin.serve("file.bin", CONTENT)
    world.done("get", origin.url("file.bin"))
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
    world.done("get", f"ftp://127.0.0.1:{ftp}/file.bin")
    assert (world.downloads / "file.bin").read_bytes() == CONTENT
    assert world.stint("get", f"ftp://127.0.0.1:{ftp}/none.bin").code == 66
    world.done("put", "-u", "me:hunter2", "file.bin", f"ftp://127.0.0.1:{ftp}/back.bin")
    assert (world.root / "ftp" / "back.bin").read_bytes() == CONTENT
    assert world.stint("put", "file.bin", f"ftp://127.0.0.1:{ftp}/back.bin").code == 77


# Bad servers


def test_a_header_of_10_mb_ends_the_job(world, daemon):
    def answer(handler, server):
        handler.send_response_only(200)
        handler.send_header("X-Long", "x" * 10 * MIB)
        reply(handler, 200, {}, CONTENT)

    with Scripted(answer) as server:
        ended = world.stint("get", server.url())
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
        ended = world.stint("get", server.url())
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
        ended = world.stint("get", "--max-filesize", "8MiB", server.url())
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
        ended = world.stint("get", server.url())
    assert ended.code == 74, ended
    assert "there is no room" in ended.err
    assert names(world.downloads) == []


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://127.0.0.1/x", "ftp://127.0.0.1/x"])
def test_a_server_leads_to_no_file_of_this_machine(world, daemon, to):
    with Scripted(lambda handler, _: reply(handler, 302, {"Location": to})) as server:
        ended = world.stint("get", server.url())
    assert ended.code == 76, ended
    assert names(world.downloads) == []


def test_redirects_are_followed_and_not_for_ever(world, daemon, origin_with):
    origin = origin_with(further="location /a { return 301 /b; } location /b { return 307 /file.bin; } "
                                 "location /round { return 302 /round; }")
    origin.serve("file.bin", CONTENT)
    world.done("get", "-O", origin.url("a"))
    assert (world.downloads / "a").read_bytes() == CONTENT
    assert world.stint("get", origin.url("round")).code == 76

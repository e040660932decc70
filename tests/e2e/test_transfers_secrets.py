"""Credentials reach the server they are for, stay with it, and are shown nowhere."""

import stat
import subprocess
from pathlib import Path

import pytest
from events import descendants
from origin import MIB, bytes_of
from scripted import Scripted, reply
from transfers import CONTENT, done, typed


def users_file(root):
    crypted = subprocess.run(["openssl", "passwd", "-apr1", "hunter2"], capture_output=True, text=True, check=True).stdout
    (root / "users").write_text(f"me:{crypted}")
    return root / "users"


@pytest.mark.parametrize("how", ["netrc", "netrc-file", "user", "url"])
def test_a_server_that_asks_for_a_password_gets_it(world, daemon, origin_with, how):
    origin = origin_with(further=f"auth_basic here; auth_basic_user_file {users_file(world.root)};")
    origin.serve("file.bin", CONTENT)
    assert typed(world, "get", origin.url("file.bin")).code == 77
    netrc = world.root / "home" / (".netrc" if how == "netrc" else "other")
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    words = {"netrc": ["-n"], "netrc-file": ["--netrc-file", str(netrc)], "user": ["-u", "me:hunter2"], "url": []}[how]
    url = origin.url("file.bin")
    done(world, "get", *words, url.replace("//", "//me:hunter2@") if how == "url" else url)
    assert (world.downloads / "file.bin").read_bytes() == CONTENT


def test_headers_and_cookies_reach_the_server_and_not_the_one_it_leads_to(world, daemon):
    def answer(handler, server):
        if handler.path == "/start":
            reply(handler, 302, {"Location": other.url("end.bin", host="localhost")})
        else:
            reply(handler, 200, {}, CONTENT)

    with Scripted(answer) as other, Scripted(answer) as first:
        done(world, "get", "-H", "Authorization: Bearer hunter2", "-H", "X-Key: other-key", "-b", "session=hunter2",
                   "-o", "end.bin", first.url("start"))
        (_, _, seen), = first.requests
        assert (seen["Authorization"], seen["X-Key"], seen["Cookie"]) == ("Bearer hunter2", "other-key", "session=hunter2")
        (_, _, seen), = other.requests
        assert not {"Authorization", "X-Key", "Cookie"} & set(seen)


@pytest.mark.parametrize("trusted", [False, True])
def test_another_port_is_told_nothing_unless_redirects_are_trusted(world, daemon, trusted):
    """A host's other port may be another user's: neither netrc nor a file of cookies knows ports."""
    def answer(handler, server):
        if handler.path == "/start":
            reply(handler, 302, {"Location": other.url("end.bin")})
        else:
            reply(handler, 200, {}, CONTENT)

    (world.downloads / "cookies").write_text("127.0.0.1\tFALSE\t/\tFALSE\t0\tname\thunter2\n")
    netrc = world.root / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    with Scripted(answer) as other, Scripted(answer) as first:
        done(world, "get", "-H", "X-Key: other-key", "-b", "cookies", "--netrc-file", str(netrc), "-o", "end.bin",
                   *(["--location-trusted"] if trusted else []), first.url("start"))
        (_, _, seen), = first.requests
        assert {"Authorization", "X-Key", "Cookie"} <= set(seen)
        (_, _, seen), = other.requests
        assert ({"Authorization", "X-Key", "Cookie"} & set(seen)) == ({"Authorization", "X-Key", "Cookie"} if trusted else set())


def test_headers_and_cookies_may_stand_in_files(world, daemon):
    (world.downloads / "headers").write_text("X-One: 1\r\n\r\nX-Two: 2\n")
    (world.downloads / "cookies").write_text("127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tvalue\n")
    with Scripted(lambda handler, _: reply(handler, 200, {}, CONTENT)) as server:
        done(world, "get", "-H", "@headers", "-b", "cookies", server.url())
        (_, _, seen), = server.requests
    assert (seen["X-One"], seen["X-Two"], seen["Cookie"]) == ("1", "2", "name=value")


@pytest.mark.parametrize("header", ["Range: bytes=0-", "no header", "X: a\r\nY: b"])
def test_a_header_that_would_spoil_the_transfer_is_refused(world, daemon, line, origin, header):
    assert typed(world, "get", "-H", header, origin.url("file.bin")).code == 64
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
    seen = [path for path in world.root.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]
    assert seen, "the store has it, for the next run"
    assert not [path for path in seen if others_may_read(path, world.root)]
    assert not [path for path in seen if path.is_relative_to(world.downloads)], "and nothing beside the file has"
    client.press("\x03")
    assert client.ends() == 75
    world.done("cancel", str(job))
    assert "hunter2" not in world.done("jobs", "--finished", "--json") + client.output

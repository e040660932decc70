"""Uploads by PUT, and by the tus protocol against its reference server: what arrives is the file as it was at one
moment, however often the way there breaks."""

import os

import pytest
import tus_server
from events import Directory, size_of, wait_for_end
from origin import MIB, Origin, contents
from scripted import Scripted, reply
from transfers import done, typed
from tus_server import TusServer

content = contents("upload", 24 * MIB)
other_content = contents("other", 24 * MIB)


@pytest.fixture
def source(world):
    path = world.downloads / "file.bin"
    path.write_bytes(content())
    return path


@pytest.fixture
def tus_with(world):
    if not tus_server.installed():
        pytest.skip("the reference server is not installed: ./test installs it where npm and Node.js 20.19 are")
    made = []

    def make(**how):
        made.append(TusServer(world.root / f"tus-{len(made)}", **how))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def tus(tus_with):
    return tus_with()


@pytest.fixture
def dav(world):
    """An nginx that files may be put to."""
    made = Origin(world.root / "dav", further="dav_methods PUT; create_full_put_path on; client_max_body_size 64m;")
    yield made
    made.stop()


# PUT


def test_put_sends_a_file_whole(world, daemon, line, source, dav):
    ended = typed(world, "put", "file.bin", dav.url("a/there.bin"))
    assert ended.code == 0, ended
    assert "sent" in ended.out
    assert (dav.www / "a" / "there.bin").read_bytes() == content()
    (job,) = line.jobs(finished=True)
    assert job["transferredUp"] == len(content())
    assert job["transferredDown"] == 0


def test_a_url_that_ends_with_a_slash_gets_the_files_name(world, daemon, dav):
    (world.downloads / "my file%.bin").write_bytes(b"")
    done(world, "put", "my file%.bin", dav.url("b/"))
    assert (dav.www / "b" / "my file%.bin").read_bytes() == b""


def test_what_can_never_be_put_is_no_job(world, daemon, line, source, dav):
    assert typed(world, "put", "none.bin", dav.url("x")).code == 66
    assert typed(world, "put", ".", dav.url("x")).code == 66
    assert typed(world, "put", "file.bin", "gopher://h/x").code == 64
    assert typed(world, "put", "--discard-on-cancel", "file.bin", dav.url("x")).code == 64
    assert typed(world, "put", "--tus", "file.bin", "ftp://h/x").code == 64
    assert line.jobs() == []


def test_a_server_that_takes_no_uploads_says_so_once(world, daemon, line, source, origin):
    source.write_bytes(b"small")  # or nginx would look at the size first
    ended = typed(world, "put", "file.bin", origin.url("x"))
    assert ended.code == 76, ended
    assert "405" in ended.err
    assert line.jobs() == []


def test_a_put_that_broke_off_is_sent_again_as_a_whole(world, daemon, line, source, dav):
    job = put(world, line, source, dav.url("there.bin"), "--limit-rate", "8MiB")
    line.until(job, lambda state: state["transferredUp"] > MIB)
    kill_the_app(daemon)
    assert world.stint("wait", str(job)).code == 0
    assert (dav.www / "there.bin").read_bytes() == content()


def test_a_file_that_changes_while_it_is_put_is_not_sent_as_a_mix(world, daemon, line, source, dav):
    job = put(world, line, source, dav.url("there.bin"), "--limit-rate", "4MiB")
    line.until(job, lambda state: state["transferredUp"] > MIB)
    with source.open("r+b") as file:
        file.write(b"changed")
    state = line.until(job, lambda state: state["state"] == "pending")
    assert state["failures"] == 1
    world.done("run-now", str(job))
    assert world.stint("wait", str(job)).code == 0
    assert (dav.www / "there.bin").read_bytes() == source.read_bytes()


def test_an_answer_without_end_ends_the_job(world, daemon, source):
    def answer(handler, server):
        handler.rfile.read(len(content()))
        handler.send_response_only(201)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"100000\r\n" + content()[:MIB] + b"\r\n")

    with Scripted(answer) as server:
        assert typed(world, "put", "file.bin", server.url()).code == 0  # 201 is its word


# tus


def put(world, line, source, url, *options):
    """An upload asked for in a terminal, and left; answers the job's id."""
    client = world.in_terminal("put", "--no-wait", str(source), url, *options)
    assert client.ends() == 0, client.output
    (job,) = [job["id"] for job in line.jobs()]
    return job


def kill_the_app(daemon):
    (pid,) = daemon.transfers()
    os.kill(pid, 9)
    wait_for_end(pid)


def put_half(world, line, tus, source, *options):
    """Begins an upload, and comes back when the server has a part of it; answers the job's id."""
    job = put(world, line, source, tus.url(), "--tus", "--limit-rate", "4MiB", *options)
    with Directory(tus.directory) as directory:
        directory.until(lambda: any(size_of(path) > 2 * MIB for path in tus.uploads()))
    return job


def test_tus_sends_a_file_and_says_where_it_is(world, daemon, line, source, tus):
    ended = typed(world, "put", "--tus", "file.bin", tus.url())
    assert ended.code == 0, ended
    (upload,) = tus.uploads()
    assert upload.name in ended.out
    assert upload.read_bytes() == content()
    assert '"filename":"file.bin"' in upload.with_suffix(".json").read_text().replace(" ", "")
    assert tus.methods() == ["OPTIONS", "POST", "PATCH"]
    assert line.jobs(finished=True)[0]["transferredUp"] == len(content())


def test_an_empty_file_is_an_upload(world, daemon, tus):
    (world.downloads / "empty").write_bytes(b"")
    done(world, "put", "--tus", "empty", tus.url())
    assert [size_of(path) for path in tus.uploads()] == [0]


@pytest.mark.parametrize("victim", ["app", "daemon"])
def test_an_upload_goes_on_where_the_server_has_it(world, source, tus, victim):
    daemon = world.start_daemon()
    with world.line() as line:
        job = put_half(world, line, tus, source)
    if victim == "app":
        kill_the_app(daemon)
    else:
        daemon.kill()
        world.start_daemon()
    assert world.stint("wait", str(job)).code == 0
    (upload,) = tus.uploads()
    assert upload.read_bytes() == content()
    assert tus.methods().count("POST") == 1
    offsets = [int(offset) for method, _, offset in tus.requests if method == "PATCH"]
    assert offsets[0] == 0
    assert offsets[-1] > 2 * MIB, "what it has is not sent again"


def test_a_network_that_goes_is_waited_for(world, daemon, line, source, tus):
    job = put_half(world, line, tus, source)
    world.done("device", "set", "network=none")
    line.until(job, lambda state: state["state"] == "pending")
    world.done("device", "reset")
    assert world.stint("wait", str(job)).code == 0
    (upload,) = tus.uploads()
    assert upload.read_bytes() == content()
    assert tus.methods().count("HEAD") >= 1


def replaced(source):
    source.with_name("new").write_bytes(other_content())
    os.replace(source.with_name("new"), source)


def rewritten_under_the_same_time(source):
    before = source.stat()
    with source.open("r+b") as file:
        file.write(other_content())
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [replaced, rewritten_under_the_same_time])
def test_a_file_that_changed_is_begun_anew_and_never_spliced(world, daemon, line, source, tus, change):
    job = put_half(world, line, tus, source)
    world.done("device", "set", "network=none")
    line.until(job, lambda state: state["state"] == "pending")
    change(source)
    world.done("device", "reset")
    ended = world.stint("wait", str(job))
    assert ended.code == 0, ended
    (upload,) = tus.uploads()
    assert upload.read_bytes() == other_content(), "and the old one was taken back"
    assert tus.methods().count("DELETE") == 1
    assert "begun anew: the file has changed since" in world.done("jobs", "--finished")


def test_a_file_that_changes_while_it_is_sent_is_never_whole_at_the_server(world, daemon, line, source, tus):
    job = put_half(world, line, tus, source)
    with source.open("r+b") as file:
        file.write(other_content())
    line.until(job, lambda state: state["state"] == "pending")
    assert all(size_of(path) < len(content()) for path in tus.uploads())
    world.done("run-now", str(job))
    assert world.stint("wait", str(job)).code == 0
    (upload,) = tus.uploads()
    assert upload.read_bytes() == other_content()


def test_an_upload_that_the_server_has_lost_is_begun_anew(world, daemon, line, source, tus):
    job = put_half(world, line, tus, source)
    world.done("device", "set", "network=none")
    line.until(job, lambda state: state["state"] == "pending")
    for path in list(tus.directory.iterdir()):
        path.unlink()
    world.done("device", "reset")
    assert world.stint("wait", str(job)).code == 0
    (upload,) = tus.uploads()
    assert upload.read_bytes() == content()


def test_an_upload_that_has_expired_is_not_asked_for(world, daemon, line, source, tus_with):
    tus = tus_with(kept_for=1500)
    job = put(world, line, source, tus.url(), "--tus", "--limit-rate", "4MiB")
    with Directory(tus.directory) as directory:
        directory.until(lambda: any(size_of(path) > 4 * MIB for path in tus.uploads()))  # more than a second's worth
    world.done("device", "set", "network=none")
    line.until(job, lambda state: state["state"] == "pending")
    (record,) = (world.root / "state" / "stint" / "uploads").glob("*.json")
    assert record.stat().st_mode & 0o777 == 0o600
    assert '"expires": -1' not in record.read_text(), "the server's word is kept"
    world.done("cancel", str(job))


@pytest.mark.parametrize("discards", [True, False])
def test_a_cancelled_upload_is_taken_back_where_that_was_wanted(world, daemon, line, source, tus, discards):
    job = put_half(world, line, tus, source, *(["--discard-on-cancel"] if discards else []))
    (pid,) = daemon.transfers()
    world.done("cancel", str(job))
    wait_for_end(pid)
    assert ("DELETE" in tus.methods()) == discards
    assert len(tus.uploads()) == (0 if discards else 1)
    assert line.jobs() == []


def test_a_file_that_is_too_large_for_the_server_is_not_begun(world, daemon, line, source, tus_with):
    tus = tus_with(largest=MIB)
    ended = typed(world, "put", "--tus", "file.bin", tus.url())
    assert ended.code == 77, ended
    assert tus.methods() == ["OPTIONS"]


def test_a_server_that_speaks_no_tus_is_named_so(world, daemon, line, source):
    with Scripted(lambda handler, _: reply(handler, 200)) as server:
        ended = typed(world, "put", "--tus", "file.bin", server.url())
    assert ended.code == 76, ended
    assert "does not support tus" in ended.err


def test_what_is_secret_stays_with_the_host_it_was_said_to(world, daemon, source):
    """The server names the upload's URL, and may name another's."""

    def create(handler, server):
        if handler.command == "OPTIONS":
            return reply(handler, 204, {"Tus-Version": "1.0.0", "Tus-Extension": "creation"})
        return reply(handler, 201, {"Location": other.url("stolen", host="localhost")})

    def take(handler, server):
        handler.rfile.read(len(content()))
        reply(handler, 204, {"Upload-Offset": str(len(content()))})

    with Scripted(take) as other, Scripted(create) as first:
        done(world, "put", "--tus", "-H", "X-Key: secret", "-b", "a=secret", "-u", "me:secret", "file.bin", first.url("u"))
        assert [headers["X-Key"] for _, _, headers in first.requests] == ["secret", "secret"]
        assert "secret" not in str(other.requests)

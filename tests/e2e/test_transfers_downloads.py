"""Downloads as a person types them: several at once, names, rates, proxies."""

import time

import pytest
from events import size_of
from origin import MIB, bytes_of
from scripted import Scripted, hold, reply
from transfers import CONTENT, done, names, typed


# Several at once


def test_each_url_is_a_job_of_its_own(world, daemon, line, origin):
    for name in ("a.bin", "b.bin", "c.bin"):
        origin.serve(name, name.encode() * 1000)
    ended = typed(world, "get", *(origin.url(name) for name in ("a.bin", "b.bin", "c.bin")))
    assert ended.code == 0, ended
    assert ended.out.count("saved ") == 3
    assert names(world.downloads) == ["a.bin", "b.bin", "c.bin"]
    assert len(line.jobs(finished=True)) == 3


def test_more_than_the_daemon_remembers_are_all_told_of(world, daemon, origin):
    """It remembers the last 20 ends of an app, and gives a number again once its job has ended."""
    urls = []
    for i in range(40):
        origin.serve(f"{i}.bin", b"x" * i)
        urls.append(origin.url(f"{i}.bin"))
    ended = typed(world, "get", "--plain", *urls)
    assert ended.code == 0, ended
    assert ended.out.count("saved ") == 40
    assert len(names(world.downloads)) == 40


def test_one_that_fails_does_not_keep_the_others_from_ending(world, daemon, origin):
    origin.serve("a.bin", CONTENT)
    origin.serve("c.bin", CONTENT)
    ended = typed(world, "get", origin.url("a.bin"), origin.url("none.bin"), origin.url("c.bin"))
    assert ended.code == 66
    assert "none.bin: the server has no such file (404 Not Found)" in ended.err
    assert names(world.downloads) == ["a.bin", "c.bin"]


def test_several_go_to_a_directory_and_never_to_one_file(world, daemon, line, origin):
    for name in ("a.bin", "b.bin"):
        origin.serve(name, CONTENT)
    (world.downloads / "all").mkdir()
    urls = [origin.url("a.bin"), origin.url("b.bin")]
    assert typed(world, "get", "-o", "x.bin", *urls).code == 64
    assert typed(world, "get", urls[0], urls[0] + "?again").code == 64
    assert line.jobs() == []
    done(world, "get", "-o", "all", *urls)
    assert names(world.downloads / "all") == ["a.bin", "b.bin"]


def test_directories_are_made_where_that_is_asked_for(world, daemon, origin):
    origin.serve("a.bin", CONTENT)
    refused = typed(world, "get", "-o", "new/deep/", origin.url("a.bin"))
    assert refused.code == 73 and "--create-dirs" in refused.err and not (world.downloads / "new").exists()
    done(world, "get", "--create-dirs", "-o", "new/deep/", origin.url("a.bin"))
    assert names(world.downloads / "new/deep") == ["a.bin"]
    (world.downloads / "file").write_text("in the way")
    assert typed(world, "get", "--create-dirs", "-o", "file/deep/", origin.url("a.bin")).code == 73


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
        ended = typed(world, "get", server.url("download?id=7"))
    assert ended.code == 0, ended
    assert names(world.downloads) == [name]
    assert (world.downloads / name).read_bytes() == CONTENT


def test_with_remote_name_a_file_is_called_as_the_url_ends(world, daemon):
    with Scripted(lambda handler, _: reply(handler, 200, {"Content-Disposition": "attachment; filename=x"}, CONTENT)) as server:
        done(world, "get", "-O", server.url("y.bin"))
        done(world, "get", "-o", "z.bin", server.url("y.bin"))
    assert names(world.downloads) == ["y.bin", "z.bin"]


def test_the_name_that_a_server_gives_replaces_nothing_unasked(world, daemon, origin_with):
    origin = origin_with(further="add_header Content-Disposition 'attachment; filename=mine.txt';")
    origin.serve("file.bin", CONTENT)
    (world.downloads / "mine.txt").write_bytes(b"mine")
    ended = typed(world, "get", origin.url("file.bin"))
    assert ended.code == 73, ended
    assert names(world.downloads) == ["mine.txt"], "and nothing was downloaded in vain"
    assert (world.downloads / "mine.txt").read_bytes() == b"mine"
    done(world, "get", "--force", origin.url("file.bin"))
    assert (world.downloads / "mine.txt").read_bytes() == CONTENT


# Rates


def test_a_rate_is_kept(world, daemon, origin):
    origin.serve("file.bin", CONTENT)
    start = time.monotonic()
    done(world, "get", "--limit-rate", "512K", origin.url("file.bin"))
    assert time.monotonic() - start > 4, "3 MiB at 512 KiB/s"
    assert typed(world, "get", "--limit-rate", "much", origin.url("file.bin"), "-o", "other").code == 64


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
        done(world, "get", *words, "http://nowhere.invalid/file.bin")
        (request,) = proxy.requests
        assert request[:2] == ("GET", "http://nowhere.invalid/file.bin")
        done(world, "get", *words, "--noproxy", "127.0.0.1", proxy.url("direct.bin"))
        assert proxy.requests[-1][1] == "/direct.bin"

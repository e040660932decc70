"""`stint get --mirror`: two real servers, the first of which dies, has lost the file, or another one (linux.md §B)."""

import os
import signal

from events import Directory, size_of
from origin import MIB, bytes_of
from transfers import done, names, typed

FILE = bytes_of("mirrored", 6 * MIB)
DATE = 1_700_000_000


def two(origin_with, second=FILE, modified=DATE):
    """The first is slow enough to be killed in the middle."""
    first, mirror = origin_with(rate="2m"), origin_with(rate="3m")
    digest = first.serve("f.bin", FILE, DATE)
    mirror.serve("f.bin", second, modified)
    return first, mirror, digest


def killed_in_the_middle(world, first, *words):
    """The first source dies, with its connections, when so much is there; answers the command under way."""
    client = world.in_terminal("get", *words, first.url("f.bin"))
    part = world.downloads / ".f.bin.stint-part"
    with Directory(world.downloads) as watched:
        watched.until(lambda: size_of(part) > MIB)
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait()
    return client


def resumed_at(mirror):
    mirror.stop()
    (one,) = mirror.requests()
    assert one["status"] == 206 and one["ifRange"] == "", one
    return int(one["range"].removeprefix("bytes=").rstrip("-"))


def test_the_mirror_goes_on_where_the_first_source_was_killed(world, daemon, line, origin_with):
    first, mirror, _ = two(origin_with)
    client = killed_in_the_middle(world, first, "--mirror", mirror.url("f.bin"))
    assert client.ends() == 0, client.output
    assert f"the last of it from 127.0.0.1 port {mirror.port}" in client.output
    assert "begun anew" not in client.output
    assert (world.downloads / "f.bin").read_bytes() == FILE
    assert resumed_at(mirror) > MIB // 2
    assert names(world.downloads) == ["f.bin"]


def test_with_a_checksum_the_dates_do_not_matter(world, daemon, origin_with):
    first, mirror, digest = two(origin_with, modified=DATE + 5)
    client = killed_in_the_middle(world, first, "--mirror", mirror.url("f.bin"), "--checksum", f"sha256:{digest}")
    assert client.ends() == 0, client.output
    assert "begun anew" not in client.output
    assert (world.downloads / "f.bin").read_bytes() == FILE
    assert resumed_at(mirror) > MIB // 2


def test_without_one_another_date_has_it_begun_anew_and_told(world, daemon, origin_with):
    first, mirror, _ = two(origin_with, modified=DATE + 5)
    client = killed_in_the_middle(world, first, "--mirror", mirror.url("f.bin"))
    assert client.ends() == 0, client.output
    assert "begun anew: the next source does not show that its file is the same" in client.output
    assert (world.downloads / "f.bin").read_bytes() == FILE


def test_a_mirror_with_another_file_is_never_mixed_in(world, daemon, line, origin_with):
    first, mirror, _ = two(origin_with, second=bytes_of("other", 5 * MIB))
    client = killed_in_the_middle(world, first, "--retries", "0", "--mirror", mirror.url("f.bin"))
    assert client.ends() == 74, client.output
    assert "it has another file than what is there, which is kept" in client.output
    part = (world.downloads / ".f.bin.stint-part").read_bytes()
    assert len(part) > MIB and FILE.startswith(part)


def test_a_checksum_finds_the_right_file_behind_a_mirror_with_another(world, daemon, origin_with):
    first, mirror, digest = two(origin_with, second=bytes_of("other", 6 * MIB))
    third = origin_with()
    third.serve("f.bin", FILE, DATE)
    client = killed_in_the_middle(world, first, "--mirror", mirror.url("f.bin"), "--mirror", third.url("f.bin"),
                                  "--checksum", f"sha256:{digest}")
    assert client.ends() == 0, client.output
    assert (world.downloads / "f.bin").read_bytes() == FILE


def test_a_file_that_the_first_has_not_comes_from_the_mirror(world, daemon, origin_with):
    first, mirror, _ = two(origin_with)
    (first.www / "f.bin").unlink()
    told = done(world, "get", "--mirror", mirror.url("f.bin"), first.url("f.bin"))
    assert f"from 127.0.0.1 port {mirror.port}" in told
    assert (world.downloads / "f.bin").read_bytes() == FILE


def test_where_nobody_has_it_each_says_why_and_a_retry_knows_the_mirrors(world, daemon, origin_with):
    first, mirror, _ = two(origin_with)
    (first.www / "f.bin").unlink()
    (mirror.www / "f.bin").unlink()
    ended = typed(world, "get", "--mirror", mirror.url("f.bin"), first.url("f.bin"))
    assert ended.code == 66, ended
    for origin in first, mirror:
        assert f"127.0.0.1 port {origin.port}: the server has no such file" in " ".join(ended.err.split())
    mirror.serve("f.bin", FILE, DATE)
    done(world, "retry", "1")
    assert world.stint("wait", "1").code == 0
    assert (world.downloads / "f.bin").read_bytes() == FILE


def test_mirrors_outlive_a_kill_of_the_daemon_and_secrets_of_theirs_are_withheld(world, origin_with):
    daemon = world.start_daemon()
    first, mirror, _ = two(origin_with)
    secret = mirror.url("f.bin").replace("http://", "http://me:hunter2@")
    client = world.in_terminal("get", "--no-wait", "--mirror", secret, first.url("f.bin"))
    assert client.ends() == 0, client.output
    part = world.downloads / ".f.bin.stint-part"
    with Directory(world.downloads) as watched:
        watched.until(lambda: size_of(part) > MIB)
    daemon.kill()
    os.killpg(first.process.pid, signal.SIGKILL)
    first.process.wait()
    world.start_daemon()
    assert world.stint("wait", "1").code == 0
    assert (world.downloads / "f.bin").read_bytes() == FILE
    assert resumed_at(mirror) > MIB // 2
    for words in ("why", "1"), ("jobs", "--finished"), ("log",):
        ended = world.stint(*words)
        assert "hunter2" not in ended.out + ended.err


def test_why_names_the_mirrors(world, daemon, origin_with):
    first, mirror, _ = two(origin_with)
    secret = mirror.url("f.bin").replace("http://", "http://me:hunter2@")
    client = world.in_terminal("get", "--no-wait", "--charging", "--mirror", secret,
                               first.url("f.bin"))
    assert client.ends() == 0, client.output
    told = world.stint("why", "1").out
    assert mirror.url("f.bin") in told and "hunter2" not in told, told


def test_what_has_no_mirrors_says_so(world, daemon, line, origin):
    origin.serve("a.bin", FILE)
    (world.downloads / "list").write_text(origin.url("a.bin"))
    for words, told in ((["-i", "list"], "the lines of -i have none"),
                        ([origin.url("a.bin"), origin.url("b.bin")], "2 URLs are given"),
                        (["--checksum", "auto", origin.url("a.bin")], "vouch for itself")):
        ended = world.stint("get", "--mirror", origin.url("m.bin"), *words)
        assert ended.code == 64 and told in ended.err, ended
    ended = world.stint("get", "--mirror", "file:///etc/passwd", origin.url("a.bin"))
    assert ended.code == 64 and '--mirror: the scheme "file" is not supported' in ended.err, ended
    ended = world.stint("get", *["--mirror", origin.url("m.bin")] * 17, origin.url("a.bin"))
    assert ended.code == 64 and "17 mirrors are given: 16 are the most" in ended.err, ended
    assert line.jobs() == []

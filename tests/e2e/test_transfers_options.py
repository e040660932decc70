"""curl's options by curl's names, against real servers; each is kept with the job."""

import json

import pytest
from certificates import Authority, openssl
from events import size_of
from origin import MIB, bytes_of
from scripted import Scripted, reply
from transfers import CONTENT, done, names, typed

WARNING = "stint: warning: with --insecure no server is verified"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ca")


@pytest.fixture(scope="module")
def client(authority):
    """(certificate, key, the same key under a passphrase)"""
    certificate, key = authority.certificate("client")
    locked = key.with_suffix(".locked")
    openssl("pkey", "-aes256", "-in", key, "-out", locked, "-passout", "pass:hunter2")
    return certificate, key, locked


@pytest.fixture
def strict(origin_with, authority):
    """It serves whoever shows a certificate of the authority's."""
    made = origin_with(certificate=authority.certificate("server"),
                       further=f"ssl_client_certificate {authority.file}; ssl_verify_client on;")
    made.serve("file.bin", CONTENT)
    return made


# Certificates


def test_a_client_certificate_is_shown_to_who_asks_for_one(world, daemon, strict, authority, client):
    certificate, key, locked = map(str, client)
    url, trust = strict.url("file.bin"), ["--cacert", str(authority.file)]
    none = typed(world, "get", *trust, url)
    assert none.code == 76
    assert "the server answered 400 Bad Request" in none.err
    done(world, "get", *trust, "-E", certificate, "--key", key, url)
    assert (world.downloads / "file.bin").read_bytes() == CONTENT
    done(world, "get", *trust, "--force", "--cert", certificate, "--key", locked, "--pass", "hunter2", url)
    wrong = typed(world, "get", *trust, "--force", "--cert", certificate, "--key", locked, "--pass", "*******", url)
    assert wrong.code == 64
    assert "the client certificate cannot be used" in wrong.err


def test_a_client_certificate_is_not_shown_where_a_redirect_leads(world, daemon, strict, origin_with, authority, client):
    """Two origins are two servers, and who one is there is no business of the other."""
    certificate, key, _ = map(str, client)
    first = origin_with(certificate=authority.certificate("first"),
                        further=f"location / {{ return 302 {strict.url('file.bin')}; }}")
    words = ["--cacert", str(authority.file), "-E", certificate, "--key", key, first.url("file.bin")]
    assert "400 Bad Request" in typed(world, "get", *words).err
    done(world, "get", "--location-trusted", *words)


def test_an_insecure_transfer_says_so_whatever_else_is_silent(world, daemon, origin_with, tmp_path):
    origin = origin_with(certificate=Authority(tmp_path / "nobody").certificate("self", "DNS:elsewhere.example"))
    origin.serve("file.bin", CONTENT)
    assert typed(world, "get", origin.url("file.bin")).code == 77
    ended = world.stint("get", "--quiet", "-k", origin.url("file.bin"))
    assert ended.code == 0, ended
    assert ended.err.startswith(WARNING)
    assert (world.downloads / "file.bin").read_bytes() == CONTENT


# Headers


def test_a_server_hears_the_name_and_the_referer_that_were_given(world, daemon):
    with Scripted(lambda handler, _: reply(handler, 200, {}, CONTENT)) as other, \
            Scripted(lambda handler, _: reply(handler, 302, {"Location": other.url("other.bin")})) as server:
        done(world, "get", "-A", "mine/1", "-e", "http://from.example/", server.url("file.bin"))
        ((_, _, first),), ((_, _, second),) = server.requests, other.requests
    assert (first["User-Agent"], first["Referer"]) == ("mine/1", "http://from.example/")
    assert second["User-Agent"] == "mine/1"
    assert "Referer" not in second, "it is told to the server that it was meant for"


# The way there


def test_a_host_is_reached_where_resolve_says_and_by_the_family_that_was_asked_for(world, daemon, origin_with):
    four, six = origin_with(), origin_with(address="::1")
    for origin in (four, six):
        origin.serve("file.bin", CONTENT)
    there = f"nowhere.invalid:{four.port}:127.0.0.1"
    done(world, "get", "--resolve", there, f"http://nowhere.invalid:{four.port}/file.bin")
    both = ["--resolve", f"nowhere.invalid:{six.port}:127.0.0.1,[::1]", f"http://nowhere.invalid:{six.port}/file.bin"]
    done(world, "get", "-6", "-o", "six", *both)
    refused = typed(world, "get", "-4", "--retries", "0", "-o", "four", *both)
    assert f"cannot connect to nowhere.invalid port {six.port}: refused" in refused.err


def test_an_interface_is_the_way_out(world, daemon, origin):
    origin.serve("file.bin", CONTENT)
    done(world, "get", "--interface", "lo", origin.url("file.bin"))
    ended = typed(world, "get", "--interface", "none0", "--retries", "0", "-o", "other", origin.url("file.bin"))
    assert ended.code != 0
    assert "none0" in ended.err, ended.err


# Time


def test_a_request_that_takes_longer_than_it_may_is_tried_again_from_where_it_was(world, daemon, line, slow_origin):
    slow_origin.serve("file.bin", bytes_of("long", 16 * MIB))
    job = world.get(slow_origin.url("file.bin"), "--max-time", "1")
    state = line.until(job, lambda state: state["state"] == "pending")
    assert state["failures"] == 1
    assert size_of(world.downloads / ".file.bin.stint-part") >= MIB
    world.done("cancel", str(job))
    ended = typed(world, "get", "--max-time", "1", "--retries", "0", "-o", "other", slow_origin.url("file.bin"))
    assert "not done within 1 s (--max-time)" in ended.err


# Options that cannot be right


@pytest.mark.parametrize(("words", "why"), [
    (["-4", "-6"], "-4 and -6 contradict each other"),
    (["--key", "/etc/hostname"], "--key needs --cert"),
    (["--max-time", "soon"], '"soon" is not a number of seconds'),
    (["--retries", "-1"], '"-1" is not a number of tries'),
    (["--resolve", "a:b"], '"a:b" is not HOST:PORT:ADDRESS'),
    (["-k", "--cacert", "/etc/hostname"], "--insecure and --cacert contradict each other"),
])
def test_options_that_cannot_be_right_are_refused(world, daemon, line, words, why):
    for verb in (["get"], ["put", "file"]):
        (world.downloads / "file").write_text("x")
        ended = world.stint(*verb, *words, "http://h.example/x")
        assert ended.code == 64, ended
        assert why in ended.err
    assert line.jobs() == []


def test_what_was_given_is_kept_over_a_kill_and_the_passphrase_is_shown_nowhere(world, strict, authority, client):
    certificate, _, locked = map(str, client)
    daemon = world.start_daemon()
    world.done("device", "set", "network=none")
    job = world.get(strict.url("file.bin"), "--cacert", str(authority.file), "-E", certificate, "--key", locked,
                    "--pass", "hunter2")
    shown = [world.stint(*words).out for words in (["jobs"], ["jobs", "--json"], ["why", str(job), "--json"],
                                                   ["dumpsys", "jobscheduler"], ["dumpsys", "jobscheduler", "--json"])]
    assert all("hunter2" not in out for out in shown), json.dumps(shown)
    daemon.kill()
    world.start_daemon()
    world.done("device", "reset")
    assert world.stint("wait", str(job)).code == 0
    assert names(world.downloads) == ["file.bin"]


# Retries


SOON = {"job.min_backoff": "100ms", "job.default_backoff": "100ms"}


@pytest.mark.parametrize("verb", ["get", "put"])
def test_after_its_retries_a_transfer_has_failed_for_good(world, verb):
    world.start_daemon(SOON)
    (world.downloads / "sent").write_bytes(CONTENT)
    with Scripted(lambda handler, _: reply(handler, 503)) as server:
        words = {"get": [server.url()], "put": ["sent", server.url()]}[verb]
        ended = typed(world, verb, "--retries", "2", *words)
        assert ended.code == 74, ended
        assert "the server cannot answer now (503 Service Unavailable), after 3 tries" in ended.err
        again = typed(world, verb, "--retries", "0", *words)
        assert again.code == 74
        assert "after" not in again.err.split("503")[1], "of a new job each try counts anew"
        assert len({request[0] for request in server.requests}) == 1
        assert len(server.requests) == 4

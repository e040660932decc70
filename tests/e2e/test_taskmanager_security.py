"""Callers of the page's server and what each may ask, with sockets written by hand (linux.md §A.11; SECURITY.md). Each
refusal has the status that fits; what is refused is not read further, and nobody else is slowed."""

import json
import os
import re
import socket
import stat
import subprocess
from base64 import b64encode
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest
from commands import SHELL, schedule
from page_tricks import CAN_BE_ANOTHER, HIDING, of_another, of_closed, of_crowd, of_job
from taskmanager import Served, read_answer

MIB = 1 << 20
PAUSE = "/api/jobs/pause"
JOB = {"job": "com.example.mail/7"}


@pytest.fixture
def web(world):
    root = world.root / "web"
    root.mkdir()
    (root / "index.html").write_text("<!DOCTYPE html><title>Stint</title>")
    (root / "app.js").write_text("export const one = 1;\n")
    (world.root / "secret.js").write_text("no page")
    (root / "out.js").symlink_to(world.root / "secret.js")
    return root


@pytest.fixture
def served(world, web):
    return Served(world, "--web-root", str(web))


@pytest.fixture
def entered(served):
    return served.enter()


class TestToken:
    def test_without_the_cookie_all_is_401_but_the_page_of_entry_which_tells_nothing(self, served):
        for method, path in (("GET", "/"), ("GET", "/app.js"), ("GET", "/api/events"), ("GET", "/metrics"),
                             ("GET", "/nothing"), ("POST", PAUSE), ("BREW", "/coffee"), ("GET", "/../etc/passwd")):
            answer = served.ask(method, path)
            assert answer.status == (200 if path == "/" else 401), (method, path)  # a browser reports 401 as an error
            assert "server" not in answer.headers and "stintd" not in answer.body.decode()
            assert bool(answer.body) == (path == "/"), path

    def test_a_cookie_of_our_name_that_another_server_has_set_shuts_nobody_out(self, entered):
        """A browser sends that of the longer path first, and cookies know no port."""
        own, other = f"stint={entered.cookie}", f"stint={'0' * 64}"
        for cookies in (f"{other}; {own}", f"{own}; {other}", f"a=b; {'; '.join([other] * 100)}; {own}"):
            assert entered.ask("GET", "/app.js", {"Cookie": cookies}).status == 200
        twice = entered.request("GET", "/app.js", {"Cookie": other}).replace(b"\r\n\r\n", f"\r\nCookie: {own}\r\n\r\n".encode())
        assert entered.raw(twice).status == 200
        assert entered.ask("GET", "/app.js", {"Cookie": "; ".join([other] * 200)}).status == 401

    @pytest.mark.parametrize("cookie", ["", "0", "0" * 63, "0" * 64, "0" * 65, "../../", "é"])
    def test_a_wrong_cookie_is_none(self, served, cookie):
        assert served.ask("GET", "/app.js", {"Cookie": f"stint={cookie}"}).status == 401

    def test_the_token_is_no_cookie(self, served):
        """A caller who can read the token's file still has to enter, and is checked there."""
        assert served.ask("GET", "/app.js", {"Cookie": f"stint={served.token}"}).status == 401

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"token": 7}', b'{"token": ""}', b"[" * 16000,
                                      b'{"token": "' + b"0" * 64 + b'"}'])
    def test_a_wrong_token_does_not_enter(self, served, body):
        assert served.post("/enter", body).status == 401

    def test_the_token_with_a_word_more_does_not_enter(self, served):
        assert served.post("/enter", {"token": served.token, "more": 1}).status == 401

    def test_the_cookie_is_strict_and_no_scripts_business(self, served):
        answer = served.post("/enter", {"token": served.token})
        assert answer.status == 204
        assert re.fullmatch(r"stint=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=/", answer.headers["set-cookie"])
        assert served.enter().get("/").status == 200

    def test_two_servers_have_two_tokens(self, world, served):
        first = served.token
        served.process.terminate()
        served.process.wait(30)
        assert Served(world).token != first

    def test_the_first_page_has_one_script_and_its_policy_knows_it(self, served):
        answer = served.get("/")
        (script,) = re.findall(rb"<script>(.*?)</script>", answer.body)
        hashed = b64encode(sha256(script).digest()).decode()
        assert f"script-src 'sha256-{hashed}';" in answer.headers["content-security-policy"]
        assert "stint ui" in answer.body.decode()

    def test_the_address_is_in_a_file_that_only_its_user_reads(self, world, served):
        file = world.runtime / "taskmanager.address"
        assert file.read_text().strip() == served.address
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


class TestHeaders:
    def test_every_answer_keeps_others_pages_away(self, entered):
        for path in ("/", "/app.js", "/nothing", "/api/constraints"):
            headers = entered.get(path).headers
            assert headers["content-security-policy"].startswith("default-src 'self'; ")
            assert headers["x-frame-options"] == "DENY"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert not any(name.startswith("access-control") for name in headers)

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", "",
                                      "127.0.0.1:{port}.evil.example", "2130706433:{port}"])
    def test_a_host_that_is_not_ours_is_refused(self, entered, host):
        """A name of the net that leads to 127.0.0.1."""
        assert entered.ask("GET", "/", {"Host": host.format(port=entered.port)}).status == 421

    def test_no_host_and_two_hosts_are_refused(self, entered):
        assert entered.ask("GET", "/", {"Host": None}).status == 400
        twice = entered.request("GET", "/").replace(b"\r\n\r\n", f"\r\nHost: {entered.host}\r\n\r\n".encode())
        assert entered.raw(twice).status == 400

    @pytest.mark.parametrize("host", ["localhost", "LocalHost", "[::1]", "127.0.0.1"])
    def test_our_own_names_are_not(self, entered, host):
        assert entered.ask("GET", "/", {"Host": f"{host}:{entered.port}"}).status == 200

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "https://{host}",
                                        "http://{host}.evil.example", "http://127.0.0.1:1"])
    def test_a_foreign_origin_is_refused(self, entered, origin):
        headers = {"Origin": origin.format(host=entered.host)}
        assert entered.post(PAUSE, JOB, headers=headers).status == 403
        assert entered.get("/", headers=headers).status == 403
        assert entered.post("/enter", {"token": entered.token}, headers=headers).status == 403

    def test_a_foreign_origin_is_refused_behind_our_own_too(self, entered):
        own = f"Origin: http://{entered.host}\r\n"
        asked = entered.request("POST", PAUSE, body=JOB)
        both = asked.replace(b"\r\n", f"\r\n{own}Origin: https://evil.example\r\n".encode(), 1)
        assert entered.raw(both).status == 403

    def test_the_pages_own_is_not(self, entered):
        assert entered.get("/", headers={"Origin": f"http://{entered.host}"}).status == 200


class TestShape:
    def test_another_method_is_405_and_says_which(self, entered):
        for method, path, right in (("POST", "/", "GET, HEAD"), ("GET", PAUSE, "POST"), ("DELETE", "/app.js", "GET, HEAD"),
                                    ("BREW", "/api/events", "GET, HEAD"), ("GET", "/enter", "POST")):
            answer = entered.ask(method, path)
            assert (answer.status, answer.headers["allow"]) == (405, right), (method, path)

    @pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                                      "application/jsonp", "text/json"])
    def test_another_content_type_is_415(self, entered, kind):
        assert entered.ask("POST", PAUSE, {"Content-Type": kind}, JOB).status == 415

    @pytest.mark.parametrize("path", ["/..", "/../x.js", "/views/../app.js", "/./app.js", "//app.js", "/.git/config",
                                      "/%2e%2e/secret.js", "/app%2ejs", "/..%2fsecret.js", "/\\..\\secret.js",
                                      "http://127.0.0.1/app.js", "*"])
    def test_a_path_that_climbs_is_refused(self, entered, path):
        assert entered.get(path).status == 400

    @pytest.mark.parametrize("path", ["/secret.js", "/out.js", "/views", "/nothing.js", "/api/nothing", "/app.js/x"])
    def test_what_is_no_file_of_the_page_is_404(self, entered, path):
        assert entered.get(path).status == 404

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"{}", b'{"job": 7}', b'{"job": "x/7", "force": true}',
                                      b'{"job": "7"}', b'{"job": null}', b"[" * 16000, b"\xff"])
    def test_a_body_that_is_not_understood_is_400_and_says_why(self, entered, body):
        answer = entered.post(PAUSE, body)
        assert answer.status == 400 and answer.json["error"]

    @pytest.mark.parametrize("line", [b"GET", b"GET /", b"GET / HTTP/1.1 x", b"\x00\x01\x02", b"GET / HTTP/9.9",
                                      b"{}", b"GET / HTTP/1.1\r\nHost 127.0.0.1", b"GET / HTTP/1.1\r\n: x"])
    def test_what_is_no_http_is_refused(self, served, line):
        assert served.raw(line + b"\r\n\r\n").status in (400, 505)

    def test_a_waiting_body_is_not_waited_for(self, entered):
        assert entered.post(PAUSE, JOB, headers={"Expect": "100-continue"}).status == 417


    def test_an_encoding_that_is_none_is_501_and_its_body_no_request(self, entered):
        head = entered.request("POST", PAUSE, {"Content-Type": "application/json", "Transfer-Encoding": "xchunked"})
        with entered.connect(30) as connection:
            connection.sendall(head + entered.request("GET", "/metrics"))
            with connection.makefile("rb") as stream:
                answers = stream.read()
        assert answers.startswith(b"HTTP/1.1 501 ") and answers.count(b"HTTP/1.1 ") == 1

    def test_a_chunk_of_no_length_is_told_as_that(self, entered):
        head = entered.request("POST", PAUSE, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        wrong = entered.raw(head, b"-1\r\n{}\r\n0\r\n\r\n")
        assert wrong.status == 400 and b"16 KiB" not in wrong.body


class TestAmount:
    def test_a_gigabyte_that_is_announced_is_413_before_its_first_byte(self, entered):
        head = entered.request("POST", PAUSE, {"Content-Type": "application/json", "Content-Length": str(1 << 30)})
        assert entered.raw(head).status == 413

    def test_a_gigabyte_that_is_sent_is_not_read(self, entered):
        head = entered.request("POST", PAUSE, {"Content-Type": "application/json", "Content-Length": str(1 << 30)})
        with entered.connect() as connection:
            connection.sendall(head)
            sent = 0
            try:
                while sent < 1 << 30:
                    sent += connection.send(b"0" * MIB)
            except OSError:
                pass
            assert sent < 64 * MIB, "buffers of the kernel, and no more"

    def test_a_body_in_chunks_ends_at_its_bound(self, entered):
        head = entered.request("POST", PAUSE, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        chunk = b"4000\r\n" + b"0" * 0x4000 + b"\r\n"
        assert entered.raw(head, chunk, chunk).status == 413

    def test_sixteen_kibibytes_are_not_too_much(self, entered):
        body = b'{"job": "x/7"' + b" " * (16384 - 14) + b"}"
        assert len(body) == 16384
        assert entered.post(PAUSE, body).status == 503, "it is understood, and there is no daemon"
        assert entered.post(PAUSE, body + b" ").status == 413

    def test_a_stranger_learns_nothing_of_the_bound(self, served):
        head = served.request("POST", PAUSE, {"Content-Type": "application/json", "Content-Length": str(1 << 30)})
        assert served.raw(head).status == 401

    def test_a_header_without_end_is_431(self, served):
        with served.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            try:
                for _ in range(100_000):
                    connection.sendall(b"X-More: and more and more and more and more\r\n")
            except OSError:
                pass
            else:
                raise AssertionError("four megabytes of a header were read")
        assert served.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000).status == 431

    def test_a_line_without_end_is_431(self, served):
        assert served.raw(b"GET /" + b"x" * 20_000).status == 431

    def test_a_header_that_does_not_come_is_408(self, served):
        assert served.raw(b"GET / HTTP/1.1\r\nHost: ").status == 408

    def test_who_says_nothing_is_shown_the_door(self, served):
        with served.connect() as connection:
            assert connection.recv(1) == b""

    def test_a_body_that_does_not_come_is_408(self, entered):
        assert entered.raw(entered.request("POST", PAUSE, {"Content-Length": "16"}, b"{")).status == 408


class TestCrowd:
    def descriptors(self, served):
        return len(os.listdir(f"/proc/{served.process.pid}/fd"))

    def test_five_hundred_connections_held_open_take_nothing_from_the_one_who_entered(self, entered):
        with ExitStack() as held, entered.events() as events:
            assert events.next().topic == "hello"
            for _ in range(500):
                held.enter_context(entered.connect()).sendall(b"GET / HTTP/1.1\r\n")
            assert entered.get("/").status == 200
            assert self.descriptors(entered) < 90
            # The stream has not been given up for them.
            assert events.until(lambda event: event.topic == "daemon").data["state"] == "down"

    def test_streams_without_end_leave_room_for_calls_and_keep_their_own_share(self, entered):
        with ExitStack() as held:
            streams = [held.enter_context(entered.events()) for _ in range(64)]
            for _ in range(40):  # what is said by none who has entered goes first, however much of it comes
                held.enter_context(entered.connect()).sendall(b"GET / HTTP/1.1\r\n")
            assert [entered.get("/").status for _ in range(20)] == [200] * 20
            assert self.descriptors(entered) < 90
            for stream in streams[-32:]:
                assert stream.next().topic == "hello"

    def test_bodies_that_do_not_come_leave_room_for_calls(self, entered):
        """They come from whoever has the cookie, beside streams."""
        assert of_crowd(entered, streams=32, bodies=64) == [200] * 20

    def test_one_after_another_on_a_connection(self, entered):
        with entered.connect() as connection, connection.makefile("rb") as stream:
            for _ in range(3):
                connection.sendall(entered.request("GET", "/app.js"))
                assert read_answer(stream).status == 200

    def test_a_reader_that_does_not_read_holds_up_nobody(self, entered):
        with entered.connect() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(entered.request("GET", "/api/constraints") * 200)
            assert entered.get("/").status == 200


as_another = pytest.mark.skipif(not CAN_BE_ANOTHER, reason="to be another user takes root")


class TestNeighbours:
    @as_another
    @pytest.mark.parametrize("how", ["stay", "half", "six", "mapped"])
    def test_another_user_gets_401_even_with_the_token_and_the_cookie(self, entered, how):
        """The kernel tells whose a socket is (sock_diag)."""
        for request in (entered.request("GET", "/"), entered.request("GET", "/app.js"),
                        entered.request("POST", "/enter", body={"token": entered.token}),
                        entered.request("GET", "/", {"Host": "evil.example"})):
            assert of_another(entered, request, how)[1].startswith("HTTP/1.1 401 ")
        assert entered.get("/").status == 200

    @as_another
    @pytest.mark.parametrize("how", ["close", "reset", "anew"])
    def test_another_user_who_has_closed_before_he_is_accepted_acts_as_nobody(self, world, line, daemon, how):
        """The kernel tells no user of a socket that nobody has any more; and one of ours may have its addresses by then."""
        line.set_device(charging="false")
        served = Served(world).enter()
        job = f"{SHELL}/{schedule(world, '--charging', '--', 'true')}"
        assert of_closed(served, job, how)
        assert json.loads(world.done("jobs", "--json"))["job"] == job

    def test_a_socket_of_ipv6_and_one_that_has_said_all_are_ours(self, entered):
        for place, shut in (("::1", False), ("::ffff:127.0.0.1", False), ("127.0.0.1", True)):
            with socket.create_connection((place, entered.port), 30) as connection:
                connection.sendall(entered.request("POST", "/enter", body={"token": entered.token}))
                if shut:
                    connection.shutdown(socket.SHUT_WR)
                with connection.makefile("rb") as stream:
                    assert read_answer(stream).status == 204, place

    def test_it_listens_on_loopback_alone(self, served):
        inodes = {re.match(r"socket:\[(\d+)\]", os.readlink(fd))[1] for fd in Path(f"/proc/{served.process.pid}/fd").iterdir()
                  if os.readlink(fd).startswith("socket:")}
        listening = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
        addresses = {row[1].partition(":")[0] for row in listening if row[3] == "0A" and row[9] in inodes}
        assert addresses and addresses <= {"0100007F", "0" * 24 + "01000000"}

    def test_one_serves_and_the_second_says_where(self, world, served):
        second = subprocess.run([served.process.args[0]], env=world.environment, capture_output=True, text=True,
                                timeout=30, check=False)
        assert (second.returncode, second.stdout.strip()) == (0, served.address)
        assert served.enter().get("/").status == 200

    def test_a_file_that_was_planted_in_place_of_its_own_is_not_written_to(self, world):
        world.runtime.mkdir(mode=0o700, exist_ok=True)
        victim = world.root / "victim"
        victim.write_text("mine")
        (world.runtime / "taskmanager.address.new").symlink_to(victim)
        (world.runtime / "taskmanager.address").symlink_to(victim)
        assert Served(world).enter().get("/api/constraints").status == 200
        assert victim.read_text() == "mine"


class TestJobs:
    @pytest.mark.parametrize("how", HIDING)
    def test_a_job_that_reads_the_token_does_not_enter_however_it_hides_its_socket(self, world, daemon, how):
        """The socket's cgroup is that in which it was made; where another one could be gone to, somebody who is no job's
        has to be seen with it."""
        if how.startswith("moved") and "no cgroup" in world.done("doctor"):
            pytest.skip("no cgroup is ours here: none to come from")
        served = Served(world)
        assert of_job(world, served, how).startswith("HTTP/1.1 401 ")
        assert served.enter().cookie, "and who is none enters"

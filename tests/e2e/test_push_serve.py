"""A server of push on one machine (push.md §5), and devices that join it and leave it (§3.1)."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from certificates import Authority
from push_line import MAIL, PushLine, until
from push_served import Served, another, authority, line_of, misspelt, needs_all, push, served  # noqa: F401
from push_server import free_port
from world import BIN, ROOT

pytestmark = needs_all



# `serve`.


def test_one_machine_serves_itself(world, push, served):
    assert served.origin == f"http://127.0.0.1:{served.port}"
    app = push.connector(MAIL)
    app.endpoint("a")
    assert app.url("a").startswith(served.origin + "/push/v1/")
    push.sends(app, "a", "three new")
    app.until_texts(["three new"], "a")
    assert "connected" in world.done("push", "status")


def test_the_example_app_gets_what_is_sent(world, bus, push):  # README.md, examples/unifiedpush
    app = subprocess.Popen([sys.executable, ROOT / "examples" / "unifiedpush" / "mail.py"], text=True,
                           stdout=subprocess.PIPE, env=world.environment | {"DBUS_SESSION_BUS_ADDRESS": bus.address})
    world.processes.append(app)
    word, url = app.stdout.readline().split()
    assert word == "endpoint"
    sent = world.done("push", "send", url, "--urgency", "high", "--ttl", "1h", "--topic", "inbox", "3 new")
    assert sent.startswith("201: the server has it, and keeps it for 1h\n")
    assert app.stdout.readline() == "message 3 new\n"


def test_a_server_is_its_users_alone_and_one_at_a_time(world, served):
    assert (served.data.stat().st_mode & 0o777) == 0o700
    for file in ("keys", "nkeys", "endpoint.creds", "nats.conf", "outbox.db"):
        assert (served.data / file).stat().st_mode & 0o077 == 0, file
    again = world.stint(*served.words[1:])
    assert again.code == 75 and "already" in again.err, again
    other = world.stint("push", "serve", "--data", str(world.root / "other"), "--port", str(served.port))
    assert other.code == 69 and f"port {served.port}" in other.err and "--port" in other.err, other


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_all_that_it_has_started(served, number):
    assert set(served.parts()) == {"nats-server", "stint-endpoint"}
    assert served.end(number) == 0


def test_its_parts_end_with_it_however_it_ends(served):
    assert served.end(signal.SIGKILL) == -signal.SIGKILL
    served.start()  # its directory is free again


@pytest.mark.parametrize("part", ["nats-server", "stint-endpoint"])
def test_a_part_that_ends_is_started_again(push, served, part):
    app = push.connector(MAIL)
    app.endpoint("a")
    os.kill(served.parts()[part], signal.SIGKILL)
    until(lambda: f"{part} was ended by signal 9; it is started again in 1s" in served.log.read_text())
    until(lambda: part in served.parts())
    until(lambda: push.takes(app, "a", "afterwards"))
    app.until(lambda: "afterwards" in app.texts())


def test_an_endpoint_that_began_beside_a_silent_broker_is_replaced(push, served):  # §3.2
    app = push.connector(MAIL)
    app.endpoint("a")
    parts = served.parts()
    os.kill(parts["nats-server"], signal.SIGSTOP)
    os.kill(parts["stint-endpoint"], signal.SIGKILL)
    until(lambda: "stint-endpoint has ended, with " in served.log.read_text())  # it said nothing, or too little
    os.kill(parts["nats-server"], signal.SIGCONT)
    until(lambda: push.takes(app, "a", "afterwards"))
    app.until(lambda: "afterwards" in app.texts())
    assert served.parts()["nats-server"] == parts["nats-server"]


def test_what_it_keeps_outlives_it(push, served):
    app = push.connector(MAIL)
    app.endpoint("a")
    push.dozes()
    push.sends(app, "a", "while it dozed")
    assert served.end() == 0
    served.start()
    push.sends(app, "a", "by another")  # the registration is known
    push.wakes()
    app.until_texts(["while it dozed", "by another"], "a")


@pytest.mark.parametrize("file", ["keys", "nkeys"])
def test_keys_that_are_no_secret_are_not_used(world, served, file):
    served.end()
    (served.data / file).chmod(0o644)
    refused = world.stint(*served.words[1:])
    assert refused.code == 74 and file in refused.err and "chmod 600" in refused.err, refused
    (served.data / file).chmod(0o600)
    (served.data / file).write_text("x")
    refused = world.stint(*served.words[1:])
    assert refused.code == 74 and file in refused.err, refused


def test_a_directory_that_others_can_look_into_is_refused(world):
    (world.root / "open").mkdir(mode=0o755)
    refused = world.stint("push", "serve", "--data", str(world.root / "open"), "--port", str(free_port()))
    assert refused.code == 77 and "chmod 700" in refused.err, refused
    (world.root / "away").symlink_to(world.root / "home")
    refused = world.stint("push", "serve", "--data", str(world.root / "away"), "--port", str(free_port()))
    assert refused.code == 77, refused


@pytest.mark.parametrize("words", [("--port", "0"), ("--port", "65536"), ("--port", "x"), ("--port", "65535"),
                                   ("--port", "7000", "--broker-port", "7000"), ("--origin", "ftp://a"),
                                   ("--origin", "https://a/path"), ("--data", ""), ("--store", "x"),
                                   ("--store", "63MiB")])
def test_words_that_cannot_be_are_refused(world, words):
    refused = world.stint("push", "serve", *words)
    assert refused.code == 64 and words[0] in refused.err, refused


def test_what_nats_server_keeps_has_a_bound(world, served):
    assert f"max_file_store: {8 << 30} " in (served.data / "nats.conf").read_text()
    served.end()
    served.words += ["--store", "100MiB"]
    served.start()
    assert f"max_file_store: {100 << 20} " in (served.data / "nats.conf").read_text()


def test_an_origin_behind_a_proxy_is_what_others_are_told(world):
    served = Served(world, "--origin", "https://push.example")
    try:
        assert served.origin == "https://push.example"
        assert served.join.startswith("stint push join https://push.example ")
        assert line_of(world)["server"]["origin"] == "https://push.example"
    finally:
        served.close()


# Devices on other machines: TLS, by a certificate for the origin's host.


def listens(world, authority, bus):  # noqa: F811
    """A server for https://localhost, by a certificate for that host; and a device of it."""
    certificate, key = authority.certificate("server", host="DNS:localhost")
    served = Served(world, "--origin", "https://localhost", "--listen", "127.0.0.1", "--cert", str(certificate), "--key",
                    str(key))
    return PushLine(world, bus, served)


def test_devices_elsewhere_speak_tls(world, authority, bus):  # noqa: F811
    push = listens(world, authority, bus)
    try:
        push.start_daemon()
        assert line_of(world)["server"]["brokers"] == [f"tls://localhost:{push.server.nats_port}"]
        app = push.connector(MAIL)
        assert app.endpoint("a").startswith("https://localhost/push/v1/")
        push.sends(app, "a", "one")
        app.until_texts(["one"], "a")
    finally:
        push.close()


def test_a_broker_with_a_strangers_certificate_is_none(world, authority, bus):  # noqa: F811
    push = listens(world, authority, bus)
    try:
        trusts = Authority(world.root / "another authority").file
        push.program.write_text(push.program.read_text().replace("exec", f"SSL_CERT_FILE='{trusts}' exec"))
        push.start_daemon()
        app = push.connector(MAIL)
        assert app.register("a").is_success()
        until(lambda: "not connected" in world.done("push", "status"))
        until(lambda: "TLS handshake error" in push.server.log.read_text())  # nats-server's word
        assert not app.heard("NewEndpoint", "a")
    finally:
        push.close()


@pytest.mark.parametrize("left_out", ["--origin", "--listen", "--cert", "--key"])
def test_what_belongs_together_stands_together(world, authority, left_out):  # noqa: F811
    certificate, key = authority.certificate("server", host="DNS:localhost")
    words = {"--origin": "https://localhost", "--listen": "127.0.0.1", "--cert": str(certificate), "--key": str(key)}
    del words[left_out]
    refused = world.stint("push", "serve", *(word for pair in words.items() for word in pair))
    assert refused.code == 64 and "together" in refused.err, refused
    words |= {"--origin": "https://localhost", "--listen": "nowhere", "--cert": str(certificate), "--key": str(key)}
    assert world.stint("push", "serve", *(word for pair in words.items() for word in pair)).code == 64
    words |= {"--listen": "127.0.0.1", "--cert": "no/such"}
    refused = world.stint("push", "serve", *(word for pair in words.items() for word in pair))
    assert refused.code == 64 and "--cert" in refused.err, refused


# Joining and leaving.


def test_another_device_joins_by_the_printed_line(another, served):
    joined = another.stint(*served.join.split()[1:])
    assert (joined.code, joined.out) == (0, ""), joined
    assert joined.err == f"joined {served.origin}: apps get their endpoints there\n"
    line = line_of(another)
    assert line["server"]["brokers"] == [f"nats://127.0.0.1:{served.nats_port}"]
    for file in ("line.toml", line["device"]["credentials"]):
        assert (another.store / "push" / file).stat().st_mode & 0o777 == 0o600
    again = another.stint("push", *served.invite())
    assert again.code == 73 and "stint push leave" in again.err, again
    assert line_of(another) == line


def test_a_code_is_taken_as_a_person_types_it(another, served):  # §3.1: Crockford's base32
    code = served.invite("--expires", "1min")[-1]
    assert another.stint("push", "join", served.origin, code.lower().replace("0", "o").replace("1", "l")).code == 0
    for length in ("1s", "29d"):
        refused = another.stint("push", "invite", "--data", str(served.data), "--expires", length)
        assert refused.code == 64 and "--expires is 1min to 28d" in refused.err, refused
    assert "1min to 1d" in another.stint("push", "invite", "--server", "--expires", "2d").err


def test_who_has_no_code_does_not_join(another, served):
    for wrong in ("X", "0" * 32, misspelt(served.invite()[-1]), "I" * 32):
        refused = another.stint("push", "join", served.origin, wrong)
        assert refused.code == 77 and "403" in refused.err, refused
    for url in ("http://push.example", served.origin + "/path", "push.example", "file:///etc/passwd"):
        assert another.stint("push", "join", url, "X").code == 64, url
    assert another.stint("push", "join", f"http://127.0.0.1:{free_port()}", "X").code == 74
    assert not (another.store / "push" / "line.toml").exists()


def test_a_server_that_is_none_is_not_joined(another):
    """Its answers are a stranger's."""
    answers = ["{}", "[" * 4000, json.dumps({"v": 1, "device": "../../x", "shard": "00", "brokers": ["nats://a"],
                                            "key": "A" * 43, "jwt": "a.b.c"}),
               json.dumps({"v": 1, "device": "0" * 26, "shard": "00", "brokers": ["nats://a\"\n[x]"], "key": "A" * 43,
                           "jwt": "a.b.c"}),
               json.dumps({"v": 1, "device": "0" * 26, "shard": "00", "brokers": ["nats://a"], "key": "A" * 43,
                           "jwt": "a\n-----BEGIN"})]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def serve():
            for body in answers:
                taken, _ = listening.accept()
                with taken:
                    taken.recv(65536)
                    taken.sendall(f"HTTP/1.1 201 Created\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        thread = threading.Thread(target=serve)
        thread.start()
        for body in answers:
            refused = another.stint("push", "join", f"http://127.0.0.1:{listening.getsockname()[1]}", "X")
            assert refused.code == 74, (body, refused)
        thread.join()
    assert not (another.store / "push" / "line.toml").exists()


def test_who_has_left_does_not_join_again_because_its_server_was_restarted(world, served):  # §5
    assert world.stint("push", "leave").code == 0
    served.end()
    served.start()
    assert not (world.store / "push" / "line.toml").exists()
    assert "this device has left it" in served.log.read_text()
    assert world.stint(*served.join.split()[1:]).code == 0
    served.end()
    served.start()
    assert line_of(world)["server"]["origin"] == served.origin


def test_who_leaves_is_forgotten(world, push, served):  # §3.1: senders are told
    app = push.connector(MAIL)
    app.endpoint("a")
    push.sends(app, "a", "one")
    app.until_texts(["one"], "a")
    first = app.url("a")
    assert world.stint("push", "leave").err == f"left {served.origin}\n"
    assert push.post(app, "a", "two") == 410
    assert not list((world.store / "push").iterdir())
    assert world.stint("push", "leave").code == 66
    until(lambda: "ACTION_REQUIRED" in app.register("b"))
    # The same device, another name: its apps' registrations are made again.
    heard = len(app.heard("NewEndpoint", "a"))
    assert world.stint("push", *served.invite()).code == 0
    app.until(lambda: len(app.heard("NewEndpoint", "a")) > heard)
    assert app.url("a") != first
    push.sends(app, "a", "three")
    app.until_texts(["one", "three"], "a")


def test_a_server_that_is_away_is_left_by_force_alone(world, served):
    served.end()
    refused = world.stint("push", "leave")
    assert refused.code == 74 and "--force" in refused.err, refused
    assert line_of(world)
    left = world.stint("push", "leave", "--force")
    assert left.code == 0 and "does not know it yet" in left.err, left


def test_a_device_that_joins_is_known_at_once(world, bus, served):
    """stint-push has begun before, and does not have to be told."""
    assert world.stint("push", "leave").code == 0
    push = PushLine(world, bus, served)
    try:
        push.start_daemon()
        app = push.connector(MAIL)
        assert "ACTION_REQUIRED" in app.register("a")
        assert world.stint("push", *served.invite()).code == 0
        until(lambda: app.register("a").is_success())
        app.until(lambda: app.heard("NewEndpoint", "a"))
        push.sends(app, "a", "one")
        app.until_texts(["one"], "a")
    finally:
        push.close()


def test_what_a_server_says_is_not_told_twice(world, served):
    sent = world.stint("push", "send", f"{served.origin}/push/v1/{'A' * 43}", "hello")
    assert (sent.code, sent.err) == (66, "stint: the server answers 404: there is no such registration\n")


def test_a_program_that_is_not_there_is_named_with_its_package(world):
    for name in ("stint", "stint-exec"):
        (world.root / name).write_bytes((BIN / name).read_bytes())
        (world.root / name).chmod(0o755)
    ran = subprocess.run([world.root / "stint", "push", "leave"], env=world.environment, capture_output=True, text=True)
    assert ran.returncode == 69 and "is the package stint-push installed?" in ran.stderr, ran

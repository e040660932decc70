"""`stint push doctor` (push.md §5): which part of the way is missing, and what mends it."""

import json
import os
import signal
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from connector import DISTRIBUTOR
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy
from push_line import MAIL, until
from push_served import needs_all, push, served  # noqa: F401
from test_doctor import findings as all_findings

pytestmark = needs_all


def findings(world, *words, code=0):
    """By topic."""
    ran = world.stint("push", "doctor", "--json", *words)
    assert code is None or ran.code == code, ran
    return {each["topic"]: each for each in map(json.loads, ran.out.splitlines())}


def grades(found):
    return {topic: each["grade"] for topic, each in found.items()}


def test_all_is_well_where_messages_come(world, push, served):  # noqa: F811
    push.connector(MAIL).endpoint("a")
    until(lambda: "connected to" in world.done("push", "status"))
    found = findings(world, "--data", str(served.data))
    assert grades(found) == dict.fromkeys(["distributor", "line", "joined", "server", "clock", "nats-server", "store"],
                                           "enforced")
    assert f"connected to {served.origin}" in found["line"]["found"]
    assert found["nats-server"]["found"].startswith("v2.")
    assert all_findings(world)["line"]["found"] == found["line"]["found"]
    terminal = world.in_terminal("push", "doctor", "--plain")
    assert terminal.ends() == 0
    assert max(map(len, terminal.output.replace("\r", "").splitlines())) <= 80


def test_who_has_no_app_registered_has_no_line(world, push):  # noqa: F811
    assert "line" not in findings(world)
    assert "line" not in all_findings(world)


def test_a_line_that_cannot_be_started_is_trouble(world, push):  # noqa: F811
    push.connector(MAIL).endpoint("a")
    push.program.write_text("#!/bin/sh\nexit 1\n")
    push.kill_distributor()
    until(lambda: "cannot be started" in all_findings(world, code=None)["line"]["found"])
    assert findings(world, code=1)["line"]["grade"] == "trouble"


def test_a_server_that_is_away_is_named(world, push, served):  # noqa: F811
    push.connector(MAIL).endpoint("a")
    served.end()
    found = until(lambda: (seen := findings(world, code=1))["line"]["grade"] == "advisory" and seen)
    assert found["server"]["grade"] == "trouble" and served.origin in found["server"]["found"]
    assert "not connected: no broker is reached" in found["line"]["found"]
    assert "clock" not in found


def test_a_device_that_has_joined_nothing_is_told_how(world, push):  # noqa: F811
    world.done("push", "leave")
    found = findings(world)
    assert found["joined"]["grade"] == "absent" and "stint push join" in found["joined"]["more"]
    assert "server" not in found
    file = world.store / "push" / "line.toml"
    file.touch(mode=0o600)
    file.write_text("[server]\norigin = 7\n")
    assert findings(world, code=1)["joined"]["grade"] == "trouble"
    file.chmod(0o644)
    assert str(file) in findings(world, code=1)["joined"]["found"]


def test_another_distributor_is_named(world, bus, push):  # noqa: F811
    with bus.connect() as line:
        Proxy(message_bus, line).RequestName("org.unifiedpush.Distributor.other")
        found = findings(world)
        assert found["others"]["grade"] == "advisory" and "Distributor.other is there" in found["others"]["found"]
    assert "others" not in findings(world)


def test_a_bus_that_does_not_know_the_name_is_trouble(world, bus, push):  # noqa: F811
    push.kill_distributor()
    (bus.services / f"{DISTRIBUTOR}.service").unlink()
    with bus.connect() as line:
        Proxy(message_bus, line).ReloadConfig()
    assert "install stint-push" in findings(world, code=1)["distributor"]["more"]
    del world.environment["DBUS_SESSION_BUS_ADDRESS"]
    assert "no session bus" in findings(world, code=1)["distributor"]["found"]


@pytest.mark.parametrize(("status", "ahead", "server", "clock"), [(405, 7200, "enforced", "advisory"),
                                                                   (405, -7200, "enforced", "advisory"),
                                                                   (404, 0, "enforced", "enforced"),
                                                                   (502, 0, "trouble", "enforced"),
                                                                   (200, 0, "trouble", "enforced")])
def test_a_server_is_known_by_its_answer_and_its_clock(world, push, status, ahead, server, clock):  # noqa: F811
    class Other(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(status)
            self.send_header("Date", formatdate(ahead + time.time(), usegmt=True))
            self.end_headers()

        def log_message(self, *_):
            pass

    other = ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        file = world.store / "push" / "line.toml"
        lines = [f'origin = "http://127.0.0.1:{other.server_port}"' if line.startswith("origin") else line
                 for line in file.read_text().splitlines()]
        file.write_text("\n".join(lines))
        found = findings(world, code=1 if server == "trouble" else 0)
        assert (found["server"]["grade"], found["clock"]["grade"]) == (server, clock), found
        if ahead:
            assert ("behind" if ahead > 0 else "ahead of") in found["clock"]["found"]
    finally:
        other.shutdown()
        other.server_close()


def test_a_servers_machine_without_nats_server_is_told(world, push, served, tmp_path):  # noqa: F811
    (tmp_path / "nats-server").write_text("#!/bin/sh\necho something else\n")
    (tmp_path / "nats-server").chmod(0o755)
    world.environment["PATH"] = f"{tmp_path}:{world.environment['PATH']}"
    found = findings(world, "--data", str(served.data), code=1)["nats-server"]
    assert found["grade"] == "trouble" and "does not tell its version" in found["found"]
    other = findings(world, "--data", str(tmp_path), code=1)["nats-server"]
    assert "no server's directory" in other["found"] and "stint push serve" in other["more"]


def test_without_a_daemon_it_says_so_and_looks_all_the_same(world, push):  # noqa: F811
    push.connector(MAIL).endpoint("a")
    push.daemon.kill()
    found = findings(world, code=69)
    assert found["daemon"]["grade"] == "trouble" and found["joined"]["grade"] == "enforced"


def test_a_server_without_its_broker_is_told(world, push, served):  # noqa: F811, §5
    assert findings(world, "--data", str(served.data))["store"]["grade"] == "enforced"
    os.kill(served.process.pid, signal.SIGSTOP)  # it starts nothing again
    os.kill(served.parts()["nats-server"], signal.SIGKILL)
    until(lambda: findings(world, "--data", str(served.data), code=None)["store"]["grade"] == "trouble")
    os.kill(served.process.pid, signal.SIGCONT)
    until(lambda: findings(world, "--data", str(served.data), code=None)["store"]["grade"] == "enforced")


def replicas(**standings):
    """The word of a cluster's server for another one, and for itself."""
    rows = {"192.0.2.7:7750": {"same": 19}, "192.0.2.8:7750": standings}
    return "".join(f'stint_endpoint_replicas{{server="{server}",is="{how}"}} {count}\n'
                   for server, its in rows.items() for how, count in its.items()) + "# EOF\n"


@pytest.mark.parametrize(("metrics", "grade", "words"), [
    (replicas(same=19), "enforced", "2 servers have as much"),
    (replicas(same=17, moving=2), "enforced", "2 that are just written to"),
    (replicas(same=18, behind=1), "advisory", "192.0.2.8:7750: less"),
    (replicas(away=1), "advisory", "192.0.2.8:7750: no answer"),
    (replicas(same=17, differs=1, behind=1), "trouble", "192.0.2.8:7750: other messages"),
    ("# EOF\n", "advisory", "not compared yet"),
    ('stint_endpoint_replicas{server="\x1b[2Jx",is="differs"} 1\nstint_endpoint_replicas{server="\n}{', "trouble", "x: other"),
    ('stint_endpoint_replicas{server="x",is="same"} -\nstint_endpoint_replicas{server="",is="\n', "advisory", "not compared"),
    (None, "advisory", "does not answer")])
def test_replicas_are_judged_by_what_the_server_here_tells(world, push, metrics, grade, words):  # noqa: F811, §5
    class Here(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(200)
            self.end_headers()
            self.wfile.write(("stint_endpoint_open 1\n" + metrics).encode())

        def log_message(self, *_):
            pass

    here = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    threading.Thread(target=here.serve_forever, daemon=True).start()
    if metrics is None:
        here.shutdown()
        here.socket.close()
    data = world.root / "member"
    data.mkdir(mode=0o700)
    name, routes = "0" * 26, ["192.0.2.7:7750", "192.0.2.8:7750"]
    for file, text in (("nkeys", "{}"), ("address", f"http://127.0.0.1:{here.server_port}"),
                       ("cluster", json.dumps({"name": name, "route": routes[0], "others": routes[1:]}))):
        (data / file).write_text(text)
        (data / file).chmod(0o600)
    try:
        found = findings(world, "--data", str(data), code=1 if grade == "trouble" else 0)["replicas"]
        assert found["grade"] == grade and words in found["found"] and "\x1b" not in found["found"], found
        assert ("move jetstream out" in found["more"]) == (grade == "trouble")
    finally:
        here.shutdown()
        here.server_close()

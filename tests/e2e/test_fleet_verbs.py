"""The verbs of `stint fleet` (fleet.md §8.1) as a person types them: whoever runs the fleet, an operator with a key, and the
owner of a device that is to join."""

import http.server
import json
import os
import re
import shutil
import subprocess
import threading

import pytest
from push_line import MISSING
from push_served import children_of, line_of
from push_server import free_port
from window import Window
from world import BIN

pytestmark = pytest.mark.skipif(not (BIN / "stint-fleetctl").exists(), reason="there is no stint-fleetctl")
needs_push = pytest.mark.skipif(bool(MISSING) or not (BIN / "stint-pushctl").exists(),
                                reason=f"there is no {', '.join(MISSING) or 'stint-pushctl'}")
needs_office = pytest.mark.skipif(not (BIN / "stint-fleetd").exists(), reason="there is no stint-fleetd")

ID, DEVICE = "20261123-nvc38b7g", "0123456789ABCDEFGHJKMNPQRS"
ROOT_PASSWORD, OPERATOR_PASSWORD = "root's own", "ann's own"
NIGHT = 'name = "night"\ntargets = "label site=berlin"\nexpires = "1d"\n[[step]]\nrun = ["/bin/true"]\n'
# A password takes 1 GiB and seconds, or less of both where there is less.
LITTLE = [] if "ASAN_OPTIONS" in os.environ else ["sh", "-c", 'ulimit -v 400000; exec "$@"', "sh"]


def campaign(state="going", begun=3):
    return {"campaign": ID, "name": "night", "made": 1795428000000, "expires": 1798020000000, "state": state,
            "cancelled": False, "devices": 40, "slots": 3, "at_a_time": 5, "wave": 1, "until": None,
            "waves": [{"capacity": 40, "begun": begun, "ended": begun - 1, "ok": begun - 1}],
            "counts": {"succeeded": begun - 1, "running": 1, "targeted": 40 - begun}}


class CannedDoor(http.server.ThreadingHTTPServer):
    """stint-fleetd's door, which says what a test has it say."""

    @property
    def posted(self):
        return [each for each in self.heard if each[0] == "POST"]

    def __init__(self, directory):
        self.says, self.heard = {("GET", "/v1/may"): {}, ("GET", "/v1/meant"): {"devices": 12, "others": 3}}, []
        super().__init__(("127.0.0.1", 0), Answering)
        door = directory / "door"
        door.touch(0o600)
        door.write_text(f"http://127.0.0.1:{self.server_port} token\n")
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answering(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "null")
        path = self.path.partition("?")[0]
        assert self.headers["Authorization"] == "Bearer token"
        self.server.heard.append((self.command, self.path, body))
        said = self.server.says[self.command, path]
        status, said = said(body) if callable(said) else (200, said)
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *words):
        pass


@pytest.fixture
def fleet(world):
    """A founded one, whose directory is the usual one."""
    made = subprocess.run([*LITTLE, "stint", "fleet", "init", "--name", "office"], env=world.environment,
                          cwd=world.downloads, input=f"{ROOT_PASSWORD}\n{OPERATOR_PASSWORD}\n", capture_output=True,
                          text=True, timeout=120, check=False)
    assert made.returncode == 0, made
    return world.store / "fleet-server"


@pytest.fixture
def door(fleet):
    made = CannedDoor(fleet)
    yield made
    made.shutdown()
    made.server_close()


def verbs_of_fleet(world):
    text = world.done("help", "fleet")
    return sorted(set(re.findall(r"^ +(?:stint )?fleet ([a-z]+)", text, re.MULTILINE)))


def in_window(world, *words, columns=80, rows=30):
    window = Window(["stint", "fleet", *words], world.environment, world.downloads, columns, rows)
    world.terminals.append(window)
    return window


def test_each_verb_of_the_table_has_its_code(world):
    verbs = verbs_of_fleet(world)
    assert len(verbs) == 26, verbs
    for verb in verbs:
        words = {"join": ["http://127.0.0.1:1", "code"], "why": ["x", "y"], "start": ["none.toml"], "label": ["x", "site=oslo"],
                 "init": ["--name", ""], **{word: [] for word in ("serve", "campaigns", "devices", "audit", "doctor", "invite",
                                                                  "send", "drift")}}.get(verb, ["x"])
        made = world.stint("fleet", verb, *words)
        assert made.code in (64, 66, 69) and "has no verb" not in made.err, (verb, made)


# An operator.


def test_an_operator_starts_a_campaign_with_a_password(world, fleet, door):
    (world.downloads / "night.toml").write_text(NIGHT)

    door.says["POST", "/v1/campaigns"] = lambda body: (503, {"error": "not read yet"}) if len(door.posted) == 1 else (
        409, {"error": "it goes already"})
    window = in_window(world, "start", "night.toml")
    window.until("the password of ")
    told = [line for line in window.scrolled() if line]
    assert [line.split(":")[0] for line in told[1:6]] == ["to", "does", "when", "how", "stops"], told
    window.press("wrong\n")
    window.until_true(lambda: window.output.count("the password of ") == 2, "the question again", 120)
    window.press(f"{OPERATOR_PASSWORD}\n")
    assert window.ends(120) == 1, window.output
    assert "it goes already" in window.output and "it is handed over again" in window.output
    assert OPERATOR_PASSWORD not in window.output and "wrong\r\n" not in window.output
    assert len(door.posted) == 2 and door.posted[0] == door.posted[1], door.posted

    paper = json.loads(door.posted[0][2]["signed"])
    assert json.loads(paper["document"])["name"] == "night"
    if shutil.which("minisign"):
        (world.downloads / "night.json").write_text(paper["document"])
        (world.downloads / "night.json.minisig").write_text(paper["signatures"][0])
        verified = subprocess.run(["minisign", "-Vm", "night.json", "-p", fleet / "operator.pub"], cwd=world.downloads,
                                  capture_output=True, text=True, timeout=60, check=False)
        assert verified.returncode == 0 and "Trusted comment: stint campaign " in verified.stdout, verified


def test_ctrl_c_at_the_password_signs_nothing(world, door):
    window = in_window(world, "cancel", ID)
    window.until("the password of ")
    window.press("half a\x03")
    assert window.ends() == 130, window.output
    assert "half" not in window.output and door.posted == []


def test_a_script_gives_the_password_on_a_line(world, door):
    door.says["POST", "/v1/instructions"] = {}
    made = subprocess.run(["stint", "fleet", "pause", ID, "--json"], env=world.environment, text=True, timeout=120,
                          input=f"{OPERATOR_PASSWORD}\n", capture_output=True, check=False)
    assert made.returncode == 0 and json.loads(made.stdout) == {"schema": 1, "campaign": ID, "word": "pause"}, made
    said = json.loads(json.loads(door.posted[0][2]["signed"])["document"])
    assert (said["campaign"], said["instruction"]) == (ID, "pause")


# Whoever runs the fleet.


def test_a_campaign_is_watched_until_it_ends(world, door):
    states = iter([campaign(), campaign(begun=20), campaign("ended", 41) | {"counts": {"succeeded": 40}}])
    door.says["GET", "/v1/campaign"] = lambda body: (200, next(states))
    window = in_window(world, "status", ID, "--watch")
    window.until("3 of 40 begun")
    window.until("20 of 40 begun")
    assert window.ends() == 0, window.output
    last = [line for line in window.scrolled() if line]
    assert last[0] == f"night ({ID})" and last[1] == "ended: 40 of 40 devices succeeded, 0 failed", last
    assert not any("(open)" in line for line in last), last  # what was drawn before is gone
    assert all(len(line) <= 80 for line in last), last


def test_in_the_background_of_a_terminal_nothing_stops(world, door):
    """§8.1: `timeout` puts what it runs there."""
    def behind(*words):
        line = ["sh", "-c", 'timeout 60 "$@"; exit $?', "sh", "stint", "fleet", *words]
        window = Window(line, world.environment, world.downloads, 80, 30)
        world.terminals.append(window)
        return window

    states = iter([campaign(), campaign("ended", 41) | {"counts": {"succeeded": 40}}])
    door.says["GET", "/v1/campaign"] = lambda body: (200, next(states))
    watching = behind("status", ID, "--watch")
    assert watching.ends() == 0 and "3 of 40 begun" in watching.output, watching.output
    pausing = behind("pause", ID)
    assert pausing.ends() == 64 and "in the background of" in pausing.output, pausing.output
    assert door.posted == []


def test_ctrl_c_ends_watching_alone(world, door):
    door.says["GET", "/v1/campaign"] = campaign()
    window = in_window(world, "status", ID, "--watch", columns=40, rows=6)
    window.until("going: ")
    window.press("\x03")
    assert window.ends() == 130, window.output


def test_a_hostile_server_steers_no_terminal(world, door):
    nasty = "\x1b]0;owned\x07\x1b[2J\u202e\u0085"
    door.says["GET", "/v1/campaign"] = campaign("stopped") | {"name": nasty}
    door.says["GET", "/v1/campaigns"] = {"campaigns": [campaign() | {"name": nasty}]}
    door.says["GET", "/v1/devices"] = {"next": None, "devices": [
        {"device": nasty, "enrolment": 1, "labels": {nasty: nasty}, "stint": nasty, "seen": None, "cloned": True}]}
    row = {"number": 0, "device": nasty, "phase": "ended", "outcome": "failed", "presumed": False, "round": 1, "step": 1,
           "code": 7, "words": nasty + "\n" + nasty, "made": None, "at": None, "seen": None, "forecast": None, "sealed": nasty,
           "blockers": [{"reason": nasty, "since": None}]}
    door.says["GET", "/v1/results"] = {"results": [row], "next": None}
    door.says["GET", "/v1/result"] = row
    door.says["POST", "/v1/remove"] = lambda body: (404, {"error": nasty})
    state = {"device": nasty, "drift": nasty, "desired": 2, "version": 1, "hash": nasty, "since": 0, "state": nasty, "words": nasty}
    door.says["GET", "/v1/drift"] = {"devices": [state], "next": None}
    door.says["GET", "/v1/device"] = state | {"labels": {nasty: nasty}, "stint": nasty, "seen": None, "cloned": True,
                                           "policy": nasty, "settings": nasty}
    for words in (["campaigns"], ["status", ID], ["devices"], ["results", ID], ["why", ID, DEVICE], ["remove", DEVICE],
                  ["drift"], ["device", DEVICE]):
        for option in ([], ["--json"]):
            made = world.stint("fleet", *words, *option)
            assert made.code in (0, 1, 66), (words, made)
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", made.out + made.err), (words, made)


def test_where_no_server_runs_it_says_what_would_be_one(world):
    for words in (["devices"], ["campaigns"], ["status", ID], ["results", ID], ["why", ID, DEVICE], ["remove", DEVICE],
                  ["label", DEVICE, "a=b"], ["audit"], ["drift"], ["device", DEVICE], ["set", "id " + DEVICE]):
        made = world.stint("fleet", *words)
        assert made.code == 69 and "`stint fleet serve`" in made.err, made
    for words in (["serve"], ["invite"]):
        made = world.stint("fleet", *words)
        assert made.code == 66 and "`stint fleet init`" in made.err, made


# A device.


@pytest.fixture
def office(world, fleet):
    """The fleet's server, which has read all."""
    words = ["stint", "fleet", "serve", "--port", str(free_port()), "--broker-port", str(free_port())]
    process = subprocess.Popen(words, env=world.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    world.processes.append(process)
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    yield process
    process.terminate()
    process.wait(30)


@pytest.fixture
def line(world, office):
    """The URL and the code of an invitation, on another user's device."""
    words = world.done("fleet", "invite", "--labels", "site=berlin", "--uses", "2").split()
    assert words[:3] == ["stint", "fleet", "join"] and len(" ".join(words)) <= 200
    world.environment["XDG_STATE_HOME"] = str(world.root / "another")
    world.store = world.root / "another" / "stint"
    return words[3:]


@needs_push
@needs_office
def test_an_invitation_says_what_it_is(world, office):
    told = json.loads(world.done("fleet", "invite", "--json", "--labels", "b=2,a=1", "--uses", "7", "--expires", "1h"))
    assert told["labels"] == ["a=1", "b=2"] and told["uses"] == 7
    for words in (["--labels", "A=1"], ["--labels", "a=1,a=2"], ["--uses", "0"], ["--uses", "many"], ["--expires", "1s"],
                  ["--expires", "29d"], ["--push", ""], ["--data", ""]):
        made = world.stint("fleet", "invite", *words)
        assert made.code == 64 and words[0] in made.err, made
    made = world.stint("fleet", "invite", "--push", str(world.root / "none"))
    assert made.code == 66 and "`stint fleet serve`" in made.err, made


@needs_push
@needs_office
def test_a_person_sees_what_orders_may_do_before_the_device_joins(world, line):
    window = in_window(world, "join", *line)
    window.until("join it? [y/N]")
    assert "may do nothing here" in window.output.replace("\r\n", " ") and "kinds" in window.output
    window.press("n\n")
    assert window.ends() == 1 and not (world.store / "push").exists(), window.output  # §8.1: a no

    own = world.root / "config" / "stint" / "fleet.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text('kinds = ["get", "run"]\ncommands = ["/usr/bin/apply-fw"]\nhours = "22:00-06:00"\nask = true\n')
    window = in_window(world, "join", *line, columns=120)
    window.until("join it? [y/N]")
    assert re.search(r"^  get +a file", window.output, re.MULTILINE), window.output
    assert re.search(r"^  run +a command: /usr/bin/apply-fw", window.output, re.MULTILINE), window.output
    assert "verify" not in window.output
    assert "begin at 22:00-06:00 alone" in window.output and "stint fleet allow" in window.output, window.output
    window.press("\x03")
    window.ends()

    own.write_text("kind = 1\n")
    made = world.stint("fleet", "join", *line, "--yes")
    assert made.code == 64 and f"{own}:1:" in made.err and not (world.store / "push").exists(), made


@needs_push
@needs_office
def test_a_line_with_a_mistake_asks_nobody(world, line):
    url, code = line
    wrong = ("Z" if code[0] != "Z" else "Y") + code[1:]
    for words in ([url, wrong], [url, code[:-1]], [f"http://127.0.0.1:{free_port()}", code], ["http://push.example", code]):
        made = world.stint("fleet", "join", *words, "--yes")
        assert made.code == 64, made
    made = world.stint("fleet", "join", url, code)
    assert made.code == 64 and "--yes" in made.err, made  # nobody can be asked
    assert not (world.store / "push").exists()


@needs_push
@needs_office
def test_a_device_of_another_server_is_left_as_it_is(world, line):
    other = world.root / "other-server"
    words = ["stint", "push", "serve", "--data", str(other), "--port", str(free_port()), "--broker-port", str(free_port())]
    process = subprocess.Popen(words, env=world.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    world.processes.append(process)
    origin = process.stdout.readline().strip()  # its own device has joined it
    process.stdout.readline()
    made = world.stint("fleet", "join", *line, "--yes")
    assert made.code == 73 and origin in made.err and "`stint push leave`" in made.err, made
    assert origin in str(line_of(world))
    process.terminate()
    process.wait(30)


# The server.


@needs_push
@needs_office
def test_a_fleet_is_served_by_three_programs_that_end_with_it(world, fleet):
    port, broker = free_port(), free_port()
    process = subprocess.Popen(["stint", "fleet", "serve", "--port", str(port), "--broker-port", str(broker), "--json"],
                               env=world.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    world.processes.append(process)
    assert json.loads(process.stdout.readline()) == {"schema": 1, "url": f"http://127.0.0.1:{port}", "fleet": "office",
                                                     "leads": True}
    assert set(children_of(process.pid)) == {"nats-server", "stint-endpoint", "stint-fleetd"}
    assert world.done("fleet", "invite").startswith(f"stint fleet join http://127.0.0.1:{port} ")
    assert world.stint("fleet", "devices").code == 0 and world.done("fleet", "campaigns", "--json") == ""
    made = world.stint("fleet", "status", ID)
    assert made.code == 66 and ID in made.err, made
    assert not (world.store / "push" / "line.toml").exists()  # its own device has not joined

    # An operator's word is judged before anything else; a stranger's is none.
    (world.downloads / "night.toml").write_text(NIGHT)
    stranger = world.root / "stranger"
    subprocess.run([*LITTLE, "stint", "fleet", "init", "--dir", stranger], env=world.environment, text=True, timeout=120,
                   input=f"{ROOT_PASSWORD}\n{OPERATOR_PASSWORD}\n", capture_output=True, check=True)
    for words, code, says in ((["start", "night.toml"], 64, "none of the fleet's devices"),
                              (["start", "night.toml", "--operator", str(stranger / "operator.key")], 77, "signed"),
                              (["pause", ID], 66, ID)):
        made = subprocess.run(["stint", "fleet", *words], env=world.environment, cwd=world.downloads, text=True,
                              timeout=120, input=f"{OPERATOR_PASSWORD}\n", capture_output=True, check=False)
        assert made.returncode == code and says in made.stderr, (words, made)
    assert world.done("fleet", "start", "night.toml", "--dry-run").endswith(
        "0 devices of the fleet are meant now, 0 of them there within the last 7 d, 0 within 14 d\n"
        "it means 0 devices, fewer than stop.min, so no failures stop it\nnothing was signed\n")
    made = world.stint("fleet", "audit", "--verify")
    assert made.code == 0 and "entries 1 to 1 " in made.out, made  # the invitation's; what is refused is none
    made = world.stint("fleet", "label", DEVICE, "site=oslo")
    assert made.code == 66 and DEVICE in made.err, made
    made = world.stint("fleet", "doctor", "--json")
    found = {row["topic"]: row for row in map(json.loads, made.out.splitlines())}
    assert made.code == 0 and found["broker"]["grade"] == found["nats-server"]["grade"] == "enforced", made
    assert "0 % full" in found["reports"]["found"], made
    process.terminate()
    assert process.wait(30) == 0, process.stderr.read()
    assert world.stint("fleet", "devices").code == 69
    made = world.stint("fleet", "doctor", "--json")
    assert made.code == 69 and "`stint fleet serve`" in made.out, made

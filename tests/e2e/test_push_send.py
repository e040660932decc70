"""`stint push send` (push.md §5), and what another implementation makes of it: npm's web-push."""

import json
import socket
import subprocess
import time
from pathlib import Path

import pytest
from world import BIN

HERE = Path(__file__).resolve().parent / "webpush"

pytestmark = pytest.mark.skipif(not (HERE / "node_modules" / "web-push").is_dir(),
                                reason="npm's web-push is not installed: ./test installs it where there is an npm")


class Service:
    """A push service with one app behind it (webpush/service.js)."""

    def __init__(self):
        self.process = subprocess.Popen(["node", "service.js"], cwd=HERE, stdout=subprocess.PIPE, text=True)
        known = json.loads(self.process.stdout.readline())
        self.url, self.key, self.auth, self.vapid = (known[name] for name in ("url", "key", "auth", "vapid"))

    def endpoint(self, status=201):
        return f"{self.url}/push/{status}"

    def came(self):
        """The next request."""
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def service():
    service = Service()
    yield service
    service.process.kill()
    service.process.wait()


def test_only_the_app_reads_what_is_sent_to_it(world, service):  # RFC 8291; RFC 8030 §5
    sent = world.stint("push", "send", service.endpoint(), "--urgency", "high", "--ttl", "1h", "--topic", "inbox", "--key",
                       service.key, "--auth", service.auth, "3 new")
    assert (sent.code, sent.err) == (0, "")
    assert sent.out == f"201: the server has it, and keeps it for 1h\n{service.url}/m/1\n"
    came = service.came()
    assert came["text"] == "3 new"
    assert came["size"] == 86 + len("3 new") + 17  # header, text, end and tag
    headers = came["headers"]
    assert (headers["urgency"], headers["ttl"], headers["topic"]) == ("high", "3600", "inbox")
    assert headers["content-encoding"] == "aes128gcm"
    assert came["signer"] is None


def test_each_message_has_a_salt_and_a_key_of_its_own(world, service):  # RFC 8291 §3.1, RFC 8188 §4
    stdin = world.root / "message"
    stdin.write_text("x" * 3993)  # the longest there is
    seen = set()
    for _ in range(2):
        with stdin.open() as file:
            sent = world.stint("push", "send", service.endpoint(), "--key", service.key, "--auth", service.auth, "-",
                               "--json", stdin=file)
        assert json.loads(sent.out) == {"schema": 1, "status": 201, "location": f"{service.url}/m/1", "ttl": "3600"}
        came = service.came()
        assert (came["text"], came["size"]) == ("x" * 3993, 4096)
        assert came["headers"]["ttl"] == str(28 * 24 * 3600)
        seen |= {came["salt"], came["sender"]}
    assert len(seen) == 4


@pytest.mark.parametrize("form", ["pem", "json"])
def test_a_message_is_signed_by_the_key_in_a_file(world, service, form):  # RFC 8292
    file = world.root / f"vapid.{form}"
    if form == "json":
        file.write_text(json.dumps(service.vapid))
    else:
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file],
                       check=True, capture_output=True)
    sent = world.stint("push", "send", service.endpoint(), "--vapid", str(file), "--ttl", "0s", "plain")
    assert sent.code == 0, sent
    came = service.came()
    assert came["text"] == "plain"
    signer = came["signer"]
    assert signer["claims"]["aud"] == service.url
    assert time.time() < signer["claims"]["exp"] <= time.time() + 24 * 3600
    if form == "json":
        assert signer["key"] == service.vapid["publicKey"]


@pytest.mark.parametrize(("status", "code", "says"), [
    (400, 65, "400: it does not understand the message"), (401, 77, "401: it wants the message to be signed (--vapid)"),
    (403, 77, "403: the key that signs it is not the one"), (404, 66, "404: there is no such registration"),
    (410, 66, "410: the registration is gone: forget this URL"), (413, 65, "413: the message is too long for it"),
    (429, 75, "429: there were too many messages; try again in 1min30s"), (503, 75, "503: it cannot keep the message now"),
    (500, 74, "500: it has failed"), (302, 76, "302: it is not a push service")])
def test_what_a_server_answers_is_told_by_words_and_exit_code(world, service, status, code, says):  # push.md §3
    sent = world.stint("push", "send", service.endpoint(status), "hello")
    service.came()  # one request: what a redirect names gets none
    assert sent.code == code
    assert sent.err.startswith(f"stint: the server answers {says}")
    assert "\x1b" not in sent.err  # the server's text steers no terminal
    assert sent.err.count("\n") == 1


def test_no_other_user_reads_the_url_or_the_keys_of_who_sends(world, service):  # /proc/PID/cmdline
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/push/v1/SECRET"
        sender = subprocess.Popen([BIN / "stint", "push", "send", url, "--key", service.key, "--auth", service.auth, "hello"],
                                  env=world.environment, stderr=subprocess.PIPE)
        connection, _ = listener.accept()
        line = Path(f"/proc/{sender.pid}/cmdline").read_bytes()
        connection.close()
    sender.communicate()
    assert b"stint-pushctl" in line
    assert b"SECRET" not in line
    assert service.auth.encode() not in line


def test_a_server_that_talks_without_end_is_cut_off(world, service):
    sent = world.stint("push", "send", f"{service.url}/endless", "hello")
    service.came()
    assert sent.code == 74
    assert len(sent.err) < 400


@pytest.mark.parametrize(("words", "code", "says"), [
    (["ftp://push.example/x"], 64, "it is not an http:// or https:// URL"),
    (["file:///etc/passwd"], 64, "it is not an http:// or https:// URL"),
    (["push.example"], 64, "it is not an http:// or https:// URL"),
    (["URL", "--key", "BAAA"], 64, "--key and --auth stand together"),
    (["URL", "--key", "BAAA", "--auth", "AUTH"], 64, "--key is 65 bytes in base64url"),
    (["URL", "--key", "KEY", "--auth", "x"], 64, "--auth is 16 bytes in base64url"),
    (["URL", "--key", "B" + "A" * 86, "--auth", "AUTH"], 64, "the public key is not a point on the curve P-256"),
    (["URL", "--key", "KEY", "--auth", "AUTH", "x" * 3994], 64, "the message has 3994 bytes; encrypted, at most 3993"),
    (["URL", "--ttl", "soon"], 64, "--ttl"), (["URL", "--ttl", "-1s"], 64, "--ttl"),
    (["URL", "--urgency", "now"], 64, "high|normal|low|very-low"),
    (["URL", "--topic", "a\nUrgency: high"], 64, "--topic is one line"),
    (["URL", "--vapid", "/nowhere"], 71, "cannot read /nowhere"),
    (["URL", "--vapid", "/proc/self/cmdline"], 64, "/proc/self/cmdline: it has no publicKey"),
    (["http://127.0.0.1:1/x"], 74, "cannot reach the server")])
def test_bad_words_are_refused_and_nothing_is_sent(world, service, words, code, says):
    spelled = {"URL": service.endpoint(), "KEY": service.key, "AUTH": service.auth}
    sent = world.stint("push", "send", *(spelled.get(word, word) for word in words))
    assert sent.code == code, sent
    assert says in sent.err
    # Nothing came before this one.
    assert world.stint("push", "send", service.endpoint(), "next").code == 0
    assert service.came()["text"] == "next"

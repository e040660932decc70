"""Messages that their sender takes back (push.md §3.2), and what is wrong at the door of messages (§3)."""

import itertools
import threading
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest
from nats_client import Nats
from push_line import point_of, until
from push_server import PATIENCE, PushServer
from test_push_endpoint import come, pytestmark, server  # noqa: F401
from test_push_line import key  # noqa: F401


def posted(server, token, text, **headers):
    """Its Location."""
    code, its, _ = server.ask("POST", f"/push/v1/{token}", text, **{"TTL": "3600", **headers})
    assert code == 201
    return its["Location"]


def take_back(server, location):
    return server.ask("DELETE", location)[0]


@pytest.fixture
def phone(server):  # noqa: F811
    return server.phone()


@pytest.fixture
def token(phone):
    return phone.register(encrypted=False)["token"]


def test_a_message_that_was_not_fetched_is_taken_back(server, phone, token):  # noqa: F811
    places = [posted(server, token, text) for text in ("one", "two", "three")]
    assert take_back(server, places[1]) == 204
    come(phone, ["one", "three"])
    assert take_back(server, places[1]) == 404
    assert take_back(server, places[0]) == 204  # it was fetched: nobody knows
    assert phone.texts() == []


def test_each_refusal_of_what_is_taken_back(server, phone, token, tmp_path):  # noqa: F811
    place = posted(server, token, "kept")
    other = posted(server, token, "another")
    for method in ("GET", "POST", "PUT", "PATCH"):
        assert server.ask(method, place)[0] == 405, method
    sealed, _, name = place.removeprefix("/m/").partition("/")
    their = other.rpartition("/")[2]
    (tmp_path / "elsewhere").mkdir()
    elsewhere = PushServer(tmp_path / "elsewhere")
    try:
        strange = posted(elsewhere, elsewhere.phone().register(encrypted=False)["token"], "x")
    finally:
        elsewhere.close()
    wrong = [strange, f"/m/{name}", f"/m/{sealed}", f"/m/{sealed}/", f"/m/{sealed}/{their}", f"/m/{sealed[:-1]}/{name}",
             f"/m/{sealed}/{name}/", f"/m//{name}", "/m/", f"/m/{'A' * len(sealed)}/{name}", "/m/%00/x", "/m/../x"]
    wrong += [f"/m/{sealed[:at]}{'A' if sealed[at] != 'A' else 'B'}{sealed[at + 1:]}/{name}" for at in (0, 30, 60, 100)]
    for one in wrong:
        assert take_back(server, one) == 404, one
    assert take_back(server, "/m/" + "A" * 5000) == 404
    assert server.raw(b"DELETE /m/" + b"A" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\n\r\n").split(b" ")[1] in (b"400", b"431")
    assert server.ask("DELETE", place, "x" * (1 << 20))[0] == 413
    come(phone, ["kept", "another"])
    rest = [take_back(server, strange) for _ in range(31)]
    assert rest[-1] == 429, rest
    assert take_back(server, place) == 204  # who has one is not held up


def test_what_is_gone_is_not_there(server, phone, token):  # noqa: F811
    assert take_back(server, posted(server, token, "now or never", TTL="0")) == 404
    oldest = posted(server, token, "0", Urgency="low")
    for n in range(1, 101):
        posted(server, token, str(n), Urgency="low")
    assert take_back(server, oldest) == 404  # a hundred newer ones
    place = posted(server, token, "x")
    assert phone.do("unregister", token=token)["error"] == ""
    assert take_back(server, place) == 404


def test_what_waits_for_the_broker_is_never_sent(server, phone, token):  # noqa: F811
    """§3.2: not when it comes back, nor again; whether it was on its way or not."""
    before = posted(server, token, "before")
    posted(server, token, "first")
    server.kill(server.nats)
    away = posted(server, token, "away")
    posted(server, token, "second")
    assert [take_back(server, before), take_back(server, away)] == [204, 204]
    server.kill(server.endpoint)
    server.start_nats()
    server.start_endpoint()
    come(phone, ["first", "second"])
    server.kill(server.nats)
    server.start_nats()
    until = time.monotonic() + PATIENCE
    while server.post(token, "third") != 201 and time.monotonic() < until:
        pass
    come(phone, ["third"])


def test_kills_bring_nothing_back(server, phone, token):  # noqa: F811
    """Whatever is killed after 204, and whenever."""
    kept = []
    for n in range(8):
        gone = posted(server, token, f"gone {n}")
        kept.append(f"kept {n}")
        posted(server, token, kept[-1])
        assert take_back(server, gone) == 204
        for part in itertools.islice(itertools.cycle(("nats", "endpoint")), n % 2, n % 2 + 1 + n // 4):
            server.kill(getattr(server, part))
            getattr(server, f"start_{part}")()
        until = time.monotonic() + PATIENCE
        while server.ask("POST", f"/push/v1/{token}", "x")[0] == 503 and time.monotonic() < until:
            pass
    come(phone, kept)


def test_one_device_is_taken_from_no_more_often_than_others_bear(server, phone, token):  # noqa: F811
    place = posted(server, token, "x")
    assert [take_back(server, place) for _ in range(61)] == [204] + [404] * 59 + [429]
    other = server.phone(1).register(encrypted=False)["token"]
    assert take_back(server, posted(server, other, "x")) == 204


def test_an_id_that_was_taken_back_is_not_kept_again(server, phone, token):  # noqa: F811
    place = posted(server, token, "one", Idempotency_Key="order 7")
    assert take_back(server, place) == 204
    posted(server, token, "one", Idempotency_Key="order 7")
    posted(server, token, "two", Idempotency_Key="order 8")
    come(phone, ["two"])


def test_wrong_signatures_count_and_hold_up_nobody(server, world, key):  # noqa: F811, §3: 401, 403, 429
    token = server.phone().register(encrypted=False, vapid=point_of(key))["token"]
    path = f"/push/v1/{token}"
    codes = [server.ask("POST", path, "x", TTL="1", **({"Authorization": "vapid t=a.b.c, k=x"} if n % 2 else {}))[0]
             for n in range(31)]
    assert codes == [401, 403] * 15 + [429]
    assert server.post("A" * 43, "x") == 429  # one count for all that is wrong
    sent = world.stint("push", "send", server.url(token), "--vapid", str(key), "signed")
    assert sent.code == 0, sent


@pytest.fixture
def full(server, token):  # noqa: F811
    """Its store has no room for all `texts` that are posted, until `mend`. `heard`: each copy that it was sent, and when."""
    conf = server.root / "nats.conf"
    plain = conf.read_text()
    conf.write_text(plain.replace("jetstream {", "jetstream { max_file_store: 200000,"))
    server.kill(server.nats)
    server.start_nats()
    heard = []

    def client():
        with suppress(OSError):  # it listens in a moment
            return Nats(server.nats_port, user="server", **{"pass": "secret"})

    watch = until(client)
    watch.send("SUB stint.p.> 1")
    assert not watch.errors()

    def listen():
        with suppress(OSError, AssertionError):  # until the store is mended
            while True:
                heard.append((watch.heard()[2].decode(), time.monotonic()))

    threading.Thread(target=listen, daemon=True).start()
    texts = [f"{n:02} " + "x" * 4000 for n in range(70)]
    for text in texts:
        posted(server, token, text)
    until(lambda: server.metric("stint_endpoint_unacknowledged"))

    def mend():
        conf.write_text(plain)
        server.kill(server.nats)
        server.start_nats()

    return SimpleNamespace(texts=texts, heard=heard, mend=mend)


def test_a_full_store_loses_nothing(phone, full):  # noqa: F811, §5: --store
    full.mend()
    come(phone, full.texts)


def test_a_full_store_is_sent_the_outbox_less_and_less_often(phone, full):  # noqa: F811, §5: --store
    def copies():
        """Times of the first text, which was posted, and sent again each time that the store was tried."""
        return [when for text, when in list(full.heard) if text == full.texts[0]]

    until(lambda: len(copies()) >= 5, within=3 * PATIENCE)
    pauses = [later - earlier for earlier, later in itertools.pairwise(copies()[1:5])]
    assert pauses[2] > 2 * pauses[0], pauses
    full.mend()
    come(phone, full.texts)

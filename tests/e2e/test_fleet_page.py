"""The page of stint-fleetd, and whoever finds its port (fleet.md §5.4; SECURITY.md): test_taskmanager_security.py has the
same door in all its parts."""

from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from page_tricks import CAN_BE_ANOTHER, of_another, of_job
from push_served import children_of
from taskmanager import Page
from test_fleet import Office, pytestmark  # noqa: F401
from world import World


@pytest.fixture(scope="module")
def office():
    world = World()
    made = Office(world)
    yield made
    made.close()
    world.close()


@pytest.fixture
def page(office):
    address = office.world.done("fleet", "ui", "--print", "--no-open").strip()
    process = SimpleNamespace(pid=children_of(office.process.pid)["stint-fleetd"])
    return Page(process, address, "stint-fleet", "/v1/events")


@pytest.fixture
def entered(page):
    return page.enter()


def test_without_the_cookie_all_is_401_but_the_page_of_entry(page):
    for method, path in (("GET", "/"), ("GET", "/fleet/main.js"), ("GET", "/v1/events"), ("GET", "/v1/devices"), ("GET", "/metrics"),
                         ("POST", "/v1/remove"), ("GET", "/v1/page"), ("GET", "/nothing")):
        answer = page.ask(method, path)
        assert answer.status == (200 if path == "/" else 401), (method, path)
        assert bool(answer.body) == (path == "/"), path
    assert b"stint fleet ui" in page.get("/").body


def test_the_cookie_looks_and_gives_no_order(entered):
    for path in ("/", "/fleet/main.js", "/v1/fleet", "/v1/campaigns", "/v1/words"):
        assert entered.get(path).status == 200, path
    for path in ("/v1/remove", "/v1/label", "/v1/instructions", "/v1/operators", "/v1/invitations", "/v1/page"):
        assert entered.post(path, {"device": "x"}).status == 404, path
    assert entered.post("/v1/campaigns", {"signed": "x"}).status == 405


def test_the_token_of_the_page_is_none_of_programs_nor_theirs_one_of_the_page(office, page):
    programs = (office.world.store / "fleet-server" / "door").read_text().split()[1]
    assert page.ask("GET", "/v1/fleet", {"Authorization": f"Bearer {page.token}"}).status == 401
    assert page.ask("GET", "/v1/fleet", {"Authorization": f"Bearer {programs}"}).status == 200
    assert page.post("/enter", {"token": programs}).status == 401


def test_a_page_of_another_name_or_origin_gets_nothing(entered):
    """A name of the net that leads to 127.0.0.1 (DNS rebinding)."""
    for host in ("evil.example", f"evil.example:{entered.port}", "127.0.0.1"):
        assert entered.ask("GET", "/v1/fleet", {"Host": host}).status == 421
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert entered.get("/v1/fleet", headers=headers).status == 403
        assert entered.post("/enter", {"token": entered.token}, headers=headers).status == 403
    answer = entered.get("/")
    assert answer.headers["content-security-policy"].startswith("default-src 'self'; ")
    assert answer.headers["x-frame-options"] == "DENY" and answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.skipif(not CAN_BE_ANOTHER, reason="to be another user takes root")
def test_another_user_gets_401_even_with_the_token_and_the_cookie(entered):
    for request in (entered.request("GET", "/"), entered.request("GET", "/v1/devices"), entered.request("GET", "/v1/events"),
                    entered.request("POST", "/enter", body={"token": entered.token})):
        assert of_another(entered, request, "stay")[1].startswith("HTTP/1.1 401 ")


def test_a_job_that_reads_the_token_does_not_enter(office, page):
    daemon = office.world.start_daemon()
    for how in ("plain", "thread", "in flight"):
        assert of_job(office.world, page, how).startswith("HTTP/1.1 401 "), how
    daemon.stop()
    assert page.enter().cookie


def test_a_flood_of_streams_leaves_room_for_calls_programs_and_devices(office, entered):
    with ExitStack() as held:
        streams = [held.enter_context(entered.events()) for _ in range(64)]
        for _ in range(100):  # of who has not entered
            held.enter_context(entered.connect()).sendall(b"GET / HTTP/1.1\r\n")
        assert [entered.get("/v1/fleet").status for _ in range(10)] == [200] * 10
        assert office.world.stint("fleet", "campaigns").code == 0
        assert streams[-1].until(lambda event: event.topic == "campaigns").data["all"] is True


def test_who_comes_back_after_nobody_looked_is_told_all_anew(entered):
    with entered.events() as events:
        first = events.until(lambda event: event.topic == "campaigns")
        assert first.data == {"now": first.data["now"], "all": True, "campaigns": [], "gone": []}
    with entered.events(last_id=first.id) as events:
        assert events.next().topic == "resync"
        assert events.until(lambda event: event.topic == "campaigns").data["all"] is True

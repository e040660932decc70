"""Push as the Task Manager's server shows and counts it (push.md §5): on a real line, what `stint push …` prints."""

import json

import pytest
from push_line import CHAT, MAIL, MISSING, PushLine, until
from taskmanager import Served

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}")


@pytest.fixture
def push(world, bus):
    made = PushLine(world, bus)
    made.start_daemon()
    yield made
    made.close()


@pytest.fixture
def served(world):
    return Served(world).enter()


def printed(world, *words):
    return [json.loads(row) for row in world.done("push", *words, "--json").splitlines()]


def topic(condition):
    return lambda event: event.topic == "messages" and condition(event.data)


def metrics(served):
    """Read by Prometheus' own parser: each sample's value by its name and labels."""
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    return {(sample.name, *sample.labels.values()): sample.value
            for family in parser.text_string_to_metric_families(served.get("/metrics").body.decode())
            for sample in family.samples}


def test_the_topic_has_the_rows_that_are_printed(world, push, served):  # §5
    app = push.connector(CHAT)
    with served.events() as events:
        assert events.first()["messages"].data["registrations"] == []
        url = app.endpoint("t")
        shown = events.until(topic(lambda data: data["line"]["up"] and data["registrations"][0]["endpoint"])).data
        (row,) = printed(world, "apps")
        (told,) = shown["registrations"]
        assert {key: told[key] for key in row} == row
        assert url.rpartition("/")[2] not in json.dumps(shown) and told["postedTo"] == row["endpoint"]
        (row,) = printed(world, "status")
        assert shown["line"]["server"] == row["server"]
        assert list(shown["line"]) == [*row, "sentences"]


def test_many_messages_of_one_app_are_told_and_hide_no_other_app(push, served):  # §4.3: an app that takes none
    mail, chat = push.connector(MAIL), push.connector(CHAT)
    mail.endpoint("t")
    chat.endpoint("t")
    mail.mode("error")
    with served.events() as events:
        events.first()
        push.sends(mail, "t", *map(str, range(40)), Urgency="high")
        push.sends(chat, "t", "one")
        chat.until_texts(["one"])
        shown = events.until(topic(lambda data: [one["held"] for one in data["messages"]] == ["app"] * 40)).data
    assert {row["package"] for row in shown["registrations"]} == {MAIL, CHAT}
    without_times = [{key: row[key] for key in ("id", "package", "priority", "topic", "held")} for row in push.waiting()]
    assert without_times == [{key: row[key] for key in without_times[0]} for row in shown["messages"]]
    (hold,) = shown["messages"][0]["holds"]
    assert hold["detail"] == "its app was given it, and has not taken it" and hold["clears"] == "start the app"


def test_messages_keep_alives_and_the_line_are_counted(world, push, served):  # §5; linux.md §A.11
    assert ("stint_push_line_up",) not in metrics(served), "nobody is registered"
    app = push.connector(CHAT)
    app.endpoint("t")
    until(lambda: metrics(served).get(("stint_push_line_up",)) == 1)
    push.sends(app, "t", "one", Urgency="high")
    push.sends(app, "t", "two")
    app.until_texts(["one", "two"])
    told = metrics(served)
    assert told["stint_push_messages_total", CHAT, "high", "delivered"] == 1
    assert told["stint_push_messages_total", CHAT, "normal", "delivered"] == 1
    assert told["stint_push_delay_seconds_count", "high"] == 1
    before = told["stint_push_keepalives_total",]
    world.done("device", "set", "network=none")
    world.done("device", "reset", "network")  # the route is another: it asks at once
    until(lambda: metrics(served)["stint_push_keepalives_total",] > before)
    push.server.kill(push.server.nats)
    until(lambda: metrics(served)["stint_push_line_up",] == 0)


def test_counters_begin_anew_with_either_process_and_stay_true(world, push):  # push.md §5
    app = push.connector(CHAT)
    app.endpoint("t")
    push.sends(app, "t", "one")
    app.until_texts(["one"])
    first = Served(world).enter()
    assert metrics(first)["stint_push_messages_total", CHAT, "normal", "delivered"] == 1
    first.process.terminate()
    first.process.wait(30)
    second = Served(world).enter()
    assert metrics(second)["stint_push_messages_total", CHAT, "normal", "delivered"] == 1, "they are stintd's"
    push.daemon.kill()
    push.start_daemon()
    until(lambda: metrics(second).get(("stint_push_line_up",)) == 1)
    assert ("stint_push_messages_total", CHAT, "normal", "delivered") not in metrics(second)


def test_names_that_come_and_go_leave_no_counts(push, served):  # linux.md §A.11: label sets are bounded
    for n in range(3):
        app = push.connector(f"org.example.Name{n}")
        app.endpoint("t")
        push.sends(app, "t", "one")
        app.until_texts(["one"])
        assert metrics(served)["stint_push_messages_total", app.name, "normal", "delivered"] == 1
        app.unregister("t")
    until(lambda: not [sample for sample in metrics(served) if sample[0] == "stint_push_messages_total"])

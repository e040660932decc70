"""A caller that watches everything is told which lists have changed, and asks for those (TaskManager1.Watch,
everything)."""

from commands import SHELL, schedule
from jeepney import HeaderFields
from line import TASKS


def await_news(line, **options):
    line.call(TASKS, "Watch", "ssia{sv}", "", "", 0, {"everything": ("b", True)} | options)


def topics(line):
    (names,) = line.signal("Changed")
    return set(names)


def until_told(line, *wanted):
    """Asks again after each signal, as a reader of the lists does."""
    missing = set(wanted)
    while missing:
        missing -= topics(line)
        await_news(line)


def test_each_list_that_changes_is_told_and_a_slow_reader_is_told_once(world, daemon):
    with world.line() as looks, world.line() as acts:
        acts.set_device(charging="false")
        await_news(looks)
        acts.set_device(charging="true")
        assert "device" in topics(looks)
        # It has not asked again: however much happens, nothing more comes until it does.
        for _ in range(20):
            acts.set_device(charging="true")
            acts.set_device(charging="false")
        waits = schedule(world, "--charging", "--", "true")
        world.done("cancel", f"{SHELL}/{waits}")
        looks.call(TASKS, "ListApps", "a{sv}", {})
        assert not [it for it in looks.signals if it.header.fields[HeaderFields.member] == "Changed"]
        await_news(looks)
        assert {"device", "finished"} <= topics(looks)


def test_who_names_lists_is_told_of_these_alone(world, daemon):
    """Issue: `stint top` awoke, and asked stintd twice, each time another 16 MiB of the disk were taken."""
    with world.line() as looks, world.line() as acts:
        await_news(looks, topics=("as", ["apps", "weather"]))
        acts.set_device(charging="false")
        schedule(world, "--charging", "--", "true")
        assert topics(looks) == {"apps"}
        await_news(looks, topics=("as", ["device"]))
        schedule(world, "--charging", "--", "true")
        acts.set_device(charging="true")
        assert topics(looks) == {"device"}


def test_jobs_that_wait_for_something_else_are_told(world, daemon):
    with world.line() as looks, world.line() as acts:
        acts.set_device(charging="false")
        schedule(world, "--charging", "--", "sleep", "1000")
        await_news(looks)
        acts.set_device(network="none")
        until_told(looks, "device", "jobs")
        acts.set_device(charging="true")
        until_told(looks, "tasks", "apps")

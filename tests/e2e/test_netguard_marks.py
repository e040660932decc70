"""stint-netguard tells once when a cgroup's bytes have come to a mark (dbus/org.stint.NetGuard1.xml, TellAt; limits.md
§14): by the kernel, which compares with each packet; nobody asks."""

import os
import signal

import pytest
from events import Deadline
from guarded import app, ground, guard
from netguard import ANN, FAR4, Refused, needs_netguard

pytestmark = needs_netguard
DATAGRAM = 33  # 20 of IP, 8 of UDP, "hello"; and as many come back
MOST = 2 ** 64 - 1


def datagram(ground, app):
    assert "error" not in app.do("datagram", host=FAR4, port=ground.port)


def download(ground, app, size):
    app.do("connect", host=FAR4, port=ground.port, keep="open")
    assert app.do("download", keep="open", size=size)["bytes"] == size


def told(guard):
    """Everything told until now: whatever the kernel said before is told before this answer."""
    for _ in range(2):
        guard.call("Version", None)
    return len(guard.passed)


def test_a_mark_is_told_of_once_when_it_is_passed(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    guard.tell_at(cgroup, 3 * DATAGRAM)
    datagram(ground, app)
    assert told(guard) == 0
    datagram(ground, app)
    assert guard.until_passed() in ((cgroup, DATAGRAM, 2 * DATAGRAM), (cgroup, 2 * DATAGRAM, 2 * DATAGRAM))
    for _ in range(10):
        datagram(ground, app)
    assert told(guard) == 0


def test_a_flood_passes_a_mark_once_and_close_to_it(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    guard.tell_at(cgroup, 10_000_000)
    app.do("connect", host=FAR4, port=ground.port, keep="open")
    assert "error" not in app.do("download", keep="open", size=9_000_000)
    assert told(guard) == 0
    app.do("download", keep="open", size=100_000_000)
    _, received, sent = guard.until_passed()
    assert 10_000_000 <= received + sent
    assert told(guard) == 0


def test_a_mark_below_what_was_counted_is_told_of_at_once(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    datagram(ground, app)
    guard.tell_at(cgroup, 1)
    assert guard.until_passed() == (cgroup, DATAGRAM, DATAGRAM)
    guard.tell_at(cgroup, 2 * DATAGRAM)
    assert guard.until_passed() == (cgroup, DATAGRAM, DATAGRAM)
    assert told(guard) == 0


def test_another_mark_is_in_the_place_of_the_one_before_and_0_is_none(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    guard.tell_at(cgroup, 1)
    guard.tell_at(cgroup, 4 * DATAGRAM)
    datagram(ground, app)
    assert told(guard) == 0
    guard.tell_at(cgroup, 0)
    datagram(ground, app)
    datagram(ground, app)
    assert told(guard) == 0


def test_each_caller_has_a_mark_in_its_own_count(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    datagram(ground, app)
    second = ground.guard()
    second.watch(app.cgroup)
    second.tell_at(cgroup, MOST)  # beyond what 64 bits hold, with what was counted before it came
    guard.tell_at(cgroup, 4 * DATAGRAM)
    second.tell_at(cgroup, 4 * DATAGRAM)
    datagram(ground, app)
    assert guard.until_passed() == (cgroup, 2 * DATAGRAM, 2 * DATAGRAM)
    assert told(second) == 0
    datagram(ground, app)
    assert second.until_passed() == (cgroup, 2 * DATAGRAM, 2 * DATAGRAM)
    assert told(guard) == 0
    second.close()


def test_the_largest_mark_is_one(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    guard.tell_at(cgroup, MOST)
    download(ground, app, 1_000_000)
    assert told(guard) == 0


def test_what_is_below_an_apps_cgroup_counts_to_its_mark(ground, guard, app):
    child = ground.app(ground.cgroup(within=ground.cgroup(within=app.cgroup)))
    cgroup = guard.watch(app.cgroup)
    guard.tell_at(cgroup, 1)
    datagram(ground, child)
    assert guard.until_passed()[0] == cgroup


def test_a_mark_of_a_cgroup_that_is_forgotten_is_none(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    guard.tell_at(cgroup, 1)
    guard.call("Forget", "t", cgroup)
    datagram(ground, app)
    assert guard.watch(app.cgroup) == cgroup
    datagram(ground, app)
    assert told(guard) == 0


def test_nobody_else_is_told_or_may_mark_it(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    stranger = ground.guard()
    with pytest.raises(Refused) as refused:
        stranger.tell_at(cgroup, 1)
    assert refused.value.name == "IllegalArgument" and str(cgroup) in refused.value.why
    guard.tell_at(cgroup, 1)
    datagram(ground, app)
    guard.until_passed()
    assert told(stranger) == 0
    stranger.close()


def test_another_user_may_not_mark_it(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    ground.let(ANN)
    tree = ground.cgroup(uid=ANN.pw_uid)
    ann = ground.app(ground.cgroup(within=tree, uid=ANN.pw_uid))
    ann.do("become", uid=ANN.pw_uid)
    refused = ann.do("call", address=ground.address, member="TellAt", signature="tt", body=[cgroup, 1])
    assert refused["refused"].endswith("IllegalArgument") and str(cgroup) in refused["why"]


def test_words_of_another_type_are_refused(guard, app):
    cgroup = guard.watch(app.cgroup)
    for signature, words in (("t", (cgroup,)), ("tx", (cgroup, -1)), ("ts", (cgroup, "much"))):
        with pytest.raises(Refused) as refused:
            guard.call("TellAt", signature, *words)
        assert "InvalidArgs" in refused.value.name


def test_marks_that_are_passed_while_the_helper_stands_still_are_told_of_later(ground, guard, app):
    """One user has as many as allowed, and nobody reads what the kernel tells: none is lost."""
    ids = {}
    for _ in range(1000):
        place = ground.cgroup()
        ids[guard.watch(place)] = place
        guard.tell_at(next(reversed(ids)), DATAGRAM)
    os.kill(ground.helper.pid, signal.SIGSTOP)
    try:
        for place in ids.values():
            app.do("join", cgroup=str(place))
            datagram(ground, app)
    finally:
        os.kill(ground.helper.pid, signal.SIGCONT)
    deadline = Deadline(60)
    passed = []
    while len(passed) < len(ids) and not deadline.passed():
        passed.append(guard.until_passed()[0])
    assert sorted(passed) == sorted(ids) and told(guard) == 0


def test_a_mark_again_and_again_is_told_of_as_often(ground, guard, app):
    cgroup = guard.watch(app.cgroup)
    datagram(ground, app)
    for _ in range(1000):
        guard.tell_at(cgroup, 1)
    for _ in range(1000):
        assert guard.until_passed() == (cgroup, DATAGRAM, DATAGRAM)
    assert told(guard) == 0


def test_the_next_helper_has_no_mark_until_it_is_told_one(ground, app):
    first = ground.guard()
    first.tell_at(first.watch(app.cgroup), 1)
    ground.helper.kill()
    ground.helper.wait()
    ground.start_helper()
    guard = ground.guard()
    cgroup = guard.watch(app.cgroup)
    datagram(ground, app)
    assert told(guard) == 0
    guard.tell_at(cgroup, 4 * DATAGRAM)
    datagram(ground, app)
    assert guard.until_passed() == (cgroup, 2 * DATAGRAM, 2 * DATAGRAM)
    first.close()
    guard.close()

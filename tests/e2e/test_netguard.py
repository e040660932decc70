"""stint-netguard (dbus/org.stint.NetGuard1.xml): apps in cgroups that it cuts off the network and counts, and who may have
it do that. limits.md §8.1, §13: the network block, by cgroup."""

import os
import xml.etree.ElementTree

import pytest
from events import wait_for_end
from guarded import app, ground, guard
from jeepney import DBusAddress, new_method_call
from netguard import ANN, CGROUPS, FAR4, FAR6, NAME, OTHER, Refused, needs_netguard
from world import ROOT

pytestmark = needs_netguard
AT_ONCE = 2  # seconds; a connection that is only dropped hangs for minutes


def members(node):
    interface = next(each for each in node.iter("interface") if each.get("name") == NAME)
    return {(kind, member.get("name")): [(arg.get("type"), arg.get("direction")) for arg in member.iter("arg")]
            for kind in ("method", "signal") for member in interface.iter(kind)}


def test_it_has_each_method_and_signal_of_the_contract_and_no_other(guard):
    call = new_method_call(DBusAddress("/org/stint", NAME, "org.freedesktop.DBus.Introspectable"), "Introspect")
    told = xml.etree.ElementTree.fromstring(guard.line.send_and_get_reply(call).body[0])
    assert members(told) == members(xml.etree.ElementTree.parse(ROOT / "dbus" / f"{NAME}.xml").getroot())


class TestCut:
    def test_a_cut_app_is_refused_at_once_and_its_neighbour_is_not(self, ground, guard, app):
        other = ground.app(ground.cgroup())
        cgroup = guard.watch(app.cgroup)
        guard.block(cgroup)
        for host in (FAR4, FAR6):
            refused = app.do("connect", host=host, port=ground.port)
            assert refused["error"] == "EPERM" and refused["seconds"] < AT_ONCE
            refused = app.do("datagram", host=host, port=ground.port)
            assert refused["error"] == "EPERM" and refused["seconds"] < AT_ONCE
            assert "error" not in other.do("connect", host=host, port=ground.port)
            assert other.do("datagram", host=host, port=ground.port)["bytes"] == 5
        for host in ("127.0.0.1", "::1"):
            assert app.do("loopback", host=host)["bytes"] == 5
        guard.block(cgroup, False)
        for host in (FAR4, FAR6):
            assert "error" not in app.do("connect", host=host, port=ground.port)
            assert app.do("datagram", host=host, port=ground.port)["bytes"] == 5

    def test_a_connection_that_is_open_ends_at_once(self, ground, guard, app):
        cgroup = guard.watch(app.cgroup)
        for host in (FAR4, FAR6):
            assert "error" not in app.do("connect", host=host, port=ground.port, keep="open")
            app.begin("receive", keep="open")
            guard.block(cgroup)
            ended = app.end()
            assert ended["error"] == "ECONNABORTED" and ended["seconds"] < AT_ONCE
            guard.block(cgroup, False)

    def test_what_is_below_an_apps_cgroup_is_the_apps(self, ground, guard, app):
        below = ground.cgroup(within=ground.cgroup(within=app.cgroup))
        child = ground.app(below)
        assert "error" not in child.do("connect", host=FAR4, port=ground.port, keep="open")
        child.begin("receive", keep="open")
        guard.block(guard.watch(app.cgroup))
        assert child.end()["error"] == "ECONNABORTED"
        assert child.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"

    def test_it_holds_while_one_of_two_callers_wants_it(self, ground, guard, app):
        second = ground.guard()
        cgroup = guard.watch(app.cgroup)
        assert second.watch(app.cgroup) == cgroup
        guard.block(cgroup)
        second.block(cgroup)
        guard.call("Forget", "t", cgroup)
        assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
        second.block(cgroup, False)
        assert "error" not in app.do("connect", host=FAR4, port=ground.port)
        second.close()


class TestCount:
    def test_each_byte_of_an_app_is_counted_and_no_other(self, ground, guard, app):
        other = ground.app(ground.cgroup())
        cgroup = guard.watch(app.cgroup)
        size = 5_000_000
        for one in (app, other):
            one.do("connect", host=FAR4, port=ground.port, keep="open")
            assert one.do("download", keep="open", size=size)["bytes"] == size
        came, went = guard.counters(cgroup)[cgroup]
        assert size < came < size * 1.2  # with the packets' own words
        assert 0 < went < came
        app.do("loopback")
        assert guard.counters()[cgroup] == (came, went)

    def test_a_cut_leaves_the_count(self, ground, guard, app):
        cgroup = guard.watch(app.cgroup)
        app.do("datagram", host=FAR4, port=ground.port)
        counted = guard.counters()[cgroup]
        assert counted == (33, 33)  # 20 of IP, 8 of UDP, "hello"
        guard.block(cgroup)
        app.do("datagram", host=FAR4, port=ground.port)
        assert guard.counters()[cgroup] == counted
        guard.block(cgroup, False)
        app.do("datagram", host=FAR4, port=ground.port)
        assert guard.counters()[cgroup] == (66, 66)


class TestEnd:
    def test_a_helper_that_is_killed_leaves_nobody_cut(self, ground, guard, app):
        guard.block(guard.watch(app.cgroup))
        assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
        ground.helper.kill()
        ground.helper.wait()
        assert "error" not in app.do("connect", host=FAR4, port=ground.port)
        ground.until_owned(NAME, owned=False)

    def test_a_caller_that_goes_leaves_nobody_cut(self, ground, guard, app):
        gone = ground.guard()
        cgroup = gone.watch(app.cgroup)
        gone.block(cgroup)
        assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
        name = gone.line.unique_name
        gone.close()
        ground.until_owned(name, owned=False)
        guard.counters()  # the bus told the helper before it told us
        assert "error" not in app.do("connect", host=FAR4, port=ground.port)

    def test_what_one_caller_watches_another_cannot_touch(self, ground, guard, app):
        cgroup = guard.watch(app.cgroup)
        other = ground.guard()
        for call in (lambda: other.block(cgroup), lambda: other.counters(cgroup),
                     lambda: other.call("Forget", "t", cgroup)):
            with pytest.raises(Refused) as refused:
                call()
            assert refused.value.name == "IllegalArgument" and str(cgroup) in refused.value.why
        other.close()

    def test_of_several_changes_none_is_made_where_one_is_wrong(self, ground, guard, app):
        cgroup = guard.watch(app.cgroup)
        with pytest.raises(Refused):
            guard.call("SetBlocked", "a(tb)", [(cgroup, True), (1, True)])
        assert "error" not in app.do("connect", host=FAR4, port=ground.port)


class TestRefused:
    @pytest.mark.parametrize("path", ["/tmp", "/dev/null", "/proc/self", "/sys/fs"])
    def test_a_descriptor_of_something_else(self, guard, path):
        with pytest.raises(Refused) as refused:
            guard.watch(path)
        assert refused.value.name == "IllegalArgument" and "cgroup v2" in refused.value.why

    def test_a_file_of_a_cgroup(self, guard, app):
        with pytest.raises(Refused) as refused:
            guard.watch(app.cgroup / "cgroup.procs")
        assert refused.value.name == "IllegalArgument"

    def test_what_comes_in_the_place_of_a_removed_cgroup_is_another(self, ground, guard):
        place = ground.cgroup()
        opened = os.open(place, os.O_RDONLY)
        place.rmdir()
        place.mkdir()
        removed = guard.call("Watch", "h", opened)
        os.close(opened)
        guard.block(removed)
        app = ground.app(place)
        assert "error" not in app.do("connect", host=FAR4, port=ground.port)

    def test_a_machine_that_cannot_wake_says_so(self, guard):
        """Or one that can answers with the alarm's number."""
        try:
            alarm = guard.call("ArmWake", "ts", 2 ** 62, "a test")
        except Refused as refused:
            assert refused.name == "Unavailable" and "cannot wake" in refused.why
        else:
            guard.call("Disarm", "u", alarm)

    def test_more_cgroups_than_one_user_may_have(self, ground, guard):
        places = [ground.cgroup() for _ in range(1025)]
        for place in places[:1024]:
            guard.watch(place)
        with pytest.raises(Refused) as refused:
            guard.watch(places[1024])
        assert refused.value.name == "Busy" and "1024" in refused.value.why


class TestAnn:
    """An ordinary user, by the descriptor of her own cgroups, and by polkit."""

    @pytest.fixture
    def ann(self, ground, guard):
        tree = ground.cgroup(uid=ANN.pw_uid)
        made = ground.app(ground.cgroup(within=tree, uid=ANN.pw_uid))
        made.tree = tree
        made.do("become", uid=ANN.pw_uid)
        made.watch = lambda path: made.do("call", address=ground.address, member="Watch", signature="h", path=str(path))
        return made

    def test_polkit_refuses_whom_it_does_not_know(self, ground, ann):
        refused = ann.watch(ground.cgroup(within=ann.tree, uid=ANN.pw_uid))
        assert refused["refused"].endswith("Security") and "polkit" in refused["why"]

    def test_she_may_name_her_own(self, ground, ann, guard):
        ground.let(ANN)
        place = ground.cgroup(within=ann.tree, uid=ANN.pw_uid)
        app = ground.app(place)
        (cgroup,) = ann.watch(place)["answer"]
        blocked = ann.do("call", address=ground.address, member="SetBlocked", signature="a(tb)", body=[[[cgroup, True]]])
        assert blocked["answer"] == []
        assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
        ann.process.kill()
        wait_for_end(ann.process.pid)
        guard.counters()
        assert "error" not in app.do("connect", host=FAR4, port=ground.port)

    def test_another_users_is_refused(self, ground, ann):
        ground.let(ANN)
        for place in (ground.cgroup(), ground.cgroup(uid=OTHER.pw_uid), CGROUPS):
            refused = ann.watch(place)
            assert refused["refused"].endswith("Security") and "not yours" in refused["why"]

    def test_what_is_hers_elsewhere_is_refused(self, ground, ann):
        """A cgroup that a system service was given, and the one that all of hers are in."""
        ground.let(ANN)
        for place in (ground.cgroup(uid=ANN.pw_uid), ann.tree):
            refused = ann.watch(place)
            assert refused["refused"].endswith("Security") and "delegated to you" in refused["why"]

    def test_she_is_told_where_nothing_is_delegated_to_her(self, ground, ann):
        ground.let(ANN)
        stray = ground.app(ground.cgroup())
        stray.do("become", uid=ANN.pw_uid)
        refused = stray.do("call", address=ground.address, member="Watch", signature="h",
                           path=str(ground.cgroup(within=ann.tree, uid=ANN.pw_uid)))
        assert refused["refused"].endswith("Security") and "not delegated to you" in refused["why"]


class TestConfined:
    def test_it_keeps_two_capabilities_and_a_filter(self, ground, guard):
        guard.counters()
        told = dict(line.split(":\t", 1) for line in
                    open(f"/proc/{ground.helper.pid}/status", encoding="ascii").read().splitlines())
        net_admin, wake_alarm = 1 << 12, 1 << 35
        assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) == net_admin | wake_alarm
        assert int(told["CapBnd"], 16) == 0
        assert told["Seccomp"] == "2" and told["NoNewPrivs"] == "1"
        assert "0" not in told["Uid"].split()

    def test_a_flood_of_calls_is_answered_call_by_call(self, ground, guard, app):
        """None is lost; what is beyond the limit is told so."""
        line = guard.line
        opened = os.open(app.cgroup, os.O_RDONLY)
        call = lambda: new_method_call(guard.address, "Watch", "h", (opened,))  # noqa: E731
        serials = set()
        for _ in range(500):
            message = call()
            serial = next(line.outgoing_serial)
            line.send(message, serial=serial)
            serials.add(serial)
        while serials:
            serials.discard(line.receive(timeout=60).header.fields.get(5))
        os.close(opened)
        assert guard.counters()

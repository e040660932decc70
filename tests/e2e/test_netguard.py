"""stint-netguard (dbus/org.stint.NetGuard1.xml): apps in cgroups that it cuts off the network and counts, and who may have
it do that. limits.md §8.1, §13: the network block, by cgroup."""

import os
import pwd
import subprocess
import time
import xml.etree.ElementTree

import pytest
from events import Deadline, wait_for_end
from guarded import app, ground, guard
from jeepney import DBusAddress, HeaderFields, new_error, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from netguard import ACCOUNT, ANN, CGROUPS, FAR4, FAR6, FLOODS, NAME, OTHER, PROGRAM, Ground, Refused, needs_netguard
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

    MOST = 64  # entries of a list

    def test_a_list_with_more_entries_than_a_call_may_carry(self, ground, guard, app):
        cgroup = guard.watch(app.cgroup)
        assert guard.counters(*[cgroup] * self.MOST)
        guard.call("SetBlocked", "a(tb)", [(cgroup, True)] * self.MOST)
        for member, signature, entry in (("SetBlocked", "a(tb)", (cgroup, False)), ("Counters", "at", cgroup)):
            for entries in (self.MOST + 1, 50_000):
                with pytest.raises(Refused) as refused:
                    guard.call(member, signature, [entry] * entries)
                assert refused.value.name == "IllegalArgument" and f"more than {self.MOST} " in refused.value.why
        assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"

    def test_the_counters_of_all_where_these_are_too_many_for_one_answer(self, ground, guard):
        for _ in range(self.MOST):
            guard.watch(ground.cgroup())
        assert len(guard.counters()) == self.MOST
        guard.watch(ground.cgroup())
        with pytest.raises(Refused) as refused:
            guard.counters()
        assert refused.value.name == "IllegalArgument" and f"name {self.MOST} of them" in refused.value.why

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

    def test_she_may_ask_again_where_polkit_does_not_answer_now(self, ground, ann):
        """It has ended meanwhile, or somebody has filled its queue. It is the test's."""
        without = Ground(polkit=False)
        try:
            polkit = open_dbus_connection(without.address, auth_timeout=30)
            Proxy(message_bus, polkit).RequestName("org.freedesktop.PolicyKit1")
            without.start_helper()
            ann.begin("call", address=without.address, member="Watch", signature="h",
                      path=str(ground.cgroup(within=ann.tree, uid=ANN.pw_uid)))
            while (asked := polkit.receive(timeout=60)).header.fields.get(HeaderFields.member) != "CheckAuthorization":
                pass
            polkit.send(new_error(asked, "org.freedesktop.DBus.Error.NoReply", "s", ("it has left",)))
            refused = ann.end()
            assert refused["refused"].endswith("Busy") and "polkit does not say now" in refused["why"]
            polkit.close()
        finally:
            without.close()

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


class TestTurns:
    """Users are served in turn, whatever one of them asks for."""

    LARGE = 1000  # cgroups below the one that is cut
    CALLS = 20  # of the other user

    @pytest.fixture
    def member(self, ground):
        """Makes a user's process that may call, in her own tree, and has named a cgroup."""
        ground.let(ANN, OTHER)

        def made(user, tree=None):
            tree = tree or ground.cgroup(uid=user.pw_uid)
            one = ground.app(ground.cgroup(within=tree, uid=user.pw_uid))
            one.do("become", uid=user.pw_uid)
            one.tree, one.place = tree, ground.cgroup(within=tree, uid=user.pw_uid)
            one.ask = lambda member, signature, *body, **how: one.do(
                "call", address=ground.address, member=member, signature=signature, body=body, **how)
            deadline = Deadline(60)  # for polkitd, which reads its rules when it comes to it
            while "answer" not in (told := one.ask("Watch", "h", path=str(one.place))) and not deadline.passed():
                pass
            (one.cgroup_id,) = told["answer"]
            return one

        return made

    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "unanswered"])
    @pytest.mark.parametrize("lists", FLOODS)
    def test_another_user_is_answered_in_the_midst_of_a_flood(self, ground, guard, member, lists, answered):
        """Each cut of it would be a walk through all that is below."""
        floods = [member(ANN)]
        for _ in range(self.LARGE):
            ground.cgroup(within=floods[0].place, uid=ANN.pw_uid)
        floods += [member(ANN, floods[0].tree) for _ in range(3)]
        other = member(OTHER)
        calls = FLOODS[lists](floods[0].cgroup_id)
        for flood in floods:
            flood.ask("Watch", "h", path=str(floods[0].place))
            flood.begin("flood", calls=calls, answered=answered)
        for number in range(self.CALLS):
            assert "answer" in other.ask("Watch", "h", path=str(ground.cgroup(within=other.tree, uid=OTHER.pw_uid)))
            assert "answer" in other.ask("SetBlocked", "a(tb)", [[other.cgroup_id, number % 2 == 0]])
        for flood in floods:
            flood.begin("pid")  # only now it ends
            assert flood.end()["sent"] > 0 and flood.end()["pid"] == flood.process.pid
        for one in (*floods, other):
            one.do("leave_bus")

    def test_an_open_connection_ends_though_another_user_cuts_without_an_end(self, ground, guard, app, member):
        flood = member(ANN)
        for _ in range(self.LARGE):
            ground.cgroup(within=flood.place, uid=ANN.pw_uid)
        cut = [("SetBlocked", "a(tb)", [(flood.cgroup_id, blocked)]) for blocked in (True, False)]
        flood.begin("flood", calls=cut, answered=True)
        cgroup = guard.watch(app.cgroup)
        for _ in range(5):
            assert "error" not in app.do("connect", host=FAR4, port=ground.port, keep="open")
            app.begin("receive", keep="open")
            guard.block(cgroup)
            assert app.end()["error"] == "ECONNABORTED"
            guard.block(cgroup, False)
        flood.begin("leave_bus")
        assert flood.end()["sent"] > 0

    def test_a_connection_of_an_app_that_is_free_again_lives_on(self, ground, guard, app):
        """Its cut was over before anything had come of it."""
        cgroup = guard.watch(app.cgroup)
        assert "error" not in app.do("connect", host=FAR4, port=ground.port, keep="open")
        guard.call("SetBlocked", "a(tb)", [(cgroup, True), (cgroup, False)])
        assert app.do("download", keep="open", size=1000)["bytes"] == 1000

    def test_more_connections_than_a_user_may_have_take_no_other_users_place(self, ground, guard, member):
        """They are refused, and asked about once."""
        ground.let(ANN, OTHER)
        tree = ground.cgroup(uid=ANN.pw_uid)
        crowd = ground.app(ground.cgroup(within=tree, uid=ANN.pw_uid))
        crowd.do("become", uid=ANN.pw_uid)
        told = crowd.do("crowd", address=ground.address, connections=100)
        assert told["served"] <= 16 and told["refused"] >= 84
        other = member(OTHER)
        assert "answer" in other.ask("Counters", "at", [])
        for one in (crowd, other):
            one.process.kill()
            wait_for_end(one.process.pid)

    def test_a_connection_too_many_is_refused_before_its_calls_are_read(self, ground, guard, member):
        ground.let(ANN, OTHER)
        crowd = ground.app(ground.cgroup(within=ground.cgroup(uid=ANN.pw_uid), uid=ANN.pw_uid))
        crowd.do("become", uid=ANN.pw_uid)
        assert crowd.do("crowd", address=ground.address, connections=17)["refused"] >= 1
        ask = lambda: crowd.do("call", address=ground.address, member="Counters", signature="at", body=[[0] * 1100])  # noqa: E731
        assert "16 connections" in ask()["why"]  # its first call is read, since nobody knows yet whose it is
        told = ask()
        assert told["refused"].endswith("Busy") and "16 connections" in told["why"]
        crowd.process.kill()
        wait_for_end(crowd.process.pid)

    def test_calls_that_are_wrong_wait_for_their_turns_as_others_do(self, ground, guard):
        """Whoever sends nothing else takes no more of the helper's time."""
        calls, at_once = 2000, 256
        begun = time.monotonic()
        for _ in range(calls // 100):
            serials = {guard.send("ArmWake", "ts", 1, "") for _ in range(100)}
            while serials:
                serials.discard(guard.line.receive(timeout=60).header.fields.get(5))
        assert time.monotonic() - begun > (calls - at_once) / 1000

    def test_descriptors_that_come_with_calls_are_not_kept(self, ground, guard, member):
        """A process that may open no more loses its connection to the bus, and so frees everybody."""
        hoard = member(ANN)
        other = member(OTHER)
        hoard.begin("hoard", address=ground.address, path=str(hoard.place), connections=15, descriptors=16)
        for _ in range(100):
            told = other.ask("Counters", "at", [])
            assert "answer" in told or told["refused"].endswith("LimitsExceeded"), "by the bus, which is flooded"
        hoard.begin("pid")
        assert hoard.end()["sent"] > 0 and hoard.end()["pid"] == hoard.process.pid
        hoard.process.kill()
        wait_for_end(hoard.process.pid)
        deadline = Deadline(60)
        while "answer" not in (told := other.ask("Counters", "at", [])) and not deadline.passed():
            pass
        assert "answer" in told and ground.helper.poll() is None
        other.process.kill()
        wait_for_end(other.process.pid)


class TestConfined:
    def test_it_keeps_two_capabilities_and_a_filter(self, ground, guard):
        guard.counters()
        told = dict(line.split(":\t", 1) for line in
                    open(f"/proc/{ground.helper.pid}/status", encoding="ascii").read().splitlines())
        net_admin, wake_alarm = 1 << 12, 1 << 35
        assert int(told["CapEff"], 16) == int(told["CapPrm"], 16) == net_admin | wake_alarm
        assert int(told["CapBnd"], 16) == 0
        assert told["Seccomp"] == "2" and told["NoNewPrivs"] == "1"
        assert set(told["Uid"].split()) == {str(pwd.getpwnam(ACCOUNT).pw_uid)}

    @pytest.mark.parametrize("account", ["stint-nobody-is-this", "root"])
    def test_without_an_account_of_its_own_it_does_not_begin(self, ground, account):
        """Nor as somebody else."""
        ended = subprocess.run([PROGRAM, "--user", account], env=ground.environment, capture_output=True, text=True,
                               timeout=60, check=False)
        assert ended.returncode == 78 and account in ended.stderr

    def test_a_flood_of_calls_is_answered_call_by_call(self, ground, guard, app):
        """None is lost; what is beyond the limit is told so."""
        line = guard.line
        opened = os.open(app.cgroup, os.O_RDONLY)
        serials = {guard.send("Watch", "h", opened) for _ in range(500)}
        while serials:
            serials.discard(line.receive(timeout=60).header.fields.get(5))
        os.close(opened)
        assert guard.counters()

"""An app's network under the limits, enforced by stint-netguard for the live daemon (limits.md §8.1): the app has a
process whose connections fail, and work again."""

import json
import os
import signal
import sys
from itertools import count

import pytest
from app import PACKAGE as APP_PACKAGE
from app import PROGRAM as APP
from app import App
from jeepney import HeaderFields, new_error, new_method_return
from netguard import CGROUPS, FAR4, FAR6, HERE, NAME, ground, needs_netguard, waiting_line
from test_doctor import findings
from test_wake_alarms import Helper
from world import BIN

pytestmark = needs_netguard
PACKAGE = "com.example.net"


class Net:
    """The app, started as a person does it in a terminal, then out of sight."""

    def __init__(self, world, ground):
        self.world, self.ground = world, ground
        self.place = world.root / "net"
        listener, arrived = waiting_line(self.place)
        self.command = [sys.executable, str(HERE / "network_app.py"), "app", str(self.place)]
        world.apps.joinpath(f"{PACKAGE}.toml").write_text(f'package = "{PACKAGE}"\ncommand = {self.command!r}\n')
        world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
        self.listener, self.arrived = listener, arrived

    def begin(self):
        self.daemon = self.world.start_daemon(before=self.ground.inside())
        return self.daemon

    def start(self):
        self.world.in_terminal("start", PACKAGE)
        process = self.arrived()
        self.world.done("app", PACKAGE, "--state", "background")
        self.world.done("device", "set", "plugged=false", "screen=off")
        return process

    def until_cut(self, times=1):
        self.daemon.until_logged(f"cut app={PACKAGE}", times)

    def until_freed(self, times=1):
        self.daemon.until_logged(f"freed app={PACKAGE}", times)


@pytest.fixture
def net(world, ground):
    made = Net(world, ground)
    yield made
    made.listener.close()


def test_doze_cuts_an_app_off_and_gives_its_network_back(world, ground, net):
    """§8.1, doze; §6.7."""
    ground.start_helper()
    net.begin()
    app = net.start()
    assert "error" not in app.do("connect", host=FAR4, port=ground.port, keep="open")
    app.begin("receive", keep="open")
    world.done("cmd", "deviceidle", "force-idle")
    assert app.end()["error"] == "ECONNABORTED"
    for host in (FAR4, FAR6):
        assert app.do("connect", host=host, port=ground.port)["error"] == "EPERM"
    assert app.do("loopback")["bytes"] == 5
    assert "doze" in world.done("app", PACKAGE)
    network = findings(world)["background network"]
    assert network["grade"] == "enforced" and "cut off now" in network["found"]
    world.done("cmd", "deviceidle", "unforce")
    world.done("device", "set", "screen=on")
    net.until_freed()
    assert "error" not in app.do("connect", host=FAR4, port=ground.port)


def test_a_rare_apps_network_is_cut_and_the_charger_gives_it_back(world, ground, net):
    """§8.1, standby; §1.1."""
    ground.start_helper()
    net.begin()
    app = net.start()
    world.done("app", PACKAGE, "--bucket", "rare")
    net.until_cut()
    assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
    world.done("device", "set", "charging=true")
    net.until_freed()
    assert "error" not in app.do("connect", host=FAR4, port=ground.port)


def test_a_process_that_is_started_while_its_app_is_cut_off_never_connects(world, ground, net):
    """A job that asks for no network lifts nothing (§8.3)."""
    ground.start_helper()
    app = App(world)
    app.install(lambda manifest: manifest.replace(f'["{APP}", "host", "Jobs"]', json.dumps(net.command)))
    net.begin()
    world.done("device", "set", "plugged=false", "screen=off")
    world.done("app", APP_PACKAGE, "--bucket", "rare")
    net.daemon.until_logged(f"cut app={APP_PACKAGE}")
    assert app.run(*app.job(1)).code == 0
    job = net.arrived()
    assert job.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
    assert job.do("datagram", host=FAR6, port=ground.port)["error"] == "EPERM"


def test_a_new_helper_is_told_everything(world, ground, net):
    """One that is killed leaves nobody cut; the next one cuts again."""
    ground.start_helper()
    net.begin()
    app = net.start()
    world.done("cmd", "deviceidle", "force-idle")
    net.until_cut()
    ground.helper.kill()
    ground.helper.wait()
    net.daemon.until_logged("stint-netguard has gone")
    assert "error" not in app.do("connect", host=FAR4, port=ground.port)
    assert findings(world)["background network"]["grade"] == "advisory"
    ground.start_helper()
    net.until_cut(times=2)
    assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"


def test_a_daemon_that_is_killed_leaves_nobody_cut(world, ground, net):
    """Its apps' processes die with it; another process in their cgroup would be free."""
    ground.start_helper()
    daemon = net.begin()
    app = net.start()
    pid = app.do("pid")["pid"]
    cgroup = next(line for line in open(f"/proc/{pid}/cgroup", encoding="ascii") if line.startswith("0::"))
    place = CGROUPS / cgroup.strip().removeprefix("0::/")
    stays = ground.app(place.parent)
    world.done("cmd", "deviceidle", "force-idle")
    net.until_cut()
    assert stays.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
    guard = ground.guard()
    name = ground.name_of(daemon.pid)
    daemon.kill()
    ground.until_owned(name, owned=False)
    guard.counters()  # the bus told the helper before it told us
    assert "error" not in stays.do("connect", host=FAR4, port=ground.port)


def test_the_bus_starts_the_helper(world, ground, net):
    ground.activate_helper()
    net.begin()
    net.daemon.until_logged("stint-netguard enforces")
    assert findings(world)["background network"]["grade"] == "enforced"


def test_a_helper_that_ended_well_is_started_again_unasked(world, ground, net):
    """By the bus alone, where no systemd does it: as soon as its end is known."""
    ground.activate_helper()
    net.begin()
    net.daemon.until_logged("stint-netguard enforces")
    os.kill(ground.owner_of(NAME), signal.SIGTERM)
    net.daemon.until_logged("stint-netguard has gone")
    net.daemon.until_logged("stint-netguard enforces", 2)
    assert findings(world)["background network"]["grade"] == "enforced"


def test_a_cut_that_is_refused_for_now_is_asked_for_again(world, ground, net):
    """Another process has all the cgroups that its user may."""
    ground.start_helper()
    greedy = ground.guard()
    for _ in range(1024):
        greedy.watch(ground.cgroup())
    net.begin()
    app = net.start()
    world.done("cmd", "deviceidle", "force-idle")
    net.daemon.until_logged("as many as one may")
    assert "error" not in app.do("connect", host=FAR4, port=ground.port)
    greedy.close()
    net.until_cut()
    assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"


class Blocks(Helper):
    """Takes calls of SetBlocked, as the helper does: all changes of one, or none. `cut`: what it has cut."""

    def __init__(self, address):
        super().__init__(address)
        self.numbers, self.cut = count(1), set()

    def until_blocked(self):
        """The next call, unanswered."""
        while True:
            call = self.line.receive(timeout=60)
            member = call.header.fields.get(HeaderFields.member)
            if member == "Watch":
                self.line.send(new_method_return(call, "t", (next(self.numbers),)))
            if member == "SetBlocked":
                return call

    def do(self, call):
        for cgroup, blocked in call.body[0]:
            (self.cut.add if blocked else self.cut.discard)(cgroup)

    def until_cut(self, condition):
        """Does what it is asked, until that is true of how many are cut."""
        while not condition(len(self.cut)):
            call = self.until_blocked()
            self.do(call)
            self.line.send(new_method_return(call))

    def refuse(self, call, name, why):
        self.line.send(new_error(call, name, "s", (why,)))


@pytest.fixture
def blocks(ground):
    made = Blocks(ground.address)
    yield made
    made.close()


APPS = 3 + (BIN / "stint-agent").exists()  # the app, and those that are built in


def wake_up(world):
    world.done("cmd", "deviceidle", "unforce")
    world.done("device", "set", "screen=on")


def test_who_could_not_be_freed_just_then_is_freed_later(world, net, blocks):
    """The bus refuses the call, as where another user has filled the helper's queue. Stint took the apps for free, and they
    stayed cut off. The helper is the test's."""
    net.begin()
    net.start()
    world.done("cmd", "deviceidle", "force-idle")
    blocks.until_cut(lambda cut: cut == APPS)
    wake_up(world)
    refused = blocks.until_blocked()
    assert not any(blocked for _, blocked in refused.body[0])
    blocks.refuse(refused, "org.freedesktop.DBus.Error.LimitsExceeded", "its queue is full")
    blocks.until_cut(lambda cut: cut == 0)


def test_who_was_cut_though_the_answer_never_came_is_freed(world, net, blocks):
    """Stint took the app for uncut, and so told nobody that it is free."""
    net.begin()
    net.start()
    world.done("cmd", "deviceidle", "force-idle")
    while len(blocks.cut) < APPS:
        call = blocks.until_blocked()
        blocks.do(call)
        blocks.refuse(call, "org.freedesktop.DBus.Error.NoReply", "no answer in time")
    net.daemon.until_logged("has not answered in time")
    wake_up(world)
    blocks.until_cut(lambda cut: cut == 0)


def test_many_apps_are_cut_and_freed_in_lists_of_sixty_four(world, net, blocks):
    """A call carries no more (dbus/org.stint.NetGuard1.xml); one that fails takes nobody else's with it."""
    most, many = 64, 200
    for number in range(many):
        place = world.apps / f"com.example.n{number}.toml"
        place.write_text(f'package = "com.example.n{number}"\ncommand = ["/bin/true"]\n')
    net.begin()
    net.start()
    world.done("cmd", "deviceidle", "force-idle")
    blocks.until_cut(lambda cut: cut == APPS + many)
    everybody = sorted(blocks.cut)
    wake_up(world)
    lists, refused = [], None
    while blocks.cut:
        call = blocks.until_blocked()
        lists.append([cgroup for cgroup, _ in call.body[0]])
        if len(lists[-1]) == most and refused is None:
            refused = lists[-1]
            blocks.refuse(call, "org.stint.Error.Busy", "too many calls")
        else:
            blocks.do(call)
            blocks.line.send(new_method_return(call))
    assert max(map(len, lists)) == most
    told = sorted(cgroup for each in lists for cgroup in each)
    assert told == sorted(everybody + refused), "each once, and those that were refused once more"


def test_without_a_helper_it_is_advisory_and_one_command_says_how_to_get_it(world, ground, net):
    net.begin()
    net.daemon.until_logged("not enforced")
    network = findings(world)["background network"]
    assert network["grade"] == "advisory" and "no packet is stopped" in network["found"]
    assert network["more"]
    app = net.start()
    world.done("cmd", "deviceidle", "force-idle")
    assert "error" not in app.do("connect", host=FAR4, port=ground.port)
    # One that is installed later, and started, is told.
    ground.start_helper()
    net.until_cut()
    assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"

"""A guard that cuts the network off (jobs.md §14.5): a program that runs on, whose connections fail while its condition does
not hold, and work again."""

import sys

from netguard import FAR4, HERE, ground, needs_netguard, waiting_line

pytestmark = needs_netguard
PACKAGE = "org.stint.guard.net"


def test_a_guarded_program_is_offline_from_its_first_instruction_until_its_condition_holds(world, ground):
    ground.start_helper()
    place = world.root / "net"
    listener, arrived = waiting_line(place)
    world.environment["DBUS_SYSTEM_BUS_ADDRESS"] = ground.address
    daemon = world.start_daemon(before=ground.inside())
    world.done("device", "set", "network.metered=true")
    begun = world.stint("guard", "--while", "unmetered", "--else", "offline", "--name", "net", "--no-wait", "--",
                        sys.executable, str(HERE / "network_app.py"), "app", str(place))
    assert begun.code == 0, begun
    app = arrived()
    assert app.do("connect", host=FAR4, port=ground.port)["error"] == "EPERM"
    assert app.do("loopback")["bytes"] == 5
    assert "is offline" in world.done("why", "net")
    world.done("device", "set", "network.metered=false")
    daemon.until_logged(f"freed app={PACKAGE}")
    assert "error" not in app.do("connect", host=FAR4, port=ground.port, keep="open")
    app.begin("receive", keep="open")
    world.done("device", "set", "network.metered=true")
    assert app.end()["error"] == "ECONNABORTED"
    listener.close()

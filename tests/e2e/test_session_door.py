"""The way in over the session bus (architecture.md, wire): org.stint.Stint1.Open, and a bus that starts the daemon for it."""

import os
import signal
import textwrap

import pytest
from events import Directory, wait_for_end
from host import PACKAGE, install
from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy
from line import PATH, SCHEDULER, Line, WireError

DOOR = DBusAddress(PATH, bus_name="org.stint.Stint1", interface="org.stint.Stint1")


def opened(bus):
    """A line that the bus has handed out to this process."""
    with bus.connect(descriptors=True) as line:
        reply = line.send_and_get_reply(new_method_call(DOOR, "Open"), timeout=60)
    assert reply.header.message_type == MessageType.method_return, reply.body
    return Line.over(reply.body[0].to_socket())


def test_a_connection_from_the_bus_does_what_one_to_the_socket_does(world, bus):
    world.start_daemon()
    bus.until_owned(DOOR.bus_name)
    with opened(bus) as line:
        line.set_device(charging="false")
        assert line.jobs() == []
    assert "false" in world.done("device")


def test_who_came_over_the_bus_is_the_app_that_the_kernel_says_it_is(world, bus):
    """architecture.md, who is calling: by its executable, never by a name it claims."""
    install(world)
    world.start_daemon()
    bus.until_owned(DOOR.bus_name)
    with opened(bus) as line:
        assert line.call(SCHEDULER, "Host", "asa{sv}", ["Jobs"], {}) == (PACKAGE,)
        with pytest.raises(WireError, match="Security"):
            line.set_device(charging="false")


def test_the_bus_starts_the_daemon_for_whoever_wants_in(world, bus):
    (bus.services / "org.stint.Stint1.service").write_text(textwrap.dedent(f"""\
        [D-BUS Service]
        Name=org.stint.Stint1
        Exec={world.programs}/stintd
        """))
    with bus.connect() as own:
        Proxy(message_bus, own).ReloadConfig()
        line = opened(bus)
        (pid,) = Proxy(message_bus, own).GetConnectionUnixProcessID(DOOR.bus_name)
    try:
        assert line.jobs() == []
        line.close()
        world.done("jobs")  # and its socket is there as ever
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_for_end(pid)


def test_a_second_daemon_of_another_directory_leaves_the_name_to_the_first(world, bus):
    world.start_daemon()
    bus.until_owned(DOOR.bus_name)
    other = world.root / "other"
    other.mkdir(mode=0o700)
    second = world.start_daemon(environment={"XDG_RUNTIME_DIR": str(other), "XDG_STATE_HOME": str(other)}, used=False)
    with opened(bus) as line:
        assert line.jobs() == []
    with Directory(world.root) as directory:
        directory.until(lambda: "another process owns org.stint.Stint1" in second.log.read_text())

"""Packets on a device's cable, counted in a network namespace of its own (push.md §4.2): before a maintenance window, in it
and after it. Root's alone."""

import select
import socket
import struct

import network
import pytest
from push_line import MAIL, MISSING, PushLine
from push_server import PushServer

pytestmark = [pytest.mark.skipif(bool(MISSING), reason=f"there is no {', '.join(MISSING)}"),
              pytest.mark.skipif(not network.is_possible(), reason="no network namespace can be made here")]

SERVER, DEVICE = 0, 1
IPV4 = 0x0800


class FarServer(PushServer):
    """On another machine."""

    def __init__(self, root, net):
        self.net = net
        with net.on(SERVER):
            super().__init__(root)

    def start_nats(self):
        file = self.root / "nats.conf"
        file.write_text(file.read_text().replace('listen: "127.0.0.1:', 'listen: "0.0.0.0:'))
        super().start_nats()

    def ask(self, *words, **headers):
        with self.net.on(SERVER):
            return super().ask(*words, **headers)


class Cable:
    """All packets of IPv4 that the device sends and gets, from now on."""

    def __init__(self, net, port):
        self.port = port
        with net.on(DEVICE):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(IPV4))
        self.socket.bind(("eth0", IPV4))

    def read(self):
        """How many of the line there were since the last look, how many bytes of them were text, and each other's header."""
        line, size, others = 0, 0, []
        while select.select([self.socket], [], [], 0)[0]:
            packet = self.socket.recv(65536)
            inner = (packet[0] & 15) * 4
            is_line = packet[9] == socket.IPPROTO_TCP and self.port in struct.unpack_from(">HH", packet, inner)
            if is_line:
                line += 1
                size += struct.unpack_from(">H", packet, 2)[0] - inner - (packet[inner + 12] >> 4) * 4
            else:
                others.append(packet[:28].hex())
        return line, size, others

    def close(self):
        self.socket.close()


@pytest.fixture
def net():
    made = network.Network(2)
    yield made
    made.close()


@pytest.fixture
def far(world, bus, net):
    """A device and its server are two machines."""
    root = world.root / "server"
    root.mkdir()
    server = FarServer(root, net)
    made = PushLine(world, bus, server)
    made.join()
    made.file.write_text(made.file.read_text().replace(f"@127.0.0.1:{server.nats_port}",
                                                       f"@{net.address(SERVER)}:{server.nats_port}"))
    script = made.program.read_text().replace("exec ", f"exec nsenter --net=/run/netns/{net.names[DEVICE]} ")
    made.program.write_text(script)
    made.start_daemon()
    yield made
    made.close()


def test_no_packet_brings_what_waits_for_the_window(far, net):  # §4.2, §4.1: a keep-alive, and nothing else
    app = far.connector(MAIL)
    app.endpoint("t")
    far.dozes()
    far.sends(app, "t", "first", Urgency="high")
    app.until_texts(["first"])  # its line is that of a device that dozes now
    cable = Cable(net, far.server.nats_port)
    try:
        posted = [f"one {n}" for n in range(50)]
        far.sends(app, "t", *posted)
        before = cable.read()
        far.world.done("device", "set", "doze=idle_maintenance")
        app.until_texts(["first", *posted])
        within = cable.read()
        far.world.done("device", "set", "doze=idle")
        far.sends(app, "t", "second", Urgency="high")
        app.until_texts(["first", *posted, "second"])
        cable.read()  # it has gone to sleep, and its high ones come
        more = [f"two {n}" for n in range(50)]
        far.sends(app, "t", *more)
        after = cable.read()
    finally:
        cable.close()
    print(f"packets, bytes and other packets: {before} before the window, {within} in it, {after} after it")
    for packets, size, others in (before, after):
        # nats-server asks each connection now and then whether it is there: 6 bytes there, 6 back, and their acknowledgements.
        assert packets <= 4 and size <= 12 and not others
    assert within[1] > 50 * 100, "they came by this cable"
    assert app.texts() == ["first", *posted, "second"]

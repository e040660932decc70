"""A modem that is a socket: it answers the real ModemManager's AT commands, and says which network it is registered
with. ModemManager's own test interface takes it for hardware."""

import socket
import threading

from jeepney import DBusAddress, new_method_call
from jeepney.bus_messages import MatchRule, message_bus
from jeepney.io.blocking import Proxy
from network_ground import network_of

NAME, PATH = "org.freedesktop.ModemManager1", "/org/freedesktop/ModemManager1"
PORT = "abstract:stint-modem"
ANSWERS = {
    "+CGMI": "stint", "+CGMM": "modem", "+CGMR": "1", "+CGSN": "490154203237518", "+CIMI": "001010000000001",
    "+GCAP": "+GCAP: +CGSM", "+CPIN?": "+CPIN: READY", "+CFUN?": "+CFUN: 1", "+CSQ": "+CSQ: 20,99",
    "+CREG?": '+CREG: 2,{state},"1234","0001ABCD"', "+CGREG?": '+CGREG: 2,{state},"1234","0001ABCD"',
    "+COPS?": '+COPS: 0,2,"00101"', "+CRSM": "+CRSM: 144,0,\"\"",
}
SETTINGS = ("E0", "V1", "Z", "+CMEE", "+CREG=", "+CGREG=", "+CFUN=", "+COPS=", "X4", "&C1", "")


class Modem:
    HOME, ROAMING = 1, 5

    def __init__(self, ground):
        self.bus = ground.bus
        self.state = self.HOME
        with network_of(ground.inside):  # there are such sockets in each network
            self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.listener.bind("\0" + PORT)
        self.listener.listen()
        self.lines = []
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        ground.start("env", f"DBUS_SESSION_BUS_ADDRESS={self.bus.address}", "ModemManager", "--test-enable",
                     "--test-session", "--test-no-udev", "--test-no-suspend-resume", "--test-no-qrtr", "--no-auto-scan")
        self.bus.until_owned(NAME)
        self.path = self._made()
        self._call(self.path, "org.freedesktop.ModemManager1.Modem", "Enable", "b", True)

    def _call(self, path, interface, member, signature, *body):
        with self.bus.connect() as line:
            answer = line.send_and_get_reply(
                new_method_call(DBusAddress(path, NAME, interface), member, signature, body), timeout=60)
            if answer.header.message_type.name == "error":
                raise AssertionError(f"{member}: {answer.body}")

    def _made(self):
        added = MatchRule(type="signal", path=PATH, member="InterfacesAdded")
        with self.bus.connect() as line, line.filter(added) as told:
            Proxy(message_bus, line).AddMatch(added)
            profile = new_method_call(DBusAddress(PATH, NAME, NAME + ".Test"), "SetProfile", "ssas",
                                      ("fake", "generic", [PORT]))
            line.send_and_get_reply(profile, timeout=60)
            while True:
                signal = line.recv_until_filtered(told, timeout=60)
                if signal.body[0].startswith(PATH + "/Modem/"):
                    return signal.body[0]

    def _accept(self):
        while True:
            try:
                connected, _ = self.listener.accept()
            except OSError:
                return
            self.lines.append(connected)
            threading.Thread(target=self._answer, args=(connected,), daemon=True).start()

    def _answer(self, connected):
        pending = b""
        while piece := connected.recv(4096):
            *commands, pending = (pending + piece).split(b"\r")
            for command in commands:
                connected.sendall(self._said(command.decode().strip()))
        self.lines.remove(connected)

    def _said(self, command):
        words = command.removeprefix("AT")
        key = words.split("=")[0] if words.startswith("+CRSM") else words
        if key in ANSWERS:
            return f"\r\n{ANSWERS[key].format(state=self.state)}\r\n\r\nOK\r\n".encode()
        if any(words.startswith(setting) if setting else not words for setting in SETTINGS):
            return b"\r\nOK\r\n"
        return b"\r\nERROR\r\n"

    def registers(self, state):
        """With its own network, or with another's."""
        self.state = state
        for line in list(self.lines):
            line.sendall(f'\r\n+CREG: {state},"1234","0001ABCD"\r\n\r\n+CGREG: {state},"1234","0001ABCD"\r\n'.encode())

    def close(self):
        self.listener.close()
        for line in self.lines:
            line.close()

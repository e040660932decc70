"""A NetworkManager that does what the real one never would: it answers what a test likes, contradicts itself ten
thousand times, or is silent."""

import threading

from jeepney import DBusAddress, MessageType, new_error, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.threading import DBusRouter, Proxy, ReceiveStopped, open_dbus_connection
from jeepney.wrappers import new_method_return

NAME, PATH = "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager"
CONNECTION, DEVICE = PATH + "/ActiveConnection/1", PATH + "/Devices/1"
PROPERTIES = "org.freedesktop.DBus.Properties"
TRUTH = {
    PATH: {"Connectivity": ("u", 4), "ConnectivityCheckEnabled": ("b", True), "ActiveConnections": ("ao", [CONNECTION]),
           "PrimaryConnection": ("o", CONNECTION)},
    CONNECTION: {"Id": ("s", "liar"), "Type": ("s", "802-3-ethernet"), "State": ("u", 2), "Vpn": ("b", False),
                 "Devices": ("ao", [DEVICE]), "SpecificObject": ("o", "/")},
    DEVICE: {"Interface": ("s", "e0"), "IpInterface": ("s", "e0"), "DeviceType": ("u", 14), "Metered": ("u", 2)},
}
INTERFACES = {PATH: NAME, CONNECTION: NAME + ".Connection.Active", DEVICE: NAME + ".Device"}


class LyingManager:
    def __init__(self, bus, is_silent=False):
        self.says = {path: dict(properties) for path, properties in TRUTH.items()}
        self.is_silent = is_silent
        self.connection = open_dbus_connection(bus.address)
        with DBusRouter(self.connection) as router:
            Proxy(message_bus, router).RequestName(NAME)
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.connection.interrupt()
        self.thread.join()
        self.connection.close()

    def _serve(self):
        while True:
            try:
                call = self.connection.receive()
            except ReceiveStopped:
                return
            if call.header.message_type is not MessageType.method_call or self.is_silent:
                continue
            properties = self.says.get(call.header.fields[1])
            if properties is None:
                self.connection.send(new_error(call, "org.freedesktop.DBus.Error.UnknownObject"))
            else:
                self.connection.send(new_method_return(call, "a{sv}", (properties,)))

    def say(self, path, **changed):
        self.says[path].update(changed)
        emitter = DBusAddress(path, interface=PROPERTIES)
        self.connection.send(new_signal(emitter, "PropertiesChanged", "sa{sv}as", (INTERFACES[path], changed, [])))

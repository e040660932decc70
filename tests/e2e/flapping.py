"""A power service that does what the real one never would: it takes each word back at once, ten thousand times."""

import threading

from jeepney import DBusAddress, MessageType, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.threading import DBusRouter, Proxy, open_dbus_connection, ReceiveStopped
from jeepney.wrappers import new_method_return

NAME, PATH = "org.freedesktop.UPower", "/org/freedesktop/UPower"
PROPERTIES = "org.freedesktop.DBus.Properties"
BATTERY = {"IsPresent": ("b", True), "Type": ("u", 2), "State": ("u", 2), "Percentage": ("d", 95.0),
           "WarningLevel": ("u", 1)}


class FlappingUpower:
    def __init__(self, bus):
        self.connection = open_dbus_connection(bus.address)
        with DBusRouter(self.connection) as router:
            Proxy(message_bus, router).RequestName(NAME)
        self.root = {"OnBattery": ("b", True), "LidIsPresent": ("b", False)}
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.connection.interrupt()
        self.thread.join()
        self.connection.close()

    def serve(self):
        while True:
            try:
                call = self.connection.receive()
            except ReceiveStopped:
                return
            if call.header.message_type is not MessageType.method_call:
                continue
            member = call.header.fields[3]
            if member == "GetAll":
                self.connection.send(new_method_return(call, "a{sv}", (self.root if call.body[0] == NAME else BATTERY,)))
            elif member == "EnumerateDevices":
                self.connection.send(new_method_return(call, "ao", ([],)))

    def say(self, on_battery):
        self.root["OnBattery"] = ("b", on_battery)
        changed = {"OnBattery": ("b", on_battery)}
        emitter = DBusAddress(PATH, interface=PROPERTIES)
        self.connection.send(new_signal(emitter, "PropertiesChanged", "sa{sv}as", (NAME, changed, [])))

    def flap(self, times):
        for time in range(times):
            self.say(time % 2 == 0)

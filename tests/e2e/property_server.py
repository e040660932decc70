"""A service of a test's own on a bus, for what the real one never does: objects with properties that it tells of."""

import threading

from jeepney import DBusAddress, MessageType, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.threading import DBusRouter, Proxy, ReceiveStopped, open_dbus_connection

PROPERTIES = "org.freedesktop.DBus.Properties"


class PropertyServer:
    """`answer(call)`: the message that answers it, or nothing."""

    def __init__(self, bus, name):
        self.connection = open_dbus_connection(bus.address)
        with DBusRouter(self.connection) as router:
            Proxy(message_bus, router).RequestName(name)
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
            if call.header.message_type is MessageType.method_call and (answer := self.answer(call)):
                self.connection.send(answer)

    def tell(self, path, interface, changed):
        emitter = DBusAddress(path, interface=PROPERTIES)
        self.connection.send(new_signal(emitter, "PropertiesChanged", "sa{sv}as", (interface, changed, [])))

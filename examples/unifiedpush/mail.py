"""An app that gets messages from elsewhere, in Python: it speaks UnifiedPush, and knows nothing of Stint.

    mail.py [NAME]     registers as NAME (com.example.mail), prints its endpoint, then each message as it comes

Whatever has the endpoint may send: `stint push send ENDPOINT "3 new"`, or any application server. This app speaks
version 1 of the specification, whose messages need not be encrypted; what is between the two can read them. An app that
the bus starts for a message has a file in share/dbus-1/services, too.

Debian: python3-jeepney."""

import sys
from pathlib import Path

from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, new_method_call
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

NAMES = "org.unifiedpush.Distributor."
CONNECTOR = "org.unifiedpush.Connector1"


def distributor(bus):
    """The one that there is, be it running or not."""
    known = {*bus.ListNames()[0], *bus.ListActivatableNames()[0]}
    found = sorted(name for name in known if name.startswith(NAMES))
    if not found:
        sys.exit("there is no distributor of UnifiedPush: install stint-push")
    return DBusAddress("/org/unifiedpush/Distributor", bus_name=found[0], interface="org.unifiedpush.Distributor1")


def main(name="com.example.mail"):
    with open_dbus_connection() as connection:
        bus = Proxy(message_bus, connection)
        bus.RequestName(name)
        calls = MatchRule(type="method_call", interface=CONNECTOR, path="/org/unifiedpush/Connector")
        with connection.filter(calls, bufsize=100) as heard:
            register = new_method_call(distributor(bus), "Register", "sss", (name, "inbox", "new mail"))
            answer = connection.send_and_get_reply(register)
            if answer.header.message_type == MessageType.error or answer.body[0] != "NEW_ENDPOINT":
                sys.exit(f"not registered: {' '.join(map(str, answer.body))}")
            while True:
                call = connection.recv_until_filtered(heard)
                kind = call.header.fields[HeaderFields.member]
                if kind == "NewEndpoint":
                    print("endpoint", call.body[1], flush=True)
                elif kind == "Message":
                    print("message", bytes(call.body[1]).decode(errors="replace"), flush=True)
                elif kind == "Unregistered":
                    sys.exit("unregistered")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(f"{Path(sys.argv[0]).name} has ended")

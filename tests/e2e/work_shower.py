"""An app that shows its work requests on the session bus (dbus/org.stint.Work1.xml), and says what a test wants it to:
the truth, nothing at all, or anything else."""

from jeepney import DBusAddress, new_error, new_method_return, new_signal
from property_server import PropertyServer

PATH, INTERFACE = "/org/stint/work", "org.stint.Work1"


NOTHING = {"id": ("s", ""), "worker": ("s", ""), "state": ("s", "ENQUEUED"), "name": ("s", ""), "tags": ("as", []),
           "follows": ("as", []), "attempts": ("i", 0), "generation": ("i", 0), "job": ("i", -1), "nextRun": ("x", -1),
           "periodic": ("x", -1), "constraints": ("as", []), "expedited": ("b", False), "stopReason": ("i", -256),
           "why": ("s", ""), "progress": ("as", [])}


def identity(number):
    return f"00000000-0000-4000-8000-{number:012x}"


def request(worker, number, **more):
    """A request as the interface tells it. `follows`: numbers. A value with its own type is told so, wrong or not."""
    told = {"worker": worker, "id": identity(number)} | more
    told["follows"] = [identity(before) for before in told.get("follows", [])]
    return NOTHING | {key: value if isinstance(value, tuple) else (NOTHING[key][0], value) for key, value in told.items()}


class WorkShower(PropertyServer):
    """`rows` is what it shows; None: it is silent."""

    def __init__(self, bus, package, rows=()):
        super().__init__(bus, f"{INTERFACE}.{package}")
        self.rows = list(rows)
        self.calls = 0

    def answer(self, call):
        self.calls += 1
        if self.rows is None:
            return None
        if isinstance(self.rows, str):
            return new_error(call, "org.example.Error", "s", (self.rows,))
        return new_method_return(call, "aa{sv}", (self.rows,))

    def changed(self, times=1):
        emitter = DBusAddress(PATH, interface=INTERFACE)
        for _ in range(times):
            self.connection.send(new_signal(emitter, "Changed"))

    def show(self, *rows):
        self.rows = list(rows)
        self.changed()

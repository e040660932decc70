"""A line to stintd that is not ours: the messages of dbus/*.xml, built and read by another implementation of D-Bus
(jeepney). So the contract is tested as a stranger reads it, and a message may be as wrong as a test likes."""

import socket
import struct
from itertools import count

from events import Deadline, TooLate
from jeepney import HeaderFields, Message, MessageType, Parser
from jeepney.auth import BEGIN, Authenticator
from jeepney.io.blocking import prep_socket
from jeepney.wrappers import new_header

PATH = "/org/stint"
SCHEDULER = "org.stint.JobScheduler1"
TASKS = "org.stint.TaskManager1"
DEVICE = "org.stint.Device1"
SERVICE = "org.stint.JobService1"
ALARMS = "org.stint.AlarmManager1"
APP = "org.stint.App1"
LIMITS = "org.stint.Limits1"
TRANSFER = "org.stint.transfer"


class WireError(Exception):
    def __init__(self, name, text):
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


class Closed(Exception):
    """The daemon has closed this line, or is gone."""


def plain(value):
    """Without the signatures that jeepney puts before each variant."""
    if isinstance(value, dict):
        return {key: plain(entry[1]) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value


class Line:
    def __init__(self, path):
        self._begin(prep_socket(str(path), timeout=10))

    @classmethod
    def over(cls, connected):
        """Over a socket that is connected already: it begins with D-Bus's greeting."""
        greeting = Authenticator()
        for words in greeting:
            connected.sendall(words)
            greeting.feed(connected.recv(1024))
        connected.sendall(BEGIN)
        line = cls.__new__(cls)
        line._begin(connected)
        return line

    def _begin(self, connected):
        self.socket = connected
        self.parser = Parser()
        self.serials = count(1)
        self.signals = []

    def send(self, interface, method, signature="", *body):
        """Answers the serial; does not wait."""
        header = new_header(MessageType.method_call)
        header.fields[HeaderFields.path] = PATH
        header.fields[HeaderFields.interface] = interface
        header.fields[HeaderFields.member] = method
        if signature:
            header.fields[HeaderFields.signature] = signature
        serial = next(self.serials)
        self.send_bytes(Message(header, body).serialise(serial=serial))
        return serial

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError) as gone:
            raise Closed from gone

    def reply(self, serial, within=30):
        """The body of the answer; WireError for an error."""
        deadline = Deadline(within)
        while True:
            message = self._receive(deadline)
            if message.header.fields.get(HeaderFields.reply_serial) != serial:
                self.signals.append(message)
                continue
            if message.header.message_type == MessageType.error:
                raise WireError(message.header.fields[HeaderFields.error_name], message.body[0])
            return message.body

    def call(self, interface, method, signature="", *body, within=30):
        return self.reply(self.send(interface, method, signature, *body), within)

    def closes(self, within=30):
        """True if the daemon closes this line; what comes before is dropped."""
        deadline = Deadline(within)
        try:
            while True:
                self._receive(deadline)
        except Closed:
            return True
        except TooLate:
            return False

    # The calls that tests make often.

    def schedule(self, job, namespace="", **options):
        """(result, id). The values of `job` are jeepney's variants: {"persisted": ("b", True)}."""
        return self.call(SCHEDULER, "Schedule", "a{sv}sa{sv}", job, namespace, options)

    def set_device(self, **changes):
        changes = {key.replace("__", "."): value for key, value in changes.items()}
        self.call(DEVICE, "Set", "a{ss}a{sv}", changes, {})

    def bucket(self, package):
        """Its standby bucket's name."""
        return self.call(LIMITS, "GetStandbyBucket", "sa{sv}", package, {})[0]

    def use(self, package):
        """The user has to do with the app (limits.md §2.4)."""
        self.call(LIMITS, "ReportUsage", "ssa{sv}", package, "interaction", {})

    def push(self, package, data, high=True):
        self.call(LIMITS, "Push", "sbsa{sv}", package, high, data, {})

    def alarms(self):
        """The first hundred of every app's."""
        found, _ = self.call(ALARMS, "List", "a{sv}", {})
        return plain(found)

    def policy(self):
        """Each constant, by its key."""
        (rows,) = self.call(LIMITS, "Policy", "a{sv}", {})
        return {row["key"]: row for row in plain(rows)}

    def jobs(self, finished=False, package=None):
        """All of them, over all pages."""
        options = {"finished": ("b", finished)}
        if package:
            options["package"] = ("s", package)
        found = []
        while True:
            page, more = self.call(TASKS, "ListJobs", "a{sv}", options)
            found += plain(page)
            if not more or finished:
                return found
            last = found[-1]
            options |= {"afterPackage": ("s", last["package"]), "afterNamespace": ("s", last["namespace"]),
                        "afterId": ("i", last["id"])}

    def explain(self, job, package=TRANSFER, namespace=""):
        """(state, blockers)."""
        state, blockers = self.call(TASKS, "Explain", "ssia{sv}", package, namespace, job, {})
        return plain(state), plain(blockers)

    def until(self, job, condition, package=TRANSFER, namespace="", within=60):
        """The first state of the job for which condition(state) holds: now, or told by JobChanged."""
        (state,) = self.call(TASKS, "Watch", "ssia{sv}", package, namespace, job, {})
        state = plain(state)
        deadline = Deadline(within)
        while not condition(state):
            if state["state"] == "finished":
                raise AssertionError(f"the job has ended first: {state}")
            message = self._next_signal(deadline)
            if message.header.fields.get(HeaderFields.member) == "JobChanged":
                told = plain(message.body[0])
                if (told["package"], told["namespace"], told["id"]) == (package, namespace, job):
                    state = told
        return state

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def signal(self, member, within=30):
        """The body of the next signal of that name; others are passed over."""
        deadline = Deadline(within)
        while True:
            message = self._next_signal(deadline)
            if message.header.fields.get(HeaderFields.member) == member:
                return message.body

    def _next_signal(self, deadline):
        return self.signals.pop(0) if self.signals else self._receive(deadline)

    def _receive(self, deadline):
        while (message := self.parser.get_next_message()) is None:
            self.socket.settimeout(max(deadline.left(), 0.001))
            try:
                data = self.socket.recv(65536)
            except TimeoutError as late:
                raise TooLate("no message from stintd") from late
            except (ConnectionResetError, BrokenPipeError) as gone:
                raise Closed from gone
            finally:
                self.socket.settimeout(None)
            if not data:
                raise Closed
            self.parser.add_data(data)
        return message


def listens(path):
    with socket.socket(socket.AF_UNIX) as attempt:
        return attempt.connect_ex(str(path)) == 0


def listener(path):
    """The process that listens there; None where none does."""
    with socket.socket(socket.AF_UNIX) as line:
        if line.connect_ex(str(path)) != 0:
            return None
        return struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]

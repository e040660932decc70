"""An app's side of Stint's wire in Python, on nothing but a D-Bus library: jeepney (Debian: python3-jeepney). What is
said is in dbus/org.stint.JobScheduler1.xml (to stintd) and dbus/org.stint.JobService1.xml (from it).

A process that stintd started finds its end of a socketpair in STINT_SOCKET_FD; any other connects to the daemon's
socket. Either way D-Bus is spoken from peer to peer: there is no bus, so no Hello and no names, only the path."""

import os
import socket
import threading
from collections import deque
from itertools import count
from pathlib import Path

from jeepney import HeaderFields, Message, MessageFlag, MessageType, Parser
from jeepney.auth import BEGIN, Authenticator
from jeepney.wrappers import new_error, new_header, new_method_return

PATH = "/org/stint"
SCHEDULER = "org.stint.JobScheduler1"
SERVICE = "org.stint.JobService1"
RESULT_SUCCESS = 1


class StintError(Exception):
    """A refusal by stintd, with its reason: org.stint.Error.{IllegalArgument,IllegalState,Security,…}."""


class Gone(Exception):
    """The daemon has closed the connection."""


def plain(value):
    """Without the signatures that D-Bus puts before each variant."""
    if isinstance(value, dict):
        return {key: plain(entry[1]) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return value


def daemon_socket():
    """Where stintd listens: the one rule of both ends (src/link/wire/connect.hpp)."""
    user = os.getuid()
    if given := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(given) / "stint" / "bus"
    if (session := Path(f"/run/user/{user}")).is_dir():
        return session / "stint" / "bus"
    return Path("/run/stint/bus" if user == 0 else f"/tmp/stint-{user}/bus")


def open_socket():
    if number := os.environ.pop("STINT_SOCKET_FD", None):
        given = socket.socket(fileno=int(number))
        given.set_inheritable(False)  # no child is to take it for its own
        return given
    made = socket.socket(socket.AF_UNIX)
    made.connect(str(daemon_socket()))
    return made


class JobService:
    """Derive from it. Callbacks come from Connection.run() and must return within 8 s: the work is another thread's."""

    def on_start_job(self, run, params):
        """True: the job goes on and ends with Connection.job_finished(run, …); False: it is done already."""
        raise NotImplementedError

    def on_stop_job(self, run, stop_reason):
        """The job must stop now. True: try it again later; False: drop it. No job_finished() afterwards."""
        raise NotImplementedError


class Connection:
    def __init__(self):
        self._socket = open_socket()
        self._parser = Parser()
        self._serials = count(1)
        self._sending = threading.Lock()  # job_finished() comes from any thread
        self._waiting = deque()  # what came while an answer was awaited
        self._authenticate()

    def schedule(self, job, namespace=""):
        """`job`: the job dictionary, with jeepney's variants: {"id": ("i", 1), "service": ("s", "Jobs")}. Whether it
        was accepted, and is durable now."""
        result, _ = self._call("Schedule", "a{sv}sa{sv}", job, namespace, {})
        return result == RESULT_SUCCESS

    def host(self, name, service):
        """Offers `service` under a name of the app's manifest. One a process is enough for an example."""
        self._service = service
        self._call("Host", "asa{sv}", [name], {})

    def run(self):
        """Until the daemon lets go of this process, or is gone."""
        try:
            while self._take(self._waiting.popleft() if self._waiting else self._receive()):
                pass
        except Gone:
            pass

    def job_finished(self, run, wants_reschedule=False, exit_code=0, text=""):
        """Ends a run; from any thread. What comes of a run that is over already is ignored."""
        outcome = {"exitCode": ("i", exit_code), "text": ("s", text)}
        self._send(self._method("JobFinished", "tba{sv}", (run, wants_reschedule, outcome), answered=False))

    def _take(self, message):
        if message.header.message_type != MessageType.method_call:
            return True  # a signal that nobody asked for
        match message.header.fields[HeaderFields.member], message.body:
            case "StartJob", (run, _service, params):
                ongoing = self._service.on_start_job(run, plain(params))
                self._send(new_method_return(message, "b", (ongoing,)))
            case "StopJob", (run, reason):
                again = self._service.on_stop_job(run, reason)
                self._send(new_method_return(message, "b", (again,)))
            case "Unbind", _:
                return False  # nothing runs here, and nothing will
            case "NetworkChanged" | "NotificationAction", _:
                pass  # no answer is expected; an app that cares overrides what it does here
            case member, _:
                self._send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "s", (f"no {member} here",)))
        return True

    def _call(self, member, signature, *body):
        serial = self._send(self._method(member, signature, body))
        while True:
            message = self._receive()
            if message.header.fields.get(HeaderFields.reply_serial) != serial:
                self._waiting.append(message)
            elif message.header.message_type == MessageType.error:
                raise StintError(f"{message.header.fields[HeaderFields.error_name]}: {message.body[0]}")
            else:
                return message.body

    def _method(self, member, signature, body, answered=True):
        header = new_header(MessageType.method_call)
        header.fields |= {HeaderFields.path: PATH, HeaderFields.interface: SCHEDULER, HeaderFields.member: member,
                          HeaderFields.signature: signature}
        if not answered:
            header.flags = MessageFlag.no_reply_expected
        return Message(header, body)

    def _send(self, message):
        with self._sending:
            serial = next(self._serials)
            try:
                self._socket.sendall(message.serialise(serial=serial))
            except (BrokenPipeError, ConnectionResetError) as gone:
                raise Gone from gone
        return serial

    def _receive(self):
        while (message := self._parser.get_next_message()) is None:
            self._parser.add_data(self._read())
        return message

    def _read(self):
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError as gone:
            raise Gone from gone
        if not data:
            raise Gone
        return data

    def _authenticate(self):
        conversation = Authenticator()
        for words in conversation:
            self._socket.sendall(words)
            conversation.feed(self._read())
        self._socket.sendall(BEGIN)

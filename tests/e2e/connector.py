"""An app that UnifiedPush brings messages to (linux.md §A.8): a process of its own that owns its name on the session bus,
which may start it. `python3 connector.py NAME VERSION DIRECTORY` is that process. It appends all that it gets to the file
`heard`, as JSON, does with a message as the file `mode` says, and registers anew at each start, as apps do."""

import base64
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from events import Deadline, Directory, wait_for_end
from jeepney import DBusAddress, HeaderFields, MessageFlag, MessageType, new_error, new_method_call, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse
from line import plain

PATIENCE = 20  # seconds
DISTRIBUTOR = "org.unifiedpush.Distributor.stint"
CONTROL = DBusAddress("/org/stint/test", interface="org.stint.test.Connector")
ARGUMENTS = {"Message": ("token", "message", "id"), "NewEndpoint": ("token", "endpoint"), "Unregistered": ("token",)}
SUCCESS = {1: "NEW_ENDPOINT", 2: "REGISTRATION_SUCCEEDED"}
DO_NOT_QUEUE, PRIMARY_OWNER = 4, 1


class Answer(NamedTuple):
    """To Register; an error's name and text where it is one."""
    result: str
    reason: str

    def is_success(self):
        return self.result in SUCCESS.values()


def call(version, method, signature, *body):
    """A call of the distributor."""
    address = DBusAddress("/org/unifiedpush/Distributor", bus_name=DISTRIBUTOR,
                          interface=f"org.unifiedpush.Distributor{version}")
    return new_method_call(address, method, signature, body)


def registration(version, service, token, description="a test", vapid=""):
    if version == 1:
        return call(1, "Register", "sss", service, token, description)
    words = {"service": service, "token": token, "description": description} | ({"vapid": vapid} if vapid else {})
    return call(2, "Register", "a{sv}", {key: ("s", value) for key, value in words.items()})


def unregistration(version, token):
    return call(1, "Unregister", "s", token) if version == 1 else call(2, "Unregister", "a{sv}", {"token": ("s", token)})


def notification(app_name, summary):
    """A call of the desktop's notification server."""
    server = DBusAddress("/org/freedesktop/Notifications", bus_name="org.freedesktop.Notifications",
                         interface="org.freedesktop.Notifications")
    return new_method_call(server, "Notify", "susssasa{sv}i", (app_name, 0, "", summary, "", [], {}, -1))


def answer_in(message):
    body = message.body
    if message.header.message_type == MessageType.error:
        return Answer(message.header.fields[HeaderFields.error_name], str(body[0]) if body else "")
    if body and isinstance(body[0], dict):
        words = plain(body[0])
        return Answer(words.get("success", ""), words.get("reason", ""))
    return Answer(*body) if body else Answer("", "")


# A message for a version 2 is encrypted. The distributor reads none, so most tests encrypt nothing: the header is as
# RFC 8188 wants it, and the text stands where its cipher would.
HEADER = bytes(16) + struct.pack(">IB", 4096, 65) + b"\4" + bytes(64)


def coded(text):
    return HEADER + text.encode().ljust(18, b"\0")


def text_in(body):
    return body.removeprefix(HEADER).rstrip(b"\0").decode(errors="replace")


class Connector:
    """That process, seen by a test. `installed`: the bus starts it for a message."""

    def __init__(self, world, bus, name, version=2, installed=True):
        self.world, self.bus, self.name, self.version, self.installed = world, bus, name, version, installed
        self.directory = world.root / name
        self.directory.mkdir()
        self.log = self.directory / "heard"
        self.lines, self.read, self.lock = [], 0, threading.Lock()
        self.taken = {}  # each message's text: its id
        self.words = [sys.executable, str(Path(__file__).resolve()), name, str(version), str(self.directory)]
        if installed:
            text = f"[D-BUS Service]\nName={name}\nExec={' '.join(self.words)}\n"
            (bus.services / f"{name}.service").write_text(text)
            with bus.connect() as line:
                Proxy(message_bus, line).ReloadConfig()
        self.start()

    # Its process.

    def start(self):
        """Owns its name when it returns."""
        if self.installed:
            with self.bus.connect() as line:
                Proxy(message_bus, line).StartServiceByName(self.name)
        else:
            environment = self.world.environment | {"DBUS_SESSION_BUS_ADDRESS": self.bus.address}
            self.process = subprocess.Popen(self.words, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
            self.world.processes.append(self.process)
        self.bus.until_owned(self.name, within=PATIENCE)

    def pid(self):
        return owner(self.bus, self.name)

    def kill(self):
        """SIGKILL, and gone; where it does not run, nothing."""
        end_owner(self.bus, self.name)
        if not self.installed:
            self.process.wait(PATIENCE)

    def mode(self, word):
        """`hang`: answers no message. `error`: answers with one. `exit`: ends at each. `normal`."""
        (self.directory / "mode").write_text(word)

    # Its calls; the bus starts it for them.

    def do(self, **wish):
        address = DBusAddress(CONTROL.object_path, bus_name=self.name, interface=CONTROL.interface)
        with self.bus.connect() as line:
            said = line.send_and_get_reply(new_method_call(address, "Do", "s", (json.dumps(wish),)), timeout=PATIENCE)
        return Answer(*json.loads(said.body[0])) if said.header.message_type == MessageType.method_return else answer_in(said)

    def register(self, token, **words):
        return self.do(what="register", token=token, **words)

    def unregister(self, token):
        return self.do(what="unregister", token=token)

    def notify(self, summary="3 new"):
        """Shows a notification, as the server of them has answered when it returns."""
        assert self.do(what="notify", token="", summary=summary).result == "method_return"

    def endpoint(self, token, **words):
        """Registers, and answers with the URL."""
        before = len(self.heard("NewEndpoint", token))
        answer = self.register(token, **words)
        assert answer.result == SUCCESS[self.version], answer
        self.until(lambda: len(self.heard("NewEndpoint", token)) > before)
        return self.url(token)

    def url(self, token):
        """Its last endpoint."""
        return self.heard("NewEndpoint", token)[-1]["endpoint"]

    # All that it got.

    def heard(self, what=None, token=None):
        """Oldest first."""
        with self.lock:
            data = self.log.read_bytes()[self.read:] if self.log.exists() else b""
            whole = data[:data.rfind(b"\n") + 1]
            self.read += len(whole)
            for line in map(json.loads, whole.splitlines()):
                if "message" in line:
                    line["message"] = base64.b64decode(line["message"])
                    line["text"] = text_in(line["message"]) if line["mode"] == "normal" else None
                    if line["text"] is not None:
                        self.taken[line["text"]] = line["id"]
                self.lines.append(line)
            return [line for line in self.lines if what in (None, line["what"]) and token in (None, line["token"])]

    def texts(self, token=None):
        """Those of the messages that it has taken."""
        return [line["text"] for line in self.heard("Message", token) if line["text"] is not None]

    def until(self, condition, within=PATIENCE):
        with Directory(self.directory) as directory:
            return directory.until(condition, within)

    def until_texts(self, wanted, token=None, within=PATIENCE):
        """These, in this order, and none but these."""
        wanted = list(wanted)
        self.until(lambda: len(self.texts(token)) >= len(wanted), within)
        assert self.texts(token) == wanted


def owner(bus, name):
    """The process that has the name; None where none has."""
    with bus.connect() as line:
        try:
            return Proxy(message_bus, line).GetConnectionUnixProcessID(name)[0]
        except DBusErrorResponse:
            return None


def end_owner(bus, name, number=signal.SIGKILL):
    """Gone when it returns, for the bus too; where none has the name, nothing. Another may have it already."""
    if not (pid := owner(bus, name)):
        return
    with suppress(ProcessLookupError):
        os.kill(pid, number)
    wait_for_end(pid)
    deadline = Deadline(PATIENCE)
    while owner(bus, name) == pid:
        assert not deadline.passed(), f"{name} is still that of {pid}, which has ended"


class App:
    """Inside the process. Nothing in it waits for an answer: whatever comes is seen in its order."""

    def __init__(self, name, version, directory):
        self.name, self.version, self.directory = name, version, directory
        self.registrations = directory / "registrations"
        self.log = os.open(directory / "heard", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.line = open_dbus_connection("SESSION", auth_timeout=30)
        self.asked = {}  # serial: what is done with the answer

    def run(self):
        self.ask(message_bus.RequestName(self.name, DO_NOT_QUEUE), self.begin)
        while True:
            message = self.line.receive()
            if message.header.message_type in (MessageType.method_return, MessageType.error):
                then = self.asked.pop(message.header.fields.get(HeaderFields.reply_serial), None)
                if then:
                    then(message)
            elif message.header.message_type == MessageType.method_call:
                self.called(message)

    def ask(self, message, then):
        serial = next(self.line.outgoing_serial)
        self.asked[serial] = then
        self.line.send(message, serial=serial)

    def begin(self, reply):
        if reply.body != (PRIMARY_OWNER,):
            sys.exit("another process is this app")
        self.note("Started")
        for token, words in self.known().items():
            self.ask(registration(self.version, self.name, token, **words),
                     lambda answer, token=token: self.note("Registered", token, answer=answer_in(answer)))

    def note(self, what, token="", **more):
        told = {"what": what, "token": token, "pid": os.getpid(), "at": time.monotonic(), **more}
        os.write(self.log, json.dumps(told).encode() + b"\n")

    def known(self):
        return json.loads(self.registrations.read_text()) if self.registrations.exists() else {}

    def remember(self, known):
        beside = self.registrations.with_suffix(".new")
        beside.write_text(json.dumps(known))
        beside.rename(self.registrations)

    def called(self, message):
        fields = message.header.fields
        interface, member = fields.get(HeaderFields.interface), fields.get(HeaderFields.member)
        if interface == CONTROL.interface:
            self.told(message, **json.loads(message.body[0]))
        elif member in ARGUMENTS and interface in ("org.unifiedpush.Connector1", "org.unifiedpush.Connector2"):
            self.hear(message, int(interface[-1]), member)
        else:
            self.line.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "s", (str(member),)))

    def told(self, message, what, token, **words):
        if what == "notify":
            self.ask(notification("connector", words["summary"]), lambda reply: self.line.send(
                new_method_return(message, "s", (json.dumps([reply.header.message_type.name, ""]),))))
            return
        if what == "unregister":
            self.remember({other: its for other, its in self.known().items() if other != token})
            question = unregistration(self.version, token)
        else:
            self.remember(self.known() | {token: words})
            question = registration(self.version, self.name, token, **words)

        def then(reply):
            answer = answer_in(reply)
            if answer.result == "REGISTRATION_FAILED":
                self.remember({other: its for other, its in self.known().items() if other != token})
            self.line.send(new_method_return(message, "s", (json.dumps(answer),)))

        self.ask(question, then)

    def hear(self, message, version, member):
        words = plain(message.body[0]) if version == 2 else dict(zip(ARGUMENTS[member], message.body))
        file = self.directory / "mode"
        mode = file.read_text() if member == "Message" and file.exists() else "normal"
        if "message" in words:
            words["message"] = base64.b64encode(bytes(words["message"])).decode()
        self.note(member, version=version, mode=mode, path=message.header.fields[HeaderFields.path], **words)
        if mode == "exit":
            os._exit(1)
        if mode == "hang" or message.header.flags & MessageFlag.no_reply_expected:
            return
        if mode == "error":
            self.line.send(new_error(message, "org.example.Error.Broken", "s", ("it cannot be read",)))
        else:
            self.line.send(new_method_return(message, "a{sv}", ({},)) if version == 2 else new_method_return(message))


def main(name, version, directory):
    errors = os.open(Path(directory) / "errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(errors, 2)  # the bus keeps none
    with suppress(ConnectionError):  # the bus has ended
        App(name, int(version), Path(directory)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])

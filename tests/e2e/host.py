"""An app of ours in Python: this process is its main program, known by its executable, and hosts its service."""

import os
import sys
import textwrap

from jeepney import HeaderFields, MessageType
from jeepney.wrappers import new_method_return
from line import SCHEDULER, Line, plain

PACKAGE = "com.example.python"


def install(world):
    (world.apps / f"{PACKAGE}.toml").write_text(textwrap.dedent(f"""\
        package = "{PACKAGE}"
        executable = "{os.path.realpath(sys.executable)}"
        permissions = ["RECEIVE_BOOT_COMPLETED"]

        [[service]]
        name = "Jobs"
        command = ["/bin/false"]
        permission = "BIND_JOB_SERVICE"

        [[service]]
        name = "Player"
        command = ["/bin/false"]
        foreground_type = "media_playback"
        """))


class Host(Line):
    """A line that hosts the service Jobs."""

    def __init__(self, world):
        super().__init__(world.runtime / "bus")
        assert self.call(SCHEDULER, "Host", "asa{sv}", ["Jobs"], {}) == (PACKAGE,)

    def started(self, deadline):
        """Waits for the next StartJob, answers true, and answers (run, its parameters)."""
        while True:
            message = self._next_signal(deadline)
            if message.header.message_type == MessageType.method_call:
                break
        assert message.header.fields[HeaderFields.member] == "StartJob"
        self.send_bytes(new_method_return(message, "b", (True,)).serialise(serial=next(self.serials)))
        run, service, params = message.body
        assert service == "Jobs"
        return run, plain(params)

    def enqueue(self, job, name):
        work = {"extras": ("a{sv}", {"name": ("s", name)})}
        return self.call(SCHEDULER, "Enqueue", "a{sv}a{sv}sa{sv}", job, work, "", {})

    def dequeue(self, run):
        """(number, deliveries, name) of the next item; None where none is left."""
        (items,) = self.call(SCHEDULER, "DequeueWork", "ta{sv}", run, {})
        if not items:
            return None
        (item,) = plain(items)
        return item["item"], item["deliveries"], item["extras"]["name"]

    def complete(self, run, item):
        self.call(SCHEDULER, "CompleteWork", "tta{sv}", run, item, {})

    def finish(self, run, again=False):
        self.call(SCHEDULER, "JobFinished", "tba{sv}", run, again, {})

"""A session bus, and a system bus, of the tests' own (dbus-daemon). Nothing of the machine's own is touched."""

import os
import select
import subprocess

from events import Deadline, TooLate
from jeepney.bus_messages import MatchRule, message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

CONFIGURATION = """<busconfig><type>{kind}</type><listen>unix:path={root}/bus</listen><servicedir>{root}/services</servicedir><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
<limit name="max_replies_per_connection">50000</limit></busconfig>
"""  # as session.conf has it; by itself it is 128


def started(words, environment, within=60):
    """(process, the line it writes to {fd} once it is ready)."""
    reads, writes = os.pipe()
    process = subprocess.Popen([word.format(fd=writes) for word in words], env=environment, pass_fds=[writes],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writes)
    with os.fdopen(reads) as told:
        if not select.select([told], [], [], within)[0]:
            raise TooLate(f"{words[0]} is not ready after {within} s")
        return process, told.readline().strip()


class SessionBus:
    """`environment`: of the services that it starts."""

    kind = "session"

    def __init__(self, root, environment=os.environ):
        self.services = root / "services"
        self.services.mkdir(parents=True)
        self.root, self.environment = root, environment
        (root / "bus.conf").write_text(CONFIGURATION.format(root=root, kind=self.kind))
        self.address = f"unix:path={root}/bus"
        self.start()

    def start(self):
        words = ["dbus-daemon", f"--config-file={self.root}/bus.conf", "--nofork", "--print-address={fd}"]
        self.process, _ = started(words, self.environment)

    def refuse_monitors(self):
        """From now on nobody becomes one."""
        file = self.root / "bus.conf"
        deny = '<deny send_interface="org.freedesktop.DBus.Monitoring"/></policy>'
        file.write_text(file.read_text().replace("</policy>", deny))
        with self.connect() as line:
            Proxy(message_bus, line).ReloadConfig()

    def connect(self, descriptors=False):
        return open_dbus_connection(self.address, enable_fds=descriptors, auth_timeout=30)

    def until_owned(self, name, owned=True, within=60):
        """Until somebody has the name, or nobody."""
        deadline = Deadline(within)
        changes = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
        changes.add_arg_condition(0, name)
        with self.connect() as line, line.filter(changes) as told:
            Proxy(message_bus, line).AddMatch(changes)
            while Proxy(message_bus, line).NameHasOwner(name)[0] != owned:
                line.recv_until_filtered(told, timeout=deadline.left())

    def close(self):
        self.process.kill()
        self.process.wait()


class SystemBus(SessionBus):
    """Where services of the machine would be, and anybody may be any of them."""

    kind = "system"

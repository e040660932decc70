"""Ground for stint-netguard: a system bus of its own with polkitd and the helper, two network namespaces with a cable
between them, apps on this side and a server on the other, and cgroups for the apps. Needs root."""

import collections
import ctypes
import json
import os
import pwd
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest
from events import LIBC, Deadline, TooLate, wait_for_end
from jeepney import DBusAddress, MessageType, new_method_call
from jeepney.bus_messages import MatchRule, message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection
from session import started
from world import BIN, ROOT

NAME = "org.stint.NetGuard1"
PROGRAM = BIN / "stint-netguard"
POLKITD = Path("/usr/lib/polkit-1/polkitd")
HERE = Path(__file__).resolve().parent
UNIFIED = Path("/sys/fs/cgroup/unified")
CGROUPS = UNIFIED if UNIFIED.exists() else Path("/sys/fs/cgroup")
# Addresses of this side and of the other.
NEAR4, FAR4, NEAR6, FAR6 = "10.239.0.2", "10.239.0.1", "fd00:57::2", "fd00:57::1"
ACCOUNT = "daemon"  # of the helper, in the place of stint-netguard, which only an installed one has
ANN, OTHER = pwd.getpwnam("games"), pwd.getpwnam("man")  # the bus wants users that there are; nothing runs as these

# Floods of one user, each a function of a cgroup: the calls that come over and over.
FLOODS = {
    "in one call": lambda cgroup: [("SetBlocked", "a(tb)", [(cgroup, True), (cgroup, False)])],
    "call by call": lambda cgroup: [("SetBlocked", "a(tb)", [(cgroup, blocked)]) for blocked in (True, False)],
    "in full lists": lambda cgroup: [("SetBlocked", "a(tb)", [(cgroup, True), (cgroup, False)] * 32)],
    "of full questions": lambda cgroup: [("Counters", "at", [cgroup] * 64)],
    "in lists too long": lambda cgroup: [("SetBlocked", "a(tb)", [(cgroup, True)] * 1100)],
    "of questions too long": lambda cgroup: [("Counters", "at", [cgroup] * 1000)],
}

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={root}/bus</listen><auth>EXTERNAL</auth>
<servicedir>{root}/services</servicedir>
<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""
# Files that polkitd reads, in a mount namespace of its own.
POLKIT = ('mount --bind "$1/actions" /usr/share/polkit-1/actions && mount --bind "$1/rules" /etc/polkit-1/rules.d && '
          f'exec {POLKITD} --no-debug')


def bpf_is_open():
    """A map of one entry can be made: not so where a container closes bpf(2) off."""
    bpf = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine)
    map_create, array = 0, 2
    wanted = (ctypes.c_uint32 * 18)(array, 4, 4, 1)
    made = LIBC.syscall(bpf, map_create, ctypes.byref(wanted), ctypes.sizeof(wanted)) if bpf else -1
    if made >= 0:
        os.close(made)
    return made >= 0


def kernel_lets():
    """True if BPF can be tried on this machine at all."""
    return os.getuid() == 0 and bpf_is_open() and PROGRAM.exists() and POLKITD.exists() and all(
        shutil.which(program) for program in ("dbus-daemon", "ip", "nsenter", "setpriv", "unshare"))


needs_netguard = pytest.mark.skipif(not kernel_lets(), reason="needs root, stint-netguard, polkitd and iproute2")


class Refused(Exception):
    def __init__(self, name, why):
        super().__init__(f"{name}: {why}")
        self.name = name.removeprefix("org.stint.Error.")
        self.why = why


class Told:
    """A process of network_app.py."""

    def __init__(self, process, reads, writes):
        self.process, self.reads, self.writes = process, reads, writes

    def begin(self, what, **how):
        self.writes.write(json.dumps({"what": what} | how) + "\n")
        self.writes.flush()

    def end(self):
        return json.loads(self.reads.readline())

    def do(self, what, **how):
        self.begin(what, **how)
        return self.end()


class Guard:
    """A caller of the helper, which is root."""

    def __init__(self, address):
        self.line = open_dbus_connection(address, enable_fds=True, auth_timeout=30)
        self.address = DBusAddress("/org/stint", NAME, NAME)
        self.passed = collections.deque()
        self.line.filter(MatchRule(type="signal", interface=NAME, member="Passed"), queue=self.passed)

    def call(self, member, signature, *body):
        answer = self.line.send_and_get_reply(new_method_call(self.address, member, signature, body), timeout=60)
        if answer.header.message_type == MessageType.error:
            raise Refused(answer.header.fields[4], answer.body[0])
        return answer.body[0] if answer.body else None

    def send(self, member, signature, *body):
        """Waits for no answer; the call's serial."""
        serial = next(self.line.outgoing_serial)
        self.line.send(new_method_call(self.address, member, signature, body), serial=serial)
        return serial

    def watch(self, path):
        opened = os.open(path, os.O_RDONLY)
        try:
            return self.call("Watch", "h", opened)
        finally:
            os.close(opened)

    def block(self, cgroup, blocked=True):
        self.call("SetBlocked", "a(tb)", [(cgroup, blocked)])

    def counters(self, *cgroups):
        return {cgroup: (came, went) for cgroup, came, went in self.call("Counters", "at", list(cgroups))}

    def tell_at(self, cgroup, total):
        self.call("TellAt", "tt", cgroup, total)

    def until_passed(self):
        """(cgroup, received, sent) of the next mark that is passed."""
        return self.line.recv_until_filtered(self.passed, timeout=60).body

    def close(self):
        self.line.close()


class Ground:
    def __init__(self, polkit=True):
        self.root = Path(tempfile.mkdtemp(prefix="stint-netguard-"))
        self.root.chmod(0o755)  # polkitd is no root when it connects
        self.processes, self.cgroups, self.helper = [], [], None
        self.environment = os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.root}/bus"}
        self.address = self.environment["DBUS_SYSTEM_BUS_ADDRESS"]
        try:
            self._open(polkit)
        except BaseException:
            self.close()
            raise

    def _open(self, polkit):
        for name in ("services", "actions", "rules"):
            (self.root / name).mkdir(mode=0o755)
        (self.root / "bus.conf").write_text(BUS.format(root=self.root))
        words = ["dbus-daemon", f"--config-file={self.root}/bus.conf", "--nofork", "--print-address={fd}"]
        self.bus, _ = started(words, self.environment)
        self.processes.append(self.bus)
        self.near, self.far = self._namespace(), self._namespace()
        self._cable()
        self.server = self.spawn("server", namespace=self.far)
        self.port = int(self.server.reads.readline())
        if polkit:
            shutil.copy(ROOT / "packaging" / "org.stint.netguard.policy", self.root / "actions")
            self.start(["unshare", "--mount", "sh", "-c", POLKIT, "sh", self.root], "org.freedesktop.PolicyKit1")

    def let(self, *users):
        """polkit lets these, as it would one at the machine."""
        names = json.dumps([user.pw_name for user in users])
        (self.root / "rules" / "10-test.rules").write_text(
            "polkit.addRule(function(action, subject) {"
            f" if (action.id.indexOf('org.stint.') == 0 && {names}.indexOf(subject.user) >= 0) return polkit.Result.YES; }});")

    # Namespaces.

    def _namespace(self):
        """The pid of a process that keeps one."""
        process = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        process.stdout.readline()
        self.processes.append(process)
        return process.pid

    def _ip(self, namespace, *words):
        subprocess.run(["nsenter", "-t", str(namespace), "-n", "ip", *words], check=True, timeout=60)

    def _cable(self):
        self._ip(self.near, "link", "add", "e0", "type", "veth", "peer", "name", "p0", "netns", str(self.far))
        for namespace, name, four, six in ((self.near, "e0", NEAR4, NEAR6), (self.far, "p0", FAR4, FAR6)):
            self._ip(namespace, "addr", "add", f"{four}/24", "dev", name)
            self._ip(namespace, "addr", "add", f"{six}/64", "dev", name, "nodad")
            for link in ("lo", name):
                self._ip(namespace, "link", "set", link, "up")

    def inside(self):
        """Before a program that is to be on this side of the cable."""
        return ["nsenter", "-t", str(self.near), "-n", "--"]

    # Processes.

    def spawn(self, *words, namespace=None):
        process = subprocess.Popen(["nsenter", "-t", str(namespace or self.near), "-n", sys.executable,
                                    HERE / "network_app.py", *words],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        return Told(process, process.stdout, process.stdin)

    def app(self, cgroup):
        made = self.spawn("app")
        made.cgroup = cgroup
        assert "error" not in made.do("join", cgroup=str(cgroup))
        return made

    def start(self, words, name):
        """A program that takes this name on the bus."""
        process = subprocess.Popen(list(map(str, words)), env=self.environment, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        self.until_owned(name)
        return process

    def start_helper(self):
        """With what the unit lets it have."""
        unit = (ROOT / "packaging" / "stint-netguard.service.in").read_text()
        told = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and line[0] != "#")
        kept = ",".join("+" + name.removeprefix("CAP_").lower() for name in told["CapabilityBoundingSet"].split())
        niceness = told["Nice"]
        descriptors = min(int(told["LimitNOFILE"]), resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        self.helper = self.start([*self.inside(), "prlimit", f"--nofile={descriptors}", "nice", "-n", niceness, "setpriv",
                                  f"--bounding-set=-all,{kept}", PROGRAM, "--user", ACCOUNT], NAME)
        return self.helper

    def activate_helper(self):
        """The bus starts it when somebody calls."""
        words = " ".join(map(str, [*self.inside(), PROGRAM, "--user", ACCOUNT])).replace("nsenter", shutil.which("nsenter"))
        (self.root / "services" / f"{NAME}.service").write_text(
            f"[D-BUS Service]\nName={NAME}\nExec={words}\nUser=root\n")

    def until_owned(self, name, owned=True):
        changes = MatchRule(type="signal", sender="org.freedesktop.DBus", member="NameOwnerChanged")
        changes.add_arg_condition(0, name)
        with open_dbus_connection(self.address, auth_timeout=30) as line, line.filter(changes) as told:
            Proxy(message_bus, line).AddMatch(changes)
            while Proxy(message_bus, line).NameHasOwner(name)[0] != owned:
                line.recv_until_filtered(told, timeout=60)

    def until_listening(self, namespace, port):
        """Somebody on that side takes TCP connections."""
        deadline = Deadline(60)
        while not deadline.passed():
            told = subprocess.run(["nsenter", "-t", str(namespace), "-n", "ss", "-Hltn", f"sport = :{port}"],
                                  capture_output=True, text=True, check=True, timeout=60).stdout
            if told:
                return
        raise TooLate(f"nobody listens at {port}")

    def owner_of(self, name):
        """The process's id."""
        with open_dbus_connection(self.address, auth_timeout=30) as line:
            return Proxy(message_bus, line).GetConnectionUnixProcessID(name)[0]

    def name_of(self, pid):
        """The process's own on the bus."""
        with open_dbus_connection(self.address, auth_timeout=30) as line:
            bus = Proxy(message_bus, line)
            for name in bus.ListNames()[0]:
                if name.startswith(":") and bus.GetConnectionUnixProcessID(name)[0] == pid:
                    return name
        raise AssertionError(f"process {pid} is not on the bus")

    def guard(self):
        return Guard(self.address)

    def cgroup(self, within=None, uid=0):
        place = (within or CGROUPS) / f"test-{uuid.uuid4().hex[:12]}"
        place.mkdir()
        os.chown(place, uid, uid)
        if uid:
            for name in ("cgroup.procs", "cgroup.subtree_control", "cgroup.threads"):
                os.chown(place / name, uid, uid)
        self.cgroups.append(place)
        return place

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        for place in reversed(self.cgroups):
            if not place.exists():
                continue
            (place / "cgroup.kill").write_text("1")
            for pid in place.joinpath("cgroup.procs").read_text().split():
                wait_for_end(int(pid))
            place.rmdir()
        # polkitd made it for itself.
        shutil.rmtree(self.root, ignore_errors=True)


@pytest.fixture
def ground():
    """Without polkit: for tests of others than the helper itself, which import it."""
    made = Ground(polkit=False)
    yield made
    made.close()


def waiting_line(place):
    """A socket that a `network_app.py app PLACE` connects to; (listener, until it has)."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place))
    listener.listen(1)
    listener.settimeout(60)

    def arrived():
        line, _ = listener.accept()
        stream = line.makefile("rw")
        return Told(None, stream, stream)

    return listener, arrived

"""A machine's network of the tests' own: network namespaces joined by a virtual cable, with the real NetworkManager,
ModemManager and a system bus where a test wants them. Nothing of the machine's own network is touched. Needs root."""

import ctypes
import http.server
import os
import subprocess
import sys
import threading
from contextlib import contextmanager

from origin import Origin
from session import SystemBus, started

NETWORK_MANAGER = "org.freedesktop.NetworkManager"
CONFIGURATION = """[main]
plugins=keyfile
dhcp=internal
dns=none
rc-manager=unmanaged
auth-polkit=false
no-auto-default=*
[keyfile]
path={root}/connections
{connectivity}
"""
CHECK = """[connectivity]
uri=http://10.9.0.1/check
response=NetworkManager is online
interval=60
"""
# The cgroups stay: stintd finds its own there.
INSIDE = """mount --make-rprivate /; mount -t tmpfs t /run; mkdir /run/NetworkManager /run/cgroups
mount --rbind /sys/fs/cgroup /run/cgroups; mount -t sysfs -o ro s /sys; mount --rbind /run/cgroups /sys/fs/cgroup
mkdir -p /var/lib/NetworkManager; mount -t tmpfs t /var/lib/NetworkManager; ip link set lo up
echo ready >&{fd}; exec sleep infinity"""
HOLD_TUNNEL = """
import fcntl, os, signal, struct, sys
tunnel = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tunnel, 0x400454CA, struct.pack("16sH", sys.argv[1].encode(), 0x0001))
signal.pause()
"""
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000


def done(*words):
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, (words, ended.stdout, ended.stderr)
    return ended.stdout


@contextmanager
def network_of(pid):
    """This thread is in the network of that process meanwhile: sockets that it makes, and processes, stay there."""
    with open("/proc/thread-self/ns/net", "rb") as own, open(f"/proc/{pid}/ns/net", "rb") as other:
        if LIBC.setns(other.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            LIBC.setns(own.fileno(), CLONE_NEWNET)


class CheckServer:
    """The server that NetworkManager asks whether the internet is there. `answer`: full, or portal."""

    def __init__(self):
        check = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b"NetworkManager is online\n" if check.answer == "full" else b"<h1>Please pay</h1>"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.answer = "full"
        self.server = http.server.ThreadingHTTPServer(("10.9.0.1", 80), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Ground:
    """`inside` is the machine that the test is about; `outside`, at 10.9.0.1 behind the cable e0, the rest of the world."""

    def __init__(self, root, bus=None):
        """`bus`: one that is there, to be on; else one of its own."""
        root.mkdir(mode=0o755)
        self.root = root
        self.processes = []
        self.servers = []
        self.inside = self._anchor(["unshare", "-m", "-n", "bash", "-ec", INSIDE])
        self.outside = self._anchor(["unshare", "-n", "bash", "-ec", "ip link set lo up; echo ready >&{fd}; exec sleep infinity"])
        self.bus = bus or SystemBus(root / "system")
        self.cable("e0", "p0", "10.9.0.1/24")
        self.manager = None

    def _anchor(self, words):
        process, _ = started(words, os.environ)
        self.processes.append(process)
        return process.pid

    def enter(self):
        """A program that executes another inside."""
        return ("nsenter", "-t", str(self.inside), "-m", "-n")

    def run(self, *words):
        return done(*self.enter(), *words)

    def run_outside(self, *words):
        return done("nsenter", "-t", str(self.outside), "-n", *words)

    def cable(self, near, far, address):
        """From inside to outside; nobody has set up the near end."""
        self.run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", str(self.outside))
        self.run_outside("ip", "addr", "add", address, "dev", far)
        self.run_outside("ip", "link", "set", far, "up")

    def environment(self):
        return {"DBUS_SYSTEM_BUS_ADDRESS": self.bus.address, "STINT_SENSORS": "network"}

    def start(self, *words, outside=False, **how):
        """A program that runs until the end of the test."""
        before = ("nsenter", "-t", str(self.outside), "-n") if outside else self.enter()
        process = subprocess.Popen([*before, *words], env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self.bus.address},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
        self.processes.append(process)
        return process

    def check_server(self):
        with network_of(self.outside):
            self.servers.append(CheckServer())
        return self.servers[-1]

    def start_manager(self, checks=True):
        place = self.root / "manager"
        for name in ("connections", "c"):
            (place / name).mkdir(parents=True, exist_ok=True)
        (place / "nm.conf").write_text(CONFIGURATION.format(root=place, connectivity=CHECK if checks else ""))
        self.manager = self.start(
            "NetworkManager", "--no-daemon", f"--config={place}/nm.conf", f"--config-dir={place}/c",
            f"--system-config-dir={place}/c", f"--intern-config={place}/i.conf", f"--state-file={place}/state",
            f"--pid-file={place}/pid")
        self.bus.until_owned(NETWORK_MANAGER)

    def nmcli(self, *words):
        return done(*self.enter(), "env", f"DBUS_SYSTEM_BUS_ADDRESS={self.bus.address}", "nmcli", *words)

    def connect(self, name="wired", interface="e0", address="10.9.0.2/24", gateway="10.9.0.1"):
        self.nmcli("connection", "add", "type", "ethernet", "con-name", name, "ifname", interface, "ipv4.method", "manual",
                   "ipv4.addresses", address, *(("ipv4.gateway", gateway) if gateway else ()), "ipv6.method", "disabled",
                   "autoconnect", "no")
        self.nmcli("connection", "up", name)

    def set_metered(self, word, name="wired", interface="e0"):
        self.nmcli("connection", "modify", name, "connection.metered", word)
        self.nmcli("device", "reapply", interface)

    def check(self):
        """NetworkManager asks its server now."""
        return self.nmcli("networking", "connectivity", "check").strip()

    def open_tunnel(self, interface, address):
        """Holds a tunnel open as a VPN's program does, and leads everything through it."""
        self.start(sys.executable, "-c", HOLD_TUNNEL, interface)
        self.run("ip", "addr", "add", address, "dev", interface)
        self.run("ip", "link", "set", interface, "up")
        self.run("ip", "route", "add", "default", "dev", interface, "metric", "1")

    @contextmanager
    def origin(self, root, rate):
        """A web server at 10.9.0.1."""
        with network_of(self.outside):
            made = Origin(root, rate=rate, address="10.9.0.1")
        try:
            yield made
        finally:
            made.stop()

    def make_modem(self, interface):
        """The kernel's word on it is a modem's from here on."""
        event = self.root / "uevent"
        event.write_text(f"DEVTYPE=wwan\nINTERFACE={interface}\n")
        self.run("mount", "--bind", str(event), f"/sys/class/net/{interface}/uevent")

    def set_up_by_hand(self, interface="e0", address="10.9.0.2/24", gateway="10.9.0.1"):
        self.run("ip", "addr", "add", address, "dev", interface)
        self.run("ip", "link", "set", interface, "up")
        if gateway:
            self.run("ip", "route", "add", "default", "via", gateway, "dev", interface, "metric", "100")

    def close(self):
        for server in self.servers:
            server.close()
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.bus.close()

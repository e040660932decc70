"""A real suspend with a transfer in its middle, and an exact alarm that wakes the machine by its clock: the transfer is let
go before, goes on by itself after, and fetches nothing twice; the alarm is there in time (limits.md §7.1, §13)."""

import http.server
import threading
import time
from pathlib import Path

import guest

ALONE = True
PACKAGES = ("polkitd", "dbus-bin")
PROGRAMS = ("stint-testapp",)
SIZE, RATE = 24 << 20, 512 << 10  # 48 s of it; emulated, suspending alone takes ten
AHEAD = 40
LOG = "/home/ann/woken"
MANIFEST = f"""package = "org.stint.testapp"
command = ["/usr/local/bin/stint-testapp"]
executable = "/usr/local/bin/stint-testapp"
permissions = ["SCHEDULE_EXACT_ALARM"]
[[receiver]]
name = "Alarms"
command = ["/usr/local/bin/stint-testapp", "receive", "Alarms", "--log", "{LOG}"]
"""
ANN_MAY = ('polkit.addRule(function(action, subject) { if (action.id.indexOf("org.stint.netguard.") == 0 && '
           'subject.user == "ann") return polkit.Result.YES; });')


class Server(http.server.ThreadingHTTPServer):
    """One file, so slowly that the machine sleeps in its middle; `asked`: the ranges."""

    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range", "")
            self.server.asked.append(asked)
            start = int(asked[6:].rstrip("-")) if asked else 0
            self.send_response(206 if asked else 200)
            if asked:
                self.send_header("Content-Range", f"bytes {start}-{SIZE - 1}/{SIZE}")
            self.send_header("Content-Length", str(SIZE - start))
            self.send_header("ETag", '"1"')
            self.end_headers()
            while start < SIZE:
                self.wfile.write(bytes([start >> 16 & 0xFF]) * (64 << 10))
                start += 64 << 10
                time.sleep((64 << 10) / RATE)

        def log_message(self, *_):
            pass


def clocks():
    return time.clock_gettime(time.CLOCK_BOOTTIME), time.monotonic()


def play():
    guest.root("install", "/run/scenes/stint-testapp", "/usr/local/bin")
    guest.root("systemd-sysusers", "stint-netguard.conf")
    guest.root("systemctl", "start", "stint-netguard")
    Path("/etc/polkit-1/rules.d/10-ann.rules").write_text(ANN_MAY, encoding="utf-8")
    apps = "/home/ann/.local/share/stint/apps"
    guest.ann(f"mkdir -p {apps}")
    Path(f"{apps}/org.stint.testapp.toml").write_text(MANIFEST, encoding="utf-8")
    guest.stintd()
    guest.until(lambda: "sleep" in guest.ann("stint device").out, what="logind's word")

    server = Server(("127.0.0.1", 0), Server.Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    transfer = guest.at_terminal(f"stint get --force http://127.0.0.1:{server.server_port}/big -o /home/ann/big")
    guest.until(lambda: server.asked, what="the transfer")

    guest.ann("stint app org.stint.testapp --state visible; stint app org.stint.testapp --state auto")  # never used, it may not
    due = time.clock_gettime(time.CLOCK_BOOTTIME) + AHEAD
    said = guest.ann(f"stint-testapp alarm exact tick {AHEAD * 1000}")
    assert said.code == 0, said
    guest.until(lambda: "wake" in guest.ann("stint doctor --plain").out, what="the wake alarm")

    Path("/sys/power/mem_sleep").write_text("deep", encoding="ascii")
    boot, running = clocks()
    guest.root("systemctl", "suspend", "--check-inhibitors=no")

    def asleep():
        boot_now, running_now = clocks()
        return (boot_now - boot) - (running_now - running)

    guest.until(lambda: asleep() > 2, what="a sleep that the clock shows")
    slept = asleep()
    guest.until(lambda: Path(LOG).exists() and "tick" in Path(LOG).read_text(), what="the alarm")
    late = time.clock_gettime(time.CLOCK_BOOTTIME) - due
    assert late < 30, f"{late:.0f} s late"

    transfer.wait(180)
    content = Path("/home/ann/big").read_bytes()
    assert content == b"".join(bytes([n & 0xFF]) * (64 << 10) for n in range(SIZE >> 16)), "not the server's bytes"
    log = guest.ann("stint log org.stint.transfer/1").out
    assert "DEVICE_STATE" in log or "sleep" in log, log
    assert len(server.asked) == 2 and server.asked[1].startswith("bytes="), server.asked
    told = Path(LOG).read_text().strip().splitlines()[-1]
    return f"slept {slept:.1f} s, woken by its clock: {told}; the transfer went on with {server.asked[1]}"

"""./bench idle [SECONDS]: how often stintd wakes up while nothing happens, with its sensors connected to the real upowerd,
power-profiles-daemon and the kernel, a job that waits for power, and a person's transfer that waits for a network. The
goal: never."""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from power_ground import Power  # noqa: E402
from session import SystemBus  # noqa: E402
from world import World  # noqa: E402

SENSORS = "upower,power-profiles,pressure,thermal,logind,screensaver,sleep"


def switches(pid):
    """(voluntary, involuntary) context switches, and memory in KiB."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["voluntary_ctxt_switches"]), int(fields["VmRSS"].split()[0])


def main(seconds):
    world = World()
    bus = SystemBus(world.root / "system")
    grounds = [Power(bus.address, service) for service in ("upower", "profiles")]
    for name in ("org.freedesktop.UPower", "net.hadess.PowerProfiles"):
        bus.until_owned(name)
    grounds[0].unplug(percent=80)
    daemon = world.start_daemon(environment={"DBUS_SYSTEM_BUS_ADDRESS": bus.address, "STINT_SENSORS": SENSORS})
    try:
        world.done("run", "--charging", "--no-wait", "--", "true")
        world.done("device", "set", "network=none")
        world.done("get", "--no-wait", "http://127.0.0.1:9/never")
        time.sleep(min(30, seconds))  # what has just begun is not idle: UPower repeats itself for some seconds
        before, memory = switches(daemon.pid)
        time.sleep(seconds)
        after, _ = switches(daemon.pid)
        print(f"{after - before} voluntary context switches of stintd in {seconds} s; {memory} KiB resident")
        return int(after != before)
    finally:
        for ground in grounds:
            ground.close()
        world.close()
        bus.close()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))

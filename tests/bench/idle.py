"""./bench idle [SECONDS]: how often stintd and stint-netguard wake up while nothing happens, every sensor connected to the
real thing (upowerd and power-profiles-daemon over umockdev's supplies, NetworkManager in a namespace, elogind, the kernel),
a job that waits for power, and a person's transfer that waits for an unmetered network. The goal: never. As root."""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from login import Login  # noqa: E402
from netguard import ACCOUNT  # noqa: E402
from netguard import NAME as NETGUARD  # noqa: E402
from network_ground import Ground  # noqa: E402
from power_ground import Power  # noqa: E402
from session import SystemBus  # noqa: E402
from world import BIN, World  # noqa: E402

SENSORS = "upower,power-profiles,network,pressure,thermal,logind,screensaver,sleep"


class LoginsBus(SystemBus):
    """The one that elogind is on, for everybody else."""

    def __init__(self, address):
        self.address = address

    def close(self):
        pass


def looked_at(pid):
    """(voluntary context switches, memory in KiB)."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["voluntary_ctxt_switches"]), int(fields["VmRSS"].split()[0])


def main(seconds):
    world = World()
    (world.root / "login").mkdir()
    login = Login(world.root / "login")
    bus = LoginsBus(login.address)
    ground = Ground(world.root / "ground", bus)
    powers = [Power(bus.address, service) for service in ("upower", "profiles")]
    try:
        powers[0].unplug(percent=80)
        ground.start_manager(checks=False)
        ground.connect()
        ground.set_metered("yes")
        helper = ground.start(BIN / "stint-netguard", "--user", ACCOUNT)
        for name in ("org.freedesktop.UPower", "net.hadess.PowerProfiles", NETGUARD):
            bus.until_owned(name)
        daemon = world.start_daemon(environment=ground.environment() | {"STINT_SENSORS": SENSORS}, before=ground.enter())
        world.done("device", "set", "screen=on")  # else it dozes, whose windows are no idleness (limits.md §6)
        world.done("run", "--charging", "--no-wait", "--", "true")
        world.done("get", "--no-wait", "--unmetered", "http://10.9.0.1/never")
        print(world.done("device"), flush=True)
        # A machine is not idle yet just after it has begun: UPower repeats itself for some seconds, and whatever the
        # jobs above set off is over within a minute.
        time.sleep(min(90, seconds))
        watched = {"stintd": daemon.pid, "stint-netguard": helper.pid}
        before = {name: looked_at(pid) for name, pid in watched.items()}
        time.sleep(seconds)
        woken = 0
        for name, pid in watched.items():
            switches, memory = looked_at(pid)
            woken += switches - before[name][0]
            print(f"{name}: {switches - before[name][0]} voluntary context switches in {seconds} s; {memory} KiB resident")
        return int(woken != 0)
    finally:
        for power in powers:
            power.close()
        world.close()
        ground.close()
        login.close()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))

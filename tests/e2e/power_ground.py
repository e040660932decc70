"""A laptop's power supplies beneath the real upowerd and power-profiles-daemon: umockdev's, on a bus of the tests' own.

Run by umockdev-wrapper as a program, it starts a daemon of the two for the bus that it is given, and sets attributes as
it is told, one JSON list a line: ["BAT0", {"status": "Discharging"}]. It answers each with a line.
"""

import json
import os
import subprocess
import sys

SERVICES = {"upower": "/usr/libexec/upowerd", "profiles": "/usr/libexec/power-profiles-daemon"}
MAINS = ["type", "Mains", "online", "1"]
BATTERY = ["type", "Battery", "present", "1", "status", "Charging", "energy_full", "60000000", "energy_full_design",
           "80000000", "energy_now", "48000000", "capacity", "80", "voltage_now", "12000000", "power_now", "10000000",
           "technology", "Li-ion"]
SUPPLIES = {"AC": MAINS, "BAT0": BATTERY}


class Power:
    """`service`: of SERVICES; none: only the kernel's files. `supplies`: of SUPPLIES."""

    def __init__(self, address, service, supplies=("AC", "BAT0")):
        words = ["umockdev-wrapper", sys.executable, __file__, service or "", *supplies]
        self.process = subprocess.Popen(words, env=os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": address},
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.root = self.process.stdout.readline().strip()

    def set(self, supply, **attributes):
        self.process.stdin.write(json.dumps([supply, attributes]) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def unplug(self, percent=80):
        self.set("AC", online="0")
        self.set("BAT0", status="Discharging", capacity=str(percent), energy_now=str(600_000 * percent))

    def plug(self):
        self.set("AC", online="1")
        self.set("BAT0", status="Charging")

    def remove(self, supply):
        self.set(supply)

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)


def main(service, names):
    import gi
    gi.require_version("UMockdev", "1.0")
    from gi.repository import UMockdev
    testbed = UMockdev.Testbed.new()
    paths = {name: testbed.add_device("power_supply", name, None, SUPPLIES[name], []) for name in names}
    served = None
    if service:
        served = subprocess.Popen(["umockdev-wrapper", SERVICES[service]], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env=dict(os.environ, UMOCKDEV_DIR=testbed.get_root_dir()))
    print(testbed.get_root_dir(), flush=True)
    for line in sys.stdin:
        name, attributes = json.loads(line)
        if not attributes:
            testbed.uevent(paths[name], "remove")
            testbed.remove_device(paths[name])
        for attribute, value in attributes.items():
            testbed.set_attribute(paths[name], attribute, value)
        if attributes:
            testbed.uevent(paths[name], "change")
        print("done", flush=True)
    if served:
        served.kill()
        served.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

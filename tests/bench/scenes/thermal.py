"""A thermal zone crosses its trip points: an ACPI table of ours, whose temperature the scene says (limits.md §10.1, §13)."""

import os
import subprocess

import guest

TABLE = r"""DefinitionBlock ("tz.aml", "SSDT", 2, "STINT", "THERMAL", 1) { External (\_SB.CPUS.C000, DeviceObj)
  Scope (\_SB) { OperationRegion (CMSX, SystemIO, 0x70, 2)  Field (CMSX, ByteAcc, Lock, Preserve) { CIDX, 8, CDAT, 8 }
    IndexField (CIDX, CDAT, ByteAcc, NoLock, Preserve) { Offset (0x60), TEMP, 8 } }
  Scope (\_TZ) { ThermalZone (TZ00) {
    Method (_TMP, 0, Serialized) { Return (Add (2732, Multiply (\_SB.TEMP, 10))) }
    Name (_PSV, 3532) Name (_HOT, 3632) Name (_CRT, 3932) Name (_TC1, 4) Name (_TC2, 3) Name (_TSP, 20) Name (_TZP, 10)
    Name (_PSL, Package () { \_SB.CPUS.C000 }) } } }
"""


def prepare(directory):
    (directory / "tz.asl").write_text(TABLE, encoding="ascii")
    subprocess.run(["iasl", "tz.asl"], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return ["-acpitable", f"file={directory / 'tz.aml'}"]


def heat(degrees):
    """The table reads it from byte 0x60 of the clock's memory."""
    with open("/dev/port", "r+b", buffering=0) as port:
        for address, value in ((0x70, 0x60), (0x71, degrees)):
            os.lseek(port.fileno(), address, os.SEEK_SET)
            port.write(bytes([value]))


def thermal():
    for line in guest.ann("stint device --plain").out.splitlines():
        words = line.split()
        if words and words[0] == "thermal":
            return words[1]
    return ""


def play():
    heat(40)
    guest.root("modprobe", "thermal", may_fail=True)
    guest.stintd()
    guest.until(lambda: thermal() == "none", what="a cool machine")
    guest.ann("stint run --no-wait --name goes -- sleep 100000")
    guest.until(lambda: "running" in guest.ann("stint jobs").out, what="a command that runs")
    heat(85)
    guest.until(lambda: thermal() == "moderate", what="moderate, at the passive trip point")
    heat(95)
    guest.until(lambda: thermal() == "severe", what="severe, at the hot one")
    why = guest.until(lambda: "DEVICE_STATE" in (out := guest.ann("stint why goes").out) and out, what="a job that waits for it")
    heat(40)
    guest.until(lambda: thermal() == "none", what="a cool machine again")
    guest.until(lambda: "running" in guest.ann("stint jobs").out, what="the command, run again")
    return "none, moderate, severe and none by the kernel's events: " + why.strip().splitlines()[-1].strip()

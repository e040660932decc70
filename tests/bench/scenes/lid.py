"""The lid, as the kernel's switch tells it and logind after it (linux.md §A.1)."""

import subprocess

import guest

PACKAGES = ("python3-evdev",)


def lid():
    for line in guest.ann("stint device --plain").out.splitlines():
        words = line.split()
        if words and words[0] == "lid":
            return words[1:]
    return []


def play():
    import evdev  # Debian's, in the machine
    from evdev import ecodes

    guest.root("modprobe", "uinput")
    # Else logind would suspend the machine.
    holds = subprocess.Popen(["systemd-inhibit", "--what=handle-lid-switch", "--who=scene", "--why=test", "sleep", "1000"])
    try:
        with evdev.UInput({ecodes.EV_SW: [ecodes.SW_LID]}, name="scene's lid") as switch:
            guest.root("udevadm", "settle")
            guest.stintd()
            guest.until(lambda: lid()[:1] == ["open"], what="an open lid")
            source = " ".join(lid())
            for value, word in ((1, "closed"), (0, "open")):
                switch.write(ecodes.EV_SW, ecodes.SW_LID, value)
                switch.syn()
                guest.until(lambda word=word: lid()[:1] == [word], what=f"a lid that is {word}")
    finally:
        holds.kill()
        holds.wait()
    return f"open, closed and open again: {source}"

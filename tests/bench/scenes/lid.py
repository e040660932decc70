"""The lid, as the kernel's switch tells it: logind knows of it, and UPower says when it changes (linux.md §A.1)."""

from pathlib import Path

import guest

PACKAGES = ("python3-evdev", "upower")


def lid():
    for line in guest.ann("stint device --plain").out.splitlines():
        words = line.split()
        if words and words[0] == "lid":
            return words[1:]
    return []


def play():
    import evdev  # Debian's, in the machine
    from evdev import ecodes

    # Else logind would suspend the machine.
    settings = Path("/etc/systemd/logind.conf.d/lid.conf")
    settings.parent.mkdir(exist_ok=True)
    settings.write_text("[Login]\nHandleLidSwitch=ignore\n", encoding="ascii")
    guest.root("systemctl", "restart", "systemd-logind")
    guest.root("modprobe", "uinput")
    with evdev.UInput({ecodes.EV_SW: [ecodes.SW_LID]}, name="scene's lid") as switch:
        guest.root("udevadm", "settle")
        guest.stintd()
        guest.until(lambda: lid()[:1] == ["open"], what="an open lid")
        source = " ".join(lid())
        for value, word in ((1, "closed"), (0, "open")):
            switch.write(ecodes.EV_SW, ecodes.SW_LID, value)
            switch.syn()
            guest.until(lambda word=word: lid()[:1] == [word], what=f"a lid that is {word}")
    return f"open, closed and open again: {source}"

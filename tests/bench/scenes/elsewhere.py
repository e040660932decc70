"""stintd where its cgroup cannot be divided: among other processes, or in a unit that is not delegated. All works as without controllers, stint doctor says why
none holds a limit, and -p is refused at once (limits.md §13)."""

import guest


def found(topic):
    lines = guest.ann("stint doctor --plain").out
    return next((line for line in lines.splitlines() if line.startswith(topic)), lines)


def ran_beside(command):
    """stintd, started so; what doctor says of memory, and how a command and a limit fare."""
    starter = guest.begins(f"STINT_AUTOSTART=no exec systemd-run --user --scope --unit elsewhere {command}")
    guest.until(lambda: guest.ann("STINT_AUTOSTART=no stint jobs").code == 0, what="a stintd")
    memory = found("limits: memory")
    plain = guest.ann("stint run --retries 0 -- sh -c 'sleep 1000 & exit 3'")
    assert plain.code == 3, plain
    limited = guest.ann("stint run --retries 0 -p MemoryMax=64M -- python3 -c 'bytearray(200 << 20)'")
    assert guest.ann("systemctl --user stop elsewhere.scope").code == 0
    starter.wait(60)
    return memory, limited


def play():
    guest.root("loginctl", "enable-linger", guest.ANN)
    assert guest.ann("systemctl --user stop stintd").code == 0
    memory, limited = ran_beside("sh -c 'stintd; exit 0'")
    assert "absent" in memory and "stands in" in memory and "sh (" in memory, memory
    assert limited.code == 71 and "-p MemoryMax=64M cannot be held here" in limited.err, limited

    memory, limited = ran_beside("stintd")  # alone, in a unit that would end whole when one process of it is killed
    assert "absent" in memory and "Delegate=yes" in memory, memory
    assert limited.code == 71, limited
    return "beside a shell, and in a unit that is not delegated: no limit, said so, -p refused"

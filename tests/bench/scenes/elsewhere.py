"""stintd in a unit that was not delegated to it: nobody moves, all works as without controllers, stint doctor says why no
limit is held, and -p is refused at once (limits.md §13). Divided, such a unit would end whole with the first OOM."""

import json

import guest


def found(topic):
    told = [json.loads(line) for line in guest.ann("stint doctor --json").out.splitlines()]
    return next(f"{finding['grade']}: {finding['found']}" for finding in told if finding["topic"] == topic)


def play():
    guest.root("loginctl", "enable-linger", guest.ANN)
    assert guest.ann("systemctl --user stop stintd").code == 0
    starter = guest.begins("exec systemd-run --user --scope --unit elsewhere stintd")
    guest.until(lambda: guest.ann("STINT_AUTOSTART=no stint jobs").code == 0, what="a stintd")
    memory = found("limits: memory")
    assert memory.startswith("absent") and "does not delegate" in memory, memory
    plain = guest.ann("stint run --retries 0 -- sh -c 'sleep 1000 & exit 3'")
    assert plain.code == 3, plain
    limited = guest.ann("stint run --retries 0 -p MemoryMax=64M -- true")
    assert limited.code == 71 and "-p MemoryMax=64M cannot be held here" in limited.err, limited
    assert guest.ann("systemctl --user stop elsewhere.scope").code == 0
    starter.wait(60)
    return limited.err.strip()

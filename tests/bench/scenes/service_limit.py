"""The policy's limit of memory for an app's service, which no stint-shell stands above. Its lost run is told with the limit,
not as a crash or a signal (limits.md §13). The service is stint-transfer's, whose program here is one that eats memory."""

from pathlib import Path

import guest

WORDS = "killed: over its memory limit of 64 MiB"
PROGRAM = Path("/usr/libexec/stint/stint-transfer")
EATS = "#!/bin/sh\nexec python3 -c 'bytearray(200 << 20)'\n"


def play():
    kept = PROGRAM.with_suffix(".kept")
    PROGRAM.rename(kept)
    try:
        PROGRAM.write_text(EATS, encoding="utf-8")
        PROGRAM.chmod(0o755)
        return played()
    finally:
        guest.ann("systemctl --user stop stintd")
        kept.rename(PROGRAM)


def played():
    config = "/home/ann/.config/stint"
    guest.root("install", "-d", "-o", "ann", "-g", "ann", "/home/ann/.config", config)
    with open(f"{config}/policy.toml", "w", encoding="utf-8") as policy:
        policy.write('[background]\nmemory_max = "64MiB"\n')
    guest.stintd()
    asked = guest.ann("stint get --no-wait http://127.0.0.1:9/x -o /home/ann/x")
    assert asked.code == 0, asked

    def told():
        why = guest.ann("stint why org.stint.transfer/1").out
        return why if WORDS in why else ""

    try:
        why = guest.until(told, what="the end of a run")
    except AssertionError as late:
        raise AssertionError(guest.ann("stint why org.stint.transfer/1; journalctl --user --no-pager | tail -20")) from late
    log = guest.ann("stint log org.stint.transfer/1").out
    assert WORDS in log, log
    return next(line.strip() for line in why.splitlines() if WORDS in line)

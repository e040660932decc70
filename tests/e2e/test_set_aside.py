"""No stored state keeps stintd from starting (docs/decisions/0015): a job that cannot be is set aside and named, and the
others go on; so is one that stintd was asking about when it aborted, three times within a minute."""

import os
import signal
import sqlite3

from test_doctor import findings


def seal(*values):
    """seal() of src/stintd/store/schema.hpp, over integers, texts and NULLs."""
    total = 0xCBF29CE484222325
    for value in values:
        parts = {int: b"\x01", str: b"\x03", type(None): b"\x05"}[type(value)]
        if isinstance(value, int):
            parts += value.to_bytes(8, "little", signed=True)
        elif isinstance(value, str):
            text = value.encode()
            parts += len(text).to_bytes(8, "little") + text
        for byte in parts:
            total = ((total ^ byte) * 0x100000001B3) % 2**64
    return total - 2**64 if total >= 2**63 else total


def change_job(world, label, column, value):
    """In the store of a daemon that is not there, under a seal that holds."""
    with sqlite3.connect(world.store / "stint.db") as store:
        store.create_function("seal", -1, seal)
        columns = [row[1] for row in store.execute("PRAGMA table_info(jobs)") if row[1] != "seal"]
        changed = store.execute(f"UPDATE jobs SET {column} = ? WHERE label = ?", (value, label)).rowcount
        assert changed == 1, label
        store.execute(f"UPDATE jobs SET seal = seal({', '.join(columns)}) WHERE label = ?", (label,))
    store.close()


def waiting(world, name):
    """A command that waits for power; answers its job."""
    world.done("device", "set", "charging=false")
    ended = world.stint("run", "--no-wait", "--requires-charging", "--name", name, "--", "true")
    assert ended.code in (0, 75), ended
    (line,) = [line for line in world.done("jobs").splitlines() if name in line]
    return line.split()[0]


def aborts(daemon):
    daemon.process.send_signal(signal.SIGABRT)
    assert daemon.process.wait(30) == -signal.SIGABRT


def is_aside(world, job, why):
    listed = world.done("jobs")
    assert "set aside" in next(line for line in listed.splitlines() if job in line), listed
    assert why in world.stint("why", job).out
    told = findings(world, 1)["jobs"]
    assert told["grade"] == "trouble" and why in told["found"], told


def test_a_job_that_cannot_be_is_set_aside_and_the_others_run(world):
    daemon = world.start_daemon()
    bad, good = waiting(world, "bad"), waiting(world, "good")
    assert daemon.stop() == 0
    change_job(world, "bad", "cumulative", -1)
    daemon = world.start_daemon()
    is_aside(world, bad, "negative running time")
    assert " error set aside job=" in daemon.log.read_text()
    world.done("device", "set", "charging=true")
    assert world.stint("wait", good).code == 0
    is_aside(world, bad, "negative running time")
    world.done("cancel", bad)
    assert "jobs" not in findings(world)
    daemon.kill()
    world.start_daemon()
    assert "jobs" not in findings(world)


def test_what_stintd_was_asking_about_when_it_aborted_three_times_is_held_back(world):
    for _ in range(3):
        daemon = world.start_daemon()
        aborts(daemon)
    journal = world.store / "aborts"
    lines = journal.read_text().splitlines()
    assert len(lines) == 3 and all(line.endswith(" 0 -") for line in lines), lines
    daemon = world.start_daemon()
    assert findings(world, 1)["aborts"]["grade"] == "trouble"
    bad, good = waiting(world, "bad"), waiting(world, "good")
    daemon.kill()
    assert journal.read_text().splitlines() == lines  # one that is killed tells nobody
    with sqlite3.connect(world.store / "stint.db") as store:
        app, space, number, sequence = store.execute("SELECT app, space, id, sequence FROM jobs WHERE label = 'bad'").fetchone()
    store.close()
    # The lines that those three would have written, had they been asking about it.
    named = [line.removesuffix("0 -") + f"{sequence} {app}/{space}#{number}" for line in lines]
    journal.write_text("".join(line + "\n" for line in named))
    daemon = world.start_daemon()
    is_aside(world, bad, "aborted three times within a minute")
    world.done("device", "set", "charging=true")
    assert world.stint("wait", good).code == 0
    assert os.stat(journal).st_mode & 0o777 == 0o600

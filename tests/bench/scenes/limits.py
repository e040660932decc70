"""-p of a command: memory, processes and processor time are held, and a limit's own end is told (limits.md §13)."""

import guest

EATS = "python3 -c 'bytearray(200 << 20)'"
FORKS = "python3 -c 'import subprocess; [subprocess.Popen([\"sleep\", \"60\"]) for _ in range(40)]'"


def told(options, command):
    said = guest.ann(f"stint run --retries 0 {options} -- {command}")
    finished = guest.ann("stint jobs --finished")
    return said, finished.out


def play():
    guest.stintd()
    memory, listed = told("-p MemoryMax=64M --name eats", EATS)
    assert memory.code == 137, memory
    words = "killed: over its memory limit of 64 MiB"
    assert words in memory.err, memory
    assert words in listed, listed
    assert words in guest.ann("stint log eats").out, guest.ann("stint log eats")
    assert words in guest.ann("stint why eats").out, guest.ann("stint why eats")
    assert guest.ann("systemctl --user is-active stintd").out == "active\n"

    tasks, _ = told("-p TasksMax=8 --name forks", FORKS)
    assert tasks.code == 1 and "it met its limit of 8 processes" in tasks.err, tasks

    waiting = guest.begins("stint run -p CPUQuota=25% -p CPUWeight=50 -p TasksMax=infinity --name spins -- "
                           "sh -c 'while :; do :; done'")
    base = guest.unit_cgroup()
    cgroup = guest.until(lambda: next(iter(base.glob("stint-*/app.org.stint.shell/*/command")), None), what="a command")
    guest.until(lambda: guest.words_of(cgroup / "cgroup.procs"), what="its process")
    assert guest.words_of(cgroup / "cpu.max") == ["25000", "100000"]
    assert guest.words_of(cgroup / "cpu.weight") == ["50"]
    assert "its limits: TasksMax=infinity CPUQuota=25% CPUWeight=50" in guest.ann("stint why spins").out
    used, share = guest.measured(cgroup, 4)
    assert 0.15 < share < 0.35, share
    guest.ann("stint cancel spins")
    guest.until(lambda: not cgroup.exists(), what="its end")
    waiting.wait(60)
    return f"{words}; {tasks.err.strip().splitlines()[-1]}; CPUQuota=25% got {share:.0%} of a processor ({used / 1e6:.1f} s)"

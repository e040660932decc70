"""Background work has a share of a machine that is always busy: it advances, by the weight of the policy, and one that goes
over the policy's memory is told so."""

import guest

POLICY = """[background]
cpu_weight = 20
memory_max = "64MiB"
"""


def play():
    config = "/home/ann/.config/stint"
    guest.root("install", "-d", "-o", "ann", "-g", "ann", "/home/ann/.config", config)
    guest.stintd()
    with open(f"{config}/policy.toml", "w", encoding="utf-8") as policy:
        policy.write(POLICY)
    guest.until(lambda: "64" in guest.ann("stint policy background.memory_max").out, what="the policy")
    guest.ann("stint device set network=wifi charging=true")

    base = guest.unit_cgroup()
    busy = guest.at_terminal("stint run --user-initiated --name busy -- sh -c 'while :; do :; done & while :; do :; done & wait'")
    first = guest.until(lambda: sorted(base.glob("stint-*/app.org.stint.shell/*")), what="the busy one")[0]
    guest.ann("stint run --no-wait --name quiet -- sh -c 'while :; do :; done & while :; do :; done & wait'")
    quiet = guest.until(lambda: next(iter(base.glob("stint-*/app.org.stint.shell/*/command")), None), what="the quiet one")
    guest.until(lambda: guest.words_of(quiet / "cgroup.procs"), what="its process")
    assert guest.words_of(quiet.parent / "cpu.weight") == ["20"]
    assert guest.words_of(first / "cpu.weight") == ["100"]
    assert guest.words_of(quiet / "memory.max") == [str(64 << 20)]
    for pid in guest.words_of(quiet / "cgroup.procs"):
        policy = guest.stat(pid)[41]
        assert policy == "0", f"scheduling policy {policy}, where the weight says it"
    loud_before, quiet_before = guest.cpu_of(first), guest.cpu_of(quiet.parent)
    guest.measured(quiet, 8)
    loud, share = guest.cpu_of(first) - loud_before, guest.cpu_of(quiet.parent) - quiet_before
    part = share / (share + loud)
    assert 0.08 < part < 0.30, part  # 20 of 120 is 0.17
    guest.ann("stint cancel busy quiet")
    busy.wait(60)

    over = guest.ann("stint run --retries 0 --name eats -- python3 -c 'bytearray(200 << 20)'")
    assert "killed: over its memory limit of 64 MiB" in over.err, over
    return f"background work got {part:.0%} beside a busy job (20 to 100: 17%); {over.err.strip().splitlines()[-1]}"

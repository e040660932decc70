"""Background work has a share of a machine that is always busy: it advances, by the weight of the policy, and one that goes
over the policy's memory is told so."""

import guest

PLACES = "stint-*/app.org.stint.shell/[0-9]*"
POLICY = """[background]
cpu_weight = 20
memory_max = "64MiB"
"""


def shared(quiet, loud, seconds):
    """The part of both that the quiet one got."""
    quiet_before, loud_before = guest.cpu_of(quiet), guest.cpu_of(loud)
    guest.measured(quiet, seconds)
    quiet_got, loud_got = guest.cpu_of(quiet) - quiet_before, guest.cpu_of(loud) - loud_before
    return quiet_got / (quiet_got + loud_got)


def play():
    config = "/home/ann/.config/stint"
    guest.root("install", "-d", "-o", "ann", "-g", "ann", "/home/ann/.config", config)
    guest.stintd()
    with open(f"{config}/policy.toml", "w", encoding="utf-8") as policy:
        policy.write(POLICY)
    guest.until(lambda: "64" in guest.ann("stint policy background.memory_max").out, what="the policy")
    assert guest.ann("stint device set charging=true").code == 0

    base = guest.unit_cgroup()
    guest.ann("systemd-run --user --unit other sh -c 'while :; do :; done & while :; do :; done & wait'")
    other = base.parent / "other.service"
    guest.ann("stint run --no-wait --name alone -- sh -c 'while :; do :; done & while :; do :; done & wait'")
    guest.until(lambda: (base / "cpu.weight").read_text() == "20\n", what="the unit's share")
    part = shared(base, other, 8)
    assert 0.08 < part < 0.30, part  # 20 of 120 is 0.17
    guest.ann("stint cancel alone")
    guest.ann("systemctl --user stop other")
    guest.until(lambda: not list(base.glob(PLACES)), what="its end")

    busy = guest.at_terminal("stint run --user-initiated --name busy -- sh -c 'while :; do :; done & while :; do :; done & wait'")
    first = guest.until(lambda: next(iter(base.glob(PLACES)), None), what="the busy one")
    guest.ann("stint run --no-wait --name quiet -- sh -c 'while :; do :; done & while :; do :; done & wait'")
    quiet = guest.until(lambda: next(iter(base.glob("stint-*/app.org.stint.shell/*/command")), None), what="the quiet one")
    guest.until(lambda: guest.words_of(quiet / "cgroup.procs"), what="its process")
    assert guest.words_of(quiet.parent / "cpu.weight") == ["20"]
    assert guest.words_of(first / "cpu.weight") == ["100"]
    assert guest.words_of(quiet / "memory.max") == [str(64 << 20)]
    for pid in guest.words_of(quiet / "cgroup.procs"):
        policy = guest.stat(pid)[41]
        assert policy == "0", f"scheduling policy {policy}, where the weight says it"
    guest.until(lambda: (base / "cpu.weight").read_text() == "100\n", what="the share of a unit in which a person waits")
    within = shared(quiet.parent, first, 8)
    assert 0.08 < within < 0.30, within
    guest.ann("stint cancel busy quiet")
    busy.wait(60)

    over = guest.ann("stint run --retries 0 --name eats -- python3 -c 'bytearray(200 << 20)'")
    assert "killed: over its memory limit of 64 MiB" in over.err, over
    return f"of a busy machine background work got {part:.0%} beside a program, {within:.0%} beside a job (20 to 100: 17%); {over.err.strip().splitlines()[-1]}"

"""stintd divides the cgroup that systemd delegated to it: itself in a leaf, the controllers on, down to each app."""

import guest


def play():
    pid = guest.stintd()
    base = guest.unit_cgroup()
    assert guest.cgroup_of(pid) == base / "daemon", guest.cgroup_of(pid)
    assert not guest.words_of(base / "cgroup.procs")
    assert (base / "cgroup.type").read_text() == "domain\n"
    wanted = {"cpu", "memory", "pids"}
    ours = next(base.glob("stint-*"))
    for level in (base, ours):
        assert wanted <= set(guest.words_of(level / "cgroup.subtree_control")), level
    told = guest.ann("stint doctor").out
    assert "limits: memory" in told, told
    state = guest.ann("systemctl --user is-active stintd").out.strip()
    assert state == "active", state
    return f"stintd in {base.name}/daemon, {' '.join(sorted(wanted))} on for {base.name} and {ours.name}"

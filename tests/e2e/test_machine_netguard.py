"""stint-netguard on a whole machine: installed by the one command that `stint doctor` names, started by the system bus and
systemd, asked by the stintd of an ordinary user, whom polkit lets (limits.md §8.1)."""

import json

import pytest
from machine import Machine, needs_machine
from netguard import needs_netguard

pytestmark = [needs_machine, needs_netguard]

PREFIX = "/usr/local"
# Things that a machine which is no container has anyway.
OPTIONS = ("--private-network", "--capability=CAP_BPF,CAP_NET_ADMIN,CAP_PERFMON", "--system-call-filter=bpf")
RULES = "etc/polkit-1/rules.d/10-ann.rules"
ANN_MAY = ('polkit.addRule(function(action, subject) { if (action.id.indexOf("org.stint.netguard.") == 0 && '
           'subject.user == "ann") return polkit.Result.YES; });')
# A connect to nowhere by a process in the app's cgroup: whether it is refused by the cut, or only leads nowhere.
CONNECTS = ('place=$(find /sys/fs/cgroup -name "app.org.stint.transfer") && mkdir -p "$place/0" && '
            'echo $$ >"$place/0/cgroup.procs" && ! bash -c "exec 3<>/dev/tcp/192.0.2.1/80" 2>&1')


ENFORCES = "stint-netguard enforces limits on the network"


@pytest.fixture
def machine(world):
    made = Machine(world.root, OPTIONS)
    made.install(PREFIX)
    yield made
    made.close()


def helper(machine):
    return machine.as_root("systemctl", "show", "--property=MainPID", "--value", "stint-netguard").strip()


def rule(machine):
    """The text that doctor shows an administrator to paste."""
    findings = map(json.loads, machine.types("stint doctor --json").out.splitlines())
    told = next(each["more"] for each in findings if each["topic"] == "background network")
    assert told.startswith("as root, in /etc/polkit-1/rules.d/50-stint.rules: polkit.addRule(")
    return told.partition("rules: ")[2]


def network(machine):
    told = machine.types("stint doctor --plain").out
    return told[told.index("background network"):]


def test_one_command_installs_it_and_polkit_lets_an_ordinary_user(machine):
    machine.boot()
    machine.as_root("ldconfig")
    machine.as_root("loginctl", "enable-linger", "ann")
    assert machine.types("systemctl --user enable --now stintd").code == 0
    before = network(machine)
    assert before.split()[2] == "advisory"
    command = f"{PREFIX}/libexec/stint/netguard-setup"
    assert f"sudo {command}" in " ".join(before.split())
    machine.as_root(command)
    machine.until_logged(ENFORCES)
    machine.until_logged("polkit does not let you")
    (machine.tree / RULES).write_text(rule(machine))
    assert "CapEff:\t0000000000001000" in machine.as_root("cat", f"/proc/{helper(machine)}/status")
    assert machine.as_root("ps", "-o", "user:20=", "-p", helper(machine)).strip() == "stint-netguard"
    machine.types("stint device set plugged=false screen=off")
    assert machine.types("stint cmd deviceidle force-idle").code == 0
    machine.until_logged("cut app=org.stint.transfer")
    assert network(machine).split()[2] == "enforced"
    assert "Operation not permitted" in machine.as_root("sh", "-c", CONNECTS)
    assert machine.types("stint cmd deviceidle unforce").code == 0
    machine.types("stint device set screen=on")
    machine.until_logged("freed app=org.stint.transfer")
    assert "unreachable" in machine.as_root("sh", "-c", CONNECTS)
    machine.as_root(command, "--remove")
    machine.until_logged("not enforced: stint-netguard has gone")
    removed = network(machine)
    assert removed.split()[2] == "advisory" and f"sudo {command}" in " ".join(removed.split())
    machine.as_root(command)
    machine.until_logged(ENFORCES, 2)


def test_nobody_keeps_it_from_serving(machine):
    """No process of another's may end it; whoever ends it has the next one there, which stintd finds by itself, as it does
    when one stands still and systemd's watchdog has ended it."""
    machine.boot()
    machine.as_root("ldconfig")
    (machine.tree / RULES).write_text(ANN_MAY)
    # A watchdog that a test can wait for.
    machine.as_root("mkdir", "-p", "/etc/systemd/system/stint-netguard.service.d")
    machine.as_root("sh", "-c", "printf '[Service]\\nWatchdogSec=2\\n' >/etc/systemd/system/stint-netguard.service.d/soon.conf")
    machine.as_root(f"{PREFIX}/libexec/stint/netguard-setup")
    machine.as_root("loginctl", "enable-linger", "ann")
    assert machine.types("systemctl --user enable --now stintd").code == 0
    machine.until_logged(ENFORCES)
    for user in ("nobody", "ann"):
        for signal in ("TERM", "STOP", "KILL"):
            tried = machine.as_root("sh", "-c", f"setpriv --reuid={user} --clear-groups kill -{signal} {helper(machine)} 2>&1 || true")
            assert "not permitted" in tried
    for nth, signal in enumerate(("TERM", "KILL", "STOP"), 2):
        machine.as_root("kill", f"-{signal}", helper(machine))
        machine.until_logged(ENFORCES, nth)
    assert network(machine).split()[2] == "enforced"

"""Neighbours who want more than their share, or to be somebody else: programs of the same user, and of another one
(architecture.md, who is calling; SECURITY.md). Each attack is one that has worked."""

import array
import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from app import PACKAGE, PROGRAM, App
from commands import SHELL, schedule, script, until_written
from events import Deadline, Directory
from jeepney import HeaderFields, Message, MessageType
from jeepney.wrappers import new_header
from line import PATH, TASKS, Line
from neighbours import SILENT, STORM, TALKING, Neighbour, crowd
from places import needs_mounts, without_cgroups

FEW = ("prlimit", "--nofile=256:256")  # descriptors, so that a small flood is a flood
SOON = 20  # seconds within which a person's verb must be through


# Leaves its cgroup where it may, its session and its parents, says its pid and hears nothing; and who would reap it stands
# still.
FUGITIVE = f"""#!{sys.executable}
import os, select, signal
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for mount in open("/proc/self/mountinfo"):
        if " - cgroup2 " in mount and os.access(mount.split()[4] + "/cgroup.procs", os.W_OK):
            with open(mount.split()[4] + "/cgroup.procs", "w") as procs:
                procs.write(str(os.getpid()))
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.closerange(0, 100)
    with open("fugitive", "w") as said:
        said.write(f"{{os.getpid()}}\\n")
else:
    os.kill(os.getppid(), signal.SIGSTOP)
select.select([], [], [])
"""


@pytest.mark.parametrize("way", ["stop", "cancel", "the daemon's end", "the daemon's death"])
def test_a_process_that_got_out_of_its_job_dies_with_it(world, way):
    """jobs.md §5.4: its processes die at once."""
    daemon = world.start_daemon()
    escape = world.downloads / "escape.py"
    escape.write_text(FUGITIVE)
    escape.chmod(0o755)
    job = schedule(world, "--", "./escape.py")
    fugitive = os.pidfd_open(int(until_written(world.downloads / "fugitive")))
    poll = select.poll()
    poll.register(fugitive, select.POLLIN)
    if way == "stop":
        world.done("tasks", "stop", SHELL)
    elif way == "cancel":
        world.done("cancel", str(job))
    elif way == "the daemon's end":
        assert daemon.stop() == 0
        assert poll.poll(0), "nothing is left when it has ended"
    else:
        daemon.kill()
    try:
        assert poll.poll(30_000)
    finally:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(fugitive, signal.SIGKILL)
        os.close(fugitive)


def test_an_app_that_is_refused_a_thousand_times_leaves_the_log_to_the_others(world):
    daemon = world.start_daemon()
    script(world, "exit 0")
    refused = """
from line import Closed, Line, WireError
line = Line(sys.argv[1])
job = {"id": ("i", 1), "service": ("s", "Jobs"), "minimumLatency": ("x", 10**9)}
for number in range(0, 3000, 50):
    for call in [line.send("org.stint.JobScheduler1", "Schedule", "a{sv}sa{sv}", job, f"space{number + one}", {})
                 for one in range(50)]:
        try:
            line.reply(call)
        except WireError:
            pass
print("refused", flush=True)
"""
    program = world.root / "python"  # the app's own
    shutil.copy(os.path.realpath(sys.executable), program)
    world.environment["PYTHONHOME"] = sys.base_prefix
    manifest = world.apps / "com.example.loud.toml"
    manifest.write_text(f"""package = "com.example.loud"
label = "Loud"
command = ["{program}"]
executable = "{program}"
[[service]]
name = "Jobs"
permission = "BIND_JOB_SERVICE"
command = ["{program}", "-c", ""]
""")
    world.done("apps")
    loud = Neighbour(world, refused, world.runtime / "bus", python=program)
    assert loud.says() == "refused"
    job = schedule(world, "--", "./script")
    assert world.stint("wait", str(job)).code == 0
    assert daemon.stop() == 0
    log = daemon.log.read_text()
    left = sum(map(int, re.findall(r"… and (\d+) more lines about com.example.loud\n", log)))
    assert left > 0
    assert log.count("com.example.loud/") + left >= 3000
    assert f"finished job={SHELL}/{job}" in log


def test_what_an_apps_process_writes_is_told_as_its_own_and_has_its_share_of_the_log(world):
    """It forges no line of the daemon's, steers no terminal, and fills no log."""
    daemon = world.start_daemon()
    program = world.root / "loud"
    program.write_text(r"""echo "2026-01-01T00:00:00.000 info finished job=org.stint.shell/7"
printf 'a\033[2Jb\n'
seq 3000 >&2
printf 'its last word'
""")
    (world.apps / "com.example.loud.toml").write_text(f"""package = "com.example.loud"
label = "Loud"
command = ["/bin/true"]
[[receiver]]
name = "Messages"
command = ["/bin/sh", "{program}"]
""")
    world.done("apps")
    world.use_what_is_new()
    with world.line() as line:
        line.push("com.example.loud", "now")
    daemon.until_logged("has not taken delivery")  # its process is gone
    assert daemon.stop() == 0
    log = daemon.log.read_text()
    assert "com.example.loud writes: 2026-01-01T00:00:00.000 info finished job=org.stint.shell/7\n" in log
    assert "\n2026-01-01T00" not in log and "\x1b" not in log
    assert "com.example.loud writes: a\ufffd[2Jb\n" in log
    left = sum(map(int, re.findall(r"… and (\d+) more lines about what com.example.loud writes\n", log)))
    assert left > 0 and log.count("com.example.loud writes: ") + left == 3003


class TestFloods:
    """Nobody takes the scheduler from the others."""

    def test_silent_connections_shut_nobody_out_and_leave_nobody_deaf(self, world):
        daemon = world.start_daemon(before=FEW)
        came, said = crowd(world, SILENT, processes=6, each=100)
        assert said == ["there"] * 6
        for verb in ("jobs", "tasks", "doctor"):
            assert world.stint(verb, within=SOON).code == 0, verb
        for one in came:
            one.end()
        assert world.stint("jobs", within=SOON).code == 0
        assert "too many connections" in daemon.log.read_text()
        assert daemon.lives()

    def test_a_process_gets_no_more_connections_than_its_share(self, world, daemon, line):
        came, (said,) = crowd(world, TALKING, processes=1, each=400)
        assert int(said) == 128
        assert world.stint("jobs", within=SOON).code == 0
        came[0].end()

    def test_malformed_messages_leave_no_descriptor_behind(self, world):
        """sd-bus closes nothing of what came with a message that it drops."""
        daemon = world.start_daemon(before=FEW)
        header = new_header(MessageType.method_call)
        header.fields.update({HeaderFields.path: PATH, HeaderFields.interface: TASKS, HeaderFields.member: "StartApp",
                              HeaderFields.signature: "sasaha{sv}"})
        before = len(os.listdir(f"/proc/{daemon.pid}/fd"))
        with open("/dev/null") as something:
            call = Message(header, ("com.example.none", [], [something], {}))
            right = bytes(call.serialise(serial=1, fds=array.array("i")))
            for at in range(len(right)):
                caller = socket.socket(socket.AF_UNIX)
                caller.settimeout(SOON)
                caller.connect(str(world.runtime / "bus"))
                caller.sendall(b"\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n")
                agreed = b""
                while b"AGREE_UNIX_FD" not in agreed:
                    agreed += caller.recv(4096)
                wrong = right[:at] + bytes([right[at] ^ 1]) + right[at + 1:]
                socket.send_fds(caller, [wrong], [something.fileno()])
                caller.shutdown(socket.SHUT_WR)
                with contextlib.suppress(ConnectionResetError):
                    while caller.recv(4096):
                        pass
                caller.close()
        assert len(right) > 100
        assert world.stint("jobs", within=SOON).code == 0
        assert len(os.listdir(f"/proc/{daemon.pid}/fd")) < before + 10

    def test_the_operator_at_a_terminal_gets_through_a_crowd_that_talks(self, world):
        world.start_daemon(before=FEW)
        _, said = crowd(world, TALKING, processes=4, each=60)
        assert sum(map(int, said)) < 4 * 60, "it is full"
        for words in (("jobs",), ("device", "set", "charging=false"), ("doctor",)):
            terminal = world.in_terminal(*words)
            assert terminal.ends(SOON) == 0, terminal.output

    def test_callers_that_never_stop_do_not_hold_up_a_persons_verb(self, world, daemon):
        crowd(world, STORM, processes=3, each=1)
        assert world.stint("jobs", within=SOON).code == 0


def test_a_command_that_kills_its_shell_blocks_no_other(world, daemon):
    """jobs.md §12.3, for the jobs of an app that is built in."""
    killer = script(world, """echo run >> runs
p=$$; while [ "$(cat /proc/$p/comm)" != stint-shell ]; do p=$(cut -d' ' -f4 /proc/$p/stat); done
kill -9 $p; read never
""", "killer")
    job = schedule(world, "--", killer)
    until_written(world.downloads / "runs", lambda text: text.count("run\n") == 3)
    ended = world.stint("run", "--", "echo", "through", within=SOON)
    assert (ended.code, ended.out) == (0, "through\n"), ended
    with world.line() as line:
        state = line.until(job, lambda it: it["state"] == "pending", package=SHELL)
    assert state["earliest"] / 1000 > time.time() + 25 * 60, "that one rests for half an hour"


class TestIdentity:
    """Unknown never grants."""

    @needs_mounts
    def test_a_process_deep_below_a_job_is_no_operator(self, world):
        world.start_daemon(before=without_cgroups())
        deep = script(world, """if [ $1 -gt 0 ]; then sh ./deep $(($1 - 1)); exit; fi
stint device set charging=false > said 2>&1; echo $? >> said
""", "deep")
        schedule(world, "--", deep, "70")
        said = until_written(world.downloads / "said", lambda text: text.split("\n")[-2:-1] not in ([], [""]) and
                             text.split("\n")[-2].isdigit())
        assert "is more than 64 processes deep" in said
        assert said.splitlines()[-1] != "0"

    @pytest.mark.skipif(os.getuid() != 0, reason="leaves its cgroup, as root may")
    def test_a_process_that_got_out_of_its_job_is_no_operator(self, world, daemon):
        """Out of its cgroup, in a session of its own, and without the parents it had."""
        escape = world.downloads / "escape.py"
        escape.write_text(f"""#!{sys.executable}
import os, select, subprocess
if os.fork():
    select.select([], [], [])
os.setsid()
for mount in open("/proc/self/mountinfo"):
    if " - cgroup2 " in mount:
        with open(mount.split()[4] + "/cgroup.procs", "w") as procs:
            procs.write(str(os.getpid()))
parents, pid = [], os.getppid()
while pid != {daemon.pid}:
    parents.append((pid, os.pidfd_open(pid)))
    with open(f"/proc/{{pid}}/stat") as stat:
        pid = int(stat.read().rsplit(")", 1)[1].split()[1])
for pid, _ in reversed(parents):  # first those who would kill what the others leave
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        pass  # it died of the last one
for _, pidfd in parents:
    select.select([pidfd], [], [])
done = subprocess.run(["stint", "device", "set", "charging=false"], capture_output=True, text=True)
with open("said", "w") as said:
    said.write(f"{{done.stderr}}{{done.returncode}}\\n")
""")
        escape.chmod(0o755)
        schedule(world, "--", "./escape.py")
        said = until_written(world.downloads / "said")
        assert "has left the app that it was started for" in said
        assert said.splitlines()[-1] != "0"

    def test_a_child_that_keeps_the_connection_of_a_process_that_became_an_app_is_not_that_app(self, world, daemon):
        """The daemon finds the app's program behind the connection; who speaks is another."""
        App(world).install()
        world.done("apps")
        taker = """
from line import SCHEDULER, Closed, Line
taken = socket.socket(socket.AF_UNIX)
taken.connect(sys.argv[1])
told, tells = os.pipe()  # closes when the parent becomes the app
if os.fork():
    os.close(told)
    os.execv(sys.argv[2], [sys.argv[2], "host", "--log", "/dev/null"])
os.close(tells)
os.read(told, 1)
print("became", flush=True)
sys.stdin.readline()
try:
    line = Line.over(taken)
    print(line.call("org.stint.App1", "HostReceivers", "asa{sv}", [], {})[0], flush=True)
except (Closed, OSError, ValueError):
    print("closed", flush=True)
"""
        os.kill(daemon.pid, signal.SIGSTOP)  # so that it comes to accept when all has happened
        try:
            neighbour = Neighbour(world, taker, world.runtime / "bus", PROGRAM)
            assert neighbour.says() == "became"
        finally:
            os.kill(daemon.pid, signal.SIGCONT)
        neighbour.process.stdin.write("go\n")
        neighbour.process.stdin.flush()
        assert neighbour.says() == "closed"

    def test_what_was_sent_before_a_process_became_an_app_is_not_that_apps(self, world, daemon):
        App(world).install()
        world.done("apps")
        sender = """
from jeepney import HeaderFields, Message, MessageType
from jeepney.wrappers import new_header
header = new_header(MessageType.method_call)
header.fields |= {HeaderFields.path: "/org/stint", HeaderFields.interface: "org.stint.JobScheduler1",
                  HeaderFields.member: "Schedule", HeaderFields.signature: "a{sv}sa{sv}"}
job = {"id": ("i", 66), "service": ("s", "Jobs"), "requiresDeviceIdle": ("b", True)}
taken = socket.socket(socket.AF_UNIX)
taken.connect(sys.argv[1])
taken.sendall(b"\\0AUTH EXTERNAL\\r\\nDATA\\r\\nBEGIN\\r\\n" + Message(header, (job, "", {})).serialise(serial=1))
os.set_inheritable(taken.fileno(), True)
print("sent", flush=True)
os.execv(sys.argv[2], [sys.argv[2], "host", "--log", "/dev/null"])
"""
        os.kill(daemon.pid, signal.SIGSTOP)
        try:
            neighbour = Neighbour(world, sender, world.runtime / "bus", PROGRAM)
            assert neighbour.says() == "sent"
            deadline = Deadline(30)
            while os.path.realpath(f"/proc/{neighbour.process.pid}/exe") != os.path.realpath(PROGRAM):
                assert not deadline.passed()
        finally:
            os.kill(daemon.pid, signal.SIGCONT)
        assert world.stint("jobs", within=SOON).code == 0  # by now it was accepted, which came before this one
        with world.line() as line:
            assert line.jobs(package=PACKAGE) == []

    def test_a_process_that_becomes_another_program_loses_its_connection(self, world, daemon):
        other = world.root / "other-python"
        shutil.copy(os.path.realpath(sys.executable), other)
        becomes = """
from line import Closed, Line
if len(sys.argv) > 3:
    line = Line.__new__(Line)
    line._begin(socket.socket(fileno=int(sys.argv[3])))
    line.serials = iter(range(100, 200))
else:
    line = Line(sys.argv[1])
try:
    line.call("org.stint.Device1", "Get", "a{sv}", {})
    print("answered", flush=True)
except Closed:
    print("closed", flush=True)
if len(sys.argv) == 3:
    os.set_inheritable(line.socket.fileno(), True)
    os.execv(sys.argv[2], [sys.argv[2], sys.argv[0], *sys.argv[1:3], str(line.socket.fileno())])
"""
        world.environment["PYTHONHOME"] = sys.prefix
        neighbour = Neighbour(world, becomes, world.runtime / "bus", other)
        assert neighbour.says() == "answered"
        assert neighbour.says() == "closed"


@pytest.mark.skipif(os.getuid() != 0, reason="plays another user")
def test_another_user_gets_nowhere_even_where_the_door_is_open(world, daemon):
    stranger = """
from line import Closed, Line
held = []
try:
    for _ in range(300):
        one = socket.socket(socket.AF_UNIX)
        one.connect(sys.argv[1])
        held.append(one)
    print("connected", flush=True)
    line = Line(sys.argv[1])
    print(line.call("org.stint.TaskManager1", "ListJobs", "a{sv}", {}), flush=True)
except PermissionError:
    print("no way", flush=True)
except (Closed, OSError, ValueError):
    print("closed", flush=True)
sys.stdin.read()
"""
    os.chmod(world.root, 0o755)  # for the program itself
    refused = Neighbour(world, stranger, world.runtime / "bus", user=65534, group=65534, extra_groups=[])
    assert refused.says() == "no way"
    for place in (world.root / "runtime", world.runtime):
        os.chmod(place, 0o755)
    os.chmod(world.runtime / "bus", 0o777)
    refused = Neighbour(world, stranger, world.runtime / "bus", user=65534, group=65534, extra_groups=[])
    assert refused.says() == "connected"
    assert refused.says() == "closed"
    with Line(world.runtime / "bus") as line:
        assert line.jobs() == []


def test_who_has_taken_all_watches_keeps_stintd_from_nothing_but_noticing(world):
    """The kernel gives a user so many (128 on some systems), and any process of theirs may have them all."""
    none = 'echo 0 > /proc/sys/user/max_inotify_instances && exec "$@"'
    alone = ("unshare", "--user", "--map-root-user", "sh", "-c", none, "sh")
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("nobody may make a user namespace here")
    daemon = world.start_daemon(before=alone)
    (world.apps / "com.example.late.toml").write_text('package = "com.example.late"\ncommand = ["/bin/true"]\n')
    assert "com.example.late" not in world.done("apps")
    assert "are not noticed yet" in daemon.log.read_text()
    subprocess.run(["nsenter", "--user", "--preserve-credentials", "--target", str(daemon.pid), "sh", "-c",
                    "echo 128 > /proc/sys/user/max_inotify_instances"], check=True)
    with Directory(daemon.log.parent) as directory:
        directory.until(lambda: "are noticed again" in daemon.log.read_text())
    assert "com.example.late" in world.done("apps")

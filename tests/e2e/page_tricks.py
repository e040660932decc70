"""Four ways into the page's server, or to shut its person out: what test_taskmanager_security.py tries one by one, and
`./bench soak attacks` in any order beside honest work."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from commands import schedule, until_written

# A job's process tries to get in: sys.argv has the port, the token, how it hides, another cgroup's directory, where
# cgroups are mounted, the server's pid, and the file for what it is told.
BREAK_IN = r"""
import ctypes, json, os, signal, socket, sys, threading
port, token, how, elsewhere, mount, server, told = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
home = next((line[3:].strip() for line in open("/proc/self/cgroup") if line.startswith("0::")), "")

def go(directory):
    with open(directory + "/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))

def has_answer(own):
    for line in open("/proc/net/tcp").readlines()[1:]:
        fields = line.split()
        if [int(fields[each].split(":")[1], 16) for each in (1, 2)] == [own, int(port)]:
            return int(fields[4].split(":")[1], 16) > 0

def enter():
    if how == "thread":
        assert libc.unshare(0x400) == 0  # CLONE_FILES
    if how == "undumpable":
        assert libc.prctl(4, 0, 0, 0, 0) == 0  # PR_SET_DUMPABLE
    if how.startswith("moved"):
        inside = os.open(mount + home, os.O_DIRECTORY)
        go(elsewhere)
    connection = socket.create_connection(("127.0.0.1", int(port)), 30)
    if how == "moved and back":
        go(f"/proc/self/fd/{inside}")
    body = json.dumps({"token": token})
    request = (f"POST /enter HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
               f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
    if how.endswith("in flight"):
        own, (left, right) = connection.getsockname()[1], socket.socketpair()
        os.kill(int(server), signal.SIGSTOP)
        connection.sendall(request)
        socket.send_fds(left, [b"x"], [connection.fileno()])
        connection.close()
        os.kill(int(server), signal.SIGCONT)
        while not has_answer(own):
            os.sched_yield()
        connection = socket.socket(fileno=socket.recv_fds(right, 1, 1)[1][0])
    else:
        connection.sendall(request)
    answer = connection.makefile("rb").readline().decode()
    open(told, "w").write(answer)

one = threading.Thread(target=enter)
one.start()
one.join()
"""
HIDING = ("plain", "thread", "in flight", "undumpable", "moved", "moved and back", "moved in flight")

# Somebody else's try: sys.argv has the port, the bytes, and how he goes on. His own port is told first.
ASK = """
import socket, struct, sys
port, bytes_, how = int(sys.argv[1]), sys.argv[2].encode().decode("unicode_escape").encode(), sys.argv[3]
place = {"six": "::1", "mapped": "::ffff:127.0.0.1"}.get(how, "127.0.0.1")
connection = socket.create_connection((place, port), 30)
print(connection.getsockname()[1], flush=True)
connection.sendall(bytes_)
if how == "reset":
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
if how == "half":
    connection.shutdown(socket.SHUT_WR)
if how in ("close", "reset"):
    connection.close()
else:
    sys.stdout.write(connection.makefile("rb").readline().decode())
"""
ANOTHER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
CAN_BE_ANOTHER = os.getuid() == 0 and shutil.which("setpriv") is not None


@contextmanager
def held_up(process):
    """Nothing is accepted meanwhile; what connects is in the kernel's queue."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def of_another(served, request, how="stay"):
    """His own port, and the first line that he was answered."""
    told = subprocess.run([*ANOTHER, sys.executable, "-c", ASK, str(served.port),
                           request.decode().encode("unicode_escape").decode(), how],
                          capture_output=True, text=True, timeout=60, check=True)
    port, _, answer = told.stdout.partition("\n")
    return int(port), answer


def of_job(world, served, how):
    """The first line that a job's process is answered which has the token and hides its socket so."""
    mount = next((line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()
                  if " - cgroup2 " in line), "")
    here = next((line[3:] for line in Path(f"/proc/{served.process.pid}/cgroup").read_text().splitlines()
                 if line.startswith("0::")), "")
    told = world.downloads / f"told-{served.port}"
    told.unlink(missing_ok=True)
    schedule(world, "--", sys.executable, "-c", BREAK_IN, str(served.port), served.token, how, mount + here, mount,
             str(served.process.pid), str(told))
    return until_written(told)


def of_closed(served, job, how):
    """Another user, who has the cookie, cancels the job and has closed before he is accepted. Whether it is there after."""
    with ExitStack() as held, held_up(served.process):
        port, _ = of_another(served, served.request("POST", "/api/jobs/cancel", body={"job": job}),
                             "reset" if how == "anew" else how)
        if how == "anew":  # and then a socket of ours has his addresses
            ours = held.enter_context(socket.socket())
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):  # another program of this machine has had that port
                ours.bind(("127.0.0.1", port))
                ours.connect(("127.0.0.1", served.port))
    # On the server's one line to the daemon his request would stand before this one.
    return served.get(f"/api/why?job={job.replace('/', '%2F')}").json["jobs"][0].get("job") == job


def of_cookies(served):
    """The person's status, to whose browser another server has given a cookie of the same name."""
    cookies = f"stint={'0' * 64}; stint={served.cookie}"
    return served.ask("GET", "/api/constraints", {"Cookie": cookies}).status


def of_crowd(served, streams=64, bodies=0):
    """The statuses of twenty calls, beside so many streams and bodies that do not come of one who has the cookie."""
    body = served.request("POST", "/api/jobs/pause", {"Content-Type": "application/json", "Content-Length": "16"})
    with ExitStack() as held:
        for _ in range(streams):
            held.enter_context(served.events())
        for _ in range(bodies):
            held.enter_context(served.connect()).sendall(body)
        return [served.get("/api/constraints").status for _ in range(20)]

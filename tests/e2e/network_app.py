"""Two programs for tests of the network, each told what to do by JSON, an object a line, and answering each with one:
`app` connects, sends and listens, over stdin and stdout or over the socket that is named; `server` answers on a port of
its own (TCP echoes, "download" brings bytes, at a rate if one is named; UDP echoes), which is its first line."""

import array
import errno
import json
import os
import resource
import select
import socket
import socketserver
import struct
import sys
import threading
import time

PACING_RATE = 47  # SO_MAX_PACING_RATE, in bytes a second
PATIENCE = 20  # of each call: a guard against a hang, and far beyond "at once"


class App:
    def __init__(self):
        self.open = {}
        self.bus = None

    def do(self, what, **how):
        begun = time.monotonic()
        try:
            answer = getattr(self, what)(**how)
        except OSError as failed:
            answer = {"error": errno.errorcode.get(failed.errno, repr(failed))}
        return {"seconds": time.monotonic() - begun} | (answer or {})

    def pid(self):
        return {"pid": os.getpid()}

    def connect(self, host, port, keep=None):
        made = socket.create_connection((host, port), PATIENCE)
        if keep:
            self.open[keep] = made
        else:
            made.close()

    def receive(self, keep):
        """Until something comes, or the connection ends."""
        return {"bytes": len(self.open[keep].recv(65536))}

    def download(self, keep, size):
        """Downloads as many bytes as the server is asked for."""
        self.open[keep].sendall(f"download {size}\n".encode())
        got = 0
        while got < size:
            got += len(self.open[keep].recv(1 << 16))
        return {"bytes": got}

    def until_refused(self, host, port):
        """Connects again and again; when that failed, by the monotonic clock."""
        while True:
            try:
                self._touch(host, port)
            except (PermissionError, ConnectionAbortedError):
                return {"refused_at": time.monotonic()}

    def until_free(self, host, port):
        while True:
            try:
                return self._touch(host, port)
            except (PermissionError, ConnectionAbortedError):
                pass

    def _touch(self, host, port):
        with socket.socket() as made:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # leaves no port in use
            made.settimeout(PATIENCE)
            made.connect((host, port))

    def datagram(self, host, port):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.settimeout(PATIENCE)
            made.sendto(b"hello", (host, port))
            return {"bytes": len(made.recv(100))}

    def loopback(self, host="127.0.0.1"):
        """A connection with itself."""
        with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as server:
            with socket.create_connection(server.getsockname()[:2], PATIENCE) as made:
                other, _ = server.accept()
                other.sendall(b"hello")
                other.close()
                return {"bytes": len(made.recv(100))}

    def join(self, cgroup):
        with open(f"{cgroup}/cgroup.procs", "w", encoding="ascii") as procs:
            procs.write(str(os.getpid()))

    def become(self, uid):
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)

    def call(self, address, member, signature, body=(), path=None):
        """Calls stint-netguard as this process; `path` is opened and handed over."""
        from jeepney import DBusAddress, MessageType, new_method_call  # pylint: disable=import-outside-toplevel
        from jeepney.io.blocking import open_dbus_connection  # pylint: disable=import-outside-toplevel
        self.bus = self.bus or open_dbus_connection(address, enable_fds=True)
        guard = DBusAddress("/org/stint", "org.stint.NetGuard1", "org.stint.NetGuard1")
        words = [list(map(tuple, each)) if signature == "a(tb)" else each for each in body]
        opened = os.open(path, os.O_RDONLY) if path else None
        try:
            call = new_method_call(guard, member, signature, (opened,) if path else tuple(words))
            answer = self.bus.send_and_get_reply(call, timeout=PATIENCE)
        finally:
            if opened is not None:
                os.close(opened)
        if answer.header.message_type == MessageType.error:
            return {"refused": answer.header.fields[4], "why": answer.body[0]}
        return {"answer": list(answer.body)}

    def flood(self, calls, answered):
        """`calls` of stint-netguard on the connection that call() has made, a hundred at once, over and over until the next
        line comes; with or without anybody who waits for their answers."""
        from jeepney import DBusAddress, MessageFlag, new_method_call  # pylint: disable=import-outside-toplevel
        guard = DBusAddress("/org/stint", "org.stint.NetGuard1", "org.stint.NetGuard1")
        messages = [new_method_call(guard, member, signature, (list(map(tuple, body)) if signature == "a(tb)" else body,))
                    for member, signature, body in calls]
        for message in messages:
            message.header.flags |= 0 if answered else MessageFlag.no_reply_expected
        whole = [message.serialise(serial=1) for message in messages]  # a long list takes its time
        numbered = ((whole[number % len(whole)], (1000 + number).to_bytes(4, "little")) for number in range(100))
        hundred = b"".join(words[:8] + serial + words[12:] for words, serial in numbered)
        sent = 0
        while not select.select([sys.stdin], [], [], 0)[0]:
            self.bus.sock.sendall(hundred)
            for _ in range(100 if answered else 0):
                self.bus.receive()
            sent += 100
        return {"sent": sent}

    def crowd(self, address, connections):
        """So many connections, each of which calls stint-netguard again and again, all at once. The bus greets each."""
        from jeepney import DBusAddress, MessageType, new_method_call  # pylint: disable=import-outside-toplevel
        from jeepney.io.blocking import open_dbus_connection  # pylint: disable=import-outside-toplevel
        guard = DBusAddress("/org/stint", "org.stint.NetGuard1", "org.stint.NetGuard1")
        call = new_method_call(guard, "Counters", "at", ([],))
        lines = [open_dbus_connection(address) for _ in range(connections)]
        for _ in range(20):
            for line in lines:
                line.send(call, serial=next(line.outgoing_serial))
        told = [{line.receive(timeout=PATIENCE).header.message_type for _ in range(21)} - {MessageType.signal} for line in lines]
        self.open["crowd"] = lines
        return {"served": told.count({MessageType.method_return}), "refused": told.count({MessageType.error})}

    def hoard(self, address, path, connections, descriptors):
        """Calls of stint-netguard with so many descriptors each, on so many connections, as fast as the bus takes them, until
        the next line comes. Nobody reads the answers."""
        from jeepney import DBusAddress, new_method_call  # pylint: disable=import-outside-toplevel
        from jeepney.io.blocking import open_dbus_connection  # pylint: disable=import-outside-toplevel
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        place = os.open(path, os.O_RDONLY)
        call = new_method_call(DBusAddress("/org/stint", "org.stint.NetGuard1", "org.stint.NetGuard1"), "Watch", "h", (place,))
        lines = [open_dbus_connection(address, enable_fds=True) for _ in range(connections)]
        sent = 0
        while not select.select([sys.stdin], [], [], 0)[0]:
            for line in lines:
                handed = array.array("i", [place] * (descriptors - 1))  # and the call's own
                message = call.serialise(serial=next(line.outgoing_serial), fds=handed)
                try:
                    line.sock.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handed)], socket.MSG_DONTWAIT)
                    sent += 1
                except OSError as full:
                    if full.errno not in (errno.EAGAIN, errno.ETOOMANYREFS):
                        raise
        self.open["hoard"] = lines
        return {"sent": sent}

    def leave_bus(self):
        self.bus.close()
        self.bus = None

    def listen(self, lines, tell):
        for line in lines:
            print(json.dumps(self.do(**json.loads(line))), file=tell, flush=True)


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            if line.startswith(b"download "):
                left, *rate = map(int, line.split()[1:])
                if rate:
                    self.request.setsockopt(socket.SOL_SOCKET, PACING_RATE, rate[0])
                while left > 0:
                    left -= self.request.send(bytes(min(left, 1 << 16)))
            else:
                self.wfile.write(line)


class Echoes(socketserver.ThreadingTCPServer):
    daemon_threads = True
    address_family = socket.AF_INET6
    request_queue_size = 256

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request, client_address):
        """Whoever is cut off ends."""


def serve():
    tcp = Echoes(("::", 0), Echo)
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    udp.bind(("::", tcp.server_address[1]))

    def echo():
        while True:
            data, who = udp.recvfrom(65536)
            udp.sendto(data, who)

    threading.Thread(target=echo, daemon=True).start()
    print(tcp.server_address[1], flush=True)
    tcp.serve_forever()


def main():
    if sys.argv[1] == "server":
        serve()
    elif len(sys.argv) == 2:
        App().listen(sys.stdin, sys.stdout)
    else:
        place = sys.argv[2]
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(place)
            with line.makefile("rw") as stream:
                App().listen(stream, stream)


main()

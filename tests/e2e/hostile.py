"""An HTTP server that misbehaves on purpose: it stops in the middle of a body, changes the file, and answers ranges
as servers should not."""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hostile:
    """`ranged(handler, first, server)` answers a request with a range; whatever has none gets the present content
    whole, and the first answer of all stops after `stall` bytes until the client has gone."""

    def __init__(self, content, stall, headers, ranged):
        self.content = content
        self.stall = stall
        self.headers = headers
        self.ranged = ranged
        self.requests = []
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/file.bin"

    def answer(self, handler):
        first_of_all = not self.requests
        self.requests.append(dict(handler.headers))
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        if wanted and not first_of_all:
            self.ranged(handler, int(wanted[1]), self)
        else:
            self.whole(handler, self.stall if first_of_all else None)

    def whole(self, handler, stall=None):
        self.send(handler, 200, self.headers, self.content, stall)

    def send(self, handler, status, headers, body, stall=None):
        handler.send_response_only(status)
        for key, value in headers.items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        try:
            handler.wfile.write(body[:stall])
            handler.wfile.flush()
            if stall is not None:
                handler.rfile.read(1)  # nothing comes: until the client's end closes
        except OSError:
            pass
        if stall is not None:
            handler.close_connection = True

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def content_range(first, content):
    return {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"}

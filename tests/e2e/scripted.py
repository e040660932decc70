"""A web server of a few lines, for what nginx would not say: each request goes to the test's own function."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Scripted:
    """`answer(handler, server)` answers a request of any method; `requests` are those so far: (method, path, headers)."""

    def __init__(self, answer):
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                outer.requests.append((self.command, self.path, dict(self.headers)))
                try:
                    answer(self, outer)
                except OSError:  # the client has had enough
                    self.close_connection = True

            do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_OPTIONS = do_DELETE = handle_one

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name="file.bin", host="127.0.0.1"):
        return f"http://{host}:{self.port}/{name}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def reply(handler, status, headers=None, body=b""):
    handler.send_response_only(status)
    for key, value in (headers or {}).items():
        handler.send_header(key, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


def break_off(handler, content, at):
    """A download that breaks off there; its version can be gone on with."""
    handler.send_response_only(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.send_header("ETag", '"1"')
    handler.end_headers()
    handler.wfile.write(content[:at])
    handler.close_connection = True


def hold(handler):
    """Says nothing more until the client has gone."""
    handler.wfile.flush()
    handler.connection.recv(1)
    handler.close_connection = True



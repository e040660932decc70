"""The tus protocol's reference server (npm's @tus/server, pinned in tus/package-lock.json) over a directory."""

import subprocess
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent / "tus"


def installed():
    return (HERE / "node_modules" / "@tus" / "server").is_dir()


class TusServer:
    def __init__(self, directory, largest=0, kept_for=0):
        self.directory = directory
        directory.mkdir()
        self.process = subprocess.Popen(["node", "server.js", str(directory), str(largest), str(kept_for)], cwd=HERE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.requests = []  # (method, path, offset or "-")
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.requests.append(tuple(line.split()))

    def url(self):
        return f"http://127.0.0.1:{self.port}/files"

    def uploads(self):
        """The files that it holds, finished or not."""
        return [path for path in self.directory.iterdir() if path.suffix != ".json"]

    def methods(self):
        return [method for method, _, _ in self.requests]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()

"""An app in Python: a job that writes FILE.sha256 beside a large FILE while the device is charging.

    digest.py install        writes the manifest, which makes it an app
    digest.py FILE [ID]      schedules the job; by a person: stint start com.example.digest FILE
    digest.py --host         runs jobs; by stintd, as the manifest says"""

import hashlib
import os
import sys
import threading
from pathlib import Path

from job_service import Connection, Gone, JobService, StintError

PACKAGE = "com.example.digest"
# No `executable`: python3 is every script's. stintd knows this app by what it has started itself.
MANIFEST = """\
package = "{package}"
label = "Digests"
command = ["{python}", "{program}"]

[[service]]
name = "Digest"
permission = "BIND_JOB_SERVICE"
command = ["{python}", "{program}", "--host"]
"""
CHUNK = 1024 * 1024


class DigestService(JobService):
    def __init__(self, connection):
        self._connection = connection
        self._runs = {}  # run → (its thread, what stops it)

    def on_start_job(self, run, params):
        stop = threading.Event()
        thread = threading.Thread(target=self._work, args=(run, Path(params["extras"]["file"]), stop))
        self._runs[run] = (thread, stop)
        thread.start()
        return True

    def on_stop_job(self, run, stop_reason):
        thread, stop = self._runs.pop(run)
        stop.set()
        thread.join()
        return True  # again, when the device is charging

    def _work(self, run, file, stop):
        whole = file.with_name(file.name + ".sha256")
        part = whole.with_name(whole.name + ".part")
        try:
            part.touch()  # before the work: where it cannot be written, the work would be for nothing
            digest = self._digest_of(file, stop)
            if digest is None:
                return  # on_stop_job() answers for this run
            part.write_text(f"{digest}  {file.name}\n")
            part.replace(whole)
            self._finish(run, 0, digest)
        except OSError as trouble:
            self._finish(run, 1, str(trouble))

    def _finish(self, run, exit_code, text):
        try:
            self._connection.job_finished(run, exit_code=exit_code, text=text)
        except Gone:
            pass  # the job will be run again

    @staticmethod
    def _digest_of(file, stop):
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                if stop.is_set():
                    return None
                digest.update(chunk)
        return digest.hexdigest()


def install():
    apps = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "stint" / "apps"
    apps.mkdir(parents=True, exist_ok=True)
    text = MANIFEST.format(package=PACKAGE, python=sys.executable, program=Path(__file__).resolve())
    (apps / f"{PACKAGE}.toml").write_text(text)


def schedule(file, number=1):
    job = {
        "id": ("i", number),
        "service": ("s", "Digest"),
        "requiresCharging": ("b", True),
        "extras": ("a{sv}", {"file": ("s", str(Path(file).absolute()))}),
    }
    return 0 if Connection().schedule(job) else 1


def host():
    connection = Connection()
    connection.host("Digest", DigestService(connection))
    connection.run()


def main(words):
    match words:
        case ["install"]:
            install()
        case ["--host"]:
            host()
        case [file]:
            return schedule(file)
        case [file, number]:
            return schedule(file, int(number))
        case _:
            print(__doc__, file=sys.stderr)
            return 64
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (StintError, OSError) as trouble:
        sys.exit(f"digest.py: {trouble}")

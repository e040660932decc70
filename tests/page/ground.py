"""A person's machine for the tests of the page: a world of tests/e2e with stintd, an nginx and the Task Manager in it.
Led by a line of JSON a wish, {"do": …, "with": […]}; answers each with one, {"is": …} or {"failed": …}."""

import json
import os
import re
import subprocess
import sys
import traceback
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))

from app import PACKAGE, App  # noqa: E402
from commands import script  # noqa: E402
from line import TRANSFER  # noqa: E402
from origin import MIB, Origin, bytes_of  # noqa: E402
from push_line import CHAT, MISSING, PushLine  # noqa: E402
from session import SessionBus  # noqa: E402
from work_shower import WorkShower, request  # noqa: E402
from world import BIN, World  # noqa: E402


class Ground:
    """Three apps: the transfers, the shell, and Letters, whose jobs do what a test tells them, wrong things too."""

    def __init__(self, parts):
        self.world = World()
        parts.callback(self.world.close)
        # The screen is to stay as it is for a while.
        self.origin = Origin(self.world.root / "origin", rate="128k" if "STINT_LIVED_DAY" in os.environ else "512k")
        parts.callback(self.origin.stop)
        self.digests = {name: self.origin.serve(name, bytes_of(name, size * MIB))
                        for name, size in (("film.iso", 96), ("talk.mp4", 24), ("photos.zip", 3))}
        self.letters = App(self.world)
        self.letters.install(lambda text: text.replace('label = "Test app"', 'label = "Letters"'))
        if day := os.environ.get("STINT_LIVED_DAY"):
            self.live(day)
        self.bus = SessionBus(self.world.root / "bus", self.world.environment)
        parts.callback(self.bus.close)
        self.daemon = self.world.start_daemon()
        self.parts = parts
        self.shower = parts.enter_context(WorkShower(self.bus, PACKAGE))
        self.open_page()

    def live(self, day):
        """A store in which that day has been (lived_day.cpp), and its apps."""
        manifest = self.world.apps.joinpath(f"{PACKAGE}.toml").read_text()
        for name in ("Mail", "Photos", "Music", "News"):
            package = f"com.example.{name.lower()}"
            self.world.apps.joinpath(f"{package}.toml").write_text(manifest.replace(PACKAGE, package).replace("Letters", name))
        self.world.apps.joinpath(f"{PACKAGE}.toml").unlink()
        subprocess.run([BIN / "lived_day", day, self.world.store], check=True, stdout=subprocess.DEVNULL)

    def open_page(self, *options):
        words = [BIN / "stint-taskmanager", *options]
        if root := os.environ.get("STINT_WEB_ROOT"):  # for whoever works on the page
            words += ["--web-root", root]
        self.server = subprocess.Popen(words, env=self.world.environment | {"DBUS_SESSION_BUS_ADDRESS": self.bus.address},
                                       stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.world.processes.append(self.server)
        self.url = self.server.stdout.readline().strip()
        return self.url

    def end_page(self):
        """The server ends, as it does by itself where nobody has looked for a while."""
        self.server.terminate()
        self.server.wait(30)

    def open_page_again(self):
        """At the same port, with a token of its own."""
        return self.open_page("--port", re.search(r":(\d+)/", self.url)[1])

    def address(self):
        return self.url

    def stint(self, *words):
        return self.world.stint(*words)._asdict()

    def json(self, *words):
        return [json.loads(line) for line in self.world.stint(*words, "--json").out.splitlines()]

    def get(self, name, *options):
        return f"{TRANSFER}/{self.world.get(self.origin.url(name), *options)}"

    def urls(self, *names):
        """Addresses of files that are there to be fetched."""
        for name in names:
            self.origin.serve(name, bytes_of(name, 8 * MIB))
        return [self.origin.url(name) for name in names]

    def get_list(self, count):
        """So many downloads of one list, one at a time; their names."""
        urls = self.urls(*[f"part-{i + 1}" for i in range(count)])
        ended = self.world.stint("get", "--no-wait", "--json", "-j", "1", "-o", f"{self.world.downloads}/", *urls)
        assert ended.code == 0, ended
        return [json.loads(line)["job"] for line in ended.out.splitlines()]

    def run(self, text, *options):
        """A command of these lines as a job; its name."""
        ended = self.world.stint("run", "--no-wait", *options, "--", script(self.world, text, f"script-{len(list(self.world.downloads.iterdir()))}"))
        assert ended.code == 0, ended
        return ended.err.split(":")[0]

    def gate(self):
        """A pipe that a command may wait at."""
        place = self.world.root / f"gate-{len(list(self.world.root.glob('gate-*')))}"
        os.mkfifo(place)
        return str(place)

    def write(self, place):
        Path(place).write_text("go\n")

    def letter(self, number, words=(), extras=()):
        """A job of Letters, which it schedules while it is in front."""
        ended = self.letters.start(*self.letters.job(number, *words, **dict(extras)))
        assert ended.code == 0, ended
        return f"{PACKAGE}/{number}"

    def show_work(self, *rows):
        """Makes Letters show this of its work from now on: (worker, number, more) each."""
        self.shower.show(*[request(worker, number, **more) for worker, number, more in rows])

    def missing(self):
        """The parts of a real line that this machine or build has not."""
        return MISSING

    def join_line(self):
        """This device has a server, and Chat, an app that is in push alone, is registered at it twice."""
        self.world.environment["DBUS_SESSION_BUS_ADDRESS"] = self.bus.address
        self.daemon.stop()
        self.push = PushLine(self.world, self.bus)
        self.parts.callback(self.push.close)
        self.daemon = self.push.start_daemon()
        chat = self.push.connector(CHAT)
        return [chat.endpoint(token) for token in ("one", "two")]

    def lose_server(self):
        self.push.server.kill(self.push.server.nats)

    def kill(self):
        self.daemon.kill()

    def start(self):
        self.daemon = self.world.start_daemon(used=False)

    def ends(self, key):
        """The file that the download has saved, with its digest and the right one."""
        import hashlib
        self.world.stint("wait", key, within=90)
        (job,) = [each for each in self.json("jobs", "--finished") if each["job"] == key]
        content = Path(job["path"]).read_bytes()
        name = job["url"].rsplit("/", 1)[1]
        return {"status": job["status"], "right": hashlib.sha256(content).hexdigest() == self.digests[name], "bytes": len(content)}


def lead(kind):
    with ExitStack() as parts:
        ground = kind(parts)
        print(json.dumps({"is": "ready"}), flush=True)
        for line in sys.stdin:
            wish = json.loads(line)
            try:
                answer = {"is": getattr(ground, wish["do"])(*wish["with"])}
            except Exception:
                answer = {"failed": traceback.format_exc()}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    lead(Ground)

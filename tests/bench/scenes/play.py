"""Inside the machine: plays each scene that was brought, and tells the host, a line each."""

import importlib.util
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import guest  # noqa: E402  (beside this file)


def main():
    with open("/dev/ttyS1", "w", encoding="utf-8") as host:
        for file in sorted((HERE / "scenes").glob("*.py")):
            spec = importlib.util.spec_from_file_location(file.stem, file)
            scene = importlib.util.module_from_spec(spec)
            try:
                spec.loader.exec_module(scene)
                verdict, seen = "ok", scene.play()
            except Exception as error:  # the next scene is played, whatever this one met
                traceback.print_exc()
                verdict, seen = "FAILED", f"{type(error).__name__}: {error}"
            host.write(f"{verdict} {file.stem}: {' | '.join(str(seen).splitlines())}\n")
            host.flush()
            guest.tidy()


main()

"""Shared by the tests of `stint run`."""

from events import Directory

SHELL = "org.stint.shell"


def script(world, text, name="script"):
    """An executable file in the caller's directory."""
    file = world.downloads / name
    file.write_text("#!/bin/sh\n" + text)
    file.chmod(0o755)
    return f"./{name}"


def schedule(world, *words):
    """A command that is not followed; answers the job's id."""
    ended = world.stint("run", "--no-wait", *words)
    assert ended.code == 0, ended
    return int(ended.err.split(":")[0].removeprefix(f"{SHELL}/"))


def until_written(path, condition=lambda text: text.endswith("\n"), within=30):
    with Directory(path.parent) as directory:
        return directory.until(lambda: path.exists() and condition(text := path.read_text()) and text, within)


def spools(world):
    return sorted((world.store / "commands").glob("run.*"))

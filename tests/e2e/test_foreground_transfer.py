"""examples/foreground_transfer: where docs/from-foreground-service-to-uidt.md begins is a program that works, with the
limits the page names (jobs.md §5.5)."""

import json

import pytest
from events import Directory, size_of
from origin import MIB, contents

PACKAGE = "com.example.foregroundtransfer"
content = contents("foreground", 12 * MIB)


@pytest.fixture
def app(world):
    world.install_example("foreground_transfer", PACKAGE)


def start(world, origin):
    origin.serve("file.bin", content())
    return world.in_terminal("start", PACKAGE, origin.url("file.bin"), str(world.downloads / "file.bin"))


def rows(world):
    return [json.loads(line) for line in world.done("tasks", "--json").splitlines()]


def test_it_is_in_the_task_manager_while_it_downloads(world, app, daemon, slow_origin):
    terminal = start(world, slow_origin)
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(world.downloads / "file.bin.part") > MIB)
    (row,) = rows(world)
    assert row["package"] == PACKAGE
    assert [shown["title"] for shown in row["notifications"]] == ["Downloading file.bin"]
    assert terminal.ends() == 0
    assert "Done" in terminal.output
    assert (world.downloads / "file.bin").read_bytes() == content()
    assert rows(world) == []


def test_stop_ends_it_without_a_word(world, app, daemon, slow_origin):
    terminal = start(world, slow_origin)
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(world.downloads / "file.bin.part") > MIB)
    world.done("tasks", "stop", PACKAGE)
    assert terminal.ends() != 0
    assert not (world.downloads / "file.bin").exists()
    assert rows(world) == []

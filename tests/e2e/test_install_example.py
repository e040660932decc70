"""examples/custom_transfer, as a stranger has it: built outside the tree against an installed Stint, installed with its
manifest, started by a person, watched and stopped in the Task Manager (jobs.md §4, §5)."""

import json

import pytest
from events import Directory, size_of, wait_for_end, works
from installed import build_example, install
from origin import MIB, bytes_of, contents
from world import World

PACKAGE = "com.example.customtransfer"
content = contents("custom", 24 * MIB)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    directory = tmp_path_factory.mktemp("stranger")
    made = install(directory / "usr")
    build_example("custom_transfer", made, directory)
    return made


@pytest.fixture
def world(prefix):
    made = World(programs=prefix / "bin")
    made.start_daemon()
    yield made
    made.close()


@pytest.fixture
def line(world):
    with world.line() as made:
        yield made


def start(world, url, *more):
    """`stint start` in a terminal; answers the exit code and where the file will be."""
    file = world.downloads / "custom.bin"
    terminal = world.in_terminal("start", PACKAGE, url, str(file), *more)
    return terminal.ends(), file


def running(state):
    return state["state"] == "running" and state["transferredDown"] > 0


def both_told(state):
    """Step 6: the size, in the notification and as an estimate, when it became known."""
    return state.get("progressMaximum") == state["estimatedDown"] == len(content())


def arrived(state):
    return state["state"] == "finished"


def test_a_file_comes_in_whole_and_its_last_notification_stays(world, line, origin):
    origin.serve("file.bin", content())
    code, file = start(world, origin.url("file.bin"))
    assert code == 0
    end = line.until(1, arrived, package=PACKAGE)
    assert (end["exitCode"], end["text"]) == (0, "Done")
    assert file.read_bytes() == content()
    assert sorted(path.name for path in world.downloads.iterdir()) == ["custom.bin"]


def test_the_task_manager_shows_how_far_it_is_and_stop_ends_it(world, line, slow_origin):
    slow_origin.serve("file.bin", content())
    _, file = start(world, slow_origin.url("file.bin"))
    line.until(1, lambda state: running(state) and both_told(state), package=PACKAGE)
    (row,) = [json.loads(text) for text in world.done("tasks", "--json").splitlines()]
    assert (row["package"], [(job["id"], job["kind"]) for job in row["jobs"]]) == (PACKAGE, [(1, "user_initiated")])
    shown = world.done("tasks")
    assert "custom.bin: " in shown and "kB have arrived" in shown and "%" in shown
    world.done("tasks", "stop", PACKAGE)
    assert line.jobs(package=PACKAGE) == [], "jobs.md §5.4: gone for good"
    assert not file.exists()


def test_a_network_that_goes_stops_it_and_it_goes_on_where_it_was(world, line, slow_origin):
    slow_origin.serve("file.bin", content())
    _, file = start(world, slow_origin.url("file.bin"))
    part = world.downloads / "custom.bin.part"
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(part) > MIB)
    with slow_origin.paused():  # or the end is there before the word of the network is
        world.done("device", "set", "network=none")
        line.until(1, lambda state: state["state"] == "pending", package=PACKAGE)
    kept = size_of(part)
    assert kept > MIB, "onStopJob left what had arrived"
    world.done("device", "set", "network.transport=wifi")
    line.until(1, arrived, package=PACKAGE)
    assert file.read_bytes() == content()
    ranges = [request["range"] for request in slow_origin.requests()]
    assert f"bytes={kept}-" in ranges


def test_a_file_that_changed_meanwhile_is_begun_anew(world, line, slow_origin):
    slow_origin.serve("file.bin", content(), modified=1000)
    _, file = start(world, slow_origin.url("file.bin"))
    with Directory(world.downloads) as directory:
        directory.until(lambda: size_of(world.downloads / "custom.bin.part") > MIB)
    with slow_origin.paused():  # or the end is there before the word of the network is
        world.done("device", "set", "network=none")
        line.until(1, lambda state: state["state"] == "pending", package=PACKAGE)
    other = bytes_of("other", 8 * MIB)
    slow_origin.serve("file.bin", other, modified=2000)
    world.done("device", "reset")
    line.until(1, arrived, package=PACKAGE)
    assert file.read_bytes() == other


def test_what_the_server_does_not_have_is_not_tried_again(world, line, origin):
    code, _ = start(world, origin.url("nothing.bin"))
    assert code == 0
    end = line.until(1, arrived, package=PACKAGE)
    assert (end["exitCode"], end["text"]) == (1, "The server answers 404")


def test_its_processes_are_let_go_at_the_end(world, line, origin):
    origin.serve("file.bin", content()[:MIB])
    start(world, origin.url("file.bin"))
    line.until(1, arrived, package=PACKAGE)
    for process in works(world.daemons[-1].pid):
        wait_for_end(process)

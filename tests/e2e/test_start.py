"""`stint start`: an app's main program runs where the person stands, and on what they have open."""

import subprocess

import pytest

PACKAGE = "com.example.here"
HERE = f"""package = "{PACKAGE}"
command = ["/bin/sh", "-c", 'pwd; [ $# = 0 ] || cat -- "$@"', "here"]
"""


@pytest.fixture
def here(world):
    (world.apps / f"{PACKAGE}.toml").write_text(HERE)
    return world.start_daemon()


def test_the_program_runs_in_the_directory_of_its_caller(world, here):
    (world.downloads / "a file").write_text("beside the caller\n")
    assert world.stint("start", PACKAGE, "a file") == (0, f"{world.downloads}\nbeside the caller\n", "")


def test_from_a_directory_that_is_gone_it_is_not_started(world, here):
    script = f"mkdir gone && cd gone && rmdir ../gone && exec stint start {PACKAGE}"
    done = subprocess.run(["sh", "-c", script], env=world.environment, cwd=world.downloads, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (71, "")
    assert "the working directory is gone" in done.stderr


def test_an_app_that_nobody_has_installed_ends_with_66(world, here):
    for words in (["start", "com.example.none"], ["tasks", "stop", "com.example.none"], ["jobs", "com.example.none"]):
        ended = world.stint(*words)
        assert (ended.code, ended.out) == (66, ""), ended
        assert "no app com.example.none is installed" in ended.err

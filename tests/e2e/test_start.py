"""`stint start`: an app's main program runs where the person stands, and on what they have open."""

import os
import signal as signals
import subprocess
from pathlib import Path

import pytest
from world import BIN

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "custom_transfer"
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


def test_an_app_with_windows_is_started_like_any_other_where_no_systemd_of_the_user_is(world):
    """linux.md §A.6."""
    (world.apps / f"{PACKAGE}.toml").write_text(f"{HERE}windows = true\n")
    world.start_daemon()
    assert world.stint("start", PACKAGE) == (0, f"{world.downloads}\n", "")


@pytest.mark.parametrize("signal, code", [("SIGINT", 7), ("SIGHUP", 8)])
def test_what_a_person_ends_it_by_reaches_the_program(world, signal, code):
    """Not the reaper above it, which is the process that stintd knows: Ctrl-C, and a terminal that is closed."""
    (world.apps / f"{PACKAGE}.toml").write_text(f"""package = "{PACKAGE}"
command = ["/bin/sh", "-c", "trap 'exit 7' INT; trap 'exit 8' HUP; echo ready; sleep 1000 & wait"]
""")
    world.start_daemon()
    terminal = world.in_terminal("start", PACKAGE)
    terminal.until("ready")
    if signal == "SIGINT":
        terminal.press("\x03")
    else:
        os.kill(terminal.pid, signals.SIGHUP)
    assert terminal.ends() == code


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


def by_hand(world, program, *words):
    done = subprocess.run([program, *words], env=world.environment, cwd=world.downloads, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False, start_new_session=True)
    assert done.returncode != 0 and done.stdout == ""
    return done.stderr


def test_an_app_that_is_started_by_hand_is_told_how_to_start_it(world):
    hosts, schedules = ("--host",), ("https://example.org/file", "file")
    for words in (hosts, schedules):
        assert "no stintd listens at" in by_hand(world, BIN / "custom-transfer", *words)
    world.start_daemon()
    for words in (hosts, schedules):
        told = by_hand(world, BIN / "custom-transfer", *words)
        assert 'this program is not an app\'s: no manifest declares a service "CustomTransferService"' in told
        assert f"Write {world.apps}/PACKAGE.toml" in told and told.endswith("stint start PACKAGE\n")


def test_so_is_a_program_that_its_manifest_does_not_name(world):
    manifest = (EXAMPLE / "com.example.customtransfer.toml.in").read_text()
    (world.apps / "com.example.customtransfer.toml").write_text(manifest.replace("@program@", "/bin/true"))
    world.start_daemon()
    for words in (("--host",), ("https://example.org/file", "file")):
        told = by_hand(world, BIN / "custom-transfer", *words)
        assert told.endswith("start it with: stint start com.example.customtransfer\n"), told

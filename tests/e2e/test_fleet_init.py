"""`stint fleet init` (fleet.md §8.1): as a person types it, where it may not be, and where it dies."""

import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
import termios

import pytest
from window import Window
from world import BIN, ROOT, World

pytestmark = [pytest.mark.skipif(not (BIN / "stint-fleetctl").exists(), reason="there is no stint-fleetctl"),
              pytest.mark.skipif(not shutil.which("minisign"), reason="there is no minisign")]

SECRET = {"root.key", "operator.key", "enrolment.key", "statement.key"}
FILES = SECRET | {"operator.pub", "root.pub", "name", "operators-1.json", "operators-1.json.minisig"}
# A password takes 1 GiB and seconds, or less of both where there is less. An address sanitizer needs more of the former.
LITTLE = [] if "ASAN_OPTIONS" in os.environ else ["sh", "-c", 'ulimit -v 150000; exec "$@"', "sh"]


@pytest.fixture
def place(world):
    """The usual one."""
    return world.store / "fleet-server"


def typed(world, *words, memory=LITTLE):
    """`stint fleet init` in a terminal of 80 columns."""
    window = Window([*memory, "stint", "fleet", "init", *words], world.environment, world.downloads, 80, 40)
    world.terminals.append(window)
    return window


def answers(window, *passwords):
    """Types each password when it is asked for, twice."""
    for key, password in zip(("root.key", "operator.key"), passwords):
        window.until(f"a password for {key}: ")
        window.press(f"{password}\n")
        window.until_true(lambda: window.output.count("the same once more: ") == 1 + (key != "root.key"), "the second")
        window.press(f"{password}\n")


def piped(world, *words, passwords="root's own\nann's own\n", memory=LITTLE, **further):
    return subprocess.run([*memory, "stint", "fleet", "init", *words], env=world.environment | further,
                          cwd=world.downloads, input=passwords, capture_output=True, text=True, timeout=120, check=False,
                          start_new_session=True)


def minisign(directory, *words, stdin=""):
    return subprocess.run(["minisign", *words], cwd=directory, input=stdin, capture_output=True, text=True, timeout=120,
                          check=False)


def is_whole(directory):
    verified = minisign(directory, "-Vm", "operators-1.json", "-p", "root.pub")
    assert verified.stdout == "Signature and comment signature verified\nTrusted comment: stint operators 1\n", verified
    return {file.name for file in directory.iterdir()} == FILES


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_person_founds_a_fleet_and_minisign_takes_what_it_made(world, place):
    window = typed(world, "--name", "büro 1", "--operator", "Ann", memory=[])
    answers(window, "correct horse", "battery staple")
    assert window.ends(120) == 0, window.output
    assert "correct horse" not in window.output and "battery staple" not in window.output
    lines = window.scrolled()
    assert all(len(line) <= 80 for line in lines), lines
    told = lines[next(n for n, line in enumerate(lines) if line.startswith("founded")):]
    assert len(told) <= 15 and f"founded the fleet büro 1 in {place}" in "".join(told), lines
    for file in FILES - {"operators-1.json.minisig", "name"}:
        assert any(line.startswith(file + " ") for line in told), (file, told)
    assert mode(place) == 0o700 and {mode(file) for file in place.iterdir()} == {0o600}
    assert is_whole(place) and (place / "name").read_text() == "büro 1\n"
    assert not (place.parent / "fleet-server.new").exists()

    document = json.loads((place / "operators-1.json").read_text())
    (ann,) = document["operators"]
    assert ann == {"name": "Ann", "key": (place / "operator.pub").read_text().splitlines()[1],
                   "kinds": ["get", "run", "verify", "policy", "app", "settings"]}
    assert (document["version"], document["format"]) == (1, 1)
    # minisign signs by them, with the password as a person types it.
    for key, password in (("root", "correct horse"), ("operator", "battery staple")):
        (place / "word").write_text("a word")
        signing = Window(["minisign", "-S", "-s", f"{key}.key", "-m", "word", "-t", "by hand"], world.environment, place)
        world.terminals.append(signing)
        signing.until("Password: ")
        signing.press(f"{password}\n")
        assert signing.ends(120) == 0, signing.output
        assert minisign(place, "-Vm", "word", "-p", f"{key}.pub").returncode == 0
    wrong = minisign(place, "-S", "-s", "root.key", "-m", "word", stdin="battery staple\n")
    assert wrong.returncode != 0 and "Wrong password" in wrong.stderr + wrong.stdout, wrong


def test_a_password_is_asked_for_until_it_is_typed_twice_the_same(world, place):
    window = typed(world)
    window.until("a password for root.key: ")
    window.press("one\n")
    window.until("the same once more: ")
    window.press("two\n")
    window.until("the two are not the same")
    window.until_true(lambda: window.output.count("a password for root.key: ") == 2, "the question again")
    window.press("\n")
    window.until("a password may not be empty")
    window.until_true(lambda: window.output.count("a password for root.key: ") == 3, "the question again")
    window.press("one\n")
    window.until_true(lambda: window.output.count("the same once more: ") == 2, "the second")
    window.press("two\n")
    assert window.ends() == 64, window.output
    assert not place.exists() and not (place.parent / "fleet-server.new").exists()


def test_ctrl_c_leaves_a_terminal_that_shows_what_is_typed(world, place):
    window = typed(world)
    window.until("a password for root.key: ")
    assert not termios.tcgetattr(window.fd)[3] & termios.ECHO
    window.press("half a pass\x1a\x03")  # Ctrl-Z would leave it to a shell like that
    assert window.ends() == 130, window.output
    assert "half" not in window.output and not place.exists()
    window = Window(["sh", "-c", "stint fleet init; stty -a"], world.environment, world.downloads)
    world.terminals.append(window)
    window.until("a password for root.key: ")
    window.press("\x04")  # the end of what is typed
    window.until_true(lambda: window.output.count("a password for root.key: ") == 2, "the question again")
    window.press("\x04")
    window.until_true(lambda: window.output.count("a password for root.key: ") == 3, "the question again")
    window.press("\x04")
    window.ends()
    assert "there is no password" in window.output and re.search(r"[^-]\becho\b", window.output), window.output


def test_a_script_gives_a_line_for_each_password(world, place):
    made = piped(world, "--json")
    assert made.returncode == 0, made
    told = json.loads(made.stdout)
    assert told["directory"] == str(place) and told["root"] == (place / "root.pub").read_text().splitlines()[1]
    assert made.stderr == "" and is_whole(place)
    (place / "word").write_text("a word")
    assert minisign(place, "-S", "-s", "operator.key", "-m", "word", stdin="ann's own\n").returncode == 0


@pytest.mark.parametrize("passwords", ["", "root's own\n", "\nann's own\n", "root's own\n\n", "x" * 1001 + "\nann's\n",
                                       "a\0b\nann's own\n", "a\r\nann's own\n"])
def test_passwords_that_are_none_are_refused(world, place, passwords):
    refused = piped(world, passwords=passwords)
    assert refused.returncode == 64 and "password" in refused.stderr, refused
    assert not place.exists()


def test_what_is_there_is_left_as_it_is(world, place):
    assert piped(world).returncode == 0
    before = {file.name: file.read_bytes() for file in place.iterdir()}
    again = piped(world)
    assert again.returncode == 73 and "is there already" in again.stderr and str(place) in again.stderr, again
    assert {file.name: file.read_bytes() for file in place.iterdir()} == before
    for name, make in {"empty": lambda path: path.mkdir(), "file": lambda path: path.write_text("mine"),
                       "link": lambda path: path.symlink_to("nowhere")}.items():
        make(world.downloads / name)
        refused = piped(world, "--dir", name)
        assert refused.returncode == 73 and str(world.downloads / name) in refused.stderr, refused
    assert (world.downloads / "file").read_text() == "mine" and not (world.downloads / "nowhere").exists()


@pytest.mark.parametrize("umask", ["0", "077", "022"])
def test_no_umask_opens_it_to_others(world, umask):
    made = piped(world, "--dir", "a/b/fleet/", memory=["sh", "-c", f'umask {umask}; ulimit -v 150000; exec "$@"', "sh"])
    assert made.returncode == 0, made
    directory = world.downloads / "a" / "b" / "fleet"
    assert is_whole(directory)
    assert {mode(path) for path in (directory, directory.parent, directory.parent.parent)} == {0o700}
    assert {mode(file) for file in directory.iterdir()} == {0o600}


def test_where_others_may_write_nothing_is_made(world):
    opened = world.downloads / "opened"
    opened.mkdir()
    opened.chmod(0o777)
    beside = world.downloads / "fleet.new"
    for prepare in (lambda: None, lambda: beside.symlink_to(opened), lambda: beside.mkdir(mode=0o755)):
        prepare()
        refused = piped(world, "--dir", "fleet" if beside.exists() else "opened/fleet")
        assert refused.returncode == 77 and refused.stdout == "", refused
        assert list(opened.iterdir()) == [] and not (world.downloads / "fleet").exists()
        if beside.is_symlink():
            beside.unlink()
    beside.chmod(0o700)
    (beside / "letter").write_text("mine")
    refused = piped(world, "--dir", "fleet")
    assert refused.returncode == 77 and f"{beside} has files that are not ours: remove it" in refused.stderr, refused
    assert (beside / "letter").read_text() == "mine"


@pytest.mark.skipif(os.getuid() != 0, reason="only root has other users' directories")
def test_another_users_directory_is_refused(world):
    theirs = world.downloads / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 1234, 1234)
    refused = piped(world, "--dir", "theirs/fleet")
    assert refused.returncode == 77 and str(theirs) in refused.stderr, refused
    beside = world.downloads / "fleet.new"
    beside.mkdir(mode=0o700)
    os.chown(beside, 1234, 1234)
    refused = piped(world, "--dir", "fleet")
    assert refused.returncode == 77 and str(beside) in refused.stderr, refused


def test_two_at_once_do_not_make_one_of_two_halves(world):
    beside = world.downloads / "fleet.new"
    beside.mkdir(mode=0o700)
    held = os.open(beside, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_EX)
    busy = piped(world, "--dir", "fleet")
    assert busy.returncode == 75 and "another" in busy.stderr, busy
    os.close(held)
    assert piped(world, "--dir", "fleet").returncode == 0
    assert is_whole(world.downloads / "fleet")


@pytest.mark.parametrize("words", [("--name", "x" * 129), ("--name", "a\x1b[2J"), ("--operator", "a\nb"), ("--dir", ""),
                                   ("--name",), ("here",)])
def test_words_that_cannot_be_are_refused(world, place, words):
    refused = piped(world, *words)
    assert refused.returncode == 64 and "\x1b" not in refused.stderr, refused
    assert len(refused.stderr.splitlines()) == 1 and not place.exists()


def test_killed_anywhere_it_has_made_all_or_nothing_and_the_next_one_goes_on(world):
    killer = world.root / "killed_at.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", killer, ROOT / "tests" / "e2e" / "killed_at.c"], check=True)
    directory = world.downloads / "fleet"
    step, whole = 0, 0
    while True:
        step += 1
        ended = piped(world, "--dir", "fleet", LD_PRELOAD=str(killer), KILLED_AT=str(step))
        if ended.returncode == 0:
            break
        assert ended.returncode == -9, ended
        if directory.exists():  # it has its name, and the disk may not have that yet
            assert is_whole(directory)
            whole += 1
            shutil.rmtree(directory)
    assert step > 2 * len(FILES) and whole == 1
    assert is_whole(directory) and not (world.downloads / "fleet.new").exists()


def test_a_full_disk_leaves_nothing_that_looks_like_a_fleet(world):
    full = world.downloads / "full"
    full.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", full], check=False).returncode != 0:
        pytest.skip("no file system may be mounted")
    try:
        full.chmod(0o700)
        refused = piped(world, "--dir", "full/fleet")
        assert refused.returncode == 74 and "No space left" in refused.stderr, refused
        assert list(full.iterdir()) == []
        subprocess.run(["mount", "-o", "remount,size=1m", full], check=True)
        assert piped(world, "--dir", "full/fleet").returncode == 0
        assert is_whole(full / "fleet")
    finally:
        subprocess.run(["umount", full], check=True)


def test_fleet_alone_tells_its_verbs(world):
    assert "fleet init" in world.done("fleet")
    assert "--operator NAME" in world.done("help", "fleet", "init")


def test_without_its_package_it_is_said_which_one_to_install(world):
    (world.root / "bin").mkdir()
    shutil.copy(BIN / "stint", world.root / "bin" / "stint")
    alone = World(programs=world.root / "bin")
    try:
        refused = alone.stint("fleet", "init")
        assert refused.code == 69 and "is the package stint-fleet installed?" in refused.err, refused
    finally:
        alone.close()

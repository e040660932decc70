"""Where the manifests of apps are found: along XDG_DATA_DIRS, also where nothing is yet (linux.md §A.10)."""

import json

import pytest

PACKAGE = "com.example.mail"


def labels(world):
    rows = map(json.loads, world.done("apps", "--json").splitlines())
    return {row["package"]: row["label"] for row in rows}


def install(directory, label):
    apps = directory / "stint" / "apps"
    apps.mkdir(parents=True, exist_ok=True)
    (apps / f"{PACKAGE}.toml").write_text(f'package = "{PACKAGE}"\nlabel = "{label}"\n')


@pytest.fixture
def near(world):
    return world.root / "near"


@pytest.fixture
def far(world):
    return world.root / "far"


@pytest.fixture
def daemon(world, near, far):
    return world.start_daemon(environment={"XDG_DATA_DIRS": f"{near}:relative:{far}"}, used=False)


def test_directories_that_come_later_are_seen_at_once_and_the_nearer_one_wins(world, daemon, near, far):
    assert PACKAGE not in labels(world)
    install(far, "Far")
    assert labels(world)[PACKAGE] == "Far"
    install(near, "Near")
    assert labels(world)[PACKAGE] == "Near"
    install(world.root / "data", "Mine")
    assert labels(world)[PACKAGE] == "Mine"
    for directory in (world.root / "data", near):
        (directory / "stint" / "apps" / f"{PACKAGE}.toml").unlink()
    assert labels(world)[PACKAGE] == "Far"


def test_a_directory_that_everybody_may_write_gives_no_app(world, daemon, near):
    (near / "stint" / "apps").mkdir(parents=True)
    (near / "stint" / "apps").chmod(0o777)
    install(near, "Stranger's")
    assert PACKAGE not in labels(world)
    assert f"{near}/stint/apps: everybody may write it" in daemon.log.read_text()

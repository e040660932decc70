"""Fixtures of every end-to-end test: a world of its own, a daemon in it, an nginx to download from."""

import pytest
from app import App
from desktop import Desktop
from origin import KEPT, Origin
from session import SessionBus
from world import BIN, World


def pytest_sessionstart(session):
    for program in ("stintd", "stint", "stint-transfer", "stint-shell", "stint-exec", "stint-testapp"):
        if not (BIN / program).exists():
            pytest.exit(f"{BIN / program} is not built: ./test builds it, or name its directory in STINT_BIN", 3)


@pytest.fixture(scope="module", autouse=True)
def lets_go_of_contents():
    yield
    KEPT.clear()


@pytest.fixture
def world(request):
    made = World()
    failures = request.session.testsfailed
    yield made
    if request.session.testsfailed > failures:
        for log in sorted(made.root.glob("stintd-*.log"))[-2:]:
            print(f"--- {log.name}\n{log.read_text()[-4000:]}")
    made.close()


@pytest.fixture
def daemon(world):
    """With the constants of the specification; it must be alive at the end."""
    running = world.start_daemon()
    yield running
    assert running.lives(), f"stintd ended with {running.process.returncode}"


@pytest.fixture
def line(world, daemon):
    """An operator's line to the daemon."""
    with world.line() as open_line:
        yield open_line


@pytest.fixture
def app(world):
    """The test app, installed."""
    made = App(world)
    made.install()
    return made


@pytest.fixture
def bus(world):
    """The session's, without a desktop on it. stintd has to be started after it."""
    made = SessionBus(world.root / "session", world.environment)
    world.environment["DBUS_SESSION_BUS_ADDRESS"] = made.address
    yield made
    made.close()


@pytest.fixture
def desktop(world):
    """Without a notification server yet. stintd has to be started after it."""
    made = Desktop(world.root / "desktop", world.environment)
    world.environment["DBUS_SESSION_BUS_ADDRESS"] = made.address
    yield made
    made.close()


@pytest.fixture
def dunst(desktop):
    desktop.start_dunst()
    return desktop


@pytest.fixture
def origin(world):
    """A server as fast as it can be."""
    made = Origin(world.root / "origin")
    yield made
    made.stop()


@pytest.fixture
def slow_origin(world):
    """4 MiB/s: 4 MiB come at once, then the limit holds."""
    made = Origin(world.root / "slow", rate="4m")
    yield made
    made.stop()


@pytest.fixture
def origin_with(world):
    """Makes an origin with further lines in its configuration."""
    made = []

    def make(**how):
        made.append(Origin(world.root / f"origin-{len(made)}", **how))
        return made[-1]

    yield make
    for one in made:
        one.stop()

"""For tests of stint-netguard itself, which import these: a ground with the helper, a caller of it, and an app in a cgroup."""

import pytest
from netguard import Ground


@pytest.fixture(scope="module")
def ground():
    made = Ground()
    made.start_helper()
    yield made
    made.close()


@pytest.fixture
def guard(ground):
    if ground.helper.poll() is not None:
        ground.start_helper()
    made = ground.guard()
    yield made
    made.close()


@pytest.fixture
def app(ground):
    return ground.app(ground.cgroup())

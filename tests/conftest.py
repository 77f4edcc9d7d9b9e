"""What every test may ask for; imported where it is used, so that no part pays for another."""

import pytest
from hypothesis import settings

# How long one example takes says more about the machine than about the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture
def clock():
    """The wall time of `forge`: it stands still until the test moves it."""
    from tests.support.forges import HeldClock

    return HeldClock()


@pytest.fixture
async def forge(tmp_path, clock):
    """An empty node's inside."""
    from tests.support.forges import a_forge

    async with a_forge(tmp_path / "data", now=clock) as made:
        yield made


def pytest_collection_modifyitems(items):
    """Keep the browser's tests in processes of their own: their loop is no other test's."""
    with_browser = {"browser" in item.path.parts for item in items}
    if len(with_browser) > 1:
        raise pytest.UsageError("tests/browser is run by itself, as `make test` does.")

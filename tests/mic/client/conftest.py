"""The client is tested against a real node, over a road that a test can break."""

import pytest

from mic.client.connection import Connection
from mic.client.remote import Remote
from tests.support.cuts import a_road
from tests.support.worlds import empty, world

__all__ = ["empty", "world"]


@pytest.fixture
async def road(world):
    """The way to the node of `world`."""
    async with a_road(world.door.url) as made:
        yield made


@pytest.fixture
def remote(road, world):
    """Ada's book, over the road; pauses between attempts are noted and not waited for."""
    pauses = []
    connection = Connection(road.url, world.token, sleep=pauses.append)
    connection.pauses = pauses
    yield Remote(connection, "ada", "book")
    connection.close()

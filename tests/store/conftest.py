"""A real store in a directory of its own."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import node
from store.database import Database
from store.objects import Objects

MIGRATIONS = Path(node.__file__).parent / "migrations"


@asynccontextmanager
async def opened_store(directory):
    """The store in `directory`, made if absent."""
    db = await Database.open(directory / "node.db", MIGRATIONS)
    try:
        objects = await Objects.open(db, directory)
        try:
            yield objects
        finally:
            await objects.close()
    finally:
        await db.close()


@pytest.fixture
def open_store():
    """Opens the store in a directory, as often as wanted."""
    return opened_store


@pytest.fixture
async def objects(tmp_path):
    """An empty store."""
    async with opened_store(tmp_path / "data") as made:
        yield made


@pytest.fixture(autouse=True)
def data(tmp_path):
    """Where `objects` lies."""
    directory = tmp_path / "data"
    directory.mkdir(exist_ok=True)
    return directory

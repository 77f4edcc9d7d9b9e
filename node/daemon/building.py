"""Builds the one `Forge` of a process, and takes it down in the reverse order."""

import os
import platform
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import node
from node.daemon.config import Config
from node.kernel.clock import HybridClock
from node.kernel.errors import Denied
from node.kernel.forge import Forge, NodeIdentity
from node.kernel.keys import KeyStore
from store.database import Database
from store.objects import Objects

MIGRATIONS = Path(node.__file__).parent / "migrations"
DATABASE = "node.db"
OBJECTS = "objects"
KEYS = "keys"
LONGEST_NAME = 100


class DataUnusable(Denied):
    """The data directory cannot be made or written to."""

    def __init__(self, data: Path, reason: str) -> None:
        super().__init__(
            "node.data-unusable",
            f"The data directory {data} is unusable: {reason}.",
            data=str(data),
        )


def make_directory(data: Path) -> None:
    """Make the data directory, closed to others; raise `DataUnusable`."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise DataUnusable(data, fault.strerror or str(fault)) from fault
    if not os.access(data, os.W_OK | os.X_OK):
        raise DataUnusable(data, "you may not write there")


@asynccontextmanager
async def opened(config: Config, url: str, *, alone: bool = True) -> AsyncIterator[Forge]:
    """Open everything in the data directory for the length of the block.

    Who is `alone` holds the directory's lock: opening cuts off what a crash left unindexed. Who is
    not may write rows, and must leave the packs to the node that runs.
    """
    open_objects = Objects.open if alone else Objects.beside
    db = await Database.open(config.data / DATABASE, MIGRATIONS)
    try:
        objects = await open_objects(db, config.data / OBJECTS)
        try:
            yield assembled(config, url, db, objects)
        finally:
            await objects.close()
    finally:
        await db.close()


def assembled(config: Config, url: str, db: Database, objects: Objects) -> Forge:
    """Return the forge over parts that are open."""
    keys = KeyStore(config.data / KEYS)
    identity = NodeIdentity(keys.node(), node_name(config), url)
    return Forge(
        db=db,
        objects=objects,
        node=identity,
        keys=keys,
        clock=HybridClock(identity.number),
        now=now_ms,
    )


def node_name(config: Config) -> str:
    """Return the name that the node goes by: the chosen one, or the machine's."""
    return (config.name or platform.node().partition(".")[0] or "micelio")[:LONGEST_NAME]


def now_ms() -> int:
    """Return the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000

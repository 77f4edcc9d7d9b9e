"""Builds the one `Forge` of a process, and takes it down in the reverse order."""

import os
import platform
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import node
from node.daemon.config import Config
from node.kernel.clock import HybridClock
from node.kernel.errors import Denied
from node.kernel.forge import Forge, NodeIdentity
from node.kernel.keys import NODE_KEY, KeyStore
from store.database import Database
from store.objects import PACKS, Objects

MIGRATIONS = Path(node.__file__).parent / "migrations"
DATABASE = "node.db"
OBJECTS = "objects"
KEYS = "keys"
CACHE = "cache"
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


def check_whole(data: Path) -> None:
    """Raise `DataUnusable` if part of a node is gone; what is left stays as it is.

    Beside a new database, which is what SQLite makes of an empty file too, nobody would know what
    the packs hold; under a new key, nothing that lands on an old project could be verified.
    """
    has_database = (data / DATABASE).exists() and (data / DATABASE).stat().st_size > 0
    has_key = (data / KEYS / NODE_KEY).exists()
    if not has_database and any((data / OBJECTS / PACKS).glob("*.pack")):
        raise DataUnusable(data, f"it has packs and no {DATABASE}; restore that from a backup")
    if has_database and not has_key:
        raise DataUnusable(data, f"it has no {KEYS}/{NODE_KEY}; restore that from a backup")


@asynccontextmanager
async def opened(config: Config, url: str, *, alone: bool = True) -> AsyncIterator[Forge]:
    """Open everything in the data directory for the length of the block.

    Who is `alone` holds the directory's lock: opening judges what lies in the packs unindexed. Who
    is not may write rows, and must leave the packs to the node that runs.
    """
    check_whole(config.data)
    KeyStore(config.data / KEYS).node()  # made first: where a database is, there was a key
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
    identity = NodeIdentity(keys.node(), node_name(config), url, config.operator)
    return Forge(
        db=db,
        objects=objects,
        node=identity,
        keys=keys,
        clock=HybridClock(identity.number),
        now=now_ms,
        limits=config.limits,
        cache=config.data / CACHE,
        reach_private=config.reach_private,
    )


def node_name(config: Config) -> str:
    """Return the name that the node goes by: the chosen one, or the machine's."""
    return (config.name or platform.node().partition(".")[0] or "micelio")[:LONGEST_NAME]


def now_ms() -> int:
    """Return the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


def shown_time(at: int) -> str:
    """Return a time in Unix milliseconds as people read it."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

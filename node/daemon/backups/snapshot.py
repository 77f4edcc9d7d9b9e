"""A moment of a node that runs, held still: its database as it was, and every pack that it names.

Packs only grow, and what is indexed in them never changes, so a copy of the database and the bytes
up to the lengths it knows are one moment. The collector may remove a pack meanwhile; who has it
open reads it all the same, and a node that is killed leaves nothing behind.
"""

import errno
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from node.daemon.backups.model import NodeDamaged
from node.daemon.building import DATABASE, OBJECTS
from node.kernel.errors import Exhausted
from store import index
from store.database import Tx, inspected, named
from store.errors import DatabaseDamaged
from store.objects import PACKS

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is held open: how many of its bytes belong to the moment."""

    number: int
    length: int
    file: int


@contextmanager
def taken(data: Path, copy: Path) -> Iterator[list[Pack]]:
    """Copy the database to `copy` and give the packs that belong to it, for the block.

    Raises `NodeDamaged` if a pack is not what the database says, `DatabaseDamaged`, `DiskFull`.
    """
    allow_files()
    with ExitStack() as held:
        with inspected(data / DATABASE) as tx:
            packs = _held(tx, data / OBJECTS / PACKS, held)
            _copy(tx, copy)
        yield packs


def allow_files() -> None:
    """Open as many files as the system lets us: one for each pack."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _held(tx: Tx, directory: Path, held: ExitStack) -> list[Pack]:
    """Open every pack of the snapshot that `tx` then keeps."""
    for last in (*(False,) * (_TRIES - 1), True):
        tx.execute("begin")
        with ExitStack() as some:
            try:
                packs = [
                    _opened(directory, *row, some) for row in sorted(index.indexed(tx).items())
                ]
            except FileNotFoundError as fault:
                # A collection has just moved what was in it: the next snapshot names another pack.
                if last:
                    raise NodeDamaged(f"the pack {fault.filename} is gone") from fault
                tx.execute("rollback")
                continue
            held.push(some.pop_all())
            return packs
    raise AssertionError


def _opened(directory: Path, number: int, length: int, some: ExitStack) -> Pack:
    path = directory / f"{number:06}.pack"
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as fault:
        if fault.errno == errno.EMFILE:
            raise Exhausted(
                "backup.too-many-files",
                "No backup was made: the system lets too few files be open; raise `ulimit -n`.",
            ) from fault
        raise
    some.callback(os.close, file)
    if os.fstat(file).st_size < length:
        raise NodeDamaged(f"the pack {path} is shorter than the database says")
    return Pack(number, length, file)


def _copy(tx: Tx, copy: Path) -> None:
    """Copy the snapshot that `tx` stands on, in one step: writers go on meanwhile."""
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as target:
            # Safe because nobody reads a copy that was not finished.
            target.execute("pragma synchronous = off")
            target.execute("pragma journal_mode = off")
            tx.backup(target)
    except sqlite3.Error as fault:
        raise named(fault, copy) from fault


@contextmanager
def copied(copy: Path) -> Iterator[Tx]:
    """Open a copy that nobody changes; raises `DatabaseDamaged` if it contradicts itself."""
    where = f"{copy.absolute().as_uri()}?immutable=1"
    with closing(sqlite3.connect(where, uri=True, isolation_level=None)) as tx:
        try:
            wrong = tx.execute("pragma quick_check(1)").fetchone()[0]
        except sqlite3.Error as fault:
            raise named(fault, copy) from fault
        if wrong != "ok":
            raise DatabaseDamaged(copy, f"is a copy of a damaged database: {wrong}")
        yield tx

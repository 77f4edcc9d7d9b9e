"""One moment of a database, in a file of its own, while others go on writing."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store.database import Tx, named
from store.errors import DatabaseDamaged

ENGINE = sqlite3.sqlite_version


def hold_still(tx: Tx) -> None:
    """Let `tx` see the moment of its next question, until it is held anew or closed."""
    if tx.in_transaction:
        tx.execute("rollback")
    tx.execute("begin")


def copy(tx: Tx, path: Path, also: Callable[[Tx], None] | None = None) -> None:
    """Write what `tx` sees to `path`, in one step: writers go on meanwhile.

    `also` writes what is to be different in the copy.
    Raises `DiskFull`, `DatabaseDamaged` or `DatabaseUnusable`.
    """
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as target:
            # Safe because nobody reads a copy that was not finished.
            target.execute("pragma synchronous = off")
            target.execute("pragma journal_mode = off")
            tx.backup(target)
            if also is not None:
                also(target)
    except sqlite3.Error as fault:
        raise named(fault, path) from fault


@contextmanager
def copied(path: Path) -> Iterator[Tx]:
    """Open a copy that nobody changes; raises `DatabaseDamaged` if it contradicts itself."""
    where = f"{path.absolute().as_uri()}?immutable=1"
    with closing(sqlite3.connect(where, uri=True, isolation_level=None)) as tx:
        try:
            wrong = contradictions(tx, most=1)
        except sqlite3.Error as fault:
            raise named(fault, path) from fault
        if wrong:
            raise DatabaseDamaged(path, f"is a copy of a damaged database: {wrong[0]}")
        yield tx


def contradictions(tx: Tx, most: int) -> list[str]:
    """Return what is wrong with the pages of a database, as SQLite tells it."""
    rows = [row[0] for row in tx.execute(f"pragma quick_check({most:d})")]
    return [row for row in rows if row != "ok"]


def size(tx: Tx) -> int:
    """Return how many bytes the pages take."""
    pages: int = tx.execute("pragma page_count").fetchone()[0]
    length: int = tx.execute("pragma page_size").fetchone()[0]
    return pages * length

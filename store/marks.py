"""What a sweep over all objects must remember: on disk, so that it grows with nobody's memory.

A scratch database that has no name in the file system and vanishes with whoever holds it. It may be
used by one thread at a time, whichever that is.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.digest import Digest
from store.records import Kind

CACHE_KIB = 16_384
_PAGE = 1000
_TABLES = """
create table live (id blob not null primary key) strict, without rowid;
create table walked (id blob not null primary key) strict, without rowid;
create table bare (id blob not null primary key) strict, without rowid;
create table roots (
  seq integer primary key, id blob not null, kind integer not null, size integer not null
) strict;
create table places (
  pack integer not null, offset integer not null, id blob not null, raw integer not null
) strict;
"""

Root = tuple[Digest, Kind, int]
"""An object, what it is to who refers to it, and the size of its content.

A TREE is followed to its files, unless its size is `BARE`, a MANIFEST or a BLOB to its chunks by
its size, a DOCUMENT to nothing; else size is without meaning for trees and documents.
"""

BARE = -1
"""The size of a tree of which the nodes are kept, and the files are not: some mirrors lack them."""


class DigestSet:
    """Digests, each once."""

    def __init__(self, tx: sqlite3.Connection, table: str) -> None:
        self._tx = tx
        self._add = f"insert or ignore into {table} (id) values (?)"  # noqa: S608  our own names
        self._find = f"select 1 from {table} where id = ?"  # noqa: S608
        self._count = 0

    def add(self, digest: Digest) -> bool:
        """Put a digest in; return whether it was new."""
        is_new = self._tx.execute(self._add, (digest,)).rowcount == 1
        self._count += is_new
        return is_new

    def __contains__(self, digest: object) -> bool:
        return self._tx.execute(self._find, (digest,)).fetchone() is not None

    def __len__(self) -> int:
        return self._count


class Marks:
    """All that one sweep remembers; `opened` makes it."""

    def __init__(self, tx: sqlite3.Connection) -> None:
        self._tx = tx
        self.live = DigestSet(tx, "live")
        """What is needed."""
        self.walked = DigestSet(tx, "walked")
        """Tree nodes whose names were followed; a node's bytes may also be a file's content."""
        self.bare = DigestSet(tx, "bare")
        """Tree nodes that were followed to other nodes, and to no file."""

    def put_roots(self, found: Iterable[Root]) -> None:
        """Remember where to begin."""
        self._tx.executemany(
            "insert into roots (id, kind, size) values (?, ?, ?)",
            ((digest, int(kind), size) for digest, kind, size in found),
        )

    def roots(self) -> Iterator[Root]:
        """Yield where to begin, in the order of `put_roots`."""
        after = 0
        while rows := self._tx.execute(
            "select seq, id, kind, size from roots where seq > ? order by seq limit ?",
            (after, _PAGE),
        ).fetchall():
            for _, digest, kind, size in rows:
                yield Digest(digest), Kind(kind), size
            after = rows[-1][0]

    def put_places(self, found: Iterable[tuple[int, int, Digest, int]]) -> None:
        """Remember objects by pack, offset, id and raw length."""
        self._tx.executemany("insert into places values (?, ?, ?, ?)", found)

    def places(self) -> Iterator[tuple[int, int, Digest, int]]:
        """Yield what `put_places` took, in the order of the packs."""
        yield from self._tx.execute(
            "select pack, offset, id, raw from places order by pack, offset"
        )


@contextmanager
def opened(directory: Path) -> Iterator[Marks]:
    """Give empty marks that lie in `directory` for the length of the block."""
    handle, name = tempfile.mkstemp(dir=directory, prefix=".marks-")
    os.close(handle)
    tx = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
    try:
        _prepare(tx)
        Path(name).unlink()
        yield Marks(tx)
    finally:
        tx.close()
        Path(name).unlink(missing_ok=True)


def _prepare(tx: sqlite3.Connection) -> None:
    # Safe because nobody reads this file after us: what a crash leaves of it is of no use.
    for pragma in ("journal_mode = off", "synchronous = off", "locking_mode = exclusive"):
        tx.execute(f"pragma {pragma}")
    tx.execute(f"pragma cache_size = -{CACHE_KIB}")
    tx.executescript(_TABLES)
    tx.execute("begin")  # never committed: pages go to the file when the cache is full, not before

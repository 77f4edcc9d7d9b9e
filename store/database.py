"""One SQLite file, one writer, snapshot readers.

SQLite admits a single writer, so writes queue here instead of meeting SQLITE_BUSY at random places
in the domain. A unit of work is a plain function of the transaction: it runs whole on a database
thread, so nothing can be awaited, and no network reached, between `begin` and `commit`.

Works that wait at the same time share one transaction (group commit): each stands in its own
savepoint, so one that raises falls out alone, and all of them cost one flush to disk.
"""

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import aiosqlite

from store.errors import DiskFull

log = logging.getLogger(__name__)

Tx = sqlite3.Connection
T = TypeVar("T")

BATCH = 256
READERS = 3
CACHE_KIB = 32_768
MMAP_BYTES = 256 << 20


class _Pending(Generic[T]):
    """A work that waits, and what became of it once its transaction is on disk."""

    __slots__ = ("fault", "value", "work")

    def __init__(self, work: Callable[[Tx], T]) -> None:
        self.work = work
        self.value: T | None = None
        self.fault: Exception | None = None


class _Thread(aiosqlite.Connection):
    """An aiosqlite connection that runs a whole function on its thread, not one statement."""

    def __init__(self, connector: Callable[[], Tx]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # a program that ends without closing must not hang

    async def run(self, work: Callable[[Tx], T]) -> T:
        result: T = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return result


class Database:
    """The node's one database; `open` makes it."""

    def __init__(self, path: Path, writer: _Thread, readers: list[_Thread]) -> None:
        self.path = path
        self.changed = asyncio.Event()
        """Set after each commit; for one consumer, the dispatcher, who clears it."""
        self._writer = writer
        self._pending: deque[_Pending[Any]] = deque()
        self._idle = readers
        self._seats = asyncio.Semaphore(len(readers))

    @classmethod
    async def open(cls, path: Path, migrations: Path) -> "Database":
        """Open or make the file at `path` and apply what `migrations` adds; raises `DiskFull`."""
        writer = await _connect(path)
        try:
            await writer.run(lambda tx: _migrate(tx, migrations))
            # All of them now: a reader opened in the middle of a request that is cancelled would
            # leave a thread that nobody waits for.
            readers = [await _connect(path, reader=True) for _ in range(READERS)]
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, readers)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction and return its value once it is on disk.

        A cancelled caller does not cancel a work that was queued. Raises what `work` raises, and
        `DiskFull` when nothing of the transaction could be kept.
        """
        mine = _Pending(work)
        self._pending.append(mine)
        await self._writer.run(self._drain)
        self.changed.set()
        if mine.fault is not None:
            raise mine.fault
        return mine.value  # type: ignore[return-value]

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a snapshot; writing in it is an error."""
        async with self._seats:
            reader = self._idle.pop()
            try:
                return await reader.run(lambda tx: _snapshot(tx, work))
            finally:
                self._idle.append(reader)

    async def close(self) -> None:
        """Finish what is queued, fold the log into the file and let go of it."""
        for _ in range(READERS):
            await self._seats.acquire()
        while self._idle:
            await self._idle.pop().close()
        await self._writer.run(self._drain)
        await self._writer.close()

    def _drain(self, tx: Tx) -> None:
        # Safe because only the writer's thread takes from the left, and a caller's own drain is
        # queued after its append: when it returns, the caller's work has been done.
        while self._pending:
            count = min(len(self._pending), BATCH)
            _commit_together(tx, [self._pending.popleft() for _ in range(count)])


def _commit_together(tx: Tx, batch: list[_Pending[Any]]) -> None:
    try:
        tx.execute("begin immediate")
        for item in batch:
            _run_one(tx, item, alone=len(batch) == 1)
        tx.execute("commit")
    except Exception as fault:  # noqa: BLE001 - the answer is given to each waiting caller
        if tx.in_transaction:
            tx.execute("rollback")
        for item in batch:
            item.fault = item.fault or named(fault)


def _run_one(tx: Tx, item: _Pending[Any], *, alone: bool) -> None:
    if alone:
        item.value = item.work(tx)
        return
    tx.execute("savepoint work")
    try:
        item.value = item.work(tx)
    except Exception as fault:
        item.fault = named(fault)
        if not tx.in_transaction:  # SQLite itself gave up the whole transaction
            raise
        tx.execute("rollback to work")
    tx.execute("release work")


def _snapshot(tx: Tx, work: Callable[[Tx], T]) -> T:
    tx.execute("begin")
    try:
        return work(tx)
    finally:
        tx.execute("rollback")


def named(fault: Exception) -> Exception:
    """Return `DiskFull` for SQLite's word for it, else `fault` itself."""
    if isinstance(fault, sqlite3.OperationalError) and _is_full(fault):
        full = DiskFull(str(fault))
        full.__cause__ = fault
        return full
    return fault


def _is_full(fault: sqlite3.OperationalError) -> bool:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


async def _connect(path: Path, *, reader: bool = False) -> _Thread:
    def connector() -> Tx:
        tx = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        tx.execute("pragma auto_vacuum = incremental")  # heeded in a new file only
        tx.execute("pragma journal_mode = wal")
        tx.execute("pragma synchronous = full")
        tx.execute("pragma foreign_keys = on")
        tx.execute("pragma busy_timeout = 10000")
        tx.execute("pragma temp_store = memory")
        tx.execute(f"pragma cache_size = -{CACHE_KIB}")
        tx.execute(f"pragma mmap_size = {MMAP_BYTES}")
        tx.execute("pragma wal_autocheckpoint = 4000")
        if reader:
            tx.execute("pragma query_only = on")
        return tx

    thread = _Thread(connector)
    try:
        return await thread  # type: ignore[return-value]
    except sqlite3.Error as fault:
        raise named(fault) from fault


def _migrate(tx: Tx, directory: Path) -> None:
    tx.execute(
        "create table if not exists migrations"
        " (number integer primary key, name text not null, at integer not null) strict"
    )
    done = {number for (number,) in tx.execute("select number from migrations")}
    for file in sorted(directory.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        number = int(file.name[:4])
        if number not in done:
            _apply(tx, number, file)


def _apply(tx: Tx, number: int, file: Path) -> None:
    log.info("migrating", extra={"migration": file.name})
    with _exclusive(tx):
        for statement in _statements(file.read_text(encoding="utf-8")):
            tx.execute(statement)
        tx.execute(
            "insert into migrations (number, name, at) values (?, ?, ?)",
            (number, file.name, int(time.time())),
        )


@contextmanager
def _exclusive(tx: Tx) -> Iterator[None]:
    tx.execute("begin exclusive")
    try:
        yield
    except BaseException:
        tx.execute("rollback")
        raise
    tx.execute("commit")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""

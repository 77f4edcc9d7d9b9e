"""One SQLite file, one writer, snapshot readers.

SQLite admits a single writer, so writes queue here instead of meeting SQLITE_BUSY at random places
in the domain. A unit of work is a plain function of the transaction: it runs whole on a database
thread, so nothing can be awaited, and no network reached, between `begin` and `commit`.

Works that wait at the same time share one transaction (group commit): each stands in its own
savepoint, so one that raises falls out alone, and all of them cost one flush to disk.
"""

import asyncio
import logging
import os
import sqlite3
import stat
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

import aiosqlite

from store.errors import NO_ROOM, DatabaseDamaged, DatabaseUnusable, DiskFull, StoreFault

log = logging.getLogger(__name__)

Tx = sqlite3.Connection
T = TypeVar("T")

BATCH = 256
READERS = 3
CACHE_KIB = 32_768
READER_CACHE_KIB = 8_192
"""Readers find most pages in the mapped file, and need a cache for what lies in the log only."""

MMAP_BYTES = 256 << 20
_PAGE = 4096


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

    async def ended(self) -> None:
        """Wait for the thread of a connection that could not be made: it still tells the loop."""
        await asyncio.to_thread(self._thread.join)


class Database:
    """The node's one database; `open` makes it."""

    def __init__(self, path: Path, writer: _Thread, readers: list[_Thread], watch: Tx) -> None:
        self.path = path
        self.changed = asyncio.Event()
        """Set after each commit; for one consumer, the dispatcher, who clears it."""
        self._writer = writer
        self._watch = watch
        self._pending: deque[_Pending[Any]] = deque()
        self._idle = readers
        self._seats = asyncio.Semaphore(len(readers))

    @classmethod
    async def open(cls, path: Path, migrations: Path) -> "Database":
        """Open or make the file at `path` and apply what `migrations` adds.

        Raises `DiskFull`, `DatabaseDamaged` or `DatabaseUnusable`.
        """
        await asyncio.to_thread(_close_to_others, path)
        writer = await _connect(path)
        try:
            await writer.run(lambda tx: _named(path, lambda: _migrate(tx, migrations)))
            # All of them now: a reader opened in the middle of a request that is cancelled would
            # leave a thread that nobody waits for.
            readers = [await _connect(path, reader=True) for _ in range(READERS)]
            watch = sqlite3.connect(path, isolation_level=None)
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, readers, watch)

    def version(self) -> int:
        """Return a number that changes with every commit, whoever made it, some microseconds' work.

        A value that a work read after this is right for as long as the number is the same. Raises
        `DatabaseDamaged` or `DatabaseUnusable`.
        """
        try:
            found: int = self._watch.execute("pragma data_version").fetchone()[0]
        except sqlite3.Error as fault:
            raise named(fault, self.path) from fault
        return found

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction and return its value once it is on disk.

        A cancelled caller does not cancel a work that was queued. Raises what `work` raises, and
        `DiskFull`, `DatabaseDamaged` or `DatabaseUnusable` when nothing could be kept.
        """
        mine = _Pending(work)
        self._pending.append(mine)
        await self._writer.run(self._drain)
        self.changed.set()
        if mine.fault is not None:
            raise mine.fault
        return mine.value  # type: ignore[return-value]

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a snapshot; writing in it is an error.

        Raises what `work` raises, and `DatabaseDamaged` or `DatabaseUnusable`.
        """
        async with self._seats:
            reader = self._idle.pop()
            try:
                return await reader.run(lambda tx: _named(self.path, lambda: _snapshot(tx, work)))
            finally:
                self._idle.append(reader)

    async def close(self) -> None:
        """Finish what is queued, fold the log into the file and let go of it."""
        for _ in range(READERS):
            await self._seats.acquire()
        while self._idle:
            await self._idle.pop().close()
        self._watch.close()
        await self._writer.run(self._drain)
        await self._writer.close()

    def _drain(self, tx: Tx) -> None:
        # Safe because only the writer's thread takes from the left, and a caller's own drain is
        # queued after its append: when it returns, the caller's work has been done.
        while self._pending:
            count = min(len(self._pending), BATCH)
            _commit_together(tx, [self._pending.popleft() for _ in range(count)], self.path)


def _commit_together(tx: Tx, batch: list[_Pending[Any]], path: Path) -> None:
    try:
        tx.execute("begin immediate")
        for item in batch:
            _run_one(tx, item, path, alone=len(batch) == 1)
        tx.execute("commit")
    except Exception as fault:  # noqa: BLE001 - the answer is given to each waiting caller
        if tx.in_transaction:
            tx.execute("rollback")
        for item in batch:
            item.fault = item.fault or named(fault, path)


def _run_one(tx: Tx, item: _Pending[Any], path: Path, *, alone: bool) -> None:
    if alone:
        item.value = item.work(tx)
        return
    tx.execute("savepoint work")
    try:
        item.value = item.work(tx)
    except Exception as fault:
        item.fault = named(fault, path)
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


def _named(path: Path, work: Callable[[], T]) -> T:
    """Do `work`, and raise what SQLite says under the store's own name."""
    try:
        return work()
    except sqlite3.Error as fault:
        raise named(fault, path) from fault


def named(fault: Exception, path: Path) -> Exception:
    """Return the store's own word for what SQLite says of the file at `path`, else `fault` itself.

    A statement that is wrong stays SQLite's error: that is our fault, not the file's.
    """
    told = _told(fault, path) if isinstance(fault, sqlite3.Error) else None
    if told is None:
        return fault
    told.__cause__ = fault
    return told


def _told(fault: sqlite3.Error, path: Path) -> StoreFault | None:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _has_no_room(path)):
        return DiskFull(f"no room for {path}: {fault}")
    kind, reason = _REASONS.get(code, (None, ""))
    return kind(path, reason.format(fault=fault)) if kind else None


_BACKUP = "Restore the data directory from a backup."
_REASONS: Mapping[int, tuple[type[DatabaseUnusable], str]] = {
    sqlite3.SQLITE_NOTADB: (DatabaseDamaged, f"is not a database. {_BACKUP}"),
    sqlite3.SQLITE_CORRUPT: (DatabaseDamaged, f"is damaged: {{fault}}. {_BACKUP}"),
    sqlite3.SQLITE_IOERR: (
        DatabaseUnusable,
        "cannot be read or written, though there is room: {fault}. Look at the disk.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        DatabaseUnusable,
        "cannot be opened: {fault}. Look at who may read and write it and its directory.",
    ),
    sqlite3.SQLITE_PERM: (DatabaseUnusable, "may not be opened: {fault}."),
    sqlite3.SQLITE_READONLY: (
        DatabaseUnusable,
        "may not be written to: {fault}. Look at its owner, its modes and its file system.",
    ),
    sqlite3.SQLITE_BUSY: (DatabaseUnusable, "is in use by another process: {fault}."),
}


def _has_no_room(path: Path) -> bool:
    """Whether one more page is refused for want of room: SQLite's IOERR keeps its reason back."""
    try:
        longest = max(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
        with tempfile.TemporaryFile(dir=path.parent) as file:
            os.pwrite(file.fileno(), bytes(_PAGE), longest)
            os.fsync(file.fileno())
    except (OSError, ValueError) as fault:
        return isinstance(fault, OSError) and fault.errno in NO_ROOM
    return False


@contextmanager
def inspected(path: Path) -> Iterator[Tx]:
    """Open the database at `path` for reading only, beside whoever has it open.

    Nothing is migrated. Raises `DatabaseDamaged` or `DatabaseUnusable`.
    """
    try:
        tx = sqlite3.connect(path, isolation_level=None)
    except sqlite3.Error as fault:
        raise named(fault, path) from fault
    try:
        tx.execute("pragma query_only = on")
        tx.execute("pragma busy_timeout = 10000")
        yield tx
    except sqlite3.Error as fault:
        raise named(fault, path) from fault
    finally:
        tx.close()


def _close_to_others(path: Path) -> None:
    """Let nobody but its owner read the file, whatever mask we run under; make it if it is absent.

    SQLite gives the files beside it the same mode. One that is there is never opened here: to close
    it would take away the locks that other connections of this process have on it.
    """
    with suppress(OSError):  # what is wrong with the file, SQLite says better
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        with suppress(OSError):
            mode = stat.S_IMODE(one.stat().st_mode)
            if one.is_file() and mode & 0o077:
                one.chmod(mode & 0o700)


async def _connect(path: Path, *, reader: bool = False) -> _Thread:
    def connector() -> Tx:
        tx = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        tx.execute("pragma auto_vacuum = incremental")  # heeded in a new file only
        tx.execute("pragma journal_mode = wal")
        tx.execute("pragma synchronous = full")
        tx.execute("pragma foreign_keys = on")
        tx.execute("pragma busy_timeout = 10000")
        tx.execute("pragma temp_store = memory")
        tx.execute(f"pragma cache_size = -{READER_CACHE_KIB if reader else CACHE_KIB}")
        tx.execute(f"pragma mmap_size = {MMAP_BYTES}")
        tx.execute("pragma wal_autocheckpoint = 4000")
        if reader:
            tx.execute("pragma query_only = on")
        return tx

    thread = _Thread(lambda: _named(path, connector))
    try:
        return await thread  # type: ignore[return-value]
    except BaseException:
        await thread.ended()
        raise


def unapplied(tx: Tx, directory: Path) -> list[str]:
    """Return the migrations of `directory` that the database does not have yet, in order."""
    done = {number for (number,) in tx.execute("select number from migrations")}
    files = sorted(directory.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [file.name for file in files if int(file.name[:4]) not in done]


def unknown(tx: Tx, directory: Path) -> list[str]:
    """Return the migrations that the database has and `directory` does not."""
    known = {int(file.name[:4]) for file in directory.glob("[0-9][0-9][0-9][0-9]_*.sql")}
    rows = tx.execute("select number, name from migrations order by number")
    return [name for number, name in rows if number not in known]


def _migrate(tx: Tx, directory: Path) -> None:
    tx.execute(
        "create table if not exists migrations"
        " (number integer primary key, name text not null, at integer not null) strict"
    )
    if newer := unknown(tx, directory):
        where = Path(tx.execute("pragma database_list").fetchone()[2])
        raise DatabaseUnusable(
            where, f"was used by a newer version of this program ({newer[0]}). Run that one."
        )
    for name in unapplied(tx, directory):
        _apply(tx, int(name[:4]), directory / name)


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

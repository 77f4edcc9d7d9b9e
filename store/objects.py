"""Objects: bytes by their digest, put once, proven on every read.

Bulk goes to packs: verify, append, flush, then index in a transaction; who is told "stored" can
pull the plug. The few small objects of a landing are rows in the landing's own transaction, so that
they cost no flush of their own, and are sealed into packs later.

Functions that take a `Tx` run on a database thread; the others belong to the event loop.
"""

import asyncio
import os
from collections.abc import Callable, Container, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from store import index, records, sealing, tails
from store.database import Database, Tx
from store.digest import Digest, digest_of
from store.errors import Absent, BadRecord, Corrupt
from store.index import Place
from store.packs import Packs
from store.recent import Recent
from store.records import HEADER, Kind, Record, encode, opened
from store.runs import runs

T = TypeVar("T")

PACKS = "packs"
CACHED_BYTES = 16 << 20
_CACHED_AT_MOST = 256 << 10
_BASE_CACHED_AT_MOST = 1048576
_SLICE_BYTES = 4 << 20
"""Raw bytes that one thread proves at a time: for less, threads wait for each other more than
they gain."""

WORKERS = os.cpu_count() or 2
_DEEPEST_READ = 64
_WORTH_A_DIFFERENCE = 256
"""Stored bytes below which a difference has nothing left to save."""
_SMALL_LEVEL = 1
"""A small object is compressed in its landing's transaction; sealing compresses it for good."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What the store holds."""

    objects: int
    small: int
    raw_bytes: int
    packs: int
    pack_bytes: int


class Objects:
    """All objects of one node; `open` makes it."""

    def __init__(self, db: Database, packs: Packs, cached_bytes: int = CACHED_BYTES) -> None:
        self.db = db
        self.packs = packs
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="objects")
        self._cache: Recent[bytes] = Recent(cached_bytes)
        self.sealing = asyncio.Lock()

    @classmethod
    async def beside(cls, db: Database, directory: Path) -> "Objects":
        """Open the packs below `directory` for reading, while another process may write them."""
        indexed = await db.read(index.indexed)
        return cls(db, Packs(directory / PACKS, indexed, alone=False))

    @classmethod
    async def open(
        cls, db: Database, directory: Path, *, cached_bytes: int = CACHED_BYTES
    ) -> "Objects":
        """Open or make the packs below `directory`; takes in what lies behind their index.

        Safe because the caller sees to it that no other process has the directory open.
        """
        before = await cls.beside(db, directory)
        try:
            await tails.take_in(db, before.packs, before.open_record)
        finally:
            await before.close()
        indexed = await db.read(index.indexed)
        return cls(db, Packs(directory / PACKS, indexed), cached_bytes)

    async def close(self) -> None:
        """Finish what runs and let go of the packs."""
        async with self.sealing:
            await asyncio.get_running_loop().run_in_executor(None, self.pool.shutdown)
            self.packs.close()

    def get(self, tx: Tx, digest: Digest) -> bytes:
        """Return an object, proven by its digest; raises `Absent` or `Corrupt`."""
        raw = self._cache.get(digest)
        if raw is None:
            raw = self._read(tx, digest)
            if len(raw) <= _CACHED_AT_MOST:
                self._cache.put(digest, raw, len(raw))
        return raw

    def _read(self, tx: Tx, digest: Digest, depth: int = 0) -> bytes:
        return self.open_record(tx, self.stored_record(tx, digest), depth)

    def open_record(self, tx: Tx, record: Record, depth: int = 0) -> bytes:
        """Return what a record of this store stands for, with its bases from the store."""
        try:
            if record.base is None:
                return opened(record)
            if depth >= _DEEPEST_READ:
                raise Corrupt(record.digest, "it rests on too many others")
            return opened(record, self._base(tx, record.base, depth))
        except BadRecord as fault:
            raise Corrupt(record.digest, str(fault)) from fault
        except Absent as fault:
            raise Corrupt(record.digest, f"its base {fault.digest.hex()} is gone") from fault

    def _base(self, tx: Tx, digest: Digest, depth: int) -> bytes:
        """Return what a record rests on; the next one asked for often rests on it too."""
        raw = self._cache.get(digest)
        if raw is None:
            raw = self._read(tx, digest, depth + 1)
            if len(raw) <= _BASE_CACHED_AT_MOST:
                self._cache.put(digest, raw, len(raw))
        return raw

    def stored_record(self, tx: Tx, digest: Digest) -> Record:
        """Return an object's record as it lies, unproven; raises `Absent` or `Corrupt`."""
        spot = index.spot(tx, digest)
        if spot is not None:
            return self.record_at(digest, *spot)
        small = index.small(tx, digest)
        if small is None:
            raise Absent(digest)
        return small

    def record_at(self, digest: Digest, pack: int, offset: int, stored: int) -> Record:
        """Return the record of `digest` at a place in the packs; raises `Corrupt`."""
        where = f"pack {pack} at {offset}"
        try:
            data = self.packs.read_record(pack, offset, stored)
            header = records.parse_header(data) if len(data) >= HEADER else None
        except (OSError, BadRecord) as fault:
            raise Corrupt(digest, f"{where}: {fault}") from fault
        if header is None or header.stored_length != stored or len(data) != HEADER + stored:
            raise Corrupt(digest, f"{where}: the record is cut off")
        if header.digest != digest:
            raise Corrupt(digest, f"{where}: another object lies there")
        return Record(header.kind, header.codec, header.raw_length, digest, data[HEADER:])

    def record(self, tx: Tx, digest: Digest) -> Record:
        """Return an object's record, proven, which can be opened without any other."""
        record = self.stored_record(tx, digest)
        raw = self.open_record(tx, record)
        return record if record.base is None else records.make(record.kind, raw, digest=digest)

    def record_after(
        self, tx: Tx, digest: Digest, known: Container[Digest], older: Digest | None
    ) -> Record:
        """Return an object's record, proven, for a reader who has what is `known`, and `older`.

        It may rest on these, as it does here or on `older`, which is an older version; it stands
        alone where that is shorter.
        """
        record = self.stored_record(tx, digest)
        raw = self.open_record(tx, record)
        if record.base is not None and (record.base == older or record.base in known):
            return record
        whole = record if record.base is None else records.make(record.kind, raw, digest=digest)
        if older is None or len(whole.stored) < _WORTH_A_DIFFERENCE:
            return whole
        changed = records.make_prefixed(record.kind, raw, self.get(tx, older))
        return changed if len(changed.stored) < len(whole.stored) else whole

    def has(self, tx: Tx, digest: Digest) -> bool:
        """Whether `digest` is held and may be referred to."""
        return index.known(tx, digest)

    def missing(self, tx: Tx, digests: Iterable[Digest]) -> list[Digest]:
        """Return those of `digests` that are not held, in their order, each once."""
        asked = dict.fromkeys(digests)
        held = index.lengths(tx, asked)
        return [digest for digest in asked if digest not in held]

    def lengths(self, tx: Tx, digests: Iterable[Digest]) -> dict[Digest, int]:
        """Return the raw lengths of those of `digests` that are held."""
        return index.lengths(tx, digests)

    def put(self, tx: Tx, kind: Kind, raw: bytes, previous: Digest | None = None) -> Digest:
        """Keep a small object in the caller's transaction; `previous` was at its path before."""
        digest = digest_of(raw)
        if not index.known(tx, digest):
            self._put_new(tx, records.make(kind, raw, _SMALL_LEVEL, digest))
            if previous is not None:
                self.lineage(tx, digest, previous)
        return digest

    def put_record(self, tx: Tx, record: Record, raw: bytes | None = None) -> Digest:
        """Keep a record in the caller's transaction; proves it unless `raw` are its opened bytes.

        Raises `BadRecord` or `Corrupt`.
        """
        if raw is None:
            opened(record)
        if not index.known(tx, record.digest):
            self._put_new(tx, record)
        return record.digest

    def _put_new(self, tx: Tx, record: Record) -> None:
        if index.is_doubted(tx, record.digest):
            index.drop(tx, record.digest)
            index.trust(tx, [record.digest])
        index.put_small(tx, record)

    def lineage(self, tx: Tx, new: Digest, old: Digest) -> None:
        """Say that `old` stood where `new` stands now, which lets `new` rest on it in a pack."""
        if new != old:
            index.add_lineage(tx, new, old)

    async def ingest(self, batch: Sequence[Record]) -> None:
        """Prove records and store them: they are on disk when this returns.

        Nothing of the batch is stored if one record is wrong: raises `BadRecord` or `Corrupt`. What
        is held already is not stored again.
        """
        await self.proven(batch)
        ids = {record.digest: record for record in batch}
        wanted = await self.db.read(lambda tx: self.missing(tx, ids))
        while wanted:
            new = [ids.pop(digest) for digest in wanted]
            await self.append(new, renewed)
            # What was held a moment ago may have been collected meanwhile.
            wanted = await self.db.read(lambda tx: self.missing(tx, ids))

    async def proven(self, batch: Sequence[Record]) -> None:
        """Open every record, on all processors; raises `BadRecord` or `Corrupt`."""
        slices = list(runs(batch, lambda record: record.raw_length, _SLICE_BYTES))
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self.pool, _open_all, some) for some in slices))

    async def append(
        self, new: Sequence[Record], commit: Callable[[Tx, list[Place]], None]
    ) -> list[Place]:
        """Append records to the packs, flush, and index them by `commit` in one transaction."""
        encoded = [encode(record) for record in new]
        appended = self.packs.appended(encoded)
        pack, offsets = await self.in_thread(appended.__enter__)
        try:
            places = [_placed(pack, *pair) for pair in zip(offsets, new, strict=True)]

            def work(tx: Tx) -> None:
                index.extend(tx, pack, offsets[-1] + len(encoded[-1]))
                commit(tx, places)

            await self.db.write(work)
        finally:
            appended.__exit__(None, None, None)
        return places

    async def seal(self, limit: int = 1000) -> int:
        """Seal up to `limit` small or unlinked objects into packs; return how many were looked at.

        Call it until it returns 0 to seal everything.
        """
        async with self.sealing:
            sealed, settled = await self.db.read(
                lambda tx: sealing.prepare(tx, limit, self.get, self.stored_record, self.pool)
            )
            if sealed:
                records_ = [one.record for one in sealed]
                await self.append(records_, lambda tx, places: sealing.commit(tx, sealed, places))
            if settled:
                await self.db.write(lambda tx: index.drop_lineage(tx, settled))
            if not sealed and not settled:
                await self.db.write(index.give_back)
            return max(len(sealed), len(settled))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run `work` beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)

    def forget_cached(self) -> None:
        """Drop every cached object: what was collected must not be served."""
        self._cache.clear()

    async def stats(self) -> Stats:
        """Return what the store holds."""
        packed, small, raw = await self.db.read(index.totals)
        numbers = self.packs.numbers()
        size = sum(self.packs.size(number) for number in numbers)
        return Stats(packed, small, raw, len(numbers), size)


def _open_all(batch: Sequence[Record]) -> None:
    for record in batch:
        opened(record)


def _placed(pack: int, offset: int, record: Record) -> Place:
    return Place(
        record.digest,
        pack,
        offset,
        len(record.stored),
        record.raw_length,
        record.kind,
        record.codec,
    )


def renewed(tx: Tx, places: list[Place]) -> None:
    """Index new records, and those that were doubted in the place of their old ones."""
    doubted = [place.id for place in places if index.is_doubted(tx, place.id)]
    for digest in doubted:
        index.drop(tx, digest)
    index.trust(tx, doubted)
    index.put_places(tx, places)

"""Tails: what lies in the packs behind their index, when a store is opened.

A crash between an append and its index leaves records that nobody was promised; an older database
beside newer packs leaves records that somebody was. Nothing tells them apart, so both are taken in:
whole records that prove themselves are indexed where they lie, and the packs keep every byte, so
that the newer database, put back, finds all of it in its place. What nothing refers to goes later,
as garbage does.

Only the beginning of a last record is cut off: its append never ended. Where anything else cannot
be proven, the tail is first copied to a file beside its pack, which nothing here ever removes. See
ADR 13.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from store import index
from store.database import Database, Tx
from store.errors import StoreFault
from store.index import Place
from store.packs import Packs, full_disk_is_named
from store.records import HEADER, MAX_OBJECT, Record
from store.runs import runs
from store.scanning import is_torn, record_at, scan

log = logging.getLogger(__name__)

_AT_ONCE = 8 << 20
_Found = tuple[int, Record]
_Opener = Callable[[Tx, Record], bytes]


@dataclass
class _Tail:
    """The bytes of one pack behind its index, and what became of them so far."""

    number: int
    start: int
    size: int
    end: int
    """Where the last record ends that was taken in."""
    taken: int = 0
    whole: int = 0
    """Bytes of whole records, proven or not: less than all means damage or a torn end."""
    postponed: list[int] = field(default_factory=list)
    """Where records lie that cannot be proven yet: their base is not there."""


async def take_in(db: Database, packs: Packs, opener: _Opener) -> None:
    """Index what the packs hold behind their index, or keep it aside; raises `DiskFull`.

    `opener` proves a record with its bases from the store. Nothing else may have the store open.
    """
    ends = await db.read(index.indexed)
    sizes = {number: packs.size(number) for number in packs.numbers()}
    starts = {number: ends.get(number, 0) for number in sizes}
    tails = [_Tail(n, starts[n], size, starts[n]) for n, size in sizes.items() if size > starts[n]]
    taking = _Taking(packs, opener)
    for tail in tails:
        for run in runs(scan(packs, tail.number, tail.start), _weight, _AT_ONCE):
            await db.write(partial(taking.first, tail=tail, run=run))
    while await db.write(partial(taking.again, tails=tails)):
        pass
    for tail in tails:
        await _settle(db, packs, tail)


def _weight(found: _Found) -> int:
    return HEADER + len(found[1].stored)


class _Taking:
    """Indexes records that prove themselves."""

    def __init__(self, packs: Packs, opener: _Opener) -> None:
        self._packs = packs
        self._opener = opener

    def first(self, tx: Tx, tail: _Tail, run: list[_Found]) -> None:
        for offset, record in run:
            tail.whole += HEADER + len(record.stored)
            if not self._is_taken(tx, tail, offset, record):
                tail.postponed.append(offset)

    def again(self, tx: Tx, tails: list[_Tail]) -> int:
        """Try what is postponed, for a base may lie behind; return how many were taken in."""
        before = sum(len(tail.postponed) for tail in tails)
        for tail in tails:
            tail.postponed = [
                offset
                for offset in tail.postponed
                if (record := record_at(self._packs, tail.number, offset)) is None
                or not self._is_taken(tx, tail, offset, record)
            ]
        return before - sum(len(tail.postponed) for tail in tails)

    def _is_taken(self, tx: Tx, tail: _Tail, offset: int, record: Record) -> bool:
        """Index a record if it proves itself; where its object lies already, that stays."""
        try:
            self._opener(tx, record)
        except StoreFault:
            return False
        place = _place(tail.number, offset, record)
        old = index.place(tx, record.digest)
        if old is None:
            index.put_places(tx, [place])
        elif self._packs.size(old.pack) < old.offset + HEADER + old.stored:
            index.move(tx, old, place)
        if record.base is not None:
            index.set_bases(tx, [record.base])
        index.drop_smalls(tx, [record.digest])
        tail.end = max(tail.end, offset + HEADER + len(record.stored))
        tail.taken += 1
        return True


def _place(pack: int, offset: int, record: Record) -> Place:
    stored, raw = len(record.stored), record.raw_length
    return Place(record.digest, pack, offset, stored, raw, record.kind, record.codec)


async def _settle(db: Database, packs: Packs, tail: _Tail) -> None:
    """Keep aside what was not taken in, and say how far the pack is indexed now."""
    if not _is_clear(packs, tail):
        file = await asyncio.to_thread(_kept_aside, packs, tail)
        log.warning("kept aside what cannot be read", extra={"file": file})
    if tail.taken:
        await db.write(lambda tx: index.extend(tx, tail.number, tail.end))
        log.warning(
            "took in records behind the index",
            extra={"pack": tail.number, "records": tail.taken, "bytes": tail.end - tail.start},
        )


def _is_clear(packs: Packs, tail: _Tail) -> bool:
    """Whether nothing is left but a record whose append never ended."""
    if tail.postponed or tail.start + tail.whole != tail.end:
        return False
    left = tail.size - tail.end
    if left > 2 * MAX_OBJECT:
        return False
    return not left or is_torn(packs.read(tail.number, tail.end, left))


def _kept_aside(packs: Packs, tail: _Tail) -> str:
    """Copy the tail to a file of its own, flushed, and return the file's name."""
    name = f"{tail.number:06}.tail-{time.time_ns() // 1_000_000}"
    path = packs.path(tail.number).with_name(name)
    with full_disk_is_named(), path.open("xb") as file:
        for offset in range(tail.start, tail.size, _AT_ONCE):
            file.write(packs.read(tail.number, offset, min(_AT_ONCE, tail.size - offset)))
        file.flush()
        os.fsync(file.fileno())
    packs.sync_directory()
    return name

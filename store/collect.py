"""Garbage: what nothing refers to goes away, late and in two steps.

First an object that no root reaches, and that was there a grace period ago already, comes to be
doubted: it can be read, but counts as missing, so whoever wants to refer to it sends it again. One
grace period later, if it is still doubted and still out of reach, it goes: packs that hold enough
of such are written anew. So nothing of which a request was told "we have that" is taken from under
it, as long as no request takes longer than the grace.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from store import contents, index, nodes, tree
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault
from store.index import Place
from store.nodes import Mode
from store.objects import Objects
from store.records import HEADER, Kind, Record, make, opened
from store.runs import runs
from store.sealing import LEVEL

Root = tuple[Digest, Kind, int]
"""An object, what it is to who refers to it, and the size of its content.

A TREE is followed to its files, a MANIFEST or a BLOB to its chunks by its size, a DOCUMENT to
nothing; size is without meaning for trees and documents.
"""

Roots = Callable[[Tx], Iterable[Root]]
GRACE = 14 * 86_400
_REWRITTEN_BELOW = 0.9
_COPIED_AT_ONCE = 8 << 20


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did."""

    reachable: int
    doubted: int
    removed: int
    freed_bytes: int


async def collect(objects: Objects, roots: Roots, now: int, grace: int = GRACE) -> Collected:
    """Collect what no root reaches; `now` and `grace` are seconds.

    Raises `Absent`, `Corrupt` or `BadTree`, and removes nothing, if what a root needs cannot be
    read. With a grace of 0 nothing else may be writing.
    """
    async with objects.sealing:
        until, current = now - grace, objects.packs.roll()
        await objects.db.write(lambda tx: index.set_watermark(tx, now, (current, 0), until))
        live = await objects.db.read(lambda tx: reachable(tx, objects, roots(tx)))
        lost = await objects.db.read(lambda tx: _lost(tx, live, until))
        again = await objects.db.read(lambda tx: live.intersection(index.unreferenced(tx, now)))
        await objects.db.write(lambda tx: index.trust(tx, again))
        await objects.db.write(lambda tx: index.doubt(tx, lost, now))
        gone = await objects.db.write(lambda tx: _removed(tx, live, until))
        objects.forget_cached()
        freed = await _rewrite(objects, current)
    return Collected(len(live), len(lost), gone, freed)


def reachable(tx: Tx, objects: Objects, roots: Iterable[Root]) -> set[Digest]:
    """Return all that `roots` need, with what that rests on in the packs."""
    live: set[Digest] = set()
    seen_nodes: set[Digest] = set()

    def source(digest: Digest) -> bytes:
        return objects.get(tx, digest)

    for digest, kind, size in roots:
        if kind is Kind.TREE:
            _mark_tree(digest, source, live, seen_nodes)
        elif kind is Kind.DOCUMENT:
            live.add(digest)
        elif digest not in live:
            live.update(contents.parts(digest, size, source))
    _mark_bases(tx, objects, live)
    return live


def _mark_tree(root: Digest, source: nodes.Source, live: set[Digest], seen: set[Digest]) -> None:
    for digest in tree.nodes(root, source, seen):
        live.add(digest)
        node = nodes.load(digest, source)
        for row in node.rows if node.level == 0 else ():
            if row[1] != Mode.DIRECTORY and row[2] not in live:
                live.update(contents.parts(Digest(row[2]), row[3], source))


def _mark_bases(tx: Tx, objects: Objects, live: set[Digest]) -> None:
    for digest in list(live):
        at: Digest | None = digest
        while at is not None:
            at = objects.stored_record(tx, at).base
            if at in live:
                break
            if at is not None:
                live.add(at)


def _lost(tx: Tx, live: set[Digest], until: int) -> set[Digest]:
    """Return what is out of reach and was there at `until` already."""
    old = index.watermark(tx, until)
    if old is None:
        return set()
    pack, offset, small = old
    lost = {p.id for p in index.places(tx) if (p.pack, p.offset) < (pack, offset)}
    lost |= {record.digest for seq, record in index.smalls(tx) if seq <= small}
    return lost - live


def _removed(tx: Tx, live: set[Digest], until: int) -> int:
    gone = [digest for digest in index.unreferenced(tx, until) if digest not in live]
    for digest in gone:
        index.drop(tx, digest)
    index.trust(tx, gone)
    return len(gone)


async def _rewrite(objects: Objects, current: int) -> int:
    """Write packs anew in which much is not indexed; return how many bytes that freed."""
    objects.packs.forget()
    # What waits for the writer now must be seen by the reader, or its pack would go.
    await objects.db.write(lambda _tx: None)
    lying = await objects.db.read(_by_pack)
    freed = 0
    for number in objects.packs.numbers():
        if number >= current or not objects.packs.is_indexed(number):
            continue
        places = lying.get(number, [])
        size, used = objects.packs.size(number), sum(HEADER + p.stored for p in places)
        if used <= size * _REWRITTEN_BELOW:
            await _move(objects, places)
            freed += await _remove(objects, number, size - used)
    return freed


def _by_pack(tx: Tx) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for place in index.places(tx):
        found.setdefault(place.pack, []).append(place)
    return {number: sorted(places, key=lambda p: p.offset) for number, places in found.items()}


async def _move(objects: Objects, places: list[Place]) -> None:
    for run in runs(places, lambda place: place.stored, _COPIED_AT_ONCE):
        read = await objects.in_thread(lambda run=run: _records(objects, run))  # type: ignore[misc]

        def commit(tx: Tx, new: list[Place], run: list[Place] = run) -> None:
            for before, after in zip(run, new, strict=True):
                index.move(tx, before, after)

        await objects.append(read, commit)


def _records(objects: Objects, places: list[Place]) -> list[Record]:
    return [_tighter(objects.record_at(p.id, p.pack, p.offset, p.stored)) for p in places]


def _tighter(record: Record) -> Record:
    """Compress a record as hard as sealing does; a damaged one stays as it is, for `check`."""
    try:
        raw = opened(record) if record.base is None else b""
    except StoreFault:
        return record
    again = make(record.kind, raw, LEVEL, record.digest)
    return again if raw and len(again.stored) < len(record.stored) else record


async def _remove(objects: Objects, number: int, freed: int) -> int:
    """Remove a pack, unless something came to be indexed in it."""

    def work(tx: Tx) -> bool:
        if index.is_used(tx, number):
            return False
        index.forget_pack(tx, number)
        return True

    if not await objects.db.write(work):
        return 0
    objects.packs.remove(number)
    return freed

"""Garbage: what nothing refers to goes away, late and in two steps.

First an object that no root reaches, and that was there a grace period ago already, comes to be
doubted: it can be read, but counts as missing, so whoever wants to refer to it sends it again. One
grace period later, if it is still doubted and still out of reach, it goes: packs that hold enough
of such are written anew. So nothing of which a request was told "we have that" is taken from under
it, as long as no request takes longer than the grace.

A collection goes over everything in many short transactions, so that a node answers meanwhile, and
what it must remember lies on disk: the memory it takes does not grow with the store.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from store import contents, index, marks, nodes, pages, tree
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault
from store.index import Place
from store.marks import Marks
from store.nodes import Mode
from store.objects import Objects
from store.records import Kind, Record, make, opened
from store.runs import runs
from store.scanning import scan
from store.sealing import LEVEL

Root = marks.Root
Roots = Callable[[Tx], Iterable[Root]]
Forget = Callable[[Sequence[Digest]], Awaitable[None]]
"""Told of objects that are about to be removed; some of them may yet be sent again and stay."""

_Page = Callable[..., list[Digest]]
GRACE = 14 * 86_400
_REWRITTEN_BELOW = 0.9
_COPIED_AT_ONCE = 8 << 20
_STEPS = 500
"""Objects marked in one transaction."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did."""

    reachable: int
    doubted: int
    removed: int
    freed_bytes: int


async def _nobody(_gone: Sequence[Digest]) -> None:
    """Tell nobody what goes."""


async def collect(
    objects: Objects, roots: Roots, now: int, grace: int = GRACE, *, forget: Forget = _nobody
) -> Collected:
    """Collect what no root reaches; `now` and `grace` are seconds.

    `forget` is told before anything goes. Raises `Absent`, `Corrupt` or `BadTree`, and removes
    nothing, if what a root needs cannot be read. With a grace of 0 nothing else may be writing.
    """
    async with objects.sealing:
        until, current = now - grace, objects.packs.roll()
        await objects.db.write(lambda tx: index.set_watermark(tx, now, (current, 0), until))
        with marks.opened(objects.db.path.parent) as marked:
            await _mark(objects, roots, marked)
            lost, gone = await _Sweep(objects, marked, now, until, forget).run()
            reached = len(marked.live)
        objects.forget_cached()
        freed = await _rewrite(objects, current)
    return Collected(reached, lost, gone, freed)


async def _mark(objects: Objects, roots: Roots, marked: Marks) -> None:
    await objects.db.read(lambda tx: marked.put_roots(roots(tx)))
    marking = _Marking(objects, marked)
    while await objects.db.read(marking.go_on):
        pass


def reach(tx: Tx, objects: Objects, roots: Iterable[Root], marked: Marks) -> None:
    """Mark all that `roots` need, with what that rests on in the packs, in one transaction."""
    marked.put_roots(roots)
    marking = _Marking(objects, marked)
    while marking.go_on(tx):
        pass


class _Marking:
    """Follows the roots to all that they need, a slice at a time, each by a transaction given."""

    def __init__(self, objects: Objects, marked: Marks) -> None:
        self._objects = objects
        self._marked = marked
        self._steps = self._all()
        self._tx: Tx | None = None

    def go_on(self, tx: Tx) -> bool:
        """Do the next slice; return False when all is marked."""
        self._tx = tx
        return sum(1 for _ in islice(self._steps, _STEPS)) > 0

    @property
    def _now(self) -> Tx:
        if self._tx is None:
            raise LookupError("marking goes on in a transaction only")
        return self._tx

    def _source(self, digest: Digest) -> bytes:
        return self._objects.get(self._now, digest)

    def _all(self) -> Iterator[None]:
        live = self._marked.live
        for digest, kind, size in self._marked.roots():
            if kind is Kind.TREE and size == marks.BARE:
                yield from self._bare_tree(digest)
            elif kind is Kind.TREE:
                yield from self._tree(digest)
            elif kind is Kind.DOCUMENT:
                live.add(digest)
            elif digest not in live:
                self._content(digest, size)
            yield
        yield from self._bases()

    def _tree(self, root: Digest) -> Iterator[None]:
        for digest in tree.nodes(root, self._source, self._marked.walked):
            self._marked.live.add(digest)
            node = nodes.load(digest, self._source)
            for row in node.rows if node.level == 0 else ():
                if row[1] != Mode.DIRECTORY and row[2] not in self._marked.live:
                    self._content(Digest(row[2]), row[3])
            yield

    def _bare_tree(self, root: Digest) -> Iterator[None]:
        for digest in tree.nodes(root, self._source, self._marked.bare):
            self._marked.live.add(digest)
            yield

    def _content(self, digest: Digest, size: int) -> None:
        for part in contents.parts(digest, size, self._source):
            self._marked.live.add(part)

    def _bases(self) -> Iterator[None]:
        """Mark what the living rest on; each step of a chain that leaves the living is followed."""
        after = Digest(b"")
        while found := pages.resting(self._now, after):
            for digest in found:
                at = digest if digest in self._marked.live else None
                while at is not None:
                    at = self._objects.stored_record(self._now, at).base
                    at = at if at is not None and self._marked.live.add(at) else None
                yield
            after = found[-1]


class _Sweep:
    """Judges every object by what was marked, a page at a time."""

    def __init__(
        self, objects: Objects, marked: Marks, now: int, until: int, forget: Forget
    ) -> None:
        self._objects = objects
        self._live = marked.live
        self._now = now
        self._until = until
        self._forget = forget

    async def run(self) -> tuple[int, int]:
        """Trust, doubt and remove; return how many came to be doubted, and how many went."""
        doubted = partial(pages.unreferenced, until=self._now)
        await self._each(doubted, self._in_transaction(index.trust), is_live=True)
        lost = await self._doubted()
        gone = await self._each(partial(pages.unreferenced, until=self._until), self._removed)
        return lost, gone

    async def _doubted(self) -> int:
        """Doubt what is out of reach and was there at `until` already."""
        old = await self._objects.db.read(lambda tx: index.watermark(tx, self._until))
        if old is None:
            return 0
        packed = partial(pages.packed_before, pack=old[0], offset=old[1])
        small = partial(pages.small_until, seq=old[2])
        doubt = self._in_transaction(lambda tx, some: index.doubt(tx, some, self._now))
        return await self._each(packed, doubt) + await self._each(small, doubt)

    def _in_transaction(self, work: Callable[[Tx, Sequence[Digest]], None]) -> Forget:
        async def act(some: Sequence[Digest]) -> None:
            await self._objects.db.write(lambda tx: work(tx, some))

        return act

    async def _removed(self, some: Sequence[Digest]) -> None:
        await self._forget(some)
        await self._objects.db.write(lambda tx: self._remove(tx, some))

    async def _each(self, page: _Page, act: Forget, *, is_live: bool = False) -> int:
        """Act on those of all pages that are live, or are not; return how many they were."""
        after, count = Digest(b""), 0
        while True:
            look = partial(self._look, page=page, after=after, is_live=is_live)
            last, some = await self._objects.db.read(look)
            if last is None:
                return count
            if some:
                await act(some)
            after, count = last, count + len(some)

    def _look(
        self, tx: Tx, page: _Page, after: Digest, *, is_live: bool
    ) -> tuple[Digest | None, list[Digest]]:
        found = page(tx, after=after)
        some = [digest for digest in found if (digest in self._live) is is_live]
        return (found[-1] if found else None), some

    def _remove(self, tx: Tx, some: Sequence[Digest]) -> None:
        """Remove what is doubted still: what was sent again since we looked is kept."""
        for digest in some:
            if pages.is_unreferenced(tx, digest, self._until):
                index.drop(tx, digest)
                index.trust(tx, [digest])


async def _rewrite(objects: Objects, current: int) -> int:
    """Write packs anew in which much is not indexed; return how many bytes that freed."""
    objects.packs.forget()
    # What waits for the writer now must be seen by the reader, or its pack would go.
    await objects.db.write(lambda _tx: None)
    indexed = await objects.db.read(pages.used)
    freed = 0
    for number in objects.packs.numbers():
        if number >= current or not objects.packs.is_indexed(number):
            continue
        size, used = objects.packs.size(number), indexed.get(number, 0)
        if used <= size * _REWRITTEN_BELOW:
            await _move(objects, number)
            freed += await _remove(objects, number, size - used)
    return freed


async def _move(objects: Objects, number: int) -> None:
    """Append what is indexed in a pack to the current one."""
    found = runs(scan(objects.packs, number), _weight, _COPIED_AT_ONCE)
    while run := await objects.in_thread(lambda: next(found, None)):
        places = await objects.db.read(lambda tx, run=run: _indexed(tx, number, run))  # type: ignore[misc]
        if not places:
            continue
        kept = {place.offset: place for place in places}
        records = [record for offset, record in run if offset in kept]
        tight = await objects.in_thread(lambda records=records: [_tighter(r) for r in records])  # type: ignore[misc]
        await objects.append(tight, partial(_moved, old=places))


def _weight(found: tuple[int, Record]) -> int:
    """Weigh a record so that one transaction moves neither too many bytes nor too many rows."""
    return max(len(found[1].stored), _COPIED_AT_ONCE // pages.AT_ONCE)


def _indexed(tx: Tx, number: int, run: list[tuple[int, Record]]) -> list[Place]:
    """Return the places of those records that are indexed where they lie."""
    asked = ((offset, index.place(tx, record.digest)) for offset, record in run)
    return [place for at, place in asked if place and (place.pack, place.offset) == (number, at)]


def _moved(tx: Tx, new: list[Place], old: list[Place]) -> None:
    for before, after in zip(old, new, strict=True):
        index.move(tx, before, after)


def _tighter(record: Record) -> Record:
    """Compress a record as hard as sealing does; a damaged one stays as it is, for `check`."""
    try:
        raw = opened(record) if record.base is None else b""
    except StoreFault:
        return record
    again = make(record.kind, raw, LEVEL, record.digest)
    return again if raw and len(again.stored) < len(record.stored) else record


async def _remove(objects: Objects, number: int, freed: int) -> int:
    """Remove a pack, unless something is indexed in it still."""
    # Safe because a pack before the current one is appended to no more, and who appended to it
    # before has met the index: what is unused now stays so.
    if await objects.db.read(lambda tx: index.is_used(tx, number)):
        return 0
    await objects.db.write(lambda tx: index.forget_pack(tx, number))
    objects.packs.remove(number)
    return freed

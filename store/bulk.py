"""Many objects at once, straight into packs: each as the difference from an older version.

For whoever brings a whole history: no row is written for an object before it lies in a pack, and
none is encoded twice. Version i of a chain rests on the one before; every sixteenth on the one
sixteen before, and so on by powers: so one step is mostly one difference, and no object is more
than 45 steps from a whole one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from store import index
from store.database import Tx
from store.digest import Digest, digest_of
from store.index import Place
from store.nodes import EMPTY
from store.objects import Objects, renewed
from store.records import Kind, Record, make, make_loosened, make_prefixed

STEP = 16
LONGEST = STEP**3
DEEPEST = 3 * (STEP - 1)
LEVEL = 9
WHOLE_LEVEL = 19
_SMALL = 1 << 20
_SLICE = 32
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class _New:
    """An object to encode; `base` is what it shall rest on."""

    id: Digest
    kind: Kind
    raw: bytes
    base: bytes | None
    is_document: bool = False


Chain = tuple[int, tuple[Digest, ...]]
"""The number of a version, and what it rests on, nearest first."""


def following(newest: Digest, chain: Chain) -> Chain:
    """Return the number of the version after `newest`, and what it rests on."""
    number = chain[0] + 1
    if number >= LONGEST:
        return 0, ()
    path, skipped, span = (newest, *chain[1]), 0, STEP
    while number % span == 0:
        skipped += STEP - 1
        span *= STEP
    return number, path[skipped:]


class Batch:
    """Objects that go to the packs together; `chains` go on from batch to batch."""

    def __init__(self, objects: Objects, chains: dict[Digest, Chain]) -> None:
        self._objects = objects
        self._chains = chains
        self._new: dict[Digest, _New] = {}
        self._made: dict[Digest, Record] = {}

    def put(self, tx: Tx, kind: Kind, raw: bytes, previous: Digest | None = None) -> Digest:
        """Take an object that the store may have already; `previous` was there before it."""
        digest = digest_of(raw)
        if self._is_new(tx, digest):
            base = self._base(tx, digest, previous) if previous not in {None, EMPTY} else None
            self._new[digest] = _New(digest, kind, raw, base)
        return digest

    def put_envelope(self, tx: Tx, raw: bytes, previous: Digest | None = None) -> Digest:
        """Take a signed document; `previous` is the one before it in its line."""
        digest = digest_of(raw)
        if self._is_new(tx, digest):
            base = self._base(tx, digest, previous) if previous else None
            self._new[digest] = _New(digest, Kind.DOCUMENT, raw, base, is_document=True)
        return digest

    def put_beside(self, tx: Tx, raw: bytes, envelope: Digest) -> Digest:
        """Take a document that says in part what an envelope of this batch says."""
        digest = digest_of(raw)
        if self._is_new(tx, digest):
            base = self._new[envelope].raw if envelope in self._new else None
            self._new[digest] = _New(digest, Kind.DOCUMENT, raw, base, is_document=True)
        return digest

    def put_record(self, tx: Tx, record: Record) -> Digest:
        """Take what is encoded already."""
        if self._is_new(tx, record.digest):
            self._made[record.digest] = record
        return record.digest

    def _is_new(self, tx: Tx, digest: Digest) -> bool:
        return not (digest in self._new or digest in self._made or index.known(tx, digest))

    def _base(self, tx: Tx, digest: Digest, previous: Digest) -> bytes | None:
        chain = self._chains.get(previous)
        if chain is None:
            if previous not in self._new and self._objects.stored_record(tx, previous).base:
                return None
            chain = (0, ())
        after = following(previous, chain)
        if digest in after[1]:
            return None
        self._chains[digest] = after
        if len(self._chains) > _REMEMBERED:
            del self._chains[next(iter(self._chains))]
        return self.get(tx, after[1][0]) if after[1] else None

    def get(self, tx: Tx, digest: Digest) -> bytes:
        """Return an object of this batch or of the store."""
        new = self._new.get(digest)
        return new.raw if new else self._objects.get(tx, digest)

    def records(self) -> list[Record]:
        """Return what goes to the packs, encoded on all processors."""
        new = list(self._new.values())
        slices = [new[start : start + _SLICE] for start in range(0, len(new), _SLICE)]
        done = (one for some in self._objects.pool.map(_encode_all, slices) for one in some)
        return [*done, *self._made.values()]


def _encode_all(some: Sequence[_New]) -> list[Record]:
    return [
        _document(one) if one.is_document else encoded(one.kind, one.raw, one.id, one.base)
        for one in some
    ]


def _document(one: _New) -> Record:
    whole = make(one.kind, one.raw, LEVEL, one.id)
    if one.base is None:
        return whole
    changed = make_loosened(one.kind, one.raw, one.base, LEVEL)
    return changed if len(changed.stored) < len(whole.stored) else whole


def encoded(
    kind: Kind, raw: bytes, digest: Digest, base: bytes | None, level: int = LEVEL
) -> Record:
    """Return an object's record, resting on `base` if that makes it smaller."""
    if base is not None:
        changed = make_prefixed(kind, raw, base, level)
        if len(changed.stored) * 4 <= len(raw):
            return changed
    whole = make(kind, raw, WHOLE_LEVEL if len(raw) <= _SMALL else level, digest)
    if base is not None and len(changed.stored) < len(whole.stored):
        return changed
    return whole


async def append(
    objects: Objects, records: Sequence[Record], also: Callable[[Tx], None] = lambda _tx: None
) -> None:
    """Put records into the packs and index them, in one transaction with what `also` does."""

    def commit(tx: Tx, places: list[Place]) -> None:
        renewed(tx, places)
        index.set_bases(tx, bases_of(records))
        also(tx)

    if records:
        await objects.append(records, commit)
    else:
        await objects.db.write(also)


def bases_of(records: Iterable[Record]) -> list[Digest]:
    """Return what records rest on."""
    return [one.base for one in records if one.base]

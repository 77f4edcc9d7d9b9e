"""Sealing: small rows become records in packs, newer versions as differences from older ones.

It happens behind the landings' back, so it may take its time: objects are compressed harder than
they were, each against the version of its path that `delta` names, and stay whole where that saves
nothing. An object on which others rest is never encoded anew, and none comes to rest on what rests
on it: so there are no circles, and no chain grows deeper than it was made.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice

from store import delta, index
from store.database import Tx
from store.digest import Digest
from store.index import Place, Tip
from store.records import RESTING, Kind, Record, make, make_prefixed
from store.runs import runs

LEVEL = 19
MOST_BYTES = 32 << 20
"""Raw bytes in one batch: what sealing may hold in memory."""

_SLICE = 16
_PLAINLY_GOOD = 4
"""A difference of a fourth of the raw bytes is taken without trying to do without it."""

Read = Callable[[Tx, Digest], bytes]
Stored = Callable[[Tx, Digest], Record]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record for the packs."""

    record: Record
    tip: Tip
    ended: Digest | None
    """The version whose place at the end of the chain it takes."""
    old: Place | None
    """Where it lies in a pack already."""


@dataclass(frozen=True, slots=True)
class _Task:
    """An object to encode, with the raw bytes of what it shall rest on."""

    id: Digest
    kind: Kind
    raw: bytes
    tip: Tip
    previous: Digest | None
    base: bytes | None
    old: Place | None


def prepare(
    tx: Tx, limit: int, read: Read, stored: Stored, workers: Executor
) -> tuple[list[Sealed], list[Digest]]:
    """Return what to append, and objects whose lineage is settled with nothing to do.

    At most `limit` objects, the oldest first. Packed objects come before small ones, so that a
    chain is made in the order of its versions.
    """
    planner = _Planner(tx, read, stored)
    pairs = index.packed_lineage(tx, limit)
    tasks = [task for place, previous in pairs if (task := planner.packed(place, previous))]
    settled = [place.id for place, _ in pairs]
    if not pairs:
        small = islice(index.smalls(tx), limit)
        planned = (planner.small(record) for _, record in small)
        tasks = next(runs(planned, lambda task: len(task.raw), MOST_BYTES), [])
    slices = [tasks[start : start + _SLICE] for start in range(0, len(tasks), _SLICE)]
    sealed = [one for some in workers.map(_encode_all, slices) for one in some]
    return [one for one in sealed if _is_worth_it(one)], settled


def _is_worth_it(one: Sealed) -> bool:
    """Whether a packed object becomes small enough to be written again."""
    return one.old is None or len(one.record.stored) * 10 <= one.old.stored * 8


class _Planner:
    """Decides what each object of a batch shall rest on."""

    def __init__(self, tx: Tx, read: Read, stored: Stored) -> None:
        self._tx = tx
        self._read = read
        self._stored = stored
        self._tips: dict[Digest, Tip] = {}
        self._raws: dict[Digest, bytes] = {}

    def small(self, record: Record) -> _Task:
        previous = index.previous(self._tx, record.digest)
        return self._task(record.digest, record.kind, previous, None)

    def packed(self, place: Place, previous: Digest) -> _Task | None:
        if place.codec in RESTING or place.is_base:
            return None
        task = self._task(place.id, place.kind, previous, place)
        return task if task.base is not None else None

    def _task(
        self, digest: Digest, kind: Kind, previous: Digest | None, old: Place | None
    ) -> _Task:
        raw = self._read(self._tx, digest)
        newest = self._tip(previous) if previous else None
        tip = delta.following(previous, newest) if previous and newest else Tip(0, ())
        if newest is None or digest in tip.bases:
            tip = Tip(0, ())
        base = self._raw(tip.bases[0]) if tip.bases else None
        self._tips[digest] = tip
        self._raws[digest] = raw
        return _Task(digest, kind, raw, tip, previous, base, old)

    def _raw(self, digest: Digest) -> bytes:
        return self._raws.get(digest) or self._read(self._tx, digest)

    def _tip(self, digest: Digest) -> Tip | None:
        """Return the chain that `digest` ends; None if it is in no pack and not in this batch."""
        found = self._tips.get(digest) or index.tip(self._tx, digest)
        if found is not None:
            return found
        bases: list[Digest] = []
        at: Digest | None = digest
        while at is not None:
            if index.place(self._tx, at) is None or len(bases) > delta.DEEPEST:
                return None
            at = self._stored(self._tx, at).base
            bases += [at] if at else []
        return delta.resumed(tuple(bases)) if len(bases) <= delta.DEEPEST else None


def _encode_all(tasks: Sequence[_Task]) -> list[Sealed]:
    return [_encode(task) for task in tasks]


def _encode(task: _Task) -> Sealed:
    if task.base is not None:
        changed = make_prefixed(task.kind, task.raw, task.base, LEVEL)
        if len(changed.stored) * _PLAINLY_GOOD <= len(task.raw):
            return Sealed(changed, task.tip, task.previous, task.old)
    whole = make(task.kind, task.raw, LEVEL, task.id)
    if task.base is not None and len(changed.stored) < len(whole.stored):
        return Sealed(changed, task.tip, task.previous, task.old)
    return Sealed(whole, Tip(0, ()), task.previous, task.old)


def commit(tx: Tx, sealed: Sequence[Sealed], places: Sequence[Place]) -> None:
    """Index what was appended, in the place of rows and of older records."""
    fresh = [place for one, place in zip(sealed, places, strict=True) if one.old is None]
    index.put_places(tx, fresh)
    for one, place in zip(sealed, places, strict=True):
        if one.old is not None:
            index.move(tx, one.old, place)
    index.drop_smalls(tx, [place.id for place in fresh])
    index.set_bases(tx, [base for one in sealed if (base := one.record.base)])
    ended = {one.ended for one in sealed if one.ended}
    ids = ((one.record.digest, one.tip) for one in sealed if one.tip.number)
    tips = [(digest, tip) for digest, tip in ids if digest not in ended]
    index.set_tips(tx, tips, ended)
    index.drop_lineage(tx, [place.id for place in places])

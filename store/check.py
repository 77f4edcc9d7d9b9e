"""Does the store hold what it says? Every record read, opened and compared with its digest.

What is damaged is named. With `repair`, a good copy is looked for in everything that the packs
hold, indexed or not, and takes the damaged record's place. What cannot be repaired is doubted: it
counts as missing, so that whoever has it sends it again, and that copy heals the store.
"""

from dataclasses import dataclass, replace
from itertools import chain

from store import index, marks, pages
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault
from store.marks import Marks
from store.objects import Objects, renewed
from store.records import Record
from store.runs import runs
from store.scanning import scan

_COPIED_AT_ONCE = 8 << 20
_RECORD = 512
"""What a record takes in memory beside its bytes, about."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be; `id` is None where no object can be named."""

    id: Digest | None
    where: str
    what: str
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a check saw."""

    objects: int
    bytes: int
    problems: tuple[Problem, ...]

    @property
    def is_clean(self) -> bool:
        """Whether all is well, or well again."""
        return all(problem.is_repaired for problem in self.problems)


async def check(objects: Objects, *, repair: bool = False, now: int = 0) -> Report:
    """Read everything and report; `now`, in seconds, is when doubts begin.

    Nothing else may be writing.
    """
    async with objects.sealing:
        objects.forget_cached()
        database = await objects.db.read(_database_problems)
        with marks.opened(objects.db.path.parent) as marked:
            damaged = await objects.db.read(lambda tx: _damaged(tx, objects, marked))
        held, used = await objects.stats(), await objects.db.read(pages.used)
        if repair and damaged:
            damaged = await _repair(objects, damaged, now)
        return Report(held.objects + held.small, sum(used.values()), (*database, *damaged))


def _database_problems(tx: Tx) -> list[Problem]:
    rows = [row[0] for row in tx.execute("pragma integrity_check")]
    return [Problem(None, "node.db", row) for row in rows if row != "ok"]


def _damaged(tx: Tx, objects: Objects, marked: Marks) -> list[Problem]:
    marked.put_places(pages.places(tx))
    packed = ((id_, f"pack {pack} at {at}", raw) for pack, at, id_, raw in marked.places())
    small = ((id_, f"row {seq}", raw) for seq, id_, raw in pages.smalls(tx))
    found = (_problem(tx, objects, *row) for row in chain(packed, small))
    return [problem for problem in found if problem]


def _problem(tx: Tx, objects: Objects, digest: Digest, where: str, length: int) -> Problem | None:
    """Return what is wrong with an object; what it rests on is read with it."""
    try:
        raw = objects.open_record(tx, objects.stored_record(tx, digest))
    except StoreFault as fault:
        return Problem(digest, where, str(fault))
    if len(raw) != length:
        return Problem(digest, where, f"the index says {length} bytes; there are {len(raw)}")
    return None


async def _repair(objects: Objects, damaged: list[Problem], now: int) -> list[Problem]:
    wanted = {problem.id for problem in damaged if problem.id}
    await objects.db.write(lambda tx: index.doubt(tx, wanted, now, damaged=True))
    copies = _Copies(objects, wanted)
    while run := await objects.db.read(copies.some):
        await objects.append(run, renewed)
    # With a base, what rests on it is well again too.
    well = await objects.db.read(lambda tx: {d for d in wanted if _is_readable(tx, objects, d)})
    await objects.db.write(lambda tx: index.trust(tx, well))
    return [replace(problem, is_repaired=problem.id in well) for problem in damaged]


def _is_readable(tx: Tx, objects: Objects, digest: Digest) -> bool:
    try:
        objects.open_record(tx, objects.stored_record(tx, digest))
    except StoreFault:
        return False
    return True


class _Copies:
    """Good records of what is damaged, one of each that has any, from rows and packs."""

    def __init__(self, objects: Objects, wanted: set[Digest]) -> None:
        self._objects = objects
        self._wanted = set(wanted)
        self._rows = iter(wanted)
        self._packed = (
            record
            for number in objects.packs.numbers()
            for _, record in scan(objects.packs, number)
        )

    def some(self, tx: Tx) -> list[Record]:
        """Return the next ones, as many as may be in memory; none when there are no more."""
        rows = (record for digest in self._rows if (record := index.small(tx, digest)))
        good = (one for one in chain(rows, self._packed) if self._is_good(tx, one))
        return next(runs(good, lambda record: _RECORD + len(record.stored), _COPIED_AT_ONCE), [])

    def _is_good(self, tx: Tx, record: Record) -> bool:
        if record.digest not in self._wanted:
            return False
        try:
            self._objects.open_record(tx, record)
        except StoreFault:
            return False
        self._wanted.discard(record.digest)
        return True

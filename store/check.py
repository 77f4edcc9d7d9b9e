"""Does the store hold what it says? Every record read, opened and compared with its digest.

What is damaged is named. With `repair`, a good copy is looked for in everything that the packs
hold, indexed or not, and takes the damaged record's place. What cannot be repaired is doubted: it
counts as missing, so that whoever has it sends it again, and that copy heals the store.
"""

from dataclasses import dataclass, replace
from itertools import chain

from store import index
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault
from store.index import Place
from store.objects import Objects, renewed
from store.records import Record
from store.scanning import scan


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
        places = await objects.db.read(_in_order)
        damaged = await objects.db.read(lambda tx: _damaged(tx, objects, places))
        size = sum(place.stored for place in places)
        if repair and damaged:
            damaged = await _repair(objects, damaged, now)
        count = (await objects.stats()).small + len(places)
        return Report(count, size, (*database, *damaged))


def _database_problems(tx: Tx) -> list[Problem]:
    rows = [row[0] for row in tx.execute("pragma integrity_check")]
    return [Problem(None, "node.db", row) for row in rows if row != "ok"]


def _in_order(tx: Tx) -> list[Place]:
    return sorted(index.places(tx), key=lambda place: (place.pack, place.offset))


def _damaged(tx: Tx, objects: Objects, places: list[Place]) -> list[Problem]:
    packed = ((p.id, f"pack {p.pack} at {p.offset}", p.raw) for p in places)
    small = ((r.digest, f"row {seq}", r.raw_length) for seq, r in index.smalls(tx))
    found = []
    for rows in (packed, small):
        for digest, where, raw in rows:
            if problem := _problem(tx, objects, digest, where, raw):
                found.append(problem)
    return found


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
    copies = await objects.db.read(lambda tx: _copies(tx, objects, wanted))
    await objects.db.write(lambda tx: index.doubt(tx, wanted, now, damaged=True))
    if copies:
        await objects.append(copies, renewed)
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


def _copies(tx: Tx, objects: Objects, wanted: set[Digest]) -> list[Record]:
    """Return one good record of each of `wanted` that has any, from rows and packs."""
    rows = (record for digest in wanted if (record := index.small(tx, digest)))
    packed = (
        record for number in objects.packs.numbers() for _, record in scan(objects.packs, number)
    )
    found: dict[Digest, Record] = {}
    for record in chain(rows, packed):
        is_new = record.digest in wanted and record.digest not in found
        if is_new and _is_good(tx, objects, record):
            found[record.digest] = record
    return list(found.values())


def _is_good(tx: Tx, objects: Objects, record: Record) -> bool:
    try:
        objects.open_record(tx, record)
    except StoreFault:
        return False
    return True

"""Where each object lies, in SQL; only `store.pages` beside it knows these tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.database import Tx
from store.digest import LENGTH, Digest
from store.records import Codec, Kind, Record

_ASKED_AT_ONCE = 500
_FREE_PAGES = 256


class Place(NamedTuple):
    """Where an object's record lies in the packs."""

    id: Digest
    pack: int
    offset: int
    stored: int
    raw: int
    kind: Kind
    codec: Codec
    is_base: bool = False


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest version of a chain: its number, and what it rests on, nearest first."""

    number: int
    bases: tuple[Digest, ...]


def _place(row: tuple[bytes, int, int, int, int, int, int, int]) -> Place:
    digest, pack, offset, stored, raw, kind, codec, is_base = row
    return Place(Digest(digest), pack, offset, stored, raw, Kind(kind), Codec(codec), bool(is_base))


def indexed(tx: Tx) -> dict[int, int]:
    """Return how far each pack is indexed."""
    return dict(tx.execute("select number, indexed from packs"))


def extend(tx: Tx, pack: int, end: int) -> None:
    """Say that a pack is indexed up to `end`."""
    tx.execute(
        "insert into packs (number, indexed) values (?, ?)"
        " on conflict (number) do update set indexed = max(indexed, excluded.indexed)",
        (pack, end),
    )


def forget_pack(tx: Tx, pack: int) -> None:
    """Forget a pack in which nothing is indexed."""
    tx.execute("delete from packs where number = ?", (pack,))


def spot(tx: Tx, digest: Digest) -> tuple[int, int, int] | None:
    """Return pack, offset and stored length of an object: the least that a read needs."""
    found: tuple[int, int, int] | None = tx.execute(
        "select pack, offset, stored from objects where id = ?", (digest,)
    ).fetchone()
    return found


def place(tx: Tx, digest: Digest) -> Place | None:
    """Return where an object lies in the packs."""
    row = tx.execute(
        "select id, pack, offset, stored, raw, kind, codec, is_base from objects where id = ?",
        (digest,),
    ).fetchone()
    return _place(row) if row else None


def places(tx: Tx) -> Iterator[Place]:
    """Yield where every object lies, in no order."""
    rows = tx.execute("select id, pack, offset, stored, raw, kind, codec, is_base from objects")
    return map(_place, rows)


def put_places(tx: Tx, found: Iterable[Place]) -> None:
    """Index records; where one of the same id is indexed already, that one stays."""
    tx.executemany(
        "insert or ignore into objects (id, pack, offset, stored, raw, kind, codec)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        [(p.id, p.pack, p.offset, p.stored, p.raw, int(p.kind), int(p.codec)) for p in found],
    )


def move(tx: Tx, old: Place, new: Place) -> None:
    """Index `new` instead of `old`, unless that has moved meanwhile."""
    tx.execute(
        "update objects set pack = ?, offset = ?, stored = ?, codec = ?"
        " where id = ? and pack = ? and offset = ?",
        (new.pack, new.offset, new.stored, int(new.codec), old.id, old.pack, old.offset),
    )


def drop(tx: Tx, digest: Digest) -> None:
    """Forget an object wherever it lies."""
    tx.execute("delete from objects where id = ?", (digest,))
    tx.execute("delete from small_objects where id = ?", (digest,))
    tx.execute("delete from chains where id = ?", (digest,))
    tx.execute("delete from lineage where id = ?", (digest,))


def set_bases(tx: Tx, digests: Iterable[Digest]) -> None:
    """Say that others rest on these objects."""
    tx.executemany("update objects set is_base = 1 where id = ?", [(d,) for d in digests])


def small(tx: Tx, digest: Digest) -> Record | None:
    """Return an object that is not in a pack yet."""
    row = tx.execute(
        "select kind, codec, raw, stored from small_objects where id = ?", (digest,)
    ).fetchone()
    return Record(Kind(row[0]), Codec(row[1]), row[2], digest, row[3]) if row else None


def smalls(tx: Tx, after: int = 0) -> Iterator[tuple[int, Record]]:
    """Yield the objects that are in no pack yet and came after number `after`, oldest first."""
    rows = tx.execute(
        "select seq, id, kind, codec, raw, stored from small_objects where seq > ? order by seq",
        (after,),
    )
    for seq, digest, kind, codec, raw, stored in rows:
        yield seq, Record(Kind(kind), Codec(codec), raw, Digest(digest), stored)


def put_small(tx: Tx, record: Record) -> None:
    """Keep a record as a row."""
    tx.execute(
        "insert or ignore into small_objects (id, kind, codec, raw, stored) values (?, ?, ?, ?, ?)",
        (record.digest, int(record.kind), int(record.codec), record.raw_length, record.stored),
    )


def drop_smalls(tx: Tx, digests: Iterable[Digest]) -> None:
    """Forget rows, for their objects lie in a pack."""
    tx.executemany("delete from small_objects where id = ?", [(d,) for d in digests])


def last_small(tx: Tx) -> int:
    """Return the number of the newest small object ever."""
    row = tx.execute("select seq from sqlite_sequence where name = 'small_objects'").fetchone()
    return int(row[0]) if row else 0


def known(tx: Tx, digest: Digest) -> bool:
    """Whether the store holds an object and does not doubt it."""
    return (
        tx.execute(
            "select 1 where (exists (select 1 from objects where id = ?1)"
            " or exists (select 1 from small_objects where id = ?1))"
            " and not exists (select 1 from doubted where id = ?1)",
            (digest,),
        ).fetchone()
        is not None
    )


def lengths(tx: Tx, digests: Iterable[Digest]) -> dict[Digest, int]:
    """Return the raw lengths of those objects that the store holds and does not doubt."""
    asked = list(digests)
    found: dict[Digest, int] = {}
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        some = asked[start : start + _ASKED_AT_ONCE]
        for table in ("objects", "small_objects"):
            marks = ",".join("?" * len(some))
            found.update(
                tx.execute(
                    f"select id, raw from {table} where id in ({marks})"  # noqa: S608  marks only
                    " and not exists (select 1 from doubted where doubted.id = "
                    f"{table}.id)",
                    some,
                )
            )
            some = [digest for digest in some if digest not in found]
    return found


def add_lineage(tx: Tx, new: Digest, old: Digest) -> None:
    """Say that `old` was the version before `new` at the same path."""
    tx.execute("insert or ignore into lineage (id, previous) values (?, ?)", (new, old))


def previous(tx: Tx, digest: Digest) -> Digest | None:
    """Return the version before an object, if one was named."""
    row = tx.execute("select previous from lineage where id = ?", (digest,)).fetchone()
    return Digest(row[0]) if row else None


def packed_lineage(tx: Tx, limit: int) -> list[tuple[Place, Digest]]:
    """Return packed objects with the version before each, oldest first."""
    rows = tx.execute(
        "select o.id, pack, offset, stored, raw, kind, codec, is_base, previous from lineage l"
        " join objects o on o.id = l.id order by l.seq limit ?",
        (limit,),
    )
    return [(_place(row[:-1]), Digest(row[-1])) for row in rows]


def drop_lineage(tx: Tx, digests: Iterable[Digest]) -> None:
    """Forget which versions came before these objects."""
    tx.executemany("delete from lineage where id = ?", [(d,) for d in digests])


def tip(tx: Tx, digest: Digest) -> Tip | None:
    """Return the chain whose newest version is `digest`."""
    row = tx.execute("select number, bases from chains where id = ?", (digest,)).fetchone()
    return Tip(row[0], _split(row[1])) if row else None


def _split(bases: bytes) -> tuple[Digest, ...]:
    return tuple(Digest(bases[i : i + LENGTH]) for i in range(0, len(bases), LENGTH))


def set_tips(tx: Tx, tips: Iterable[tuple[Digest, Tip]], ended: Iterable[Digest]) -> None:
    """Put the newest versions of chains in the place of those before."""
    tx.executemany("delete from chains where id = ?", [(d,) for d in ended])
    tx.executemany(
        "insert or replace into chains (id, number, bases) values (?, ?, ?)",
        [(digest, tip.number, b"".join(tip.bases)) for digest, tip in tips],
    )


def doubt(tx: Tx, digests: Iterable[Digest], at: int, *, damaged: bool = False) -> None:
    """Let objects count as missing from now on."""
    tx.executemany(
        "insert into doubted (id, at, damaged) values (?, ?, ?) on conflict (id)"
        " do update set damaged = max(damaged, excluded.damaged)",
        [(digest, at, damaged) for digest in digests],
    )


def trust(tx: Tx, digests: Iterable[Digest]) -> None:
    """Let objects count as held again."""
    tx.executemany("delete from doubted where id = ?", [(d,) for d in digests])


def is_doubted(tx: Tx, digest: Digest) -> bool:
    """Whether an object counts as missing though it may be there."""
    return tx.execute("select 1 from doubted where id = ?", (digest,)).fetchone() is not None


def unreferenced(tx: Tx, until: int) -> list[Digest]:
    """Return what has been without reference since `until` or longer."""
    rows = tx.execute("select id from doubted where damaged = 0 and at <= ?", (until,))
    return [Digest(digest) for (digest,) in rows]


def watermark(tx: Tx, until: int) -> tuple[int, int, int] | None:
    """Return how far packs and small objects reached at the last collection up to `until`."""
    found: tuple[int, int, int] | None = tx.execute(
        "select pack, offset, small from watermarks where at <= ? order by at desc limit 1",
        (until,),
    ).fetchone()
    return found


def last_collection(tx: Tx) -> int | None:
    """Return when the last collection began, in Unix seconds."""
    found: int | None = tx.execute("select max(at) from watermarks").fetchone()[0]
    return found


def set_watermark(tx: Tx, at: int, end: tuple[int, int], until: int) -> None:
    """Remember how far the packs and small objects reach; forget marks that no one will ask for."""
    tx.execute(
        "insert or replace into watermarks (at, pack, offset, small) values (?, ?, ?, ?)",
        (at, *end, last_small(tx)),
    )
    tx.execute(
        "delete from watermarks where at < (select max(at) from watermarks where at <= ?)", (until,)
    )


def totals(tx: Tx) -> Sequence[int]:
    """Return the number of packed and of small objects, and the raw bytes of both."""
    row: Sequence[int] = tx.execute(
        "select count(*), (select count(*) from small_objects),"
        " coalesce(sum(raw), 0) + (select coalesce(sum(raw), 0) from small_objects) from objects"
    ).fetchone()
    return row


def is_used(tx: Tx, pack: int) -> bool:
    """Whether anything is indexed in a pack."""
    return (
        tx.execute("select 1 from objects where pack = ? limit 1", (pack,)).fetchone() is not None
    )


def give_back(tx: Tx) -> None:
    """Return the room of rows that were sealed to the file system, once it is worth it."""
    free = tx.execute("pragma freelist_count").fetchone()[0]
    # sqlite3 takes one step of this statement, which gives back one page.
    for _ in range(free if free > _FREE_PAGES else 0):
        tx.execute("pragma incremental_vacuum")

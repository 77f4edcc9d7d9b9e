"""The whole index, a page at a time: what a sweep asks between the works of others.

Pages of ids are in order, and each begins behind the id `after`. With `store.index` this is the
only module of the store that knows these tables.
"""

from collections.abc import Iterator

from store.database import Tx
from store.digest import Digest
from store.records import HEADER, RESTING

AT_ONCE = 250
"""Ids on a page: a transaction that writes as many keeps nobody waiting for long."""


def packed_before(tx: Tx, pack: int, offset: int, after: Digest) -> list[Digest]:
    """Return objects that lie before a place in the packs."""
    return _ids(
        tx.execute(
            "select id from objects where id > ? and (pack, offset) < (?, ?) order by id limit ?",
            (after, pack, offset, AT_ONCE),
        )
    )


def small_until(tx: Tx, seq: int, after: Digest) -> list[Digest]:
    """Return objects that are in no pack yet and came up to number `seq`."""
    return _ids(
        tx.execute(
            "select id from small_objects where id > ? and seq <= ? order by id limit ?",
            (after, seq, AT_ONCE),
        )
    )


def resting(tx: Tx, after: Digest) -> list[Digest]:
    """Return objects that rest on another."""
    return _ids(
        tx.execute(
            "select id from objects where id > ? and codec in (?, ?) order by id limit ?",
            (after, *map(int, RESTING), AT_ONCE),
        )
    )


def unreferenced(tx: Tx, until: int, after: Digest) -> list[Digest]:
    """Return objects that have been without reference since `until` or longer."""
    return _ids(
        tx.execute(
            "select id from doubted where id > ? and damaged = 0 and at <= ? order by id limit ?",
            (after, until, AT_ONCE),
        )
    )


def is_unreferenced(tx: Tx, digest: Digest, until: int) -> bool:
    """Whether an object has been without reference since `until` or longer."""
    asked = "select 1 from doubted where id = ? and damaged = 0 and at <= ?"
    return tx.execute(asked, (digest, until)).fetchone() is not None


def used(tx: Tx) -> dict[int, int]:
    """Return how many bytes of each pack are indexed."""
    return dict(tx.execute("select pack, sum(stored + ?) from objects group by pack", (HEADER,)))


def places(tx: Tx) -> Iterator[tuple[int, int, Digest, int]]:
    """Yield pack, offset, id and raw length of every packed object, in no order."""
    yield from tx.execute("select pack, offset, id, raw from objects")


def smalls(tx: Tx) -> Iterator[tuple[int, Digest, int]]:
    """Yield number, id and raw length of every object that is in no pack yet."""
    yield from tx.execute("select seq, id, raw from small_objects order by seq")


def _ids(rows: Iterator[tuple[bytes]]) -> list[Digest]:
    return [Digest(digest) for (digest,) in rows]

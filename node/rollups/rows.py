"""Rollups in SQL; the only module of this slice that knows its table."""

from collections.abc import Iterator

from node.rollups.model import LEVELS, Rollup
from store.database import Tx
from store.digest import Digest


def built(tx: Tx, project: int, level: int) -> int:
    """Return the last position that the blocks of `level` cover without a gap; 0 for none."""
    row = tx.execute(
        "select max(start) from rollups where project = ? and level = ?", (project, level)
    ).fetchone()
    return row[0] + LEVELS[level] - 1 if row[0] else 0


def add(tx: Tx, project: int, rollup: Rollup) -> None:
    """Publish the filter of a block; doing so again changes nothing."""
    tx.execute(
        "insert into rollups (project, level, start, filter) values (?, ?, ?, ?)"
        " on conflict do nothing",
        (project, rollup.level, rollup.start, rollup.filter),
    )


def listed(tx: Tx, project: int) -> list[Rollup]:
    """Return the rollups of a project, the largest blocks first."""
    rows = tx.execute(
        "select level, start, filter from rollups where project = ? order by level desc, start",
        (project,),
    )
    return [Rollup(*row) for row in rows]


def filters(tx: Tx) -> Iterator[Digest]:
    """Return the filters of every project: what the garbage collector must keep."""
    for (digest,) in tx.execute("select filter from rollups"):
        yield Digest(digest)

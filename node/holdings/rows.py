"""Holdings in SQL; the only module of this slice that knows its table."""

from collections.abc import Iterable, Iterator, Sequence

from store.database import Tx
from store.digest import Digest

_AT_ONCE = 500
"""Ids in one statement: SQLite is asked faster by the hundred than one by one."""


def add(tx: Tx, project: int, ids: Iterable[Digest]) -> None:
    """Note that a project holds objects, in the order of the table: each page is touched once."""
    for some in _portions(sorted(ids)):
        rows = ",".join(["(?1,?)"] * len(some))
        tx.execute(
            f"insert or ignore into holdings (project, object) values {rows}",  # noqa: S608  marks only
            (project, *some),
        )


def held(tx: Tx, project: int, ids: Sequence[Digest]) -> list[Digest]:
    """Return those of `ids` that a project holds; in their order, if they are sorted."""
    found: list[Digest] = []
    for some in _portions(ids):
        rows = tx.execute(
            f"select object from holdings where project = ? and object in ({_marks(some)})",  # noqa: S608  marks only
            (project, *some),
        )
        found += [one for (one,) in rows]
    return found


def holders(tx: Tx, ids: Sequence[Digest]) -> list[tuple[int, Digest]]:
    """Return each project that holds one of `ids`, with that id."""
    found: list[tuple[int, Digest]] = []
    for some in _portions(ids):
        found += tx.execute(
            "select project, object from holdings"  # noqa: S608  marks only
            f" where project in (select key from projects) and object in ({_marks(some)})",
            some,
        )
    return found


def clear(tx: Tx, project: int) -> None:
    """Forget all that a project holds."""
    tx.execute("delete from holdings where project = ?", (project,))


def drop(tx: Tx, pairs: Iterable[tuple[int, Digest]]) -> None:
    """Forget that projects hold objects."""
    tx.executemany("delete from holdings where project = ? and object = ?", pairs)


def _portions(ids: Sequence[Digest]) -> Iterator[Sequence[Digest]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _marks(ids: Sequence[Digest]) -> str:
    return ",".join("?" * len(ids))

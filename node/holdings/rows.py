"""Holdings in SQL; the only module of this slice that knows its table."""

from collections.abc import Iterable, Sequence

from store.database import Tx
from store.digest import Digest

_ASKED_AT_ONCE = 500


def add(tx: Tx, project: int, ids: Iterable[Digest]) -> None:
    """Note that a project holds objects, in the order of the table: each page is touched once."""
    tx.executemany(
        "insert or ignore into holdings (project, object) values (?, ?)",
        [(project, one) for one in sorted(ids)],
    )


def held(tx: Tx, project: int, ids: Iterable[Digest]) -> set[Digest]:
    """Return those of `ids` that a project holds."""
    asked = list(ids)
    found: set[Digest] = set()
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        some = asked[start : start + _ASKED_AT_ONCE]
        rows = tx.execute(
            f"select object from holdings where project = ? and object in ({_marks(some)})",  # noqa: S608  marks only
            (project, *some),
        )
        found.update(Digest(one) for (one,) in rows)
    return found


def holders(tx: Tx, ids: Sequence[Digest]) -> list[tuple[int, Digest]]:
    """Return each project that holds one of a few `ids`, with that id."""
    rows = tx.execute(
        "select project, object from holdings"  # noqa: S608  marks only
        f" where project in (select key from projects) and object in ({_marks(ids)})",
        ids,
    )
    return [(project, Digest(one)) for project, one in rows]


def drop(tx: Tx, pairs: Iterable[tuple[int, Digest]]) -> None:
    """Forget that projects hold objects."""
    tx.executemany("delete from holdings where project = ? and object = ?", pairs)


def _marks(ids: Sequence[Digest]) -> str:
    return ",".join("?" * len(ids))

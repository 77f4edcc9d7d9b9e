"""Copies in SQL; the only module that knows their table."""

from node.replication.model import Copy
from store.database import Tx
from store.digest import Digest

_COPY = (
    "select project, holder, position, record, contents_from, received_at, proven_at, failures,"
    " origin from copies"
)


def put(tx: Tx, copy: Copy, receipt: Digest, due_at: int) -> None:
    """Write what a holder signed about a project of ours, and when to challenge it.

    A holder that fails is not challenged sooner for having signed again.
    """
    place = copy.project, copy.holder, copy.position
    tx.execute(
        "insert into copies (project, holder, position, record, contents_from, receipt,"
        " received_at, origin, due_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict (project, holder) do update set"
        " position = excluded.position, record = excluded.record, receipt = excluded.receipt,"
        " contents_from = excluded.contents_from, received_at = excluded.received_at,"
        " origin = excluded.origin,"
        " due_at = case when failures then due_at else min(due_at, excluded.due_at) end",
        (*place, copy.record, copy.contents_from, receipt, copy.received_at, copy.origin, due_at),
    )


def copy_of(tx: Tx, project: int, holder: str) -> Copy | None:
    """Return what a holder said about a project."""
    row = tx.execute(_COPY + " where project = ? and holder = ?", (project, holder)).fetchone()
    return Copy(*row) if row else None


def due(tx: Tx, now: int, limit: int) -> list[Copy]:
    """Return the copies to challenge now, one of each origin before a second one of any."""
    rows = tx.execute(
        _COPY + " where due_at <= ? order by row_number() over"
        " (partition by origin order by failures > 0, due_at), due_at limit ?",
        (now, limit),
    )
    return [Copy(*row) for row in rows]


def of_project(tx: Tx, project: int) -> list[Copy]:
    """Return the copies of a project, those proven last first."""
    rows = tx.execute(_COPY + " where project = ? order by proven_at desc, holder", (project,))
    return [Copy(*row) for row in rows]


def everything(tx: Tx) -> list[Copy]:
    """Return every copy of everything."""
    return [Copy(*row) for row in tx.execute(_COPY + " order by project, holder")]


def receipts(tx: Tx) -> list[Digest]:
    """Return every receipt that is kept."""
    return [Digest(name) for (name,) in tx.execute("select receipt from copies")]


def proven(tx: Tx, project: int, holder: str, now: int, due_at: int) -> None:
    """Note that a holder met a challenge."""
    tx.execute(
        "update copies set proven_at = ?, failures = 0, due_at = ?"
        " where project = ? and holder = ?",
        (now, due_at, project, holder),
    )


def not_proven(tx: Tx, project: int, holder: str, due_at: int) -> None:
    """Note that a holder did not meet a challenge."""
    tx.execute(
        "update copies set failures = failures + 1, due_at = ? where project = ? and holder = ?",
        (due_at, project, holder),
    )


def forget(tx: Tx, project: int, holder: str) -> None:
    """Forget a copy."""
    tx.execute("delete from copies where project = ? and holder = ?", (project, holder))

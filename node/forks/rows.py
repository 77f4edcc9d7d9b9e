"""Forks in SQL."""

from node.forks.model import Root
from store.database import Tx


def add(tx: Tx, project: int, root: Root) -> None:
    """Write where a fork goes on from."""
    tx.execute(
        "insert into forks (project, origin, position, record, synced) values (?, ?, ?, ?, ?)",
        (project, root.origin, root.position, root.record, root.synced),
    )


def put(tx: Tx, project: int, root: Root) -> None:
    """Write where a fork of another node goes on from, in the place of what was known."""
    tx.execute("delete from forks where project = ?", (project,))
    add(tx, project, root)


def root(tx: Tx, project: int) -> Root | None:
    """Return where a project goes on from, if it is a fork."""
    row = tx.execute(
        "select origin, position, record, synced from forks where project = ?", (project,)
    ).fetchone()
    return Root(*row) if row else None


def set_synced(tx: Tx, project: int, position: int) -> None:
    """Write up to which position the origin's landings are in a fork."""
    tx.execute("update forks set synced = ? where project = ?", (position, project))


def of(tx: Tx, origin: str, limit: int) -> list[int]:
    """Return the forks of a project, those that something happened to last first."""
    rows = tx.execute(
        "select projects.key from forks join projects on projects.key = project"
        " where origin = ? and deleted_at is null order by active_at desc, projects.key limit ?",
        (origin, limit),
    )
    return [key for (key,) in rows]

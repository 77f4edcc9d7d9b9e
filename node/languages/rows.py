"""Languages in SQL."""

from collections.abc import Mapping

from store.database import Tx


def counted(tx: Tx, project: int) -> int:
    """Return the position up to which a project is counted."""
    row = tx.execute(
        "select position from language_counts where project = ?", (project,)
    ).fetchone()
    return row[0] if row else 0


def add(tx: Tx, project: int, moved: Mapping[str, int], position: int) -> None:
    """Add to the sums of a project, and write up to where it is counted."""
    tx.executemany(
        "insert into project_languages (project, language, bytes) values (?, ?, ?)"
        " on conflict do update set bytes = bytes + excluded.bytes",
        [(project, language, size) for language, size in moved.items() if size],
    )
    tx.execute("delete from project_languages where project = ? and bytes <= 0", (project,))
    tx.execute(
        "insert or replace into language_counts (project, position) values (?, ?)",
        (project, position),
    )


def forget(tx: Tx, project: int) -> None:
    """Forget what is counted of a project."""
    tx.execute("delete from project_languages where project = ?", (project,))
    tx.execute("delete from language_counts where project = ?", (project,))


def sums(tx: Tx, project: int) -> dict[str, int]:
    """Return how many bytes of each language a project has."""
    return dict(
        tx.execute("select language, bytes from project_languages where project = ?", (project,))
    )


def inherit(tx: Tx, origin: int, project: int) -> None:
    """Let a project that has what another one has be counted as far as that one."""
    for table, columns in (
        ("project_languages", "language, bytes"),
        ("language_counts", "position"),
    ):
        tx.execute(
            f"insert into {table} (project, {columns})"  # noqa: S608  constants
            f" select ?, {columns} from {table} where project = ?",
            (project, origin),
        )

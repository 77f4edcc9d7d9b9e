"""The audit log in SQL."""

from collections.abc import Iterator
from typing import Any

import msgspec

from node.audit.model import AuditRow
from store.database import Tx


def last(tx: Tx) -> tuple[int, bytes] | None:
    """Return number and hash of the newest row."""
    row: tuple[int, bytes] | None = tx.execute(
        "select seq, hash from audit order by seq desc limit 1"
    ).fetchone()
    return row


def add(tx: Tx, row: AuditRow) -> None:
    """Write `row` under its number."""
    tx.execute(
        "insert into audit (seq, account, handle, token, project, action, metadata, at, hash)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.seq,
            row.account,
            row.handle,
            row.token,
            row.project,
            row.action,
            msgspec.json.encode(row.metadata, order="sorted").decode(),
            row.at,
            row.hash,
        ),
    )


def all_rows(tx: Tx) -> Iterator[AuditRow]:
    """Return every row, oldest first."""
    rows = tx.execute(
        "select seq, account, handle, token, project, action, metadata, at, hash"
        " from audit order by seq"
    )
    return map(_row, rows)


def written(tx: Tx) -> int:
    """Return how many rows were ever written, which SQLite counts apart from the table."""
    row = tx.execute("select seq from sqlite_sequence where name = 'audit'").fetchone()
    return row[0] if row else 0


def newest(tx: Tx, before: int, limit: int) -> list[AuditRow]:
    """Return up to `limit` rows below number `before`, newest first."""
    rows = tx.execute(
        "select seq, account, handle, token, project, action, metadata, at, hash"
        " from audit where seq < ? order by seq desc limit ?",
        (before, limit),
    )
    return list(map(_row, rows))


def newest_of(tx: Tx, project: int, before: int, limit: int) -> list[AuditRow]:
    """Return up to `limit` rows about `project` below number `before`, newest first."""
    rows = tx.execute(
        "select seq, account, handle, token, project, action, metadata, at, hash"
        " from audit where project = ? and seq < ? order by seq desc limit ?",
        (project, before, limit),
    )
    return list(map(_row, rows))


def _row(columns: tuple[Any, ...]) -> AuditRow:
    seq, account, handle, token, project, action, metadata, at, digest = columns
    said = msgspec.json.decode(metadata)
    return AuditRow(seq, account, handle, token, project, action, said, at, digest)

"""What happened, told in the transaction that made it true.

Front ends and background work learn of it through a cursor of their own: a subscriber is called
with every event after its cursor, in order, at least once. It must therefore be idempotent. The
domain never calls a front end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from store.database import Tx


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `seq` orders all of them, `at` is Unix milliseconds."""

    seq: int
    kind: str
    project: int | None
    data: Mapping[str, object]
    at: int


def append(tx: Tx, kind: str, project: int | None, data: Mapping[str, object], at: int) -> None:
    """Record that `kind` happened; `data` holds plain JSON values."""
    tx.execute(
        "insert into events (kind, project, data, at) values (?, ?, ?, ?)",
        (kind, project, msgspec.json.encode(data).decode(), at),
    )


def after(tx: Tx, seq: int, limit: int = 500) -> list[Event]:
    """Return up to `limit` events after `seq`, oldest first."""
    rows = tx.execute(
        "select seq, kind, project, data, at from events where seq > ? order by seq limit ?",
        (seq, limit),
    )
    return _events(rows)


def _events(rows: Iterable[tuple[int, str, int | None, str, int]]) -> list[Event]:
    return [
        Event(n, kind, project, msgspec.json.decode(data), at)
        for n, kind, project, data, at in rows
    ]


def of_project(tx: Tx, project: int, seq: int, limit: int) -> list[Event]:
    """Return up to `limit` events of one project after `seq`, oldest first.

    It reads all events after `seq`: ask from near the newest.
    """
    rows = tx.execute(
        "select seq, kind, project, data, at from events"
        " where seq > ? and project = ? order by seq limit ?",
        (seq, project, limit),
    )
    return _events(rows)


def last(tx: Tx) -> tuple[int, int]:
    """Return the number and the time of the newest event; zeros before the first."""
    row = tx.execute("select seq, at from events order by seq desc limit 1").fetchone()
    return (row[0], row[1]) if row else (0, 0)


def cursor(tx: Tx, subscriber: str) -> int:
    """Return the last event that `subscriber` has dealt with; 0 for none."""
    row = tx.execute("select seq from cursors where subscriber = ?", (subscriber,)).fetchone()
    return row[0] if row else 0


def advance(tx: Tx, subscriber: str, seq: int) -> None:
    """Remember that `subscriber` has dealt with everything up to `seq`."""
    tx.execute(
        "insert into cursors (subscriber, seq) values (?, ?)"
        " on conflict (subscriber) do update set seq = excluded.seq",
        (subscriber, seq),
    )

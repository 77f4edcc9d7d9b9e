"""When periodic work was last owed: in the database, so that its clock outlives the process.

A kind that is seen for the first time counts from then on.
"""

from zlib import crc32

from store.database import Tx

LONGEST_SPREAD_MS = 60_000


def last(tx: Tx, kind: str) -> int | None:
    """Return when `kind` was last owed, in Unix ms."""
    row = tx.execute("select at from periodic where kind = ?", (kind,)).fetchone()
    return row[0] if row else None


def owed(tx: Tx, kind: str, now: int) -> None:
    """Remember that `kind` was owed at `now`."""
    tx.execute(
        "insert into periodic (kind, at) values (?, ?)"
        " on conflict (kind) do update set at = excluded.at",
        (kind, now),
    )


def spread(node: str, kind: str, pause_ms: int) -> int:
    """Return how many ms after its time a node does `kind`: up to a tenth of the pause, a minute.

    What was missed is not done all at once at a start, nor by all nodes at one moment.
    """
    return crc32(f"{node} {kind}".encode()) % (min(pause_ms // 10, LONGEST_SPREAD_MS) + 1)

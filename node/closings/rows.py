"""Closings in SQL."""

from node.closings.model import Closing
from store.database import Tx


def closing(tx: Tx, account: int) -> Closing | None:
    """Return the closing that was asked for, if one was."""
    row = tx.execute(
        "select asked_at, due_at from account_closings where account = ?", (account,)
    ).fetchone()
    return Closing(*row) if row else None


def put(tx: Tx, account: int, closing: Closing) -> None:
    """Write a closing, or another day for it."""
    tx.execute(
        "insert into account_closings (account, asked_at, due_at) values (?, ?, ?)"
        " on conflict (account) do update set due_at = excluded.due_at",
        (account, closing.asked_at, closing.due_at),
    )


def remove(tx: Tx, account: int) -> bool:
    """Forget a closing; return whether there was one."""
    done = tx.execute("delete from account_closings where account = ?", (account,))
    return done.rowcount == 1

"""Figures of the whole node, in SQL."""

from node.figures.model import Address, Counts, NewAccount
from store.database import Tx

_COUNTS = """
select
  (select count(*) from accounts where kind = 'user' and closed_at is null and not is_remote),
  (select count(*) from accounts where kind = 'organization' and closed_at is null),
  (select count(*) from projects where deleted_at is null),
  (select count(*) from projects where deleted_at is null and visibility = 'private'),
  (select count(*) from projects where deleted_at is null and home is not null),
  (select count(*) from sessions),
  (select count(*) from sessions where status = 'active'),
  (select count(*) from landings)
"""
_ADDRESSES = """
select '/' || handle, updated_at from accounts
  where closed_at is null and not is_remote
union all
select '/' || accounts.handle || '/' || projects.handle, projects.updated_at
  from projects join accounts on accounts.key = owner
  where deleted_at is null and visibility = 'public' and home is null
"""


def counts(tx: Tx) -> Counts:
    """Return how much of everything there is."""
    return Counts(*tx.execute(_COUNTS).fetchone())


def newest_accounts(tx: Tx, kind: str, limit: int) -> list[NewAccount]:
    """Return the accounts of a kind that came last."""
    found = tx.execute(
        "select handle, name, created_at from accounts where kind = ? and closed_at is null"
        " and not is_remote order by key desc limit ?",
        (kind, limit),
    )
    return [NewAccount(*row) for row in found]


def newest_sessions(tx: Tx, limit: int) -> list[tuple[int, str, str, str, str, int | None, int]]:
    """Return project, author, goal, status, position and start of what was begun last."""
    found = tx.execute(
        "select project, id, accounts.handle, goal, status, position, started_at from sessions"
        " join accounts on accounts.key = author order by sessions.key desc limit ?",
        (limit,),
    )
    return [tuple(row) for row in found]


def count_addresses(tx: Tx) -> int:
    """Return how many pages of accounts and public projects there are."""
    return int(tx.execute(f"select count(*) from ({_ADDRESSES})").fetchone()[0])  # noqa: S608


def addresses(tx: Tx, start: int, limit: int) -> list[Address]:
    """Return some of the pages of accounts and public projects."""
    found = tx.execute(f"{_ADDRESSES} limit ? offset ?", (limit, start))
    return [Address(*row) for row in found]

"""Accounts in SQL."""

from node.accounts.model import Account
from store.database import Tx


def add(tx: Tx, handle: str, name: str, did: str, *, is_admin: bool, at: int) -> int:
    """Write an account and return its key."""
    done = tx.execute(
        "insert into accounts (handle, name, did, is_admin, created_at) values (?, ?, ?, ?, ?)",
        (handle, name, did, is_admin, at),
    )
    return done.lastrowid or 0


def by_handle(tx: Tx, handle: str) -> Account | None:
    """Return the account of `handle`, whatever its capitals."""
    row = tx.execute(
        "select key, handle, name, did, is_admin, created_at from accounts where handle = ?",
        (handle,),
    ).fetchone()
    return _account(row) if row else None


def by_key(tx: Tx, key: int) -> Account | None:
    """Return the account whose key is `key`."""
    row = tx.execute(
        "select key, handle, name, did, is_admin, created_at from accounts where key = ?", (key,)
    ).fetchone()
    return _account(row) if row else None


def by_did(tx: Tx, did: str) -> Account | None:
    """Return the account whose person has the key `did`."""
    row = tx.execute(
        "select key, handle, name, did, is_admin, created_at from accounts where did = ?", (did,)
    ).fetchone()
    return _account(row) if row else None


def first_admin(tx: Tx) -> Account | None:
    """Return the node's owner: the admin who was here first."""
    row = tx.execute(
        "select key, handle, name, did, is_admin, created_at from accounts"
        " where is_admin = 1 order by key limit 1"
    ).fetchone()
    return _account(row) if row else None


def count(tx: Tx) -> int:
    """Return how many accounts there are."""
    (number,) = tx.execute("select count(*) from accounts").fetchone()
    return int(number)


def _account(row: tuple[int, str, str, str, int, int]) -> Account:
    key, handle, name, did, is_admin, created_at = row
    return Account(key, handle, name, did, bool(is_admin), created_at)

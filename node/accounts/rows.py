"""Accounts in SQL."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from node.accounts.model import USER, Account
from store.database import Tx

_ACCOUNT = (
    "select key, handle, name, did, is_admin, created_at, kind, updated_at, most_projects,"
    " most_bytes, closed_at, is_remote from accounts"
)


def add(
    tx: Tx, handle: str, name: str, did: str, *, is_admin: bool, at: int, kind: str = USER
) -> int:
    """Write an account and return its key."""
    done = tx.execute(
        "insert into accounts (handle, name, did, is_admin, created_at, kind, updated_at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (handle, name, did, is_admin, at, kind, at),
    )
    return done.lastrowid or 0


def add_remote(tx: Tx, handle: str, name: str, did: str, at: int) -> int:
    """Write the account of somebody of another node and return its key."""
    done = tx.execute(
        "insert into accounts (handle, name, did, is_admin, created_at, updated_at, is_remote)"
        " values (?, ?, ?, 0, ?, ?, 1)",
        (handle, name, did, at, at),
    )
    return done.lastrowid or 0


def rename(tx: Tx, key: int, name: str, at: int) -> None:
    """Write what an account is called."""
    tx.execute("update accounts set name = ?, updated_at = ? where key = ?", (name, at, key))


def set_limits(tx: Tx, key: int, most_projects: int | None, most_bytes: int | None) -> None:
    """Write what an account may have; None is as much as everybody."""
    tx.execute(
        "update accounts set most_projects = ?, most_bytes = ? where key = ?",
        (most_projects, most_bytes, key),
    )


def remove(tx: Tx, key: int) -> None:
    """Remove an account that nothing names any more."""
    tx.execute("delete from accounts where key = ?", (key,))


def close(tx: Tx, key: int, at: int) -> None:
    """Close an account: its handle stays taken, all else that it says of somebody goes."""
    tx.execute(
        "update accounts set closed_at = ?, name = '', is_admin = 0, updated_at = ? where key = ?",
        (at, at, key),
    )


def by_handle(tx: Tx, handle: str) -> Account | None:
    """Return the account of `handle`, whatever its capitals."""
    row = tx.execute(_ACCOUNT + " where handle = ?", (handle,)).fetchone()
    return _account(row) if row else None


def by_key(tx: Tx, key: int) -> Account | None:
    """Return the account whose key is `key`."""
    row = tx.execute(_ACCOUNT + " where key = ?", (key,)).fetchone()
    return _account(row) if row else None


def by_did(tx: Tx, did: str) -> Account | None:
    """Return the account whose person has the key `did`."""
    row = tx.execute(_ACCOUNT + " where did = ?", (did,)).fetchone()
    return _account(row) if row else None


def first_admin(tx: Tx) -> Account | None:
    """Return the node's owner: the admin who was here first."""
    row = tx.execute(_ACCOUNT + " where is_admin = 1 order by key limit 1").fetchone()
    return _account(row) if row else None


def organizations_of(tx: Tx, keys: Iterable[int]) -> list[Account]:
    """Return those accounts of `keys` that are organizations, by handle."""
    found = (by_key(tx, key) for key in keys)
    return sorted(
        (one for one in found if one is not None and one.is_organization),
        key=lambda one: one.handle.lower(),
    )


def count(tx: Tx) -> int:
    """Return how many accounts this node has; those of other nodes do not count."""
    (number,) = tx.execute("select count(*) from accounts where is_remote = 0").fetchone()
    return int(number)


def _account(row: tuple[Any, ...]) -> Account:
    key, handle, name, did, is_admin, *rest, is_remote = row
    found = Account(key, handle, name, did, bool(is_admin), *rest)
    return dataclasses.replace(found, is_remote=bool(is_remote))


def dids(tx: Tx) -> list[str]:
    """Return the key of each account of this node that is open, oldest first."""
    rows = tx.execute(
        "select did from accounts where closed_at is null and is_remote = 0 order by key"
    )
    return [did for (did,) in rows]

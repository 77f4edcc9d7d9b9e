"""Followed nodes in SQL; the only module that knows their table."""

from node.federation.model import Follow
from store.database import Tx

_FOLLOW = (
    "select key, address, did, url, added_at, read_at, due_at, failures, code, error"
    " from followed_nodes"
)


def add(tx: Tx, address: str, now: int) -> None:
    """Write a node that is followed from now on; one that is there is read again at once."""
    tx.execute(
        "insert into followed_nodes (address, added_at, due_at) values (?, ?, ?)"
        " on conflict (address) do update set due_at = excluded.due_at, failures = 0",
        (address, now, now),
    )


def at(tx: Tx, address: str) -> Follow | None:
    """Return what is followed at an address."""
    row = tx.execute(_FOLLOW + " where address = ?", (address,)).fetchone()
    return Follow(*row) if row else None


def get(tx: Tx, key: int) -> Follow | None:
    """Return a followed node by its key."""
    row = tx.execute(_FOLLOW + " where key = ?", (key,)).fetchone()
    return Follow(*row) if row else None


def everything(tx: Tx) -> list[Follow]:
    """Return the followed nodes, in the order in which they were named."""
    return [Follow(*row) for row in tx.execute(_FOLLOW + " order by key")]


def due(tx: Tx, now: int, limit: int) -> list[Follow]:
    """Return those to read now, whoever waits longest first."""
    wanted = _FOLLOW + " where due_at <= ? order by due_at limit ?"
    return [Follow(*row) for row in tx.execute(wanted, (now, limit))]


def read(tx: Tx, key: int, did: str, url: str, now: int, due_at: int) -> None:
    """Note that a document was read and believed."""
    tx.execute(
        "update followed_nodes set did = ?, url = ?, read_at = ?, due_at = ?, failures = 0,"
        " code = null, error = null where key = ?",
        (did, url, now, due_at, key),
    )


def failed(tx: Tx, key: int, code: str, error: str, failures: int, due_at: int) -> None:
    """Note that an attempt came to nothing."""
    tx.execute(
        "update followed_nodes set code = ?, error = ?, failures = ?, due_at = ? where key = ?",
        (code, error, failures, due_at, key),
    )


def remove(tx: Tx, key: int) -> None:
    """Follow a node no longer."""
    tx.execute("delete from followed_nodes where key = ?", (key,))


def count_of(tx: Tx, did: str) -> int:
    """Return at how many addresses a node is followed."""
    row = tx.execute("select count(*) from followed_nodes where did = ?", (did,)).fetchone()
    return int(row[0])


def remove_all(tx: Tx, did: str) -> None:
    """Follow a node no longer, at whatever addresses."""
    tx.execute("delete from followed_nodes where did = ?", (did,))

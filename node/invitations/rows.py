"""Invitations in SQL; hashes only, never a secret."""

from node.invitations.model import Row
from store.database import Tx

_OPEN = (
    "select key, account, organization, project, role, inviter, created_at, expires_at"
    " from invitations where ended_at is null and expires_at > :now"
)


def add(tx: Tx, row: Row, digest: bytes | None = None) -> int:
    """Write an invitation and return its key; one that is open for the same is replaced."""
    tx.execute(
        "update invitations set ended_at = ? where ended_at is null and account = ?"
        " and organization is ? and project is ?",
        (row.created_at, row.account, row.organization, row.project),
    )
    done = tx.execute(
        "insert into invitations (account, hash, organization, project, role, inviter, created_at,"
        " expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.account,
            digest,
            row.organization,
            row.project,
            row.role,
            row.inviter,
            row.created_at,
            row.expires_at,
        ),
    )
    return done.lastrowid or 0


def find(tx: Tx, key: int, now: int) -> Row | None:
    """Return the open invitation whose key is `key`."""
    row = tx.execute(_OPEN + " and key = :key", {"now": now, "key": key}).fetchone()
    return Row(*row) if row else None


def by_hash(tx: Tx, digest: bytes, now: int) -> Row | None:
    """Return the open invitation by link whose secret has this hash."""
    row = tx.execute(_OPEN + " and hash = :hash", {"now": now, "hash": digest}).fetchone()
    return Row(*row) if row else None


def for_account(tx: Tx, account: int, now: int) -> list[Row]:
    """Return what an account may say yes to, newest first."""
    found = tx.execute(
        _OPEN + " and account = :account order by key desc", {"now": now, "account": account}
    )
    return [Row(*row) for row in found]


def to_organization(tx: Tx, organization: int, now: int) -> list[Row]:
    """Return the open invitations to an organization, newest first."""
    found = tx.execute(
        _OPEN + " and organization = :key order by key desc", {"now": now, "key": organization}
    )
    return [Row(*row) for row in found]


def links(tx: Tx, now: int) -> list[Row]:
    """Return the open invitations by link, newest first."""
    found = tx.execute(_OPEN + " and hash is not null order by key desc", {"now": now})
    return [Row(*row) for row in found]


def end(tx: Tx, key: int, now: int) -> None:
    """Mark an invitation as answered or withdrawn."""
    tx.execute("update invitations set ended_at = ? where key = ?", (now, key))

"""Links, sessions, tokens and device keys in SQL; hashes only, never a secret."""

from node.signin.model import DeviceKey, Token, WebSession
from store.database import Tx


def add_link(tx: Tx, digest: bytes, account: int, expires_at: int) -> None:
    """Write a sign-in link and forget those that ran out long ago."""
    tx.execute("delete from sign_in_links where expires_at < ?", (expires_at - 86_400_000,))
    tx.execute(
        "insert into sign_in_links (hash, account, expires_at) values (?, ?, ?)",
        (digest, account, expires_at),
    )


def link_account(tx: Tx, digest: bytes, now: int) -> int | None:
    """Return whose unused link this is."""
    row = tx.execute(
        "select account from sign_in_links where hash = ? and used_at is null and expires_at > ?",
        (digest, now),
    ).fetchone()
    return row[0] if row else None


def use_link(tx: Tx, digest: bytes, now: int) -> None:
    """Mark a link as used."""
    tx.execute("update sign_in_links set used_at = ? where hash = ?", (now, digest))


def add_session(tx: Tx, digest: bytes, account: int, device: str, now: int, expires_at: int) -> int:
    """Write a web session and return its key."""
    done = tx.execute(
        "insert into web_sessions (hash, account, device, created_at, seen_at, expires_at)"
        " values (?, ?, ?, ?, ?, ?)",
        (digest, account, device, now, now, expires_at),
    )
    return done.lastrowid or 0


def session(tx: Tx, digest: bytes, now: int) -> tuple[int, int, int] | None:
    """Return key, account and when it was last seen of a web session that still holds."""
    row: tuple[int, int, int] | None = tx.execute(
        "select key, account, seen_at from web_sessions"
        " where hash = ? and ended_at is null and expires_at > ?",
        (digest, now),
    ).fetchone()
    return row


def seen(tx: Tx, key: int, now: int, expires_at: int) -> None:
    """Renew a web session that is in use."""
    tx.execute(
        "update web_sessions set seen_at = ?, expires_at = ? where key = ? and ended_at is null",
        (now, expires_at, key),
    )


def sessions_of(tx: Tx, account: int, now: int) -> list[WebSession]:
    """Return where an account is signed in, last seen first."""
    rows = tx.execute(
        "select key, device, created_at, seen_at, expires_at from web_sessions"
        " where account = ? and ended_at is null and expires_at > ?"
        " order by seen_at desc, key desc",
        (account, now),
    )
    return [WebSession(*row) for row in rows]


def end_session(tx: Tx, account: int, key: int, now: int) -> bool:
    """End a web session of `account`; return whether there was one."""
    done = tx.execute(
        "update web_sessions set ended_at = ? where key = ? and account = ? and ended_at is null",
        (now, key, account),
    )
    return done.rowcount == 1


def add_token(
    tx: Tx,
    account: int,
    name: str,
    prefix: str,
    digest: bytes,
    scopes: frozenset[str],
    now: int,
    expires_at: int | None,
) -> int:
    """Write a token and return its key."""
    done = tx.execute(
        "insert into tokens (account, name, prefix, hash, scopes, created_at, expires_at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (account, name, prefix, digest, " ".join(sorted(scopes)), now, expires_at),
    )
    return done.lastrowid or 0


def tokens_with(
    tx: Tx, prefix: str, now: int
) -> list[tuple[int, int, bytes, frozenset[str], int | None]]:
    """Return key, account, hash, scopes and last use of the valid tokens with this prefix."""
    rows = tx.execute(
        "select key, account, hash, scopes, last_used_at from tokens"
        " where prefix = ? and revoked_at is null and (expires_at is null or expires_at > ?)",
        (prefix, now),
    )
    return [
        (key, account, digest, frozenset(scopes.split()), used)
        for key, account, digest, scopes, used in rows
    ]


def token_used(tx: Tx, key: int, now: int) -> None:
    """Remember that a token was used."""
    tx.execute("update tokens set last_used_at = ? where key = ?", (now, key))


def tokens_of(tx: Tx, account: int, now: int) -> list[Token]:
    """Return the valid tokens of an account, newest first."""
    rows = tx.execute(
        "select key, name, prefix, scopes, created_at, expires_at, last_used_at from tokens"
        " where account = ? and revoked_at is null and (expires_at is null or expires_at > ?)"
        " order by key desc",
        (account, now),
    )
    return [
        Token(key, name, prefix, frozenset(scopes.split()), created, expires, used)
        for key, name, prefix, scopes, created, expires, used in rows
    ]


def revoke_token(tx: Tx, account: int, key: int, now: int) -> bool:
    """Revoke a token of `account`; return whether there was one."""
    done = tx.execute(
        "update tokens set revoked_at = ? where key = ? and account = ? and revoked_at is null",
        (now, key, account),
    )
    return done.rowcount == 1


def key_owner(tx: Tx, did: str) -> tuple[int, bool] | None:
    """Return whose device key this is, and whether it still holds."""
    row = tx.execute(
        "select account, revoked_at is null from device_keys where did = ?", (did,)
    ).fetchone()
    return (row[0], bool(row[1])) if row else None


def add_key(tx: Tx, did: str, account: int, name: str, now: int) -> None:
    """Write a device key."""
    tx.execute(
        "insert into device_keys (did, account, name, created_at) values (?, ?, ?, ?)",
        (did, account, name, now),
    )


def device_keys(tx: Tx, account: int) -> list[DeviceKey]:
    """Return the device keys that sign for an account, newest first."""
    rows = tx.execute(
        "select did, name, created_at from device_keys"
        " where account = ? and revoked_at is null order by created_at desc, did",
        (account,),
    )
    return [DeviceKey(*row) for row in rows]


def revoke_key(tx: Tx, account: int, did: str, now: int) -> bool:
    """Revoke a device key of `account`; return whether there was one."""
    done = tx.execute(
        "update device_keys set revoked_at = ?"
        " where did = ? and account = ? and revoked_at is null",
        (now, did, account),
    )
    return done.rowcount == 1

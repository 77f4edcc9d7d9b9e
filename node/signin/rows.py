"""Links, sessions, tokens and device keys in SQL; hashes only, never a secret."""

from dataclasses import dataclass
from typing import Any

from node.signin.model import DeviceKey, Token, WebSession
from store.database import Tx

_HOLDS = (
    " revoked_at is null and (expires_at is null or expires_at > ?) and (device is null or not"
    " exists (select 1 from device_sessions made where made.key = device"
    " and made.disowned_at is not null))"
)
"""Of a token: neither ended, nor made by a device that is no longer its owner's."""

_LISTED = (
    "select tokens.key, tokens.name, prefix, scopes, tokens.created_at, expires_at, last_used_at,"
    " handle, project, networks from tokens join accounts on accounts.key = tokens.account"
    " where"
)
_HOLDING = _LISTED + _HOLDS
_WITH_PREFIX = (
    "select key, account, hash, scopes, last_used_at, project, networks from tokens"
    " where prefix = ? and"
)


def add_link(tx: Tx, digest: bytes, code: bytes, account: int, expires_at: int) -> None:
    """Write a sign-in link with its code, and forget those that ran out long ago."""
    tx.execute("delete from sign_in_links where expires_at < ?", (expires_at - 86_400_000,))
    tx.execute(
        "insert into sign_in_links (hash, code, account, expires_at) values (?, ?, ?, ?)",
        (digest, code, account, expires_at),
    )


def link_of_code(tx: Tx, code: bytes) -> bytes | None:
    """Return the hash of the link that has this code."""
    row = tx.execute("select hash from sign_in_links where code = ?", (code,)).fetchone()
    return row[0] if row else None


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


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that holds, with what a request must know of it."""

    key: int
    account: int
    digest: bytes
    scopes: str
    last_used_at: int | None
    project: int | None
    networks: str


def add_token(tx: Tx, account: int, token: Token, digest: bytes, device: int | None) -> int:
    """Write a token of `account` that `device` made and return its key."""
    done = tx.execute(
        "insert into tokens (account, name, prefix, hash, scopes, created_at, expires_at, project,"
        " networks, device) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account,
            token.name,
            token.prefix,
            digest,
            " ".join(sorted(token.scopes)),
            token.created_at,
            token.expires_at,
            token.project,
            " ".join(token.networks),
            device,
        ),
    )
    return done.lastrowid or 0


def tokens_with(tx: Tx, prefix: str, now: int) -> list[TokenRow]:
    """Return the valid tokens with this prefix."""
    rows = tx.execute(_WITH_PREFIX + _HOLDS, (prefix, now))
    return [TokenRow(*row) for row in rows]


def token_used(tx: Tx, key: int, now: int) -> None:
    """Remember that a token was used."""
    tx.execute("update tokens set last_used_at = ? where key = ?", (now, key))


def token_bounds(tx: Tx, key: int) -> tuple[int | None, tuple[str, ...]]:
    """Return when a token runs out, None for never, and the networks that it is for."""
    row = tx.execute("select expires_at, networks from tokens where key = ?", (key,)).fetchone()
    return (row[0], tuple(row[1].split())) if row else (None, ())


def token_device(tx: Tx, key: int) -> int | None:
    """Return which device made a token."""
    (device,) = tx.execute("select device from tokens where key = ?", (key,)).fetchone()
    return int(device) if device is not None else None


def tokens_of(tx: Tx, account: int, now: int) -> list[Token]:
    """Return the valid personal tokens of an account, newest first."""
    rows = tx.execute(
        _HOLDING + " and account = ? and project is null order by tokens.key desc", (now, account)
    )
    return [_token(row) for row in rows]


def tokens_for(tx: Tx, project: int, now: int) -> list[Token]:
    """Return the valid tokens for a project, newest first."""
    rows = tx.execute(_HOLDING + " and project = ? order by tokens.key desc", (now, project))
    return [_token(row) for row in rows]


def revoke_token(tx: Tx, account: int, key: int, now: int) -> bool:
    """Revoke a token of `account`; return whether there was one."""
    done = tx.execute(
        "update tokens set revoked_at = ? where key = ? and account = ? and revoked_at is null",
        (now, key, account),
    )
    return done.rowcount == 1


def revoke_token_for(tx: Tx, project: int, key: int, now: int) -> bool:
    """Revoke a token for `project`, whoever's it is; return whether there was one."""
    done = tx.execute(
        "update tokens set revoked_at = ? where key = ? and project = ? and revoked_at is null",
        (now, key, project),
    )
    return done.rowcount == 1


def end_all(tx: Tx, account: int, now: int) -> None:
    """End every session, token, link and device key of an account."""
    tx.execute(
        "update web_sessions set ended_at = ? where account = ? and ended_at is null",
        (now, account),
    )
    tx.execute(
        "update tokens set revoked_at = ? where account = ? and revoked_at is null", (now, account)
    )
    tx.execute(
        "update device_keys set revoked_at = ? where account = ? and revoked_at is null",
        (now, account),
    )
    tx.execute("delete from sign_in_links where account = ?", (account,))


def key_owner(tx: Tx, did: str) -> tuple[int, bool, str | None] | None:
    """Return whose device key this is, whether it still holds, and what it may sign with."""
    row = tx.execute(
        "select account, revoked_at is null, credential from device_keys where did = ?", (did,)
    ).fetchone()
    return (row[0], bool(row[1]), row[2]) if row else None


def bind_key(tx: Tx, did: str, credential: str | None) -> None:
    """Let a key sign with something else."""
    tx.execute("update device_keys set credential = ? where did = ?", (credential, did))


def signers(tx: Tx, account: int, credential: str | None) -> list[str]:
    """Return the keys that sign for an account with `credential`, or with anything."""
    rows = tx.execute(
        "select did from device_keys where account = ? and revoked_at is null"
        " and (credential is null or credential = ?)",
        (account, credential),
    )
    return [did for (did,) in rows]


def count_keys(tx: Tx, account: int, credential: str | None) -> int:
    """Return how many keys of an account sign with exactly `credential`."""
    (number,) = tx.execute(
        "select count(*) from device_keys"
        " where account = ? and revoked_at is null and credential is ?",
        (account, credential),
    ).fetchone()
    return int(number)


def add_key(tx: Tx, did: str, account: int, name: str, credential: str | None, now: int) -> None:
    """Write a device key."""
    tx.execute(
        "insert into device_keys (did, account, name, credential, created_at)"
        " values (?, ?, ?, ?, ?)",
        (did, account, name, credential, now),
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


def _token(row: tuple[Any, ...]) -> Token:
    key, name, prefix, scopes, created_at, expires_at, used_at, owner, project, networks = row
    granted, within = frozenset(scopes.split()), tuple(networks.split())
    return Token(
        key, name, prefix, granted, created_at, expires_at, used_at, owner, project, within
    )

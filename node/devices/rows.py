"""Clients, grants, device sessions and their tokens in SQL; hashes only, never a secret."""

from dataclasses import dataclass
from typing import Any

from node.devices.model import Client, Device, Grant
from store.database import Tx

_CLIENT = "select key, id, method, name, uri, scopes, created_at, hash from device_clients"
_GRANT = (
    "select key, client, name, scopes, created_at, expires_at, pause_ms, polled_at, account,"
    " answer, used_at from device_grants"
)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant by the keys that it names."""

    key: int
    client: int | None
    name: str
    scopes: str
    created_at: int
    expires_at: int
    pause_ms: int
    polled_at: int | None
    account: int | None
    answer: str | None
    used_at: int | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that was given to a device, and whether that device is still signed in."""

    session: int
    kind: str
    expires_at: int
    used_at: int | None
    account: int
    client: int | None
    scopes: str
    seen_at: int
    revoked_at: int | None


def add_client(tx: Tx, client: Client, digest: bytes | None) -> int:
    """Write a client and return its key."""
    done = tx.execute(
        "insert into device_clients (id, hash, method, name, uri, scopes, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (
            client.id,
            digest,
            client.method,
            client.name,
            client.uri,
            " ".join(sorted(client.scopes)),
            client.created_at,
        ),
    )
    return done.lastrowid or 0


def client(tx: Tx, name: str) -> tuple[Client, bytes | None] | None:
    """Return the client whose id is `name`, and the hash of its secret."""
    row = tx.execute(_CLIENT + " where id = ?", (name,)).fetchone()
    return _client(row) if row else None


def client_by_key(tx: Tx, key: int) -> Client | None:
    """Return the client whose key is `key`."""
    row = tx.execute(_CLIENT + " where key = ?", (key,)).fetchone()
    return _client(row)[0] if row else None


def client_used(tx: Tx, key: int, now: int) -> None:
    """Remember that somebody was signed in by a client, so that it stays."""
    tx.execute(
        "update device_clients set used_at = ? where key = ? and used_at is null", (now, key)
    )


def forget_clients(tx: Tx, before: int) -> None:
    """Forget the clients from before `before` that nobody was ever signed in by."""
    tx.execute(
        "delete from device_clients where used_at is null and created_at < ?"
        " and key not in (select client from device_grants where client is not null)",
        (before,),
    )


def count_clients(tx: Tx) -> int:
    """Return how many clients there are that nobody was ever signed in by."""
    (number,) = tx.execute("select count(*) from device_clients where used_at is null").fetchone()
    return int(number)


def add_grant(
    tx: Tx,
    digest: bytes,
    code: bytes,
    client: int | None,
    name: str,
    scopes: str,
    now: int,
    expires_at: int,
    pause_ms: int,
) -> None:
    """Write a grant that waits."""
    tx.execute(
        "insert into device_grants"
        " (hash, code, client, name, scopes, created_at, expires_at, pause_ms)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (digest, code, client, name, scopes, now, expires_at, pause_ms),
    )


def has_code(tx: Tx, code: bytes) -> bool:
    """Return whether a grant has this user code."""
    return tx.execute("select 1 from device_grants where code = ?", (code,)).fetchone() is not None


def forget_grants(tx: Tx, before: int) -> None:
    """Forget the grants that ended before `before`."""
    tx.execute("delete from device_grants where expires_at < ?", (before,))


def count_waiting(tx: Tx, now: int) -> int:
    """Return how many grants wait for an answer."""
    (number,) = tx.execute(
        "select count(*) from device_grants where expires_at > ? and answer is null", (now,)
    ).fetchone()
    return int(number)


def grant(tx: Tx, digest: bytes) -> GrantRow | None:
    """Return the grant of a device code."""
    row = tx.execute(_GRANT + " where hash = ?", (digest,)).fetchone()
    return GrantRow(*row) if row else None


def waiting(tx: Tx, code: bytes, now: int) -> Grant | None:
    """Return the grant of a user code that waits for an answer, as it is shown."""
    row = tx.execute(
        "select grants.key, grants.name, coalesce(clients.name, ''), coalesce(clients.uri, ''),"
        " grants.scopes, grants.created_at, grants.expires_at from device_grants grants"
        " left join device_clients clients on clients.key = grants.client"
        " where code = ? and answer is null and expires_at > ?",
        (code, now),
    ).fetchone()
    if row is None:
        return None
    key, name, of, uri, scopes, created, expires = row
    return Grant(key, name, of, uri, frozenset(scopes.split()), created, expires)


def answer(tx: Tx, key: int, account: int, said: str) -> None:
    """Write what somebody answered."""
    tx.execute(
        "update device_grants set account = ?, answer = ? where key = ?", (account, said, key)
    )


def polled(tx: Tx, key: int, now: int, pause_ms: int) -> None:
    """Remember when a device asked, and how long it is to wait."""
    tx.execute(
        "update device_grants set polled_at = ?, pause_ms = ? where key = ?", (now, pause_ms, key)
    )


def use_grant(tx: Tx, key: int, now: int) -> None:
    """Mark a grant as used."""
    tx.execute("update device_grants set used_at = ? where key = ?", (now, key))


def add_session(tx: Tx, grant: GrantRow, digest: bytes, now: int, expires_at: int) -> int:
    """Write a device session and return its key."""
    done = tx.execute(
        "insert into device_sessions (account, client, grant_hash, name, scopes, created_at,"
        " seen_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (grant.account, grant.client, digest, grant.name, grant.scopes, now, now, expires_at),
    )
    return done.lastrowid or 0


def session_of_grant(tx: Tx, digest: bytes) -> tuple[int, int] | None:
    """Return key and account of the device session that a device code became."""
    row: tuple[int, int] | None = tx.execute(
        "select key, account from device_sessions where grant_hash = ?", (digest,)
    ).fetchone()
    return row


def extend(tx: Tx, session: int, now: int, expires_at: int) -> None:
    """Let a device session last longer."""
    tx.execute(
        "update device_sessions set expires_at = ?, seen_at = ? where key = ?",
        (expires_at, now, session),
    )


def seen(tx: Tx, session: int, now: int) -> None:
    """Remember that a device came."""
    tx.execute("update device_sessions set seen_at = ? where key = ?", (now, session))


def add_token(tx: Tx, digest: bytes, session: int, kind: str, expires_at: int) -> None:
    """Write a token of a device session, and forget those that ran out long ago."""
    tx.execute("delete from device_tokens where expires_at < ?", (expires_at - 86_400_000 * 60,))
    tx.execute(
        "insert into device_tokens (hash, session, kind, expires_at) values (?, ?, ?, ?)",
        (digest, session, kind, expires_at),
    )


def token(tx: Tx, digest: bytes) -> TokenRow | None:
    """Return a token with what its device session says, ended ones too."""
    row = tx.execute(
        "select session, kind, tokens.expires_at, used_at, account, client, scopes, seen_at,"
        " revoked_at from device_tokens tokens join device_sessions on key = session"
        " where hash = ?",
        (digest,),
    ).fetchone()
    return TokenRow(*row) if row else None


def use_token(tx: Tx, digest: bytes, now: int) -> None:
    """Mark a refresh token as used."""
    tx.execute("update device_tokens set used_at = ? where hash = ?", (now, digest))


def devices_of(tx: Tx, account: int, now: int) -> list[Device]:
    """Return the devices that are signed in to an account, seen last first."""
    rows = tx.execute(
        "select devices.key, devices.name, coalesce(clients.name, ''), devices.scopes,"
        " devices.created_at, seen_at, expires_at from device_sessions devices"
        " left join device_clients clients on clients.key = devices.client"
        " where account = ? and revoked_at is null and expires_at > ?"
        " order by seen_at desc, devices.key desc",
        (account, now),
    )
    return [
        Device(key, name, of, frozenset(scopes.split()), created, seen_at, expires)
        for key, name, of, scopes, created, seen_at, expires in rows
    ]


def revoke(tx: Tx, account: int, session: int, now: int) -> bool:
    """End a device session with all its tokens; return whether there was one."""
    done = tx.execute(
        "update device_sessions set revoked_at = ?"
        " where key = ? and account = ? and revoked_at is null",
        (now, session, account),
    )
    return done.rowcount == 1


def disown(tx: Tx, session: int, now: int) -> None:
    """Mark a device session as no longer its owner's, so that what it made ends too."""
    tx.execute("update device_sessions set disowned_at = ? where key = ?", (now, session))


def revoke_all(tx: Tx, account: int, now: int) -> None:
    """End every device session of an account."""
    tx.execute(
        "update device_sessions set revoked_at = ? where account = ? and revoked_at is null",
        (now, account),
    )


def _client(row: tuple[Any, ...]) -> tuple[Client, bytes | None]:
    key, name, method, title, uri, scopes, created, digest = row
    found = Client(key, name, method, title, uri, frozenset(scopes.split()), created)
    return found, digest

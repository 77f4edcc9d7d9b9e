"""What a program does to sign its device in: register, start, come for tokens, refresh, sign out.

What a refusal leaves behind (a longer pause, a session that ends because its token came twice) is
written, so a work returns its refusal and the verb raises it once the transaction stands.
"""

from collections.abc import Callable
from typing import TypeVar

from node.audit import verbs as audit
from node.devices import rows, rules
from node.devices.model import (
    AccessDenied,
    BadClient,
    BadGrant,
    BadScope,
    Caller,
    Client,
    Expired,
    Issued,
    NewClient,
    Pending,
    Refused,
    SlowDown,
    Started,
    TooBusy,
)
from node.devices.verbs import disown, owner_of, sign_out
from node.kernel.forge import Forge
from node.kernel.secrets import hashed
from store.database import Tx

T = TypeVar("T")


async def register(forge: Forge, new: NewClient, address: str = "") -> tuple[Client, str | None]:
    """Return a new client and its secret, if its method has one; raise `BadMetadata`."""
    now = forge.now()
    forge.guesses.take(rules.REGISTRATIONS, address, now)
    checked = rules.check_new(new)
    secret = None if checked.method == rules.NONE else forge.ids.secret()
    made = _client(forge.ids.session(), checked, now)

    def write(tx: Tx) -> None:
        rows.forget_clients(tx, now - rules.DAY_MS)
        if rows.count_clients(tx) >= rules.MOST_CLIENTS:
            raise TooBusy("new clients")
        rows.add_client(tx, made, None if secret is None else hashed(secret))

    await forge.db.write(write)
    return made, secret


async def start(forge: Forge, caller: Caller, name: str | None, scope: str | None) -> Started:
    """Let a device wait for somebody's answer; raise `BadClient`, `BadScope` or `TooBusy`."""
    now = forge.now()
    forge.guesses.take(rules.STARTS, caller.address, now)
    shown, secret = rules.device_name(name), forge.ids.secret()

    def write(tx: Tx) -> Started:
        client = _authenticated(tx, caller)
        asked = rules.asked_scopes(scope, client.scopes if client else None)
        rows.forget_grants(tx, now - rules.KEPT_MS)
        if rows.count_waiting(tx, now) >= rules.MOST_WAITING:
            raise TooBusy("devices")
        code = _free_code(tx)
        rows.add_grant(
            tx,
            hashed(secret),
            hashed(code),
            client.key if client else None,
            shown,
            " ".join(sorted(asked)),
            now,
            now + rules.CODE_MS,
            rules.PAUSE_MS,
        )
        return _started(secret, code)

    return await _guarded(forge, caller, write)


async def exchange(forge: Forge, caller: Caller, device_code: str) -> Issued:
    """Give a device its tokens, once, if somebody said yes; else raise what it is to wait for."""
    return await _guarded(forge, caller, lambda tx: _exchange(forge, tx, caller, device_code))


async def refresh(forge: Forge, caller: Caller, token: str, scope: str | None = None) -> Issued:
    """Change a refresh token for two new tokens; raise `BadGrant`.

    It works once: a second use means that two have it, so the device is signed out (RFC 9700 4.14).
    """
    return await _guarded(forge, caller, lambda tx: _refresh(forge, tx, caller, token, scope))


async def end(forge: Forge, caller: Caller, token: str) -> None:
    """Sign the device of a token out, whichever of its tokens it is; an unknown one is none."""

    def write(tx: Tx) -> None:
        client = _authenticated(tx, caller)
        row = rows.token(tx, hashed(token))
        if row is not None and row.client == (client.key if client else None):
            sign_out(forge, tx, row.account, row.session, "signed out")

    await _guarded(forge, caller, write)


def _client(name: str, new: NewClient, now: int) -> Client:
    assert isinstance(new.method, str)
    assert isinstance(new.name, str)
    assert isinstance(new.uri, str)
    assert isinstance(new.scope, frozenset)
    return Client(0, name, new.method, new.name, new.uri, new.scope, now)


def _started(secret: str, code: str) -> Started:
    return Started(
        secret, code, rules.CODE_MS // rules.SECOND_MS, rules.PAUSE_MS // rules.SECOND_MS
    )


def _free_code(tx: Tx) -> str:
    code = rules.user_code()
    while rows.has_code(tx, hashed(code)):
        code = rules.user_code()
    return code


async def _guarded(forge: Forge, caller: Caller, work: Callable[[Tx], T | Refused]) -> T:
    """Do what a program asks; raise what it is refused with.

    Who fails too often is told to wait. Who is right is not: many may share an address.
    """
    try:
        done = await forge.db.write(work)
        if isinstance(done, Refused):
            raise done
    except (BadClient, BadGrant):
        now = forge.now()
        forge.guesses.take(rules.FAILED_TOKENS, caller.address, now)
        raise
    return done


def _authenticated(tx: Tx, caller: Caller) -> Client | None:
    """Return the client that asks, None for `mic` itself; raise `BadClient`."""
    given = None if caller.secret is None else hashed(caller.secret)
    if caller.id is None or caller.id == rules.MIC:
        rules.check_secret(rules.NONE, None, given, caller.how)
        return None
    found = rows.client(tx, caller.id)
    if found is None:
        raise BadClient
    client, kept = found
    rules.check_secret(client.method, kept, given, caller.how)
    return client


def _exchange(forge: Forge, tx: Tx, caller: Caller, device_code: str) -> Issued | Refused:
    client, digest, now = _authenticated(tx, caller), hashed(device_code), forge.now()
    grant = rows.grant(tx, digest)
    if grant is None or grant.client != (client.key if client else None):
        return BadGrant()
    if grant.used_at is not None:
        return _used_twice(forge, tx, digest)
    refusal = _unready(tx, grant, now)
    if refusal is not None:
        return refusal
    rows.use_grant(tx, grant.key, now)
    session = rows.add_session(tx, grant, digest, now, now + rules.REFRESH_MS)
    if client is not None:
        rows.client_used(tx, client.key, now)
    facts = {"device": session, "name": grant.name}
    audit.append(tx, owner_of(tx, grant.account), None, "device.signed-in", facts, now)
    return _issue(forge, tx, session, grant.scopes)


def _unready(tx: Tx, grant: rows.GrantRow, now: int) -> Refused | None:
    """Return why a device gets no tokens yet, or never; write how long it is to wait."""
    if grant.answer == "denied":
        return AccessDenied()
    if grant.expires_at <= now:
        return Expired()
    if grant.polled_at is not None and now < grant.polled_at + grant.pause_ms:
        pause = grant.pause_ms + rules.PAUSE_MS
        rows.polled(tx, grant.key, now, pause)
        return SlowDown(pause // rules.SECOND_MS)
    rows.polled(tx, grant.key, now, grant.pause_ms)
    return Pending() if grant.answer is None else None


def _used_twice(forge: Forge, tx: Tx, digest: bytes) -> BadGrant:
    """End what a device code became: whoever came first or second is not its device."""
    made = rows.session_of_grant(tx, digest)
    if made is not None:
        session, account = made
        disown(forge, tx, account, session, "its code was used twice")
    return BadGrant()


def _refresh(
    forge: Forge, tx: Tx, caller: Caller, token: str, scope: str | None
) -> Issued | Refused:
    client, digest, now = _authenticated(tx, caller), hashed(token), forge.now()
    row = rows.token(tx, digest)
    if row is None or row.kind != "refresh" or row.client != (client.key if client else None):
        return BadGrant()
    if row.used_at is not None:
        disown(forge, tx, row.account, row.session, "its refresh token was used twice")
        return BadGrant()
    if row.revoked_at is not None or row.expires_at <= now:
        return BadGrant()
    try:
        rules.asked_scopes(scope, frozenset(row.scopes.split()))
    except BadScope as refusal:
        return refusal
    rows.use_token(tx, digest, now)
    rows.extend(tx, row.session, now, now + rules.REFRESH_MS)
    return _issue(forge, tx, row.session, row.scopes)


def _issue(forge: Forge, tx: Tx, session: int, scopes: str) -> Issued:
    now = forge.now()
    access = rules.ACCESS_MARK + forge.ids.secret()
    fresh = rules.REFRESH_MARK + forge.ids.secret()
    rows.add_token(tx, hashed(access), session, "access", now + rules.ACCESS_MS)
    rows.add_token(tx, hashed(fresh), session, "refresh", now + rules.REFRESH_MS)
    life = rules.ACCESS_MS // rules.SECOND_MS
    return Issued(access, fresh, life, frozenset(scopes.split()))

"""Signing in by link, cookie or token, and the keys that sign for an account.

A secret is returned once, by the verb that makes it. Functions that take a `Tx` are for verbs of
other slices, inside a transaction of theirs.
"""

from collections.abc import Iterable

from node.access import verbs as access
from node.access.rules import require_account
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.audit import verbs as audit
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS, Party
from node.signin import rows, rules
from node.signin.model import (
    BadLink,
    BadToken,
    DeviceKey,
    KeyTaken,
    NoSuchCredential,
    Token,
    TooManyCredentials,
    WebSession,
)
from store.database import Tx


async def make_link(forge: Forge, account: Account) -> str:
    """Return the secret of a link that signs `account` in once, within 15 minutes."""
    secret = forge.ids.secret()
    expires_at = forge.now() + rules.LINK_MS
    await forge.db.write(
        lambda tx: rows.add_link(tx, rules.hashed(secret), account.key, expires_at)
    )
    return secret


async def peek_link(forge: Forge, secret: str) -> Account:
    """Return whom a link would sign in, without using it; raise `BadLink`."""
    return await forge.db.read(lambda tx: _link_account(tx, secret, forge.now()))


async def redeem_link(forge: Forge, secret: str, device: str = "") -> str:
    """Use a link up and return the secret of a new web session; raise `BadLink`."""
    fresh = forge.ids.secret()
    await forge.db.write(lambda tx: _redeem(tx, secret, fresh, device, forge.now()))
    return fresh


async def session_party(forge: Forge, secret: str) -> Party:
    """Return who a cookie's secret speaks for: `ANONYMOUS` once the session ended."""
    now, digest = forge.now(), rules.hashed(secret)
    party, renew = await forge.db.read(lambda tx: _session_party(tx, digest, now))
    if renew is not None:
        await forge.db.write(lambda tx: rows.seen(tx, renew, now, now + rules.SESSION_MS))
    return party


async def end_session(forge: Forge, secret: str) -> None:
    """Sign a browser out; one that is signed out already stays so."""
    await forge.db.write(lambda tx: _end_own(tx, rules.hashed(secret), forge.now()))


async def list_sessions(forge: Forge, who: Party) -> list[WebSession]:
    """Return where `who` is signed in, last seen first."""
    account = require_account(who)
    return await forge.db.read(lambda tx: rows.sessions_of(tx, account, forge.now()))


async def revoke_session(forge: Forge, who: Party, key: int) -> None:
    """Sign out one of the browsers of `who`; raise `NoSuchCredential`."""
    account = require_account(who)

    def revoke(tx: Tx) -> None:
        if not rows.end_session(tx, account, key, forge.now()):
            raise NoSuchCredential("session")
        audit.append(tx, who, None, "session.revoked", {"session": key}, forge.now())

    await forge.db.write(revoke)


async def make_token(
    forge: Forge,
    account: Account,
    name: str,
    scopes: Iterable[str],
    life_ms: int | None = None,
) -> str:
    """Return a new bearer token of `account`, which is shown this once.

    Without `life_ms` it holds until it is revoked. Raises `BadCredential` or, at 50 tokens,
    `TooManyCredentials`.
    """
    title, granted = rules.check_name(name), rules.check_scopes(scopes)
    token = rules.TOKEN_MARK + forge.ids.secret()
    now = forge.now()
    ends = None if life_ms is None else now + life_ms
    await forge.db.write(lambda tx: _add_token(tx, account, title, token, granted, now, ends))
    return token


async def token_party(forge: Forge, token: str) -> Party:
    """Return who a bearer token speaks for; raise `BadToken`."""
    now = forge.now()
    party, first_use = await forge.db.read(lambda tx: _token_party(tx, token, now))
    if first_use and party.token is not None:
        key = party.token
        await forge.db.write(lambda tx: rows.token_used(tx, key, now))
    return party


async def list_tokens(forge: Forge, who: Party) -> list[Token]:
    """Return the valid tokens of `who`, newest first."""
    account = require_account(who)
    return await forge.db.read(lambda tx: rows.tokens_of(tx, account, forge.now()))


async def revoke_token(forge: Forge, who: Party, key: int) -> None:
    """Revoke one of the tokens of `who`; raise `NoSuchCredential`."""
    account = require_account(who)

    def revoke(tx: Tx) -> None:
        if not rows.revoke_token(tx, account, key, forge.now()):
            raise NoSuchCredential("token")
        audit.append(tx, who, None, "token.revoked", {"token": key}, forge.now())

    await forge.db.write(revoke)


async def end_token(forge: Forge, who: Party) -> None:
    """Revoke the token that `who` came with, whatever its scopes; nothing to do without one."""
    account, key, now = who.account, who.token, forge.now()
    if account is None or key is None:
        return

    def end(tx: Tx) -> None:
        if rows.revoke_token(tx, account, key, now):
            audit.append(tx, who, None, "token.revoked", {"token": key}, now)

    await forge.db.write(end)


async def register_key(forge: Forge, who: Party, did: str, name: str, proof: bytes) -> None:
    """Let the key `did` sign for `who`; registering it again changes nothing.

    `proof` is the key's signature over `rules.registration`. Raises `BadProof`, `KeyTaken`.
    """
    account = require_account(who)
    title = rules.check_name(name)
    rules.check_proof(did, proof, rules.registration(forge.node.did, who.handle or ""))
    await forge.db.write(lambda tx: _register(tx, who, account, did, title, forge.now()))


async def list_keys(forge: Forge, who: Party) -> list[DeviceKey]:
    """Return the device keys that sign for `who`, newest first."""
    account = require_account(who)
    return await forge.db.read(lambda tx: rows.device_keys(tx, account))


async def revoke_key(forge: Forge, who: Party, did: str) -> None:
    """Let the key `did` sign for `who` no more, for good; raise `NoSuchCredential`."""
    account = require_account(who)

    def revoke(tx: Tx) -> None:
        if not rows.revoke_key(tx, account, did, forge.now()):
            raise NoSuchCredential("key")
        audit.append(tx, who, None, "key.revoked", {"did": did}, forge.now())

    await forge.db.write(revoke)


def keys_of(tx: Tx, account: int) -> frozenset[str]:
    """Return the dids that sign for `account` now: the person's own and its devices'."""
    person = accounts.find_key(tx, account).did
    return frozenset({person, *(key.did for key in rows.device_keys(tx, account))})


def _link_account(tx: Tx, secret: str, now: int) -> Account:
    account = rows.link_account(tx, rules.hashed(secret), now)
    if account is None:
        raise BadLink
    return accounts.find_key(tx, account)


def _redeem(tx: Tx, secret: str, fresh: str, device: str, now: int) -> None:
    account = _link_account(tx, secret, now)
    rows.use_link(tx, rules.hashed(secret), now)
    shown = rules.shown_device(device)
    rows.add_session(tx, rules.hashed(fresh), account.key, shown, now, now + rules.SESSION_MS)
    audit.append(tx, account.party, None, "login", {"device": shown}, now)


def _session_party(tx: Tx, digest: bytes, now: int) -> tuple[Party, int | None]:
    """Return the party, and the session's key if it is time to renew it."""
    row = rows.session(tx, digest, now)
    if row is None:
        return ANONYMOUS, None
    key, account, seen_at = row
    due = now - seen_at >= rules.SEEN_EVERY_MS
    person = accounts.find_key(tx, account)
    party = Party(
        person.key, person.handle, person.is_admin, standing=access.standing_of(tx, account)
    )
    return party, key if due else None


def _end_own(tx: Tx, digest: bytes, now: int) -> None:
    row = rows.session(tx, digest, now)
    if row is not None:
        key, account, _ = row
        rows.end_session(tx, account, key, now)


def _add_token(
    tx: Tx,
    account: Account,
    name: str,
    token: str,
    scopes: frozenset[str],
    now: int,
    expires_at: int | None,
) -> None:
    if len(rows.tokens_of(tx, account.key, now)) >= rules.MOST_TOKENS:
        raise TooManyCredentials("tokens", rules.MOST_TOKENS)
    prefix = rules.prefix_of(token) or ""
    digest = rules.hashed(token)
    key = rows.add_token(tx, account.key, name, prefix, digest, scopes, now, expires_at)
    facts = {"token": key, "name": name, "scopes": sorted(scopes)}
    audit.append(tx, account.party, None, "token.created", facts, now)


def _token_party(tx: Tx, token: str, now: int) -> tuple[Party, bool]:
    """Return the party, and whether the token was not used for an hour."""
    digest, prefix = rules.hashed(token), rules.prefix_of(token)
    candidates = rows.tokens_with(tx, prefix, now) if prefix else []
    for key, account, kept, scopes, used in candidates:
        if rules.same(kept, digest):
            person = accounts.find_key(tx, account)
            stale = used is None or now - used >= rules.SEEN_EVERY_MS
            standing = access.standing_of(tx, account)
            return Party(person.key, person.handle, person.is_admin, scopes, key, standing), stale
    raise BadToken


def _register(tx: Tx, who: Party, account: int, did: str, name: str, now: int) -> None:
    known = rows.key_owner(tx, did)
    person = accounts.find_did(tx, did)
    if known == (account, True) or (person is not None and person.key == account):
        return
    if known is not None or person is not None:
        raise KeyTaken(did)
    if len(rows.device_keys(tx, account)) >= rules.MOST_KEYS:
        raise TooManyCredentials("device keys", rules.MOST_KEYS)
    rows.add_key(tx, did, account, name, now)
    audit.append(tx, who, None, "key.registered", {"did": did, "name": name}, now)

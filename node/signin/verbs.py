"""Signing in by link, cookie or token, and the keys that sign for an account.

A secret is returned once, by the verb that makes it. Functions that take a `Tx` are for verbs of
other slices, inside a transaction of theirs.
"""

import dataclasses

from node.access import verbs as access
from node.access.rules import require_account
from node.accounts import verbs as accounts
from node.accounts.model import Account, NotAPerson
from node.audit import verbs as audit
from node.devices import verbs as devices
from node.devices.rules import ACCESS_MARK, typed_code
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS, Party
from node.kernel.secrets import hashed
from node.signin import rows, rules, tokens
from node.signin.model import (
    BadCode,
    BadLink,
    BadToken,
    DeviceKey,
    KeyTaken,
    NoSuchCredential,
    TooManyCredentials,
    WebSession,
)
from node.signin.tokens import make_token as make_token  # noqa: PLC0414  the daemon's way in
from store.database import Tx


async def make_link(forge: Forge, account: Account) -> str:
    """Return the secret of a link that signs `account` in once, within 15 minutes.

    Its code, `rules.code_of`, does the same where the link cannot be opened. Raises `NotAPerson`
    for an organization.
    """
    if not account.is_person:
        raise NotAPerson(account.handle)
    secret = forge.ids.secret()
    expires_at = forge.now() + rules.LINK_MS
    digest, code = hashed(secret), hashed(rules.code_of(secret))
    await forge.db.write(lambda tx: rows.add_link(tx, digest, code, account.key, expires_at))
    return secret


async def peek_link(forge: Forge, secret: str) -> Account:
    """Return whom a link would sign in, without using it; raise `BadLink`."""
    return await forge.db.read(lambda tx: _link_account(tx, hashed(secret), forge.now()))


async def redeem_link(forge: Forge, secret: str, device: str = "") -> str:
    """Use a link up and return the secret of a new web session; raise `BadLink`."""
    fresh = forge.ids.secret()
    digest = hashed(secret)
    await forge.db.write(lambda tx: _redeem(tx, digest, fresh, device, forge.now()))
    return fresh


async def redeem_code(forge: Forge, typed: str, address: str, device: str = "") -> str:
    """Use up the link whose code somebody typed, and return the secret of a new web session.

    Raises `BadCode`; `TooManyTries` for who asks from `address` and guesses.
    """
    forge.guesses.take(rules.WRONG_CODES, address, forge.now())
    fresh, code = forge.ids.secret(), typed_code(typed)

    def redeem(tx: Tx) -> None:
        digest = rows.link_of_code(tx, hashed(code)) if code else None
        if digest is None:
            raise BadCode
        try:
            _redeem(tx, digest, fresh, device, forge.now())
        except BadLink as fault:
            raise BadCode from fault

    await forge.db.write(redeem)
    forge.guesses.give_back(rules.WRONG_CODES, address)
    return fresh


async def session_party(forge: Forge, secret: str) -> Party:
    """Return who a cookie's secret speaks for: `ANONYMOUS` once the session ended."""
    now, digest = forge.now(), hashed(secret)
    party, renew = await forge.db.read(lambda tx: _session_party(tx, digest, now))
    if renew is not None:
        await forge.db.write(lambda tx: rows.seen(tx, renew, now, now + rules.SESSION_MS))
    return party


async def end_session(forge: Forge, secret: str) -> None:
    """Sign a browser out; one that is signed out already stays so."""
    await forge.db.write(lambda tx: _end_own(tx, hashed(secret), forge.now()))


async def list_sessions(forge: Forge, who: Party, secret: str = "") -> list[WebSession]:
    """Return where `who` is signed in, last seen first; `secret` is the cookie of who asks."""
    account, now = require_account(who), forge.now()

    def read(tx: Tx) -> list[WebSession]:
        this = rows.session(tx, hashed(secret), now)
        return [
            dataclasses.replace(one, is_this=this is not None and one.key == this[0])
            for one in rows.sessions_of(tx, account, now)
        ]

    return await forge.db.read(read)


async def revoke_session(forge: Forge, who: Party, key: int) -> None:
    """Sign out one of the browsers of `who`; raise `NoSuchCredential`."""
    account = require_account(who)

    def revoke(tx: Tx) -> None:
        if not rows.end_session(tx, account, key, forge.now()):
            raise NoSuchCredential("session")
        audit.append(tx, who, None, "session.revoked", {"session": key}, forge.now())

    await forge.db.write(revoke)


async def token_party(forge: Forge, token: str, address: str | None = None) -> Party:
    """Return who a bearer token of any kind speaks for; `address` is where it was used from.

    Raises `BadToken`, or `OtherNetwork` for one that may not be used from there.
    """
    now = forge.now()
    work = _device_party if token.startswith(ACCESS_MARK) else tokens.party_of
    party, is_stale = await forge.db.read(lambda tx: work(tx, token, now, address))
    if is_stale:
        await forge.db.write(lambda tx: _seen(tx, party, now))
    return party


async def end_token(forge: Forge, who: Party) -> None:
    """Sign out what `who` came with, token or device, whatever its scopes; else do nothing."""

    def end(tx: Tx) -> None:
        tokens.end_own(forge, tx, who)
        devices.end_own(forge, tx, who)

    await forge.db.write(end)


async def register_key(forge: Forge, who: Party, did: str, name: str, proof: bytes) -> None:
    """Let the key `did` sign for `who`; registering it again changes nothing.

    By a device, or by a token that may not do all, it signs with that one only and ends with it.
    `proof` is the key's signature over `rules.registration`. Raises `BadProof`, `KeyTaken`.
    """
    account = rules.check_signer(who)
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


def end_all(tx: Tx, account: int, now: int) -> None:
    """End all by which an account can be used or signed for; the caller has decided that."""
    rows.end_all(tx, account, now)
    devices.end_all(tx, account, now)


def keys_of(tx: Tx, who: Party) -> frozenset[str]:
    """Return the dids that sign for `who` now: the person's own, and those of what they came by."""
    if who.account is None:
        return frozenset()
    person = accounts.find_key(tx, who.account).did
    return frozenset({person, *rows.signers(tx, who.account, rules.credential_of(who))})


def _link_account(tx: Tx, link: bytes, now: int) -> Account:
    account = rows.link_account(tx, link, now)
    if account is None:
        raise BadLink
    return accounts.find_key(tx, account)


def _redeem(tx: Tx, link: bytes, fresh: str, device: str, now: int) -> None:
    account = _link_account(tx, link, now)
    rows.use_link(tx, link, now)
    shown = rules.shown_device(device)
    rows.add_session(tx, hashed(fresh), account.key, shown, now, now + rules.SESSION_MS)
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


def _device_party(tx: Tx, token: str, now: int, _address: str | None) -> tuple[Party, bool]:
    """Return the party, and whether the device was not seen for an hour."""
    row = devices.speaks_for(tx, token, now)
    if row is None:
        raise BadToken
    person = accounts.find_key(tx, row.account)
    party = Party(
        person.key,
        person.handle,
        person.is_admin,
        frozenset(row.scopes.split()),
        standing=access.standing_of(tx, row.account),
        device=row.session,
    )
    return party, now - row.seen_at >= rules.SEEN_EVERY_MS


def _seen(tx: Tx, party: Party, now: int) -> None:
    if party.token is not None:
        rows.token_used(tx, party.token, now)
    if party.device is not None:
        devices.seen(tx, party.device, now)


def _register(tx: Tx, who: Party, account: int, did: str, name: str, now: int) -> None:
    access.check_holds(tx, who)
    known, credential = rows.key_owner(tx, did), rules.credential_of(who)
    person = accounts.find_did(tx, did)
    if person is not None and person.key == account:
        return
    if person is not None or (known is not None and known[:2] != (account, True)):
        raise KeyTaken(did)
    if known is not None and known[2] in (None, credential):
        return
    if rows.count_keys(tx, account, credential) >= rules.MOST_KEYS:
        raise TooManyCredentials("device keys", rules.MOST_KEYS)
    if known is not None:
        rows.bind_key(tx, did, credential)
    else:
        rows.add_key(tx, did, account, name, credential, now)
    facts = {"did": did, "name": name, "with": credential}
    audit.append(tx, who, None, "key.registered", facts, now)

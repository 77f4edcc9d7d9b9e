"""Access tokens: of a person (`mut_`), and of a person for one project only (`mpt_`).

A token is never more than its account, and one that makes another is never less than that: a token
that is left on some machine must not grow. The functions that take a `Tx` are for `verbs`.
"""

import dataclasses
from collections.abc import Iterable

from node.access import verbs as access
from node.access.model import Action
from node.access.rules import require_account
from node.accounts import verbs as accounts
from node.accounts.model import Account, NotAPerson
from node.audit import verbs as audit
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.kernel.secrets import hashed, same
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import allows, require
from node.signin import networks, rows, rules
from node.signin.model import (
    BadToken,
    MadeToken,
    NewToken,
    NoSuchCredential,
    NotMore,
    OtherNetwork,
    Token,
    TooManyCredentials,
)
from store.database import Tx


async def make_token(
    forge: Forge,
    account: Account,
    name: str,
    scopes: Iterable[str],
    life_ms: int | None = None,
) -> str:
    """Return a new bearer token of `account`, for the node itself; shown this once.

    Without `life_ms` it holds until it is revoked. Raises `BadCredential`, `NotAPerson` or, at 50
    tokens, `TooManyCredentials`.
    """
    if not account.is_person:
        raise NotAPerson(account.handle)
    now = forge.now()
    ends = None if life_ms is None else now + life_ms
    token = _fresh(name, scopes, now, ends)
    made = await forge.db.write(
        lambda tx: _add(forge, tx, account.party, account.key, token, rules.TOKEN_MARK)
    )
    return made.secret


async def create(forge: Forge, who: Party, new: NewToken) -> MadeToken:
    """Make a personal token of `who`, for 90 days unless said; shown this once.

    Raises `BadCredential`, `NotMore` or, at 50 tokens, `TooManyCredentials`.
    """
    account = require_account(who)
    token = _asked(forge, who, new)
    return await forge.db.write(
        lambda tx: _add(forge, tx, who, account, _capped(tx, who, new, token), rules.TOKEN_MARK)
    )


async def create_for(forge: Forge, who: Party, project: Project, new: NewToken) -> MadeToken:
    """Make a token of `who` for one project, which opens nothing else; raise as `create`."""
    require(who, Action.MEMBERS, project)
    account = require_account(who)
    token = _asked(forge, who, new, project.key)

    def write(tx: Tx) -> MadeToken:
        projects.current(tx, who, project, Action.MEMBERS)
        return _add(forge, tx, who, account, _capped(tx, who, new, token), rules.PROJECT_MARK)

    return await forge.db.write(write)


async def listed(forge: Forge, who: Party) -> list[Token]:
    """Return the valid personal tokens of `who`, newest first."""
    account = require_account(who)
    return await forge.db.read(lambda tx: rows.tokens_of(tx, account, forge.now()))


async def listed_for(forge: Forge, who: Party, project: Project) -> list[Token]:
    """Return the valid tokens for a project: all for its owner, else one's own; newest first."""
    require(who, Action.MEMBERS, project)
    require_account(who)
    found = await forge.db.read(lambda tx: rows.tokens_for(tx, project.key, forge.now()))
    return [one for one in found if one.owner == who.handle or allows(who, Action.MANAGE, project)]


async def revoke(forge: Forge, who: Party, key: int) -> None:
    """Revoke one of the tokens of `who`; raise `NoSuchCredential`."""
    account = require_account(who)

    def write(tx: Tx) -> None:
        if not rows.revoke_token(tx, account, key, forge.now()):
            raise NoSuchCredential("token")
        audit.append(tx, who, None, "token.revoked", {"token": key}, forge.now())

    await forge.db.write(write)


async def revoke_for(forge: Forge, who: Party, project: Project, key: int) -> None:
    """Revoke a token for a project: any for its owner, else one's own."""
    require(who, Action.MEMBERS, project)
    require_account(who)

    def write(tx: Tx) -> None:
        projects.current(tx, who, project, Action.MEMBERS)
        theirs = {one.key: one.owner for one in rows.tokens_for(tx, project.key, forge.now())}
        if key not in theirs or not (
            theirs[key] == who.handle or allows(who, Action.MANAGE, project)
        ):
            raise NoSuchCredential("token")
        rows.revoke_token_for(tx, project.key, key, forge.now())
        audit.append(tx, who, project.key, "token.revoked", {"token": key}, forge.now())

    await forge.db.write(write)


def party_of(tx: Tx, token: str, now: int, address: str | None) -> tuple[Party, bool]:
    """Return the party of a token, and whether it was not used for an hour.

    Raises `BadToken`, or `OtherNetwork` for a valid one that may not be used from `address`.
    """
    digest, prefix = hashed(token), rules.prefix_of(token)
    for row in rows.tokens_with(tx, prefix, now) if prefix else []:
        if same(row.digest, digest):
            if not networks.is_within(address, row.networks.split()):
                raise OtherNetwork(address)
            is_stale = row.last_used_at is None or now - row.last_used_at >= rules.SEEN_EVERY_MS
            return _party(tx, row), is_stale
    raise BadToken


def end_own(forge: Forge, tx: Tx, who: Party) -> None:
    """Revoke the token that `who` came with, whatever its scopes; nothing to do without one."""
    if who.account is None or who.token is None:
        return
    if rows.revoke_token(tx, who.account, who.token, forge.now()):
        audit.append(tx, who, who.only, "token.revoked", {"token": who.token}, forge.now())


def _party(tx: Tx, row: rows.TokenRow) -> Party:
    person = accounts.find_key(tx, row.account)
    return Party(
        person.key,
        person.handle,
        person.is_admin,
        frozenset(row.scopes.split()),
        row.key,
        access.standing_of(tx, row.account),
        row.project,
    )


def _fresh(
    name: str, scopes: Iterable[str], now: int, ends: int | None, project: int | None = None
) -> Token:
    title, granted = rules.check_name(name), rules.check_scopes(scopes)
    return Token(0, title, "", granted, now, ends, None, project=project)


def _asked(forge: Forge, who: Party, new: NewToken, project: int | None = None) -> Token:
    life = rules.LIFE_MS if new.life_ms is None else rules.check_life(new.life_ms)
    token = _fresh(new.name, new.scopes, forge.now(), forge.now() + life, project)
    rules.check_grant(who, token.scopes)
    return dataclasses.replace(token, networks=networks.check_networks(new.networks))


def _capped(tx: Tx, who: Party, new: NewToken, token: Token) -> Token:
    """Return `token` within the end and the networks of the token which makes it."""
    if who.token is None:
        return token
    end, within = rows.token_bounds(tx, who.token)
    token = dataclasses.replace(token, networks=networks.narrowed(token.networks, within))
    if end is None or token.expires_at is None or token.expires_at <= end:
        return token
    if new.life_ms is not None:
        raise NotMore
    return dataclasses.replace(token, expires_at=end)


def _add(forge: Forge, tx: Tx, who: Party, account: int, token: Token, mark: str) -> MadeToken:
    access.check_holds(tx, who)
    now = forge.now()
    held = (
        rows.tokens_of(tx, account, now)
        if token.project is None
        else rows.tokens_for(tx, token.project, now)
    )
    if len(held) >= rules.MOST_TOKENS:
        raise TooManyCredentials("tokens", rules.MOST_TOKENS)
    secret = mark + forge.ids.secret()
    made = dataclasses.replace(token, prefix=rules.prefix_of(secret) or "", owner=who.handle or "")
    key = rows.add_token(tx, account, made, hashed(secret), _device(tx, who))
    facts = {"token": key, "name": made.name, "scopes": sorted(made.scopes)}
    audit.append(tx, who, made.project, "token.created", facts, now)
    return MadeToken(dataclasses.replace(made, key=key), secret)


def _device(tx: Tx, who: Party) -> int | None:
    """Return the device that `who` came by, or whose token made the one that `who` came with."""
    return who.device if who.token is None else rows.token_device(tx, who.token)

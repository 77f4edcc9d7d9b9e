"""`mic token`: access tokens for programs that nobody watches."""

import argparse

from mic.cli.answers import Answer, plural, when
from mic.cli.context import Context
from mic.client import credentials
from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.errors import Invalid
from mic.wire.credentials import NewToken, Token

DAY_MS = 24 * 3_600_000
MOST_DAYS = 3660


def create(context: Context, given: argparse.Namespace) -> Answer:
    """Make a token and print it, this once."""
    scopes = (given.scope or "read").replace(",", " ").split()
    networks = (given.only_from or "").replace(",", " ").split()
    new = NewToken(name=given.name, scopes=scopes, life_ms=_life(given.days), networks=networks)
    remote = _project(context, given)
    if remote is not None:
        made = credentials.create_for(remote, new)
    else:
        made = credentials.create(_signed_in(context), new)
    ends = when(made.token.expires_at) if made.token.expires_at else "it is revoked"
    note = f"It holds until {ends} and is not shown again."
    undo = f"Revoke it: mic token revoke {_named(made.token, given)}"
    return Answer({"token": made.token, "secret": made.secret}, made.secret, f"{note}\n{undo}")


def listed(context: Context, given: argparse.Namespace) -> Answer:
    """List tokens, by what may be shown of them."""
    remote = _project(context, given)
    if remote is not None:
        found = credentials.tokens_for(remote)
    else:
        found = credentials.tokens(_signed_in(context))
    return Answer(found, "\n".join(map(_line, found)), plural(len(found), "token") + ".")


def revoke(context: Context, given: argparse.Namespace) -> Answer:
    """Revoke a token."""
    remote = _project(context, given)
    if remote is not None:
        credentials.revoke_for(remote, given.key)
    else:
        credentials.revoke(_signed_in(context), given.key)
    return Answer({"key": given.key, "revoked": True}, f"Revoked token {given.key}")


def _project(context: Context, given: argparse.Namespace) -> Remote | None:
    if given.project is None:
        return None
    remote = context.remote(context.address(given.project))
    context.need_token(remote.connection)
    return remote


def _signed_in(context: Context) -> Connection:
    connection = context.connect()
    context.need_token(connection)
    return connection


def _life(days: int | None) -> int | None:
    if days is None:
        return None
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A token holds for 1 to {MOST_DAYS} days.", code="token.bad-life")
    return days * DAY_MS


def _line(one: Token) -> str:
    used = f"used {when(one.last_used_at)}" if one.last_used_at else "never used"
    ends = f"until {when(one.expires_at)}" if one.expires_at else "until revoked"
    facts = [str(one.key), one.name, one.shown, " ".join(one.scopes), ends, used]
    return "\t".join(facts + ["only from " + " ".join(one.networks)] * bool(one.networks))


def _named(token: Token, given: argparse.Namespace) -> str:
    return f"{token.key} --project {given.project}" if given.project else str(token.key)

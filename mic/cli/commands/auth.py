"""`mic auth`: how nodes know us, and which machines they know."""

import argparse
import socket
import sys
from typing import TYPE_CHECKING

from mic.cli.answers import Answer, plural, when
from mic.cli.console import harmless
from mic.cli.context import Context
from mic.client import accounts, credentials
from mic.client.connection import Connection
from mic.client.home import Token
from mic.errors import Denied, Invalid, MicFault, Unreachable

if TYPE_CHECKING:
    from mic.client.oauth import Started
    from mic.wire.messages import Whoami


def login(context: Context, given: argparse.Namespace) -> Answer:
    """Sign this machine in: with a token that is given, else by a code on the node's page."""
    url = _node(context, given)
    if given.token is not None:
        token = Token(_token(given.token))
    else:
        token = _by_code(context, url, (given.scope or "").replace(",", " "))
    before = context.home.token(url)
    try:
        who = _introduced(context, url, token.access_token)
    except BaseException:
        _give_back(url, token)
        raise
    context.home.keep_token(url, _owned(token, who.handle or ""))
    if before is not None:
        _give_back(url, before)
    if context.home.config().default_url is None:
        context.home.register(url.partition("://")[2], url, None)
    data = {"node": url, "handle": who.handle, "scopes": who.scopes, "expires_at": token.expires_at}
    return Answer(data, f"Signed in to {url} as {who.handle}.")


def status(context: Context, given: argparse.Namespace) -> Answer:
    """Say who the node takes us for, and until when."""
    url = _node(context, given)
    try:
        token = context.token_for(url)
    except Denied as ended:
        kept = context.home.token(url)
        ends = kept.expires_at if kept else None
        data = {"node": url, "handle": None, "is_expired": True, "expires_at": ends}
        return Answer(data, ended.message, ended.hint)
    if token is None:
        hint = f"Sign in: mic auth login {url}"
        return Answer({"node": url, "handle": None}, f"Not signed in to {url}.", hint)
    kept = context.home.token(url)
    ends = kept.expires_at if kept and kept.access_token == token else None
    return _shown(url, accounts.whoami(Connection(url, token)), ends)


def logout(context: Context, given: argparse.Namespace) -> Answer:
    """Sign this machine out on the node, and forget its tokens."""
    url = _node(context, given)
    kept = context.home.token(url)
    if kept is None:
        return Answer({"node": url, "was_signed_in": False}, f"Not signed in to {url}.")
    is_revoked = True
    try:
        _revoke(url, kept)
    except Denied:
        context.console.warn("The node did not know the sign-in any more.")
    except Unreachable:
        is_revoked = False
        context.console.warn(f"{url} does not answer: end this machine on its page Devices.")
    context.home.forget_token(url)
    data = {"node": url, "was_signed_in": True, "is_revoked": is_revoked}
    return Answer(data, f"Signed out of {url}.")


def devices(context: Context, given: argparse.Namespace) -> Answer:
    """List the machines that are signed in as us."""
    found = credentials.devices(_signed_in(context, given))
    lines = [
        f"{one.key}\t{one.name}{' (this one)' if one.is_this else ''}\t{' '.join(one.scopes)}"
        f"\tseen {when(one.seen_at)}"
        for one in found
    ]
    return Answer(found, "\n".join(lines), plural(len(found), "device") + ".")


def revoke(context: Context, given: argparse.Namespace) -> Answer:
    """Sign one of our machines out."""
    credentials.revoke_device(_signed_in(context, given), given.device)
    return Answer({"device": given.device, "revoked": True}, f"Signed device {given.device} out")


def _shown(url: str, who: "Whoami", ends: int | None) -> Answer:
    data = {"node": url, "handle": who.handle, "did": who.did, "scopes": who.scopes}
    scopes = "" if who.scopes is None else f" (only: {', '.join(who.scopes)})"
    until = f" Its token holds until {when(ends)} UTC and is renewed before." if ends else ""
    return Answer(
        {**data, "is_expired": False, "expires_at": ends},
        f"Signed in to {url} as {who.handle}{scopes}.{until}",
    )


def _by_code(context: Context, url: str, scope: str) -> Token:
    from mic.client import oauth, refreshing

    started = oauth.start(url, f"mic@{socket.gethostname()}"[:120], scope)
    _tell(context, url, started)
    return refreshing.kept_of(oauth.wait(url, started), "", context.now())


def _tell(context: Context, url: str, started: "Started") -> None:
    """Say where to go, also to a program that reads our answer: it must show this to somebody."""
    page = started.verification_uri_complete or started.verification_uri
    lines = (
        f"To sign in to {url}, open this page:",
        f"  {page}",
        "Say yes there if it shows this code:",
        f"  {started.user_code}",
        f"Waiting for {-(-started.expires_in // 60)} minutes at most.",
    )
    err = context.console.err
    print(harmless("\n".join(lines), err), file=err, flush=True)


def _introduced(context: Context, url: str, token: str) -> "Whoami":
    """Return who we are by a token, and let the node know this machine's key."""
    connection = Connection(url, token)
    who = accounts.whoami(connection)
    if who.handle is None:
        raise Denied(f"{url} does not know this token.", code="auth.bad-token")
    if who.scopes is None or "write" in who.scopes:
        accounts.register_key(connection, context.home.key(), who.handle, socket.gethostname())
    return who


def _owned(token: Token, handle: str) -> Token:
    return Token(token.access_token, handle, token.refresh_token, token.expires_at)


def _revoke(url: str, token: Token) -> None:
    from mic.client import oauth

    if token.refresh_token:
        oauth.revoke(url, token.refresh_token)
    else:
        accounts.logout(Connection(url, token.access_token))


def _give_back(url: str, token: Token) -> None:
    """Sign out what this machine does not use; a token that somebody made by hand is theirs."""
    if not token.refresh_token:
        return
    try:
        _revoke(url, token)
    except MicFault:
        return  # Safe because it ends by itself, and its owner sees it among the devices.


def _signed_in(context: Context, given: argparse.Namespace) -> Connection:
    connection = context.connect(_node(context, given))
    context.need_token(connection)
    return connection


def _node(context: Context, given: argparse.Namespace) -> str:
    return context.node_url(given.server) if given.server else context.default_node()


def _token(given: str) -> str:
    token = sys.stdin.readline().strip() if given == "-" else given
    if not token:
        raise Invalid(
            "No token is given.",
            code="auth.no-token",
            hint="Sign in without one: mic auth login",
        )
    if not token.isascii() or not token.isprintable() or len(token) > 1000:
        raise Invalid("This is not a token.", code="auth.bad-token")
    return token

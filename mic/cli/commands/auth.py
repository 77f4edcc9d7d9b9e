"""`mic auth`: the tokens that nodes know us by."""

import argparse
import socket
import sys

from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.client import accounts
from mic.client.addresses import node_url
from mic.client.connection import Connection
from mic.client.home import Token
from mic.errors import Denied, Invalid


def login(context: Context, given: argparse.Namespace) -> Answer:
    """Check a token with its node, keep it, and register this device's key with it."""
    url = _node(context, given)
    token = _token(given.token)
    connection = Connection(url, token)
    who = accounts.whoami(connection)
    if who.handle is None:
        raise Denied(f"{url} does not know this token.", code="auth.bad-token")
    if who.scopes is None or "write" in who.scopes:
        accounts.register_key(connection, context.home.key(), who.handle, socket.gethostname())
    context.home.keep_token(url, Token(token, who.handle))
    if context.home.config().default_url is None:
        context.home.register(url.partition("://")[2], url, None)
    data = {"node": url, "handle": who.handle, "scopes": who.scopes}
    return Answer(data, f"Signed in to {url} as {who.handle}.")


def status(context: Context, given: argparse.Namespace) -> Answer:
    """Say who the node takes us for."""
    url = _node(context, given)
    token = context.token_for(url)
    if token is None:
        return Answer({"node": url, "handle": None}, f"Not signed in to {url}.")
    who = accounts.whoami(Connection(url, token))
    data = {"node": url, "handle": who.handle, "did": who.did, "scopes": who.scopes}
    scopes = "" if who.scopes is None else f" (only: {', '.join(who.scopes)})"
    return Answer(data, f"Signed in to {url} as {who.handle}{scopes}.")


def logout(context: Context, given: argparse.Namespace) -> Answer:
    """Have the token revoked, and forget it."""
    url = _node(context, given)
    kept = context.home.token(url)
    if kept is None:
        return Answer({"node": url, "was_signed_in": False}, f"Not signed in to {url}.")
    try:
        accounts.logout(Connection(url, kept.access_token))
    except Denied:
        context.console.warn("The node did not know the token any more.")
    context.home.forget_token(url)
    return Answer({"node": url, "was_signed_in": True}, f"Signed out of {url}.")


def _node(context: Context, given: argparse.Namespace) -> str:
    return node_url(given.node) if given.node else context.default_node()


def _token(given: str | None) -> str:
    token = sys.stdin.readline().strip() if given == "-" else given
    if not token:
        raise Invalid(
            "No token is given.",
            code="auth.no-token",
            hint="Make one on your node (its settings page), then: mic auth login --token TOKEN",
        )
    if not token.isascii() or not token.isprintable() or len(token) > 1000:
        raise Invalid("This is not a token.", code="auth.bad-token")
    return token

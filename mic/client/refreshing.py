"""Tokens that run out soon are changed for new ones, silently, by one process at a time.

A refresh token works once, and a second use signs this machine out. So whoever holds the lock of
the node looks again at what is kept: another process may have been here first.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from mic.client import oauth
from mic.client.home import Home, Token
from mic.errors import Denied, MicFault, Unreachable

MARGIN_MS: Final = 300_000


def is_due(token: Token, now: int) -> bool:
    """Return whether less than five minutes are left of a token."""
    return token.expires_at is not None and token.expires_at - now < MARGIN_MS


def is_over(token: Token, now: int) -> bool:
    """Return whether a token has run out."""
    return token.expires_at is not None and token.expires_at <= now


def fresh(home: Home, url: str, now: Callable[[], int]) -> Token | None:
    """Return the token for the node at `url`, renewed if it is about to run out.

    One that could not be renewed is returned as long as it holds. Raises `Denied` once it does
    not, or `Unreachable` if the node did not answer.
    """
    with home.turn_at(url):
        kept = home.token(url)
        if kept is None or not is_due(kept, now()):
            return kept
        try:
            renewed = _renewed(url, kept, now)
        except MicFault as fault:
            if not is_over(kept, now()):
                return kept
            if isinstance(fault, Unreachable):
                raise
            raise over(url, kept.handle) from fault
        home.keep_token(url, renewed)
        return renewed


def over(url: str, handle: str) -> Denied:
    """Return what is said to somebody whose sign-in has ended."""
    return Denied(
        f"Your sign-in to {url} as {handle} has expired.",
        code="auth.expired",
        hint=f"Sign in again: mic auth login {url}",
        node=url,
    )


def kept_of(granted: oauth.Granted, handle: str, now: int) -> Token:
    """Return what is kept of two tokens that were just given."""
    return Token(
        granted.access_token,
        handle,
        refresh_token=granted.refresh_token,
        expires_at=now + granted.expires_in * 1000,
    )


def _renewed(url: str, kept: Token, now: Callable[[], int]) -> Token:
    if not kept.refresh_token:
        raise over(url, kept.handle)
    asked_at = now()
    granted = oauth.refresh(url, kept.refresh_token)
    renewed = kept_of(granted, kept.handle, asked_at)
    if renewed.refresh_token:
        return renewed
    return msgspec.structs.replace(renewed, refresh_token=kept.refresh_token)

"""The messages about what signs in for an account: devices and access tokens."""

from typing import Annotated

from msgspec import Meta, Struct

from mic.wire.messages import Count

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Scope = Annotated[str, Meta(max_length=40)]
Network = Annotated[str, Meta(max_length=60)]


class Device(Struct, frozen=True, kw_only=True):
    """A device that is signed in; `is_this` when it is the one that asks."""

    key: Count
    name: str
    client: str
    scopes: list[str]
    created_at: int
    seen_at: int
    expires_at: int
    is_this: bool = False


class Devices(Struct, frozen=True):
    """GET /devices, seen last first."""

    devices: list[Device]


class NewToken(Struct, frozen=True, kw_only=True):
    """POST /tokens, and P/tokens for one that opens this project only."""

    name: Name
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=20)]
    life_ms: Annotated[int, Meta(gt=0)] | None = None
    networks: Annotated[list[Network], Meta(max_length=20)] = []


class Token(Struct, frozen=True, kw_only=True):
    """An access token by what may be shown of it; `owner` is whose account it speaks for.

    `networks` is from where it may be used; none is anywhere.
    """

    key: Count
    name: str
    shown: str
    scopes: list[str]
    owner: str
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    networks: list[str] = []


class Tokens(Struct, frozen=True):
    """GET /tokens and P/tokens, newest first."""

    tokens: list[Token]


class MadeToken(Struct, frozen=True, kw_only=True):
    """The answer to a new token: what it is, and the secret, this once."""

    token: Token
    secret: str

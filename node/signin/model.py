"""Links, sessions, tokens and keys as values; but for a token just made, none holds a secret."""

from dataclasses import dataclass, field

from node.kernel.errors import Conflict, Denied, Exhausted, Invalid, Missing


@dataclass(frozen=True, slots=True)
class WebSession:
    """A browser that is signed in; times in Unix milliseconds, `seen_at` to the hour.

    `is_this` when it is the one that asks.
    """

    key: int
    device: str
    created_at: int
    seen_at: int
    expires_at: int
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token by what may be shown of it; `expires_at` None is until it is revoked.

    `owner` is whose account it speaks for, `project` the key of the one project that it is for,
    `networks` from where it may be used: without any, from anywhere.
    """

    key: int
    name: str
    prefix: str
    scopes: frozenset[str]
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    owner: str = ""
    project: int | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewToken:
    """What is asked for: `life_ms` None is the default."""

    name: str
    scopes: frozenset[str]
    life_ms: int | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token and its secret, which is shown this once."""

    token: Token
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A key that signs for an account besides the person's own."""

    did: str
    name: str
    created_at: int


class BadLink(Denied):
    """A sign-in link that was used, ran out, or never was: which one is not said."""

    def __init__(self) -> None:
        super().__init__(
            "auth.bad-link",
            "This sign-in link was used or has expired. Run `micelio login` for a new one.",
        )


class BadCode(Missing):
    """A sign-in code that was used, ran out, or never was: which one is not said."""

    def __init__(self) -> None:
        super().__init__(
            "auth.bad-code",
            "No sign-in waits for this code: compare it, or run `micelio login` for a new one.",
        )


class BadToken(Denied):
    """A bearer token that is unknown, revoked or expired: which one is not said."""

    def __init__(self) -> None:
        super().__init__("auth.bad-token", "This access token is not valid on this node.")


class OtherNetwork(Denied):
    """The token is valid, but not from where it was used."""

    def __init__(self, address: str | None) -> None:
        super().__init__(
            "auth.other-network",
            f"This access token may not be used from {address or 'here'}.",
            address=address,
        )


class NotMore(Denied):
    """A token cannot make one that may do more than itself, or for longer."""

    def __init__(self) -> None:
        super().__init__("auth.not-more", "A token can only make one that may do less than itself.")


class BadProof(Denied):
    """Whoever registers a key did not show that they hold it."""

    def __init__(self, did: str) -> None:
        super().__init__("auth.bad-proof", f"The proof is not a signature by {did}.", did=did)


class KeyTaken(Conflict):
    """The key signs for another account, or was revoked: a key never changes hands."""

    def __init__(self, did: str) -> None:
        super().__init__("auth.key-taken", f"The key {did} cannot be registered again.", did=did)


class NoSuchCredential(Missing):
    """The asker has no such session, token or key."""

    def __init__(self, what: str) -> None:
        super().__init__("auth.missing", f"You have no such {what}.")


class BadCredential(Invalid):
    """A name, a scope or a key that cannot be."""

    def __init__(self, message: str) -> None:
        super().__init__("auth.bad-credential", message)


class TooManyCredentials(Exhausted):
    """The account has as many as it may have at once."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(
            "auth.too-many", f"You have {limit} {what}. Revoke one first.", limit=limit
        )

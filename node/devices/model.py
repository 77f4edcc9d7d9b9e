"""Clients, grants and device sessions as values; the two that hold a secret say so.

What goes wrong at the OAuth endpoints carries, in `error`, the word that the RFC has for it: a
program at the other end looks at nothing else.
"""

from dataclasses import dataclass, field

from node.kernel.errors import Denied, Exhausted, Missing


@dataclass(frozen=True, slots=True)
class Client:
    """A registered program; `method` is how it says who it is. Times are Unix milliseconds."""

    key: int
    id: str
    method: str
    name: str
    uri: str
    scopes: frozenset[str]
    created_at: int


@dataclass(frozen=True, slots=True)
class NewClient:
    """What a program says of itself to be registered, as it says it: nothing of it is believed."""

    name: object = None
    uri: object = None
    method: object = None
    grants: object = None
    responses: object = None
    redirects: object = None
    scope: object = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a program says it is, and from which address it says so.

    `how` is where it put its secret: an authentication method of RFC 7591, None without a secret.
    """

    id: str | None = None
    secret: str | None = field(default=None, repr=False)
    how: str | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """What a device is told: `device_code` is its secret, `user_code` is for its user."""

    device_code: str = field(repr=False)
    user_code: str
    expires_s: int
    pause_s: int


@dataclass(frozen=True, slots=True)
class Issued:
    """Two tokens, shown this once; `life_s` is the access token's."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    life_s: int
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grant:
    """A device that waits for an answer, as it is shown to whoever answers."""

    key: int
    name: str
    client: str
    uri: str
    scopes: frozenset[str]
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Device:
    """A device that is signed in; `seen_at` to the hour."""

    key: int
    name: str
    client: str
    scopes: frozenset[str]
    created_at: int
    seen_at: int
    expires_at: int


class Refused(Denied):
    """What an OAuth endpoint says no with; `error` is the RFC's word."""

    error = "invalid_request"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(f"oauth.{self.error.replace('_', '-')}", message, **details)


class BadRequest(Refused):
    """A parameter is missing, twice there, or cannot be read (RFC 6749 5.2)."""


class Pending(Refused):
    """Nobody has answered yet (RFC 8628 3.5)."""

    error = "authorization_pending"

    def __init__(self) -> None:
        super().__init__("Nobody has said yes or no yet.")


class SlowDown(Refused):
    """The device asks more often than it was told to; the pause is five seconds longer now."""

    error = "slow_down"

    def __init__(self, pause_s: int) -> None:
        super().__init__(f"Ask every {pause_s} seconds at most.", interval=pause_s)


class Expired(Refused):
    """Nobody answered in time."""

    error = "expired_token"

    def __init__(self) -> None:
        super().__init__("The code has expired. Start again.")


class AccessDenied(Refused):
    """Somebody said no."""

    error = "access_denied"

    def __init__(self) -> None:
        super().__init__("The sign-in was refused.")


class BadGrant(Refused):
    """A code or token that is unknown, used, revoked or another client's: which is not said."""

    error = "invalid_grant"

    def __init__(self) -> None:
        super().__init__("This code or token is not valid, or no longer.")


class BadClient(Refused):
    """No such client, or not its secret."""

    error = "invalid_client"

    def __init__(self) -> None:
        super().__init__("The client is unknown, or did not say who it is as it is registered.")


class BadScope(Refused):
    """A scope that there is not, or that the client did not register for."""

    error = "invalid_scope"

    def __init__(self, scopes: str) -> None:
        super().__init__(f"There is, for this client, no scope among: {scopes[:200]}.")


class UnknownGrantType(Refused):
    """A way to get a token that this node does not know."""

    error = "unsupported_grant_type"

    def __init__(self) -> None:
        super().__init__("This node gives tokens for device codes and refresh tokens only.")


class BadMetadata(Refused):
    """A client cannot be registered as it describes itself (RFC 7591 3.2.2)."""

    error = "invalid_client_metadata"


class BadRedirect(Refused):
    """An address to be sent back to that is none."""

    error = "invalid_redirect_uri"

    def __init__(self) -> None:
        super().__init__("redirect_uris is a list of absolute addresses without a fragment.")


class TooBusy(Exhausted):
    """More wait than this node lets wait at once."""

    error = "temporarily_unavailable"

    def __init__(self, what: str) -> None:
        super().__init__("oauth.too-busy", f"Too many {what} wait on this node. Try later.")


class NoSuchCode(Missing):
    """No device waits with this code: mistyped, answered, or too late."""

    def __init__(self) -> None:
        super().__init__(
            "device.bad-code",
            "No device waits with this code. Look again, or start again on the device.",
        )


class NoSuchDevice(Missing):
    """The asker has no such device."""

    def __init__(self) -> None:
        super().__init__("device.missing", "You have no such device.")


class TooManyDevices(Exhausted):
    """The account has as many devices signed in as it may have at once."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "device.too-many", f"You have {limit} devices signed in. Revoke one first.", limit=limit
        )

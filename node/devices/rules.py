"""What codes and tokens look like, how long they last, what a client may say of itself.

Sources: RFC 8628 (device grant), RFC 7591 (registration), RFC 6749 and RFC 9700 (rotation of
refresh tokens, and what their second use means).
"""

import secrets
from typing import Final
from urllib.parse import urlsplit

from node.access import scopes as known
from node.devices.model import BadClient, BadMetadata, BadRedirect, BadRequest, BadScope, NewClient
from node.kernel.guesses import Allowance
from node.kernel.secrets import same

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 24 * 60 * MINUTE_MS
CODE_MS = 15 * MINUTE_MS
PAUSE_MS = 5 * SECOND_MS
ACCESS_MS = DAY_MS
REFRESH_MS = 30 * DAY_MS
SEEN_EVERY_MS = 60 * MINUTE_MS
KEPT_MS = DAY_MS
"""How long a grant that ended is remembered, so that its device still learns how it ended."""

ACCESS_MARK = "mat_"
REFRESH_MARK = "mrt_"
DEFAULT_SCOPES: Final = frozenset({known.READ, known.WRITE})
MIC: Final = "mic"
"""The client that every node knows: `mic`, which can keep no secret."""

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_GRANT: Final = "refresh_token"
GRANTS: Final = (DEVICE_GRANT, REFRESH_GRANT)
BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"
METHODS: Final = (BASIC, POST, NONE)

NAME_LONGEST = 120
URI_LONGEST = 2048
SECRET_LONGEST = 200
CLIENT_NAME = "Micelio CLI"
MOST_WAITING = 5_000
MOST_CLIENTS = 5_000
MOST_DEVICES = 50

# A letter that is not here is read as the one that it is mistaken for.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT: Final = str.maketrans("OIL", "011", "- \t\u2010\u2011\u2013\u2212")
CODE_LENGTH = 8

WRONG_CODES = Allowance("device code", 10, 15 * MINUTE_MS)
WRONG_CODES_HERE = Allowance("device code from an address", 60, 15 * MINUTE_MS)
STARTS = Allowance("device start", 60, 10 * MINUTE_MS)
REGISTRATIONS = Allowance("client registration", 20, 60 * MINUTE_MS)
FAILED_TOKENS = Allowance("token request", 120, 10 * MINUTE_MS)


def user_code() -> str:
    """Return a code of 40 random bits for a person to type: Crockford's base32, XXXX-XXXX."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return f"{drawn[:4]}-{drawn[4:]}"


def typed_code(text: str) -> str | None:
    """Return the code that somebody means by what they typed; None for what can be none."""
    plain = text[:64].upper().translate(_MEANT)
    if len(plain) != CODE_LENGTH or set(plain) - set(ALPHABET):
        return None
    return f"{plain[:4]}-{plain[4:]}"


def device_name(text: str | None) -> str:
    """Return how a device calls itself, fit to be shown; raise `BadRequest`."""
    name = (text or "").strip() or "A device without a name"
    if len(name) > NAME_LONGEST or not name.isprintable():
        raise BadRequest(f"device_name has at most {NAME_LONGEST} printable characters.")
    return name


def asked_scopes(text: str | None, most: frozenset[str] | None = None) -> frozenset[str]:
    """Return the scopes that `text` asks for, all of `most` for none; raise `BadScope`."""
    allowed = DEFAULT_SCOPES if most is None else most
    asked = frozenset((text or "").split()) or allowed
    if asked - set(known.MEANING) or not known.covers(allowed, asked):
        raise BadScope(text or "")
    return asked


def check_new(new: NewClient) -> NewClient:
    """Return `new` with its defaults filled in; raise `BadMetadata` or `BadRedirect`."""
    _check_redirects(new.redirects)
    grants = new.grants if new.grants is not None else list(GRANTS)
    if not isinstance(grants, list) or not grants or any(one not in GRANTS for one in grants):
        raise BadMetadata(f"grant_types are among: {', '.join(GRANTS)}.")
    if new.responses not in (None, []):
        raise BadMetadata("There are no response_types here: this node never redirects.")
    method = BASIC if new.method is None else new.method
    if method not in METHODS:
        raise BadMetadata(f"token_endpoint_auth_method is one of: {', '.join(METHODS)}.")
    return NewClient(
        name=_name(new.name),
        uri=_uri(new.uri),
        method=method,
        grants=grants,
        scope=_scope(new.scope),
    )


def check_secret(method: str, kept: bytes | None, given: bytes | None, how: str | None) -> None:
    """Return if a client says who it is as it registered; raise `BadClient`.

    `how` is where it put its secret: basic, post, or None without one.
    """
    if method == NONE:
        if given is not None:
            raise BadClient
        return
    right = kept is not None and given is not None and same(kept, given)
    if not right or how != method:
        raise BadClient


def _name(name: object) -> str:
    if name is None:
        return CLIENT_NAME
    if not isinstance(name, str) or not 0 < len(name.strip()) <= NAME_LONGEST:
        raise BadMetadata(f"client_name has 1 to {NAME_LONGEST} characters.")
    if not name.strip().isprintable():
        raise BadMetadata("client_name has printable characters only.")
    return name.strip()


def _uri(uri: object) -> str:
    if uri is None:
        return ""
    if not isinstance(uri, str) or len(uri) > URI_LONGEST or not _is_address(uri):
        raise BadMetadata("client_uri is an http or https address.")
    return uri


def _scope(scope: object) -> frozenset[str]:
    if scope is not None and not isinstance(scope, str):
        raise BadMetadata("scope is a text: words with a space between.")
    try:
        return asked_scopes(scope)
    except BadScope as fault:
        raise BadMetadata(f"scope has words among: {', '.join(known.MEANING)}.") from fault


def _check_redirects(redirects: object) -> None:
    """Look at addresses that nobody will be sent to: who registers them may have mistyped."""
    if redirects is None:
        return
    if not isinstance(redirects, list) or not all(_is_absolute(one) for one in redirects):
        raise BadRedirect


def _is_absolute(uri: object) -> bool:
    if not isinstance(uri, str) or len(uri) > URI_LONGEST or not uri.isprintable():
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return bool(parts.scheme) and not parts.fragment


def _is_address(uri: str) -> bool:
    if not uri.isprintable() or any(sign in uri for sign in " <>\"'\\`"):
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None

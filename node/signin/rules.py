"""What secrets look like, what is kept of them, and how long they last.

A secret has 256 random bits, so a plain SHA-256 of it cannot be turned round: the slow hashes that
passwords need would only slow down each request.
"""

import hashlib
import hmac
from collections.abc import Iterable

from keys.did import public_key
from keys.errors import BadKey, BadSignature
from node.signin.model import BadCredential, BadProof

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
LINK_MS = 15 * MINUTE_MS
SESSION_MS = 30 * 24 * HOUR_MS
SEEN_EVERY_MS = HOUR_MS

TOKEN_MARK = "mut_"  # noqa: S105  what every token starts with, so that scanners know one
PREFIX_LENGTH = 8
SCOPES = frozenset({"read", "write"})
NAME_LONGEST = 120
SECRET_LONGEST = 200
MOST_TOKENS = 50
MOST_KEYS = 50


def hashed(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare two hashes in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def prefix_of(token: str) -> str | None:
    """Return the part of a token that may be shown; None for what cannot be a token."""
    body = token.removeprefix(TOKEN_MARK)
    if body == token or not PREFIX_LENGTH < len(body) <= SECRET_LONGEST:
        return None
    return body[:PREFIX_LENGTH]


def check_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Return the scopes; raise `BadCredential` for none or for one that does not exist."""
    asked = frozenset(scopes)
    if not asked or asked - SCOPES:
        raise BadCredential(f"A token's scopes are among {', '.join(sorted(SCOPES))}.")
    return asked


def check_name(name: str) -> str:
    """Return the name of a token or key without space around it; raise `BadCredential`."""
    trimmed = name.strip()
    if not 0 < len(trimmed) <= NAME_LONGEST or not trimmed.isprintable():
        raise BadCredential(f"A name has 1 to {NAME_LONGEST} printable characters.")
    return trimmed


def shown_device(text: str) -> str:
    """Return what a browser says of itself, fit to be listed."""
    return "".join(c for c in text if c.isprintable())[:NAME_LONGEST]


def registration(node_did: str, handle: str) -> bytes:
    """Return the message that a device signs to be registered: bound to one node and account."""
    return f"micelio register key\n{node_did}\n{handle}".encode()


def check_proof(did: str, proof: bytes, message: bytes) -> None:
    """Return if `proof` is the signature of `did` over `message`; raise `BadProof`."""
    try:
        public_key(did).verify(proof, message)
    except BadKey as fault:
        raise BadCredential("A device key is a did:key of an Ed25519 key.") from fault
    except BadSignature as fault:
        raise BadProof(did) from fault

"""What secrets look like, how long they last, and what their names and scopes may be."""

import hashlib
from collections.abc import Iterable

from keys.did import public_key
from keys.errors import BadKey, BadSignature
from node.access.model import ScopeMissing, SignInRequired
from node.access.scopes import MEANING, SESSION_LAND, WRITE, covers
from node.devices.rules import ALPHABET, CODE_LENGTH
from node.kernel.guesses import Allowance
from node.kernel.parties import Party
from node.signin.model import BadCredential, BadProof, NotMore

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
LINK_MS = 15 * MINUTE_MS
SESSION_MS = 30 * DAY_MS
SEEN_EVERY_MS = HOUR_MS

WRONG_CODES = Allowance("sign-in code", 10, LINK_MS)

# What a token starts with, so that scanners know one: of a person, and for one project.
TOKEN_MARK = "mut_"  # noqa: S105
PROJECT_MARK = "mpt_"
LIFE_MS = 90 * DAY_MS
LONGEST_LIFE_MS = 3660 * DAY_MS
PREFIX_LENGTH = 8
NAME_LONGEST = 120
SECRET_LONGEST = 200
MOST_TOKENS = 50
MOST_KEYS = 50


def code_of(secret: str) -> str:
    """Return the code of a sign-in link, for who cannot open it: Crockford's base32, XXXX-XXXX.

    Its 40 bits follow from the secret, and say nothing about the rest of it.
    """
    digest = hashlib.sha256(b"micelio sign-in code\n" + secret.encode()).digest()
    bits = int.from_bytes(digest[:5], "big")
    signs = "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * CODE_LENGTH - 5, -1, -5))
    return f"{signs[:4]}-{signs[4:]}"


def prefix_of(token: str) -> str | None:
    """Return the part of a token that may be shown; None for what cannot be a token."""
    body = token[len(TOKEN_MARK) :]
    is_one = token.startswith((TOKEN_MARK, PROJECT_MARK))
    return body[:PREFIX_LENGTH] if is_one and PREFIX_LENGTH < len(body) <= SECRET_LONGEST else None


def check_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Return the scopes; raise `BadCredential` for none or for one that does not exist."""
    asked = frozenset(scopes)
    if not asked or asked - set(MEANING):
        raise BadCredential(f"A token's scopes are among: {', '.join(MEANING)}.")
    return asked


def check_grant(who: Party, scopes: frozenset[str]) -> None:
    """Return if `who` may hand `scopes` on; raise `NotMore` for what their own token lacks."""
    if not covers(who.scopes, scopes):
        raise NotMore


def credential_of(who: Party) -> str | None:
    """Return what a key that `who` registers may sign with; None is anything of the account."""
    if who.device is not None:
        return f"device:{who.device}"
    is_limited = who.only is not None or not covers(who.scopes, (WRITE,))
    return f"token:{who.token}" if is_limited and who.token is not None else None


def check_signer(who: Party) -> int:
    """Return the account that `who` may sign for: whoever may land may; raise `Denied`."""
    if who.account is None:
        raise SignInRequired
    if not covers(who.scopes, (SESSION_LAND,)):
        raise ScopeMissing(SESSION_LAND, WRITE)
    return who.account


def check_life(life_ms: int) -> int:
    """Return how long a token is to hold; raise `BadCredential`."""
    if not 0 < life_ms <= LONGEST_LIFE_MS:
        days = LONGEST_LIFE_MS // DAY_MS
        raise BadCredential(f"A token holds for at least a moment and for at most {days} days.")
    return life_ms


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

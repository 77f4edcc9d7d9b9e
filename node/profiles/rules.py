"""What may stand in a profile."""

import dataclasses
import re
import unicodedata
from urllib.parse import urlsplit

from node.profiles.model import LINKS, NAMES, BadProfile, Profile

BIO_LONGEST = 160
LINK_LONGEST = 200
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_NOT_IN_LINKS = re.compile(r"[\s<>\"'`\\^{|}]")


def checked(said: Profile) -> Profile:
    """Return what was said as it is kept; raise `BadProfile`."""
    links = {kind: check_link(kind, getattr(said, kind)) for kind in LINKS}
    return dataclasses.replace(said, bio=check_bio(said.bio), **links)


def check_bio(bio: str) -> str:
    """Return a bio as it is kept, in one line; raise `BadProfile` for one that is too long."""
    kept = " ".join("".join(map(_shown, bio)).split())
    if len(kept) > BIO_LONGEST:
        raise BadProfile(
            "bio", f"A bio has at most {BIO_LONGEST} characters; this one has {len(kept)}."
        )
    return kept


def _shown(sign: str) -> str:
    """Return a sign that may be shown: none that controls, or turns the text around it."""
    return " " if unicodedata.category(sign) in {"Cc", "Cs"} or sign in _TURNING else sign


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_link(kind: str, link: str) -> str:
    """Return an address as it is kept, with https:// where it has no scheme; raise `BadProfile`."""
    trimmed = link.strip()
    if not trimmed:
        return ""
    whole = trimmed if _SCHEME.match(trimmed) else f"https://{trimmed.removeprefix('//')}"
    if not _is_link(whole):
        raise BadProfile(
            kind,
            f"{NAMES[kind]} takes an http or https address of at most {LINK_LONGEST} characters,"
            " as https://example.org/you.",
        )
    return whole


def _is_link(link: str) -> bool:
    if len(link) > LINK_LONGEST or not link.isprintable() or _NOT_IN_LINKS.search(link):
        return False
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    has_secret = parts.username is not None or parts.password is not None
    return parts.scheme in {"http", "https"} and bool(host.strip(".")) and not has_secret

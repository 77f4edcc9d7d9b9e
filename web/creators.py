"""Who made what a page shows, as other sites name them where they show a card of the page.

The names follow from the links of a profile: `twitter:creator` is @NAME, `fediverse:creator`
@NAME@HOST, as Mastodon reads it (https://docs.joinmastodon.org/entities/PreviewCard/).
"""

import re
from urllib.parse import urlsplit

from aiohttp import web

from node.accounts.model import NoAccount
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from web.page import forge_of
from web.places import Place

Creators = list[tuple[str, str]]
"""Names of elements of a page's head, and what they say."""

_X_HOSTS = {"x.com", "www.x.com", "twitter.com", "www.twitter.com"}
_X = re.compile(r"/(\w{1,15})/?", re.ASCII)
_FEDIVERSE = re.compile(r"/(?:@|users/)([\w.-]{1,64})/?", re.ASCII)


def creators(profile: Profile) -> Creators:
    """Return what a profile says of where else its owner is, as far as it has the usual form."""
    found = {"fediverse:creator": _fediverse(profile.mastodon), "twitter:creator": _x(profile.x)}
    return [(name, said) for name, said in found.items() if said]


async def creators_at(request: web.Request, place: Place, handle: str) -> Creators:
    """Return the same of an account of this node; nobody's, where names are another node's."""
    if place.project.is_mirror:
        return []
    try:
        return creators(await profiles.get(forge_of(request), handle))
    except NoAccount:
        return []


def _x(address: str) -> str:
    parts = urlsplit(address)
    found = _X.fullmatch(parts.path) if parts.hostname in _X_HOSTS else None
    return f"@{found[1]}" if found else ""


def _fediverse(address: str) -> str:
    parts = urlsplit(address)
    found = _FEDIVERSE.fullmatch(parts.path)
    return f"@{found[1]}@{parts.netloc}" if found and "@" not in parts.netloc else ""

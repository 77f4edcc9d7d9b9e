"""WebFinger (RFC 7033): from a name on a host to the address of its actor document, both ways.

Pure. The node answers for itself alone so far: accounts have no actors yet.
"""

from collections.abc import Collection
from typing import Any

import msgspec

from activitypub.errors import NotBelieved
from activitypub.vocabulary import JSON, LINKED, NAME, PATH, STREAMS, origin
from node.kernel.outbound import authority

ADDRESS = "/.well-known/webfinger"
KIND = "application/jrd+json"
PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
SELF = "self"
MOST_LINKS = 100


def is_resource(text: str) -> bool:
    """Whether a text could name anything: a URI has a scheme and something behind it."""
    scheme, colon, rest = text.partition(":")
    return bool(colon and rest) and scheme[:1].isalpha() and text.isascii() and text.isprintable()


def is_node(resource: str, url: str) -> bool:
    """Whether a resource is the node whose pages are at `url`."""
    named = f"acct:{NAME}@{authority(url)}"
    return resource.lower() == named.lower() or resource in {url, f"{url}/", url + PATH}


def told(url: str, rels: Collection[str]) -> dict[str, Any]:
    """Return what is known of the node; of its links those of `rels`, or all."""
    links = [
        {"rel": SELF, "type": JSON, "href": url + PATH},
        {"rel": PROFILE_PAGE, "type": "text/html", "href": f"{url}/"},
    ]
    return {
        "subject": f"acct:{NAME}@{authority(url)}",
        "aliases": [f"{url}/", url + PATH],
        "links": [one for one in links if not rels or one["rel"] in rels],
    }


class _Link(msgspec.Struct, frozen=True):
    rel: str
    type: str | None = None
    href: str | None = None


class _Told(msgspec.Struct, frozen=True):
    links: list[_Link] = []


def actor_of(data: bytes, asked: str) -> str:
    """Return the address of the actor that an answer links to; raises `NotBelieved`.

    It is on the host that answered: `asked` is the URL that was asked last.
    """
    try:
        links = msgspec.json.decode(data, type=_Told).links
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise NotBelieved(
            "wrong-shape", f"{asked[:200]} does not speak WebFinger: {fault}"
        ) from fault
    found = [one.href for one in links[:MOST_LINKS] if one.rel == SELF and _is_document(one.type)]
    if not found or found[0] is None:
        raise NotBelieved("no-actor", f"{asked[:200]} names no actor document.")
    if origin(found[0]) != origin(asked):
        raise NotBelieved("other-host", f"{asked[:200]} names an actor on another host.")
    return found[0]


def _is_document(kind: str | None) -> bool:
    """Whether a link leads to an actor document: either name of its kind."""
    name, _, parameters = (kind or "").partition(";")
    return name.strip() == JSON or (name.strip() == LINKED and STREAMS in parameters)

"""The words that a node says of itself in ActivityStreams, and in which kinds it says them.

Pure. The document names only contexts that every reader has; our one word is defined in it, so
that nobody has to fetch anything to understand it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from keys import integrity
from keys.ed25519 import PrivateKey
from keys.multikey import DID_SCHEME
from keys.statements.addresses import MOST as MOST_ADDRESSES
from node.kernel.outbound import authority

STREAMS: Final = "https://www.w3.org/ns/activitystreams"
JSON: Final = "application/activity+json"
LINKED: Final = "application/ld+json"
LINKED_PROFILE: Final = f'{LINKED}; profile="{STREAMS}"'

APPLICATION: Final = "Application"
MULTIKEY: Final = "Multikey"
ADDRESSES: Final = "p2pAddresses"
NAME: Final = "node"
"""What the node's own actor is called on its host: reserved, so that nobody else can be."""

PATH: Final = "/ap/actor"
CONTEXT: Final = (
    STREAMS,
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/multikey/v1",
    {
        "assertionMethod": {
            "@id": "https://w3id.org/security#assertionMethod",
            "@type": "@id",
            "@container": "@set",
        },
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        ADDRESSES: {"@id": f"https://micelio.dev/ns#{ADDRESSES}", "@container": "@list"},
    },
)
HOUR_MS = 3_600_000


def origin(url: str) -> str:
    """Return scheme and host of a URL as it spells them, nothing for what is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def described(
    key: PrivateKey, url: str, name: str, addresses: Sequence[str], now: int
) -> dict[str, Any]:
    """Return the actor document of the node whose pages are at `url`, signed with its key.

    What is not served is not claimed: there is no inbox yet, and no outbox (ADR 38).
    """
    actor = url + PATH
    spelled = key.did.removeprefix(DID_SCHEME)
    method = {
        "id": f"{actor}#{spelled}",
        "type": MULTIKEY,
        "controller": actor,
        "publicKeyMultibase": spelled,
    }
    document = {
        "@context": list(CONTEXT),
        "id": actor,
        "type": APPLICATION,
        "preferredUsername": NAME,
        "webfinger": f"{NAME}@{authority(url)}",
        "name": name,
        "url": f"{url}/",
        "assertionMethod": [method],
        ADDRESSES: list(addresses[:MOST_ADDRESSES]),
    }
    return integrity.prove(document, key, method["id"], _hour(now))


def _hour(now: int) -> str:
    """Return the hour of a time: within it the same document has the same bytes."""
    began = datetime.fromtimestamp(now // HOUR_MS * HOUR_MS / 1000, UTC)
    return began.strftime("%Y-%m-%dT%H:%M:%SZ")

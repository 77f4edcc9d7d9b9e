"""Decisions about followed nodes: values in, values out."""

import re
from urllib.parse import urlsplit

from node.federation.model import BadActor, Described, Follow, OtherKey, OwnActor
from node.kernel.errors import Conflict
from node.kernel.outbound import BadUrl, parsed
from node.replication.rules import may_lead

AGAIN_MS = 3_600_000
"""How long what a node says of itself is not asked for again."""
RETRY_MS = 10_000

_NAMED = re.compile(r"(?:acct:|@)(?P<name>[A-Za-z0-9._~-]{1,64})@(?P<host>[^@/\s]{1,255})")


def address(text: str) -> str | None:
    """Return the address of an actor as it is kept, None for that of something else.

    Raises `BadActor`, or `BadUrl`, for what begins as one and is none.
    """
    text = text.strip()
    if text.startswith(("@", "acct:")):
        found = _NAMED.fullmatch(text)
        if found is None:
            raise BadActor(text)
        try:
            parsed(f"https://{found['host']}")
        except BadUrl as fault:
            raise BadActor(text) from fault
        return f"@{found['name'].lower()}@{found['host'].lower()}"
    if text.startswith(("https://", "http://")) and urlsplit(text).path.strip("/"):
        parsed(text)
        return text
    return None


def host_of(address: str) -> str:
    """Return the URL of the host that an address of an actor names.

    TLS is spoken there, unless it is an address inside: nobody has certificates for those.
    """
    if not address.startswith("@"):
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.netloc}"
    host = address.rpartition("@")[2]
    name = urlsplit(f"//{host}").hostname or ""
    is_inside = name == "localhost" or not may_lead(name, is_near=False)
    return f"http://{host}" if is_inside else f"https://{host}"


def refusal(follow: Follow, told: Described, own: str) -> Conflict | None:
    """Return why a document that holds is not believed of `follow`; `own` is this node's did."""
    if told.did == own:
        return OwnActor(follow.address)
    if follow.did is not None and follow.did != told.did:
        return OtherKey(follow.address, follow.did, told.did)
    return None


def retry_after(failures: int) -> int:
    """Return in how many ms to try again after so many failures in a row."""
    return min(RETRY_MS << min(failures, 20), AGAIN_MS)

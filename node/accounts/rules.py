"""What a handle may be, and how one is made out of another name."""

import re
from collections.abc import Iterator

from node.accounts.model import BadHandle
from node.kernel.errors import Invalid

LONGEST = 39
MADE_LENGTH = 30
NAME_LONGEST = 200
REMOTE_SHOWN = 8
"""Characters of a key that tell people of other nodes apart, where that is enough."""

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*", re.IGNORECASE | re.ASCII)
_OTHER = re.compile(r"[^a-z0-9]+")

# First segments of addresses, now or one day, and names that would pass for the node speaking.
RESERVED = frozenset(
    """
    about abuse account accounts activity activitypub admin administrator agents anonymous ap
    api apps assets atom audit auth authorize billing blame blob blobs blog bot branches callback
    changelog checkout ci cli clone commits compare config connect contact cookies dashboard
    deleted design device diff discover docs download downloads edit email errors events
    everyone explore faq favicon feed feeds files followers following forgot goto graphql guest
    head health help home hooks hostmaster icons images impressum inbox info install invitations
    invite issues ja keys ko land landings legal license live local localhost log login logout mail
    me members metrics mic micelio micro mount new news node nodeinfo notifications null oauth og
    openapi organization organizations orgs outbox owner packs pages peers ping postmaster press
    pricing privacy profile project projects prompts public pull pulse queue raw readme register
    releases robots rollups rss search security seed sessions settings setup shares shop sign-in
    sign-out sign-up signin signout signup site sitemap sponsors sse staff stars static stats
    status storage support sync system team teams terms theme tokens topics tree trees trust
    undefined up upload uploads users verify webfinger webhooks webmaster well-known wiki
    workspace www
    """.split()  # noqa: SIM905  words are easier to keep in order
)

# What Windows calls its devices: no directory there can have such a name.
_PORTS = {f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)}
DEVICES = frozenset({"aux", "con", "nul", "prn"}) | _PORTS


def check_handle(handle: str) -> str:
    """Return `handle`; raise `BadHandle` for one that cannot be an address or is reserved."""
    if len(handle) > LONGEST:
        raise BadHandle(handle, f"it has more than {LONGEST} characters")
    if not _HANDLE.fullmatch(handle):
        raise BadHandle(handle, "only letters, digits and single hyphens between them will do")
    if handle.lower() in RESERVED:
        raise BadHandle(handle, "it is reserved")
    if handle.lower() in DEVICES:
        raise BadHandle(handle, "Windows can make no directory of that name")
    return handle


def handle_from(text: str) -> str:
    """Return a handle made of `text`, an e-mail address or a login name; always a valid one."""
    local = text.partition("@")[0].lower()
    made = _OTHER.sub("-", local).strip("-")[:MADE_LENGTH].strip("-") or "user"
    return numbered(made, 1) if made in RESERVED | DEVICES else made


def numbered(handle: str, number: int) -> str:
    """Return `handle` with `-number` behind it, short enough to be one."""
    tail = f"-{number}"
    return handle[: LONGEST - len(tail)].rstrip("-") + tail


def remote_handles(name: str, did: str) -> Iterator[str]:
    """Yield handles for somebody of another node, the shortest first: `ada@` and the key's end.

    `name` is what their node calls them; no handle of this node has an @.
    """
    try:
        local = check_handle(name)
    except BadHandle:
        local = handle_from(name)
    key = did.rpartition(":")[2]
    for length in range(REMOTE_SHOWN, len(key) + 1):
        yield f"{local}@{key[-length:]}"


def check_name(name: str) -> str:
    """Return the display name without space around it; raise `Invalid` if it is too long."""
    trimmed = name.strip()
    if len(trimmed) > NAME_LONGEST or not trimmed.isprintable():
        raise Invalid(
            "account.bad-name", f"A name has at most {NAME_LONGEST} printable characters."
        )
    return trimmed


def check_limits(*limits: int | None) -> None:
    """Raise `Invalid` for a limit that no count can meet."""
    if any(limit is not None and not 0 <= limit < 1 << 53 for limit in limits):
        raise Invalid("account.bad-limit", "A limit is a whole number from 0 up.")

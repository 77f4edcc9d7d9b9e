"""Decisions about peers and seeds: values in, values out."""

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from node.kernel.errors import Invalid
from node.kernel.outbound import is_public, parsed
from node.replication.model import FAILED, BadAddress, Peer, Place, Seed

BANNED_AT = 100
BAN_MS = 24 * 3_600_000
DECAY_MS = 60_000
"""One point is forgiven in this time."""

PULL_MS = 60_000
RETRY_MS = 1_000
LONGEST_RETRY_MS = 10 * 60_000

PROJECT = (
    "the address of a project: https://node/account/project, /ip4/…/tcp/…/p2p/ID/account/project,"
    " mic:z…, mic:z…@NODE or the path of a bundle"
)
PEER = "the address of a peer: https://node or /ip4/…/tcp/…/p2p/ID"
FILE = "file://"
"""What the address of a bundle begins with; the path follows."""

_NOWHERE = tuple(
    map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)
"""Addresses for examples: they are not public, and nobody is there."""

_ID = re.compile(r"mic:z[1-9A-HJ-NP-Za-km-z]{40,60}")
_MULTIADDR = re.compile(
    r"(?P<node>/(?:ip4|ip6|dns|dns4|dns6)/[^/\s]{1,255}/tcp/[0-9]{1,5}/p2p/[1-9A-HJ-NP-Za-km-z]{40,70})"
    r"(?P<rest>(?:/[^/\s]{1,100}){0,2})/?"
)


def place(text: str) -> Place:
    """Return the project that an address names; raises `BadAddress`."""
    text = text.strip()
    name, at, where = text.partition("@")
    if _ID.fullmatch(name):
        return Place(text, node(where) if at else "", id=name)
    if text.startswith(FILE):
        return Place(text)
    if text.startswith("/"):
        return _of_peer(text)
    parts = urlsplit(_with_host(text, PROJECT))
    names = [unquote(name) for name in parts.path.strip("/").split("/")]
    if len(names) != 2 or not all(names):
        raise BadAddress(text, PROJECT)
    return Place(text.rstrip("/"), f"{parts.scheme}://{parts.netloc}", *names)


def _of_peer(text: str) -> Place:
    found = _MULTIADDR.fullmatch(text)
    names = found["rest"].strip("/").split("/") if found else []
    if found is not None and len(names) == 1 and _ID.fullmatch(names[0]):
        return Place(text, found["node"], id=names[0])
    if found is None or len(names) != 2:
        raise BadAddress(text, PROJECT)
    return Place(text, found["node"], *names)


def node(text: str) -> str:
    """Return the address of a peer as it is kept: a URL's origin or a multiaddr."""
    text = text.strip()
    if text.startswith("/"):
        found = _MULTIADDR.fullmatch(text)
        if found is None or found["rest"]:
            raise BadAddress(text, PEER)
        return found["node"]
    parts = urlsplit(_with_host(text, PEER))
    if parts.path.strip("/"):
        raise BadAddress(text, PEER)
    return f"{parts.scheme}://{parts.netloc}"


def is_node(text: str) -> bool:
    """Whether a text is an address that a peer may have."""
    try:
        return node(text) == text
    except Invalid:
        return False


def may_lead(host: str, *, is_near: bool) -> bool:
    """Whether a host may be spoken to because somebody named it: the one rule for all addresses.

    Inside the node's own network is believed only who is there, or the operator: `is_near`. What a
    name leads to is known when it is looked up; then it is asked again, with the address.
    """
    try:
        found = ip_address(host)
    except ValueError:
        return True  # A name.
    return is_near or is_public(host) or any(found in one for one in _NOWHERE)


def host_of(address: str) -> str:
    """Return the host in an address of a peer: an IP address or a name."""
    if address.startswith("/"):
        return address.split("/")[2]
    return urlsplit(address).hostname or ""


def is_same(one: str, other: str) -> bool:
    """Whether two URLs lead to one node, as far as their spelling tells: loopback is one host."""
    return _where(one) == _where(other)


def _where(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost" or host.endswith(".localhost")
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return "localhost" if is_loopback else host, port


def _with_host(text: str, wanted: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise BadAddress(text, wanted)
    parsed(text)
    return text


def score(peer: Peer, now: int) -> int:
    """Return the points against a peer now: one is forgiven each minute."""
    return max(0, peer.score - max(0, now - peer.scored_at) // DECAY_MS)


def is_banned(peer: Peer, now: int) -> bool:
    """Whether nothing is asked of a peer, and nothing answered to it, for the time being."""
    return not peer.is_allowed and peer.banned_until is not None and now < peer.banned_until


def after_points(peer: Peer, points: int, now: int) -> tuple[int, int | None]:
    """Return the score of a peer after some more points, and until when it is banned."""
    total = score(peer, now) + points
    banned = now + BAN_MS if total >= BANNED_AT and not peer.is_allowed else None
    return total, max(filter(None, (banned, peer.banned_until)), default=None)


def worse(one: Peer, other: Peer, now: int) -> tuple[int, int, int | None, str | None]:
    """Return what is held against two peers that are one: points, as of when, ban and reason."""
    worst = max(one, other, key=lambda peer: (peer.banned_until or 0, score(peer, now)))
    points = max(score(one, now), score(other, now))
    return points, now, worst.banned_until, worst.reason


def retry_after(failures: int) -> int:
    """Return in how many ms to try again after so many failures in a row."""
    return int(min(RETRY_MS << min(failures, 20), LONGEST_RETRY_MS))


def next_look(state: str, failures: int, spread: int, lag: int = 0) -> int:
    """Return in how many ms to look at a seed again; `spread` is any number, for the jitter.

    One that stays behind what was told of it is looked at sooner: who told it was only late.
    """
    pause = retry_after(failures) if state == FAILED else PULL_MS
    if lag:
        pause = min(pause, retry_after(failures))
    return pause + spread % (pause // 5 + 1)


def over(seeds: Iterable[Seed], total: int | None) -> list[Seed]:
    """Return the seeds whose contents go, least recently used first, so that `total` is kept.

    Never what is pinned. Each seed over its own quota is left to the one who set it: it stops.
    """
    if total is None:
        return []
    held = list(seeds)
    excess = sum(seed.bytes for seed in held) - total
    gone: list[Seed] = []
    for seed in sorted(held, key=lambda one: one.used_at):
        if excess <= 0:
            break
        if not seed.is_pinned and seed.bytes and seed.project is not None:
            gone.append(seed)
            excess -= seed.bytes
    return gone


def contents_from(depth: int | None, head: int) -> int:
    """Return the oldest position whose contents are kept."""
    return 1 if depth is None else max(1, head - depth + 1)

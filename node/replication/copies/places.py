"""Who has a place among the copies of a project, and who gives way: values in, values out.

A key costs nothing and a receipt is a word, so words have few places, and those of one origin fewer
still: an origin is a network that somebody would have to have. Words never take the place of a
proof. Proofs have many places, and where even those are taken, the origin that has most loses one.
"""

import ipaddress
from collections import Counter
from collections.abc import Sequence

from node.replication.model import Copy, TooManyCopies

UNPROVEN = 32
"""Copies of one project of which nothing is proven yet."""

UNPROVEN_OF_ORIGIN = 8

PROVEN = 500

V4_BITS, V6_BITS = 24, 48
"""What one is given by those who give out addresses, and does not change at will."""


def origin_of(host: str | None) -> str:
    """Return the network of an address; what is no address is all of one origin."""
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = V4_BITS if address.version == 4 else V6_BITS
    return str(ipaddress.ip_network((address, bits), strict=False))


def is_near(origin: str) -> bool:
    """Tell whether an origin may be a proxy before this node, and so anybody."""
    if not origin:
        return True
    network = ipaddress.ip_network(origin)
    return any(one.version == network.version and network.subnet_of(one) for one in _NEAR)  # type: ignore[arg-type]


_NEAR = tuple(
    ipaddress.ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::/48", "fc00::/7")
)


def gives_way_to_word(copies: Sequence[Copy], origin: str) -> Copy | None:
    """Return who leaves when another holder gives its word; raises `TooManyCopies`.

    Within an origin only who has failed a challenge leaves, so that nobody is pushed out by
    neighbours before it was asked. Behind a proxy of ours many origins look like one: there
    whoever came first leaves, so that nobody can keep the others out.
    """
    words = [one for one in copies if one.proven_at is None]
    own = [one for one in words if one.origin == origin]
    if len(own) >= UNPROVEN_OF_ORIGIN:
        worst = max(own, key=_worth_least)
        if not (worst.failures or is_near(origin)):
            raise TooManyCopies(UNPROVEN_OF_ORIGIN)
        return worst
    return _of_most_crowded(words) if len(words) >= UNPROVEN else None


def gives_way_to_proof(copies: Sequence[Copy]) -> Copy | None:
    """Return who leaves because more holders have proven a project than are kept count of."""
    proofs = [one for one in copies if one.proven_at is not None]
    return _of_most_crowded(proofs) if len(proofs) > PROVEN else None


def _of_most_crowded(copies: Sequence[Copy]) -> Copy:
    crowd = Counter(one.origin for one in copies)
    return max(copies, key=lambda one: (crowd[one.origin], *_worth_least(one)))


def _worth_least(one: Copy) -> tuple[int, int]:
    """Order copies by how little is lost with them: who fails, then who proved or came first."""
    return one.failures, -(one.proven_at or one.received_at)

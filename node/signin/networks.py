"""From where a token may be used: networks in CIDR notation (RFC 4632), pure values.

The address is the one that the connection comes from. A node behind a proxy sees the proxy's, so
there such a limit says little; headers that name another are not believed.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from node.signin.model import BadCredential, NotMore

Network = IPv4Network | IPv6Network
MOST_NETWORKS = 20


def check_networks(words: Iterable[str]) -> tuple[str, ...]:
    """Return networks in their one spelling, sorted; a lone address is a network of one.

    Raises `BadCredential`.
    """
    found = {str(_network(word)) for word in words}
    if len(found) > MOST_NETWORKS:
        raise BadCredential(f"A token is for at most {MOST_NETWORKS} networks.")
    return tuple(sorted(found))


def is_within(address: str | None, networks: Sequence[str]) -> bool:
    """Whether a token for `networks` may be used from `address`; without any, from anywhere."""
    if not networks:
        return True
    came_from = _address(address)
    return came_from is not None and any(came_from in _network(word) for word in networks)


def narrowed(asked: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """Return the networks of a token that one for `own` makes; raise `NotMore` for any beyond."""
    if not own or not asked:
        return tuple(asked or own)
    above = [_network(word) for word in own]
    if not all(any(_covers(one, _network(word)) for one in above) for word in asked):
        raise NotMore
    return tuple(asked)


def _network(word: str) -> Network:
    try:
        return ipaddress.ip_network(word)
    except ValueError as fault:
        raise BadCredential(
            f"{word[:60]!r} is no network. Write an address, or a network like 192.0.2.0/24."
        ) from fault


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    """Return an address as networks hold it: IPv4 that came through an IPv6 socket is IPv4."""
    try:
        found = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _covers(above: Network, network: Network) -> bool:
    if isinstance(above, IPv4Network) and isinstance(network, IPv4Network):
        return network.subnet_of(above)
    if isinstance(above, IPv6Network) and isinstance(network, IPv6Network):
        return network.subnet_of(above)
    return False

"""The way out: which addresses the node itself may speak to because somebody asked it to.

A URL from outside could name the node's own machine or its network. So the name is resolved once,
every address it has must be a public one, and whoever connects does so to the address that was
looked at: a name that changes its mind in between changes nothing. Redirects are for the caller to
refuse. A node for tests, or one that lives in a closed network, may be told to allow all.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from node.kernel.errors import Denied, Invalid, Unreachable

PORTS = {"http": 80, "https": 443}
LONGEST = 2000
_INWARD = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10"))
)
"""What may lead inwards though it counts as public: translated addresses, and IPv6's old sites."""


class BadUrl(Invalid):
    """Not a URL that the node would fetch."""

    def __init__(self, reason: str) -> None:
        super().__init__("outbound.bad-url", f"The URL {reason}.")


class NotPublic(Denied):
    """The URL leads into a network that is nobody's business."""

    def __init__(self, host: str) -> None:
        super().__init__(
            "outbound.not-public", f"The address of {host} is not a public one.", host=host
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A URL and the one address that it may be fetched from."""

    url: str
    host: str
    port: int
    address: str


async def target(url: str, *, allow_private: bool = False) -> Target:
    """Return where `url` leads; raises `BadUrl`, `NotPublic`, or `Unreachable` for no such host."""
    host, port = parsed(url)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unreachable("outbound.no-host", f"There is no host {host!r}.", host=host) from fault
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses:
        raise Unreachable("outbound.no-host", f"There is no host {host!r}.", host=host)
    if not allow_private and not all(map(is_public, addresses)):
        raise NotPublic(host)
    return Target(url, host, port, addresses[0])


def parsed(url: str) -> tuple[str, int]:
    """Return host and port of a URL that may be fetched; raises `BadUrl`."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or set(url) & set(' "<>\\'):
        raise BadUrl("is too long or has characters that no URL has")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as fault:
        raise BadUrl(f"is not one: {fault}") from fault
    if parts.scheme not in PORTS or not host:
        raise BadUrl("must begin with https:// or http:// and name a host")
    if parts.username is not None or parts.password is not None:
        raise BadUrl("holds a user name or a password, which others could read here")
    if parts.query or parts.fragment:
        raise BadUrl("has a query or a fragment")
    return host, PORTS[parts.scheme] if port is None else port


def authority(url: str) -> str:
    """Return the host of a URL, with its port if that is not the usual one."""
    parts = urlsplit(url)
    usual = PORTS.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return host if parts.port in {None, usual} else f"{host}:{parts.port}"


def is_public(address: str) -> bool:
    """Whether an address is one that anybody on the internet could speak to."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _INWARD) or found.teredo is not None:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved

"""Where a host is that an address names: as the system says, so by its hosts file too.

libp2p asks name servers alone, and takes a name that they do not know for the answer.
"""

import socket
from typing import Final

import trio
from libp2p.transport.exceptions import OpenConnectionError
from multiaddr import Multiaddr

_FAMILIES: Final = {
    "dns": socket.AF_UNSPEC,
    "dns4": socket.AF_INET,
    "dns6": socket.AF_INET6,
}

_SECONDS = 5.0


async def resolved(where: Multiaddr) -> list[Multiaddr]:
    """Return `where` with addresses for its host's name; raises `OpenConnectionError`."""
    _, kind, host, rest = str(where).split("/", 3)
    if kind not in _FAMILIES:
        return [where]
    try:
        with trio.fail_after(_SECONDS):
            found = await trio.socket.getaddrinfo(host, None, _FAMILIES[kind], socket.SOCK_STREAM)
    except (OSError, trio.TooSlowError, UnicodeError) as fault:
        raise OpenConnectionError(f"There is no host {host!r}") from fault
    hosts = dict.fromkeys((family, str(place[0])) for family, _, _, _, place in found)
    return [Multiaddr(f"/{_KINDS[family]}/{host}/{rest}") for family, host in hosts]


_KINDS: Final = {socket.AF_INET: "ip4", socket.AF_INET6: "ip6"}

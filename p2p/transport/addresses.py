"""Where peers are: multiaddrs in text, and the two names of one key.

Only what we dial and listen on is understood: TCP over IPv4, IPv6 or a name, with the peer id last.
This is plain text work, so that settings can be checked without libp2p.
"""

import ipaddress
import re
from dataclasses import dataclass

from keys import did as names
from keys.errors import BadKey
from p2p.transport.errors import BadAddress

SYNC_PROTOCOL = "/micelio/sync/1.0.0"
MAX_PORT = 65535
LONGEST = 400
"""Characters of the longest address that we look at: a name of 253, a port, an id."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_HOSTS = ("ip4", "ip6", "dns", "dns4", "dns6")


@dataclass(frozen=True, slots=True)
class Address:
    """A peer's address; without a host it is only who, without a peer id only where."""

    kind: str | None
    host: str | None
    port: int
    peer_id: str | None

    def __str__(self) -> str:
        where = "" if self.host is None else f"/{self.kind}/{self.host}/tcp/{self.port}"
        return where + ("" if self.peer_id is None else f"/p2p/{self.peer_id}")

    @property
    def where(self) -> str:
        """The address without who is there."""
        return str(Address(self.kind, self.host, self.port, None))


def parse(text: str) -> Address:
    """Return the address that `text` is; raises `BadAddress`."""
    address, rest = split(text)
    if rest:
        raise BadAddress(f"{_shown(text)} goes on after the address of a peer.")
    return address


def split(text: str) -> tuple[Address, str]:
    """Return the address that `text` starts with, and what follows it; raises `BadAddress`.

    What follows is for others to read: `/account/project`, or nothing.
    """
    if not text.startswith("/"):
        raise BadAddress(f"{_shown(text)} is no multiaddr: those begin with a slash.")
    parts = text[1:].split("/")
    kind = host = peer = None
    port = 0
    if parts[0] in _HOSTS:
        kind, host, port = parts[0], *_host_and_port(text, parts)
        parts = parts[4:]
    if parts and parts[0] == "p2p":
        peer = _peer(text, parts)
        parts = parts[2:]
    if kind is None and peer is None:
        raise BadAddress(f"{_shown(text)} names no host and no peer.")
    return Address(kind, host, port, peer), "".join(f"/{part}" for part in parts)


def is_address(text: str) -> bool:
    """Whether `text` begins as an address of a peer does."""
    return text.startswith((*(f"/{kind}/" for kind in _HOSTS), "/p2p/"))


def of_peer(text: str) -> Address:
    """Return the address of a peer that can be dialled: with its id; raises `BadAddress`."""
    address = parse(text)
    if address.peer_id is None:
        raise BadAddress(f"{_shown(text)} does not say who is there: it ends without /p2p/ID.")
    return address


def to_listen_on(text: str) -> Address:
    """Return an address to listen on: of an interface, without a peer id; raises `BadAddress`."""
    address = parse(text)
    if address.kind not in {"ip4", "ip6"} or address.peer_id is not None:
        raise BadAddress(f"{_shown(text)} is no /ip4/ADDRESS/tcp/PORT or /ip6/ADDRESS/tcp/PORT.")
    return address


def listening(host: str, port: int) -> str:
    """Return the multiaddr of an interface, by its IP address."""
    kind = "ip6" if ":" in host else "ip4"
    return f"/{kind}/{host}/tcp/{port}"


def peer_id(did: str) -> str:
    """Return the libp2p name of the key that `did` names; raises `BadKey`."""
    return names.peer_id(names.public_key(did))


def did_of(peer: str) -> str:
    """Return the did of a libp2p peer id; raises `BadAddress` for one of no Ed25519 key."""
    try:
        return names.did_of_peer(peer)
    except BadKey as fault:
        raise BadAddress(f"{_shown(peer)} is not the peer id of an Ed25519 key.") from fault


def _host_and_port(text: str, parts: list[str]) -> tuple[str, int]:
    if len(text) > LONGEST or len(parts) < 4 or parts[2] != "tcp":
        raise BadAddress(f"{_shown(text)} is no address over TCP: /ip4/ADDRESS/tcp/PORT.")
    port = parts[3]
    if not (port.isascii() and port.isdigit()) or len(port) > 5 or int(port) > MAX_PORT:
        raise BadAddress(f"{_shown(text)} has no port from 0 to {MAX_PORT}.")
    return _host(text, parts[0], parts[1]), int(port)


def _host(text: str, kind: str, host: str) -> str:
    if kind.startswith("dns"):
        if _NAME.fullmatch(host):
            return host
        raise BadAddress(f"{_shown(text)} names no host.")
    try:
        version = ipaddress.IPv4Address if kind == "ip4" else ipaddress.IPv6Address
        found = version(host)
    except ValueError as fault:
        raise BadAddress(f"{_shown(text)} has no {kind} address: {fault}.") from fault
    if "%" in host:
        raise BadAddress(f"{_shown(text)} has a zone, which means nothing to others.")
    return str(found)


def _peer(text: str, parts: list[str]) -> str:
    if len(parts) < 2:
        raise BadAddress(f"{_shown(text)} ends before the peer id.")
    did_of(parts[1])
    return parts[1]


def _shown(text: str) -> str:
    return repr(text[:LONGEST])

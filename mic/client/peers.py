"""A peer, spoken to over libp2p: the same HTTP, on a stream instead of a TCP connection.

This is the only place of `mic` that knows the network of peers, and it is imported for a peer's
address only: starting libp2p costs seconds, and ordinary commands must not pay them.
"""

import socket
from typing import Any, cast

from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from mic.errors import Unreachable
from p2p.transport import addresses, blocking
from p2p.transport.errors import TransportFault, WrongPeer


class _Stream(HTTPConnection):
    """One stream to a peer, in the place of a TCP connection."""

    def __init__(self, *arguments: Any, address: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._address = address

    def _new_conn(self) -> socket.socket:
        try:
            return blocking.dial(self._address)
        except WrongPeer as fault:
            raise _unreachable(self._address, "another peer answers there", "peer.wrong") from fault
        except TransportFault as fault:
            raise _unreachable(self._address, str(fault).rstrip("."), "peer.unreachable") from fault


class _Streams(HTTPConnectionPool):
    ConnectionCls = cast("Any", _Stream)


def pool(address: str, **options: Any) -> HTTPConnectionPool:
    """Return a pool of streams to the peer at a multiaddr with its id."""
    peer = addresses.of_peer(address).peer_id
    return _Streams(str(peer), address=address, **options)


def _unreachable(address: str, why: str, code: str) -> Unreachable:
    return Unreachable(
        f"The peer {address} cannot be reached: {why}.",
        code=code,
        hint="Is it running? `micelio status` over there prints its addresses.",
        node=address,
    )

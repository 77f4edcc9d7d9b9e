"""What the host in its thread is made from, and whom it tells."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keys.ed25519 import PrivateKey
from p2p.transport.addresses import Address
from p2p.transport.limits import Settings
from p2p.transport.model import Gossip


@dataclass(frozen=True, slots=True)
class Outside:
    """The callables are called in libp2p's thread, and must return at once."""

    key: PrivateKey
    listen: Sequence[Address]
    settings: Settings
    hand_over: Callable[[socket.socket, str], None]
    """Gets our end of a stream and the did of who opened it; raises `NotRunning`."""
    heard: Callable[[Gossip], None]
    offended: Callable[[str, str], None]
    """Gets the did of a peer and what it did."""

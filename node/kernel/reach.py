"""How other nodes reach this one, besides its pages: known while it runs, and it may change."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Reach:
    """The node among its peers; nothing where it takes no part in their network.

    `fault` is why it does not, where it is meant to. `entry` is the envelope in which the node
    signs where it is reached. `hosts` has the addresses of connected peers by their dids.
    """

    peer_id: str | None = None
    addresses: tuple[str, ...] = ()
    restarts: int = 0
    fault: str | None = None
    entry: bytes | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)

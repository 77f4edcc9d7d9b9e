"""Has the transport refuse who is banned, whoever banned it, and nobody else.

A key costs nothing, so as many bans are kept as there are rows of peers: of whom no row remembers
the transport forgets too. What such a one says is not heard all the same, as `p2p.scores` knows.
"""

from collections.abc import Collection

from node.replication.model import Peer
from p2p.transport.network import Network


class Bans:
    """What the transport was told; `network` is None where there is none."""

    def __init__(self, network: Network | None) -> None:
        self._network = network
        self._told: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._told)

    async def follow(self, peer: Peer) -> None:
        """Tell the transport whether a peer is banned, if it does not know."""
        until = peer.banned_until or 0
        if self._network is None or peer.did is None or self._told.get(peer.did, 0) == until:
            return
        self._told[peer.did] = until
        await self._network.ban(peer.did, until)

    async def forget_but(self, known: Collection[str | None]) -> None:
        """Lift the bans of those that are not known any more."""
        for did in [one for one in self._told if one not in known]:
            del self._told[did]
            if self._network is not None:
                await self._network.ban(did, 0)

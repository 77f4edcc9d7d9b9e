"""Tells by gossip what landed here: each project's newest head, once for all that landed meanwhile.

It follows the node's events with a cursor of its own, so that what landed before a crash is told
after it. Private projects are not announced: that there is one is nobody's business.
"""

from collections.abc import Iterable
from typing import Final

from mic.wire.heads import SignedHead
from node.kernel import events
from node.kernel.events import Event
from node.kernel.forge import Forge
from node.landings import standing
from node.landings.standing import Standing
from p2p import messages
from p2p.transport.network import Network
from store.database import Tx

CURSOR: Final = "p2p.announce"
AT_ONCE: Final = 500
NUMBERS_A_MS: Final = 1024
_KINDS: Final = frozenset(
    {"landing.landed", "landing.imported", "project.updated", "project.adopted"}
)


class Announcer:
    """Speaks for this node; `network` may be down, then what there is to tell waits."""

    def __init__(self, forge: Forge, network: Network) -> None:
        self._forge = forge
        self._network = network
        self._number = forge.now() * NUMBERS_A_MS  # Grows over restarts too.

    async def step(self) -> None:
        """Tell what happened since the last step; raises `TransportFault`, and has told nothing."""
        found = await self._forge.db.read(self._waiting)
        if not found:
            return
        await self._tell_all({one.project for one in found if one.kind in _KINDS})
        last = found[-1].seq
        await self._forge.db.write(lambda tx: events.advance(tx, CURSOR, last))

    def _waiting(self, tx: Tx) -> list[Event]:
        return events.after(tx, events.cursor(tx, CURSOR), AT_ONCE)

    async def _tell_all(self, keys: Iterable[int | None]) -> None:
        wanted = {key for key in keys if key is not None}
        if wanted:
            for one in await standing.kept(self._forge, wanted):
                if one.is_ours:  # Its mirrors tell it again when it has become quiet.
                    await self.tell(one)

    async def tell(self, one: Standing) -> None:
        """Announce where a project stands, unless it is private; raises `TransportFault`."""
        if one.is_private:
            return
        (record,) = await standing.envelopes(self._forge, [one])
        head = SignedHead(
            project=one.project, epoch=one.epoch, position=one.position, record=record
        )
        self._number += 1
        data = messages.announce(head, self._number)
        await self._network.publish(messages.topic(one.project), data)

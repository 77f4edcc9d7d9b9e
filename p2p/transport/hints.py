"""Who may hold a project, as the network's distributed hash table has it: all of it is a hint."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import trio
from libp2p.host.basic_host import BasicHost
from libp2p.peer.id import ID
from libp2p.peer.peerinfo import PeerInfo
from libp2p.tools.anyio_service import background_trio_service
from multiaddr import Multiaddr

from p2p.transport import addresses, inward
from p2p.transport.errors import BadAddress
from p2p.transport.limits import Settings
from p2p.transport.table import SmallTable

log = logging.getLogger(__name__)

AGAIN_SECONDS = 300.0
"""How often the peers to start from are looked for again."""
CONNECT_SECONDS = 15.0


class Hints:
    """The DHT, where there are peers to start from; else nobody provides anything."""

    def __init__(self, host: BasicHost, settings: Settings) -> None:
        self._host = host
        self._first = [addresses.of_peer(one) for one in settings.bootstrap]
        self._dht: SmallTable | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take part for the length of the block."""
        async with AsyncExitStack() as stack:
            if self._first:
                self._dht = SmallTable(self._host)
                await stack.enter_async_context(background_trio_service(self._dht))
                nursery = await stack.enter_async_context(trio.open_nursery())
                nursery.start_soon(self._look_for_the_first, self._dht)
                stack.callback(nursery.cancel_scope.cancel)
            yield

    async def provide(self, project_id: str) -> None:
        """Say that we hold the project."""
        if self._dht is not None:
            await self._dht.provide(_key(project_id))

    async def providers(self, project_id: str) -> list[str]:
        """Return addresses of who is said to hold the project."""
        if self._dht is None:
            return []
        found = await self._dht.find_providers(_key(project_id))
        told = [
            f"{str(address).removesuffix(f'/p2p/{one.peer_id}')}/p2p/{one.peer_id}"
            for one in found
            for address in one.addrs
        ]
        return [one for one in dict.fromkeys(told) if _is_usable(one)]

    async def _look_for_the_first(self, dht: SmallTable) -> None:
        while True:
            for address in self._first:
                await self._meet(dht, address)
            await trio.sleep(AGAIN_SECONDS)

    async def _meet(self, dht: SmallTable, address: addresses.Address) -> None:
        assert address.peer_id is not None
        peer = PeerInfo(ID.from_string(address.peer_id), [Multiaddr(address.where)])
        try:
            with trio.fail_after(CONNECT_SECONDS), inward.allowed():
                await self._host.connect(peer)
                await dht.add_peer(peer.peer_id)
        except Exception as fault:  # noqa: BLE001  a hint: libp2p raises anything
            log.info("a peer to start from does not answer: %s", fault)


def _key(project_id: str) -> str:
    """Return what the table knows a project by: the multihash, SHA-256, of its id."""
    return "1220" + hashlib.sha256(project_id.encode()).hexdigest()


def _is_usable(address: str) -> bool:
    try:
        return addresses.of_peer(address).host is not None
    except BadAddress:
        return False

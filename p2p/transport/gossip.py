"""Topics: messages that whoever subscribed gets, signed by their senders.

All of it is a hint: what must arrive is pulled.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from libp2p.host.basic_host import BasicHost
from libp2p.pubsub.gossipsub import PROTOCOL_ID, PROTOCOL_ID_V11, PROTOCOL_ID_V12
from libp2p.tools.anyio_service import background_trio_service

from p2p.transport.errors import TooMany
from p2p.transport.limits import Limits
from p2p.transport.model import Gossip
from p2p.transport.router import LimitedPubsub, LimitedRouter
from p2p.transport.swarm import LimitedSwarm

HEARTBEAT_SECONDS = 1


class Gossiping:
    """What we are subscribed to and what we say."""

    def __init__(
        self,
        host: BasicHost,
        swarm: LimitedSwarm,
        heard: Callable[[Gossip], None],
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._router = LimitedRouter(
            protocols=[PROTOCOL_ID_V12, PROTOCOL_ID_V11, PROTOCOL_ID],
            degree=6,
            degree_low=4,
            degree_high=12,
            heartbeat_interval=HEARTBEAT_SECONDS,
            adaptive_gossip_enabled=False,
            spam_protection_enabled=False,
        )
        self._router.limit(limits)
        self._pubsub = LimitedPubsub(
            host,
            self._router,
            max_subscriptions_per_rpc=limits.topics_per_peer,
            max_subscriptions_per_peer=limits.topics_per_peer,
            max_inbound_rpc_size=limits.rpc_bytes,
        )
        self._pubsub.limit(swarm, heard, limits)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take part for the length of the block."""
        async with (
            background_trio_service(self._pubsub),
            background_trio_service(self._router),
        ):
            await self._pubsub.wait_until_ready()
            yield

    def close(self) -> None:
        """End the thread that libp2p keeps for the messages that were seen."""
        self._pubsub.seen_messages.stop()

    async def publish(self, topic: str, data: bytes) -> None:
        """Tell everybody who is subscribed."""
        if len(data) > self._limits.message_bytes:
            raise TooMany(f"A message has at most {self._limits.message_bytes} bytes.")
        await self._pubsub.publish(topic, data)

    async def subscribe(self, topic: str) -> None:
        """Hear what is said on `topic`."""
        if (
            topic not in self._pubsub.topic_ids
            and len(self._pubsub.topic_ids) >= self._limits.topics
        ):
            raise TooMany(f"We are subscribed to {self._limits.topics} topics.")
        await self._pubsub.subscribe(topic)

    async def unsubscribe(self, topic: str) -> None:
        """Hear no more of `topic`."""
        await self._pubsub.unsubscribe(topic)

"""libp2p's gossip, with a fence around what strangers say on it.

What is replaced here, and why: in libp2p one message that cannot be read ends the whole network; an
id that is asked for a thousand times is answered a thousand times; whoever prunes may name
strangers, which are then dialled; what is said about topics that nobody here listens to is kept;
and a node hands on whatever it is told, until those whom it tells take it for the one who floods.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import trio
from libp2p.abc import INetStream
from libp2p.network.stream.exceptions import StreamEOF
from libp2p.peer.id import ID
from libp2p.pubsub.gossipsub import GossipSub
from libp2p.pubsub.pb import rpc_pb2
from libp2p.pubsub.pubsub import Pubsub
from libp2p.utils.varint import read_varint_prefixed_bytes_limited

from p2p.transport import addresses
from p2p.transport.errors import BadAddress
from p2p.transport.limits import Limits
from p2p.transport.model import Gossip
from p2p.transport.rates import Bucket
from p2p.transport.swarm import LimitedSwarm

log = logging.getLogger(__name__)

MESSAGES = "messages"
ENTRIES = 1000
"""What one RPC may say about topics, subscriptions aside."""
IDS = 5000
"""Of messages, in one RPC."""
ANSWERED = 16
"""Messages that one RPC gets by asking for them."""
LONGEST_ID = 128
LONGEST_TOPIC = 128
AROUND = 1024
"""Bytes of a message besides what is said: who signed it, how often, on what topic."""
COST = 1024
"""What an RPC, and each subscription in it, counts besides its bytes."""


class LimitedPubsub(Pubsub):
    """Looks at no more of a peer than it may hand on, and outlives whatever that is."""

    def limit(self, swarm: LimitedSwarm, heard: Callable[[Gossip], None], limits: Limits) -> None:
        """Set the limits; must be called before it runs."""
        self._swarm, self._heard, self._limits = swarm, heard, limits

    async def continuously_read_stream(self, stream: INetStream) -> None:
        """Take in what a peer says, until it ends or cannot be understood."""
        peer = stream.muxed_conn.peer_id
        try:
            while self.manager.is_running:
                await self._take(peer, await self._read(stream, peer))
        except StreamEOF:
            return
        except Exception as fault:  # noqa: BLE001  the fence of a stream; strangers say anything
            log.debug("a stream of gossip broke off: %r", fault)
            await stream.reset()
            self._handle_dead_peer(peer)

    async def _read(self, stream: INetStream, peer: ID) -> rpc_pb2.RPC:
        """Return the next RPC, when the peer may have it looked at."""
        data = await read_varint_prefixed_bytes_limited(stream, self.max_inbound_rpc_size)
        rpc = rpc_pb2.RPC()
        rpc.ParseFromString(data)
        pace = self._swarm.doorkeeper.gossip_of(str(peer))
        cost = len(data) + COST * (1 + len(rpc.subscriptions))
        await trio.sleep(pace.owe(cost, trio.current_time()))
        return rpc

    async def _take(self, peer: ID, rpc: rpc_pb2.RPC) -> None:
        for message in rpc.publish:
            if self._is_subscribed_to_msg(message):
                await self.push_msg(peer, message)
        if len(rpc.subscriptions) <= self.max_subscriptions_per_rpc:
            for one in rpc.subscriptions:
                self.handle_subscription(peer, one)
        if rpc.HasField("control"):
            await self.router.handle_rpc(rpc, peer)

    def handle_subscription(self, origin_id: ID, sub_message: rpc_pb2.RPC.SubOpts) -> None:
        """Note what a peer listens to, if it could be a topic and there is room."""
        topic = sub_message.topicid
        is_known = topic in self.topic_ids or topic in self.peer_topics
        if len(topic) > LONGEST_TOPIC:
            return
        if is_known or len(self.peer_topics) < self._limits.topics_known:
            super().handle_subscription(origin_id, sub_message)

    async def _replay_recent_messages(self, peer_id: ID, topic: str) -> None:
        """Say nothing again: who missed something asks, and who asks often gets no more by it."""

    async def push_msg(self, msg_forwarder: ID, msg: rpc_pb2.Message) -> None:
        """Check, deliver and hand on a message, unless there are too many or it is too large."""
        if msg_forwarder == self.my_id:
            await super().push_msg(msg_forwarder, msg)
            return
        is_allowed = self._swarm.doorkeeper.says(str(msg_forwarder))
        if not is_allowed or not self._fits(msg):
            await self._drop(msg_forwarder)
            return
        try:
            await super().push_msg(msg_forwarder, msg)
        except Exception as fault:  # noqa: BLE001  the fence of a message
            log.debug("a message cannot be looked at: %r", fault)

    def _fits(self, msg: rpc_pb2.Message) -> bool:
        most = self._limits.message_bytes
        is_short = len(msg.data) <= most and msg.ByteSize() <= most + AROUND
        return is_short and len(msg.topicIDs) == 1 and len(msg.from_id + msg.seqno) <= LONGEST_ID

    async def _drop(self, peer: ID) -> None:
        if self._swarm.doorkeeper.floods(str(peer)):
            await self._swarm.throw_out(peer, MESSAGES)

    def notify_subscriptions(self, publish_message: rpc_pb2.Message) -> None:
        """Deliver a message that holds."""
        sender = ID(publish_message.from_id)
        topic = publish_message.topicIDs[0]
        if sender == self.my_id or topic not in self.topic_ids:
            return
        try:
            did = addresses.did_of(str(sender))
        except BadAddress:
            return
        self._heard(Gossip(topic, publish_message.data, did))


class LimitedRouter(GossipSub):
    """Hands on no more than others look at, and keeps nothing about what is nobody's business."""

    def limit(self, limits: Limits) -> None:
        """Set the limits; must be called in libp2p's thread before it runs."""
        now = trio.current_time()
        self._handed_on = Bucket(limits.handed_on_per_second, limits.handed_on_burst, now)

    async def publish(self, msg_forwarder: ID, pubsub_msg: rpc_pb2.Message) -> None:
        """Hand a message on, our own in any case."""
        is_ours = self.pubsub is None or msg_forwarder == self.pubsub.my_id
        if is_ours or self._handed_on.take(1, trio.current_time()):
            await super().publish(msg_forwarder, pubsub_msg)

    async def handle_rpc(self, rpc: rpc_pb2.RPC, sender_peer_id: ID) -> None:
        """Do what a peer asks for about topics of ours; raises `ValueError` if that is too much."""
        asked = rpc.control
        if _entries(asked) > ENTRIES or _ids(asked) > IDS:
            raise ValueError("more about topics than anybody has to say")
        await super().handle_rpc(rpc_pb2.RPC(control=self._cleaned(asked)), sender_peer_id)

    def _cleaned(self, asked: rpc_pb2.ControlMessage) -> rpc_pb2.ControlMessage:
        """Return what is of our topics, each id once, and without strangers to meet."""
        kept = rpc_pb2.ControlMessage()
        for ihave in self._of_ours(asked.ihave):
            kept.ihave.add(topicID=ihave.topicID, messageIDs=_once([ihave], IDS))
        kept.graft.extend(self._of_ours(asked.graft))
        for prune in self._of_ours(asked.prune):
            kept.prune.add(topicID=prune.topicID, backoff=min(prune.backoff, self.prune_back_off))
        if asked.iwant:
            kept.iwant.add(messageIDs=_once(asked.iwant, ANSWERED))
        if asked.idontwant:
            kept.idontwant.add(messageIDs=_once(asked.idontwant, IDS))
        return kept

    def _of_ours(self, said: Iterable[Any]) -> list[Any]:
        return list({one.topicID: one for one in said if one.topicID in self.mesh}.values())


def _entries(asked: rpc_pb2.ControlMessage) -> int:
    some = len(asked.ihave) + len(asked.iwant) + len(asked.idontwant)
    return some + len(asked.graft) + len(asked.prune)


def _ids(asked: rpc_pb2.ControlMessage) -> int:
    return sum(len(one.messageIDs) for kind in (asked.ihave, asked.iwant) for one in kind)


def _once(said: Iterable[Any], most: int) -> list[bytes]:
    ids = dict.fromkeys(one for part in said for one in part.messageIDs if len(one) <= LONGEST_ID)
    return list(ids)[:most]

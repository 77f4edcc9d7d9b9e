"""libp2p's host, with little of what peers say of themselves.

What is replaced here, and why: libp2p takes an answer of any length where the first bytes are not
what it expects, keeps a thousand addresses of each message, and lets a peer push new ones at any
time, to be kept besides those that were there. And where a stream is wanted of a peer whose
connection has just ended, it dials all of these.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import trio
from libp2p.abc import INetStream
from libp2p.custom_types import TProtocol
from libp2p.host.basic_host import BasicHost
from libp2p.host.exceptions import StreamFailure
from libp2p.identity.identify.identify import ID as IDENTIFY
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.identity.identify_push.identify_push import ID_PUSH as PUSH
from libp2p.identity.update import update_peerstore_from_identify
from libp2p.kad_dht.common import PROTOCOL_ID as TABLE
from libp2p.peer.id import ID
from libp2p.peer.peerstore import PeerStoreError
from libp2p.utils.varint import read_varint_prefixed_bytes_limited

log = logging.getLogger(__name__)

LONGEST = 64 << 10
"""Bytes of what a peer says of itself."""
ADDRESSES = 16
PROTOCOLS = 64
LONGEST_NAME = 256
SECONDS = 10.0
CLOSE_SECONDS = 1.0


class ModestHost(BasicHost):
    """Asks each peer once what it is, and keeps a little of the answer."""

    def listen_to_no_pushes(self) -> None:
        """Let no peer say anything of itself that it was not asked for."""
        self.remove_stream_handler(PUSH)

    async def new_stream(self, peer_id: ID, protocol_ids: Sequence[TProtocol]) -> INetStream:
        """Open a stream to a peer that is connected; only the hash table looks for its peers.

        Raises `StreamFailure`.
        """
        if TABLE not in protocol_ids and not self._network.get_connections(peer_id):
            raise StreamFailure("the peer is not connected any more")
        return await super().new_stream(peer_id, protocol_ids)

    async def _identify_peer(self, peer_id: ID, *, reason: str) -> None:
        try:
            with trio.fail_after(SECONDS):
                said = await self._said(peer_id)
            self._forget_addresses(peer_id)
            await update_peerstore_from_identify(self.peerstore, peer_id, _trimmed(said))
            if self._network.get_connections(peer_id):
                self._identified_peers[peer_id] = datetime.now(UTC).isoformat()
        except Exception as fault:  # noqa: BLE001  the fence of a task of libp2p's own
            log.debug("a peer does not say what it is (%s): %r", reason, fault)

    async def _said(self, peer_id: ID) -> Identify:
        stream = await self.new_stream(peer_id, [IDENTIFY])
        try:
            data = await read_varint_prefixed_bytes_limited(stream, LONGEST)
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(CLOSE_SECONDS):
                await stream.close()
        said = Identify()
        said.ParseFromString(data)
        return said

    def _forget_addresses(self, peer_id: ID) -> None:
        try:
            if len(self.peerstore.addrs(peer_id)) > ADDRESSES:
                self.peerstore.clear_addrs(peer_id)
        except PeerStoreError:
            pass  # none is known


def _trimmed(said: Identify) -> Identify:
    kept = Identify()
    if said.HasField("public_key"):
        kept.public_key = said.public_key
    kept.listen_addrs.extend(
        one for one in said.listen_addrs[:ADDRESSES] if len(one) <= LONGEST_NAME
    )
    kept.protocols.extend(one for one in said.protocols[:PROTOCOLS] if len(one) <= LONGEST_NAME)
    return kept

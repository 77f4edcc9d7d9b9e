"""libp2p's connections, with our limits around them.

What is replaced here, and why: libp2p keeps the place of a connection that came in until the whole
network ends, so that after some hundred of them nobody gets in any more; it has no limit by host;
it dials strangers to have company; it keeps whatever a peer sends, beyond the window that it
granted; and its resource manager closes the door to everybody for a minute after five failures.
"""

import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import trio
from libp2p.abc import IMuxedConn, INetStream, IRawConnection
from libp2p.crypto.ed25519 import create_new_key_pair
from libp2p.crypto.x25519 import create_new_key_pair as create_noise_pair
from libp2p.custom_types import StreamHandlerFn, TProtocol
from libp2p.io.abc import ReadWriteCloser
from libp2p.io.trio import TrioTCPStream
from libp2p.network.auto_connector import AutoConnector
from libp2p.network.config import ConnectionConfig, RetryConfig
from libp2p.network.connection.raw_connection import RawConnection
from libp2p.network.connection.swarm_connection import SwarmConn
from libp2p.network.exceptions import SwarmException
from libp2p.network.swarm import Swarm
from libp2p.peer.id import ID
from libp2p.peer.peerstore import PeerStore, PeerStoreError
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE
from libp2p.security.noise.transport import Transport as Noise
from libp2p.stream_muxer.yamux import yamux
from libp2p.transport.exceptions import OpenConnectionError
from libp2p.transport.tcp.tcp import TCP
from libp2p.transport.upgrader import TransportUpgrader
from multiaddr import Multiaddr

from p2p.transport import inward
from p2p.transport.doorkeeper import Doorkeeper, Report
from p2p.transport.limits import Limits, Settings
from p2p.transport.names import resolved

log = logging.getLogger(__name__)

BAN_SECONDS = 60.0
PEERS_KNOWN = 1000
STREAMS = "streams"
CLOSE_SECONDS = 1.0


class Held(bytearray):
    """What one stream has received and nobody has read; knows its siblings."""

    def __init__(self, siblings: "Buffers") -> None:
        super().__init__()
        self._siblings = siblings

    def extend(self, data: bytes) -> None:  # type: ignore[override]
        """Take `data` in; raises `SwarmException` if all of them hold too much then."""
        self._siblings.check(len(data))
        super().extend(data)


class Buffers(dict[int, bytearray]):
    """The unread bytes of all streams of a connection; past what it may hold it is cut.

    `others` are those of all connections, by any name, itself included.
    """

    def __init__(
        self, limits: Limits, others: "dict[int, Buffers]", cut: Callable[[], None]
    ) -> None:
        super().__init__()
        self._limits, self._others, self._cut = limits, others, cut
        self.last = 0

    def __setitem__(self, stream: int, buffer: bytearray) -> None:
        held = Held(self)
        bytearray.extend(held, buffer)
        super().__setitem__(stream, held)

    def check(self, more: int) -> None:
        """Raise `SwarmException`, and cut the connection, if `more` is too much."""
        self.last = more + self.held()
        if self.last > self._limits.buffered or self._is_share_of_too_much():
            self._cut()
            raise SwarmException("more was sent than was asked for")

    def held(self) -> int:
        """Return how many bytes nobody has read."""
        return sum(len(one) for one in self.values())

    def _is_share_of_too_much(self) -> bool:
        most, others = self._limits.buffered_in_all, self._others.values()
        if self.last <= self._limits.buffered_share or sum(one.last for one in others) <= most:
            return False
        # What was held when somebody last looked may have been read since.
        for one in others:
            one.last = self.last if one is self else one.held()
        return sum(one.last for one in others) > most


class NoConnector(AutoConnector):
    """Connects to nobody: libp2p's own dials whoever it has heard of until it has enough."""

    async def maybe_connect(self) -> None:
        """Do nothing."""


class LimitedSwarm(Swarm):
    """A swarm that asks the doorkeeper."""

    doorkeeper: Doorkeeper

    def _init_connection_management(self) -> None:
        super()._init_connection_management()
        self._left: dict[ID, None] = {}
        self._buffers: dict[int, Buffers] = {}
        self.auto_connector = NoConnector(self)

    async def _handle_inbound_connection(
        self, read_write_closer: ReadWriteCloser, maddr: Multiaddr
    ) -> None:
        assert isinstance(read_write_closer, TrioTCPStream)
        remote = prepared(read_write_closer, self.doorkeeper.limits.gone_seconds)
        host = remote[0]
        if not self.doorkeeper.admits(host):
            await read_write_closer.close()
            return
        try:
            await self._stay(RawConnection(read_write_closer, initiator=False), maddr)
        finally:
            self.doorkeeper.leaves(host)

    async def _stay(self, raw: RawConnection, maddr: Multiaddr) -> None:
        """Upgrade the connection, and return when it has ended."""
        try:
            try:
                muxed = await self.upgrade_inbound_raw_conn(raw, maddr)
            finally:
                self.doorkeeper.knows()
            assert isinstance(muxed, yamux.Yamux)
            await muxed.event_closed.wait()
        except Exception:  # noqa: BLE001, S110  the fence of a connection; strangers send anything
            pass
        finally:
            with trio.CancelScope(shield=True), trio.move_on_after(CLOSE_SECONDS):
                await raw.close()

    async def add_conn(self, muxed_conn: IMuxedConn, direction: str = "unknown") -> SwarmConn:
        """Take a connection in, unless its peer is banned."""
        assert isinstance(muxed_conn, yamux.Yamux)
        if self.doorkeeper.is_banned(str(muxed_conn.peer_id)):
            await muxed_conn.close()
            raise SwarmException("this peer is banned")
        limits, cut = self.doorkeeper.limits, muxed_conn.event_shutting_down.set
        muxed_conn.stream_buffers = buffers = Buffers(limits, self._buffers, cut)
        self._buffers[id(muxed_conn)] = buffers
        try:
            return await super().add_conn(muxed_conn, direction)
        except BaseException:
            self._buffers.pop(id(muxed_conn), None)
            raise

    def set_stream_handler(self, stream_handler: StreamHandlerFn) -> None:
        """Have streams handled by `stream_handler`, those that the limits let through."""

        async def handle(stream: INetStream) -> None:
            peer_id, host = stream.muxed_conn.peer_id, _host_of(stream.muxed_conn)
            if self.doorkeeper.is_full(host):
                await stream.reset()
                return
            if self.doorkeeper.opens(str(peer_id), host):
                try:
                    await stream_handler(stream)
                except Exception as fault:  # noqa: BLE001  the fence of a stream
                    log.debug("a stream of a peer failed: %r", fault)
                    with suppress(Exception):
                        await stream.reset()
                finally:
                    self.doorkeeper.closes(str(peer_id), host)
                return
            await stream.reset()
            if self.doorkeeper.floods(str(peer_id)):
                await self.throw_out(peer_id, STREAMS)

        super().set_stream_handler(handle)

    def remove_conn(self, swarm_conn: SwarmConn) -> None:
        """Take a connection off the list; of peers that left long ago nothing is kept."""
        super().remove_conn(swarm_conn)
        self._buffers.pop(id(swarm_conn.muxed_conn), None)
        peer = swarm_conn.muxed_conn.peer_id
        self._left.pop(peer, None)
        self._left[peer] = None
        while len(self._left) > PEERS_KNOWN:
            oldest = next(iter(self._left))
            del self._left[oldest]
            if oldest not in self.connections:
                with suppress(PeerStoreError):  # nothing was kept
                    self.peerstore.clear_peerdata(oldest)

    async def throw_out(self, peer_id: ID, why: str) -> None:
        """End all connections with a peer that misbehaves, for a while."""
        peer = str(peer_id)
        if not self.doorkeeper.is_banned(peer):
            self.doorkeeper.ban(peer, time.time() + BAN_SECONDS)
            self.doorkeeper.report(peer, why)
            await self.close_peer(peer_id)


def _host_of(connection: IMuxedConn) -> str:
    assert isinstance(connection, yamux.Yamux)
    remote = connection.get_remote_address()
    return "" if remote is None else remote[0]


class PatientTCP(TCP):
    """TCP that takes a peer for gone when it acknowledges nothing for a while."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._gone_seconds, self._may_lead = settings.limits.gone_seconds, settings.may_lead

    async def dial(self, maddr: Multiaddr) -> IRawConnection:
        """Return a new connection; raises `OpenConnectionError`.

        What is dialled is the address that was looked at, whatever the name says by then.
        """
        found = [
            one for one in await resolved(maddr) if self._may_lead(_host_in(one), inward.may())
        ]
        if not found:
            raise OpenConnectionError(
                f"{maddr} leads into our own network, and a stranger named it"
            )
        raw = await self._dial_first(found)
        assert isinstance(raw, RawConnection)
        assert isinstance(raw.stream, TrioTCPStream)
        prepared(raw.stream, self._gone_seconds)
        return raw

    async def _dial_first(self, found: Sequence[Multiaddr]) -> IRawConnection:
        """Return a connection with the first of these addresses that answers."""
        for where in found[:-1]:
            with suppress(OpenConnectionError):
                return await super().dial(where)
        return await super().dial(found[-1])


def _host_in(where: Multiaddr) -> str:
    return str(where).split("/", 3)[2]


def prepared(stream: TrioTCPStream, gone_seconds: float) -> tuple[str, int]:
    """Have a connection end when its peer is gone; return where that is.

    yamux pings every half a minute and draws no conclusion from silence; the system does. libp2p
    knows where a connection leads for IPv4 only, and is told.
    """
    sock = stream.stream.socket
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(1, int(gone_seconds / 2)))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(1, int(gone_seconds / 6)))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(gone_seconds * 1000))
        host, port = sock.getpeername()[:2]
    except OSError:
        return "", 0  # it is gone already
    stream._cached_remote_address = str(host), int(port)  # noqa: SLF001
    return str(host), int(port)


def make(seed: bytes, settings: Settings, report: Report) -> LimitedSwarm:
    """Return a swarm of TCP, noise and yamux, under the key of `seed`."""
    limits, pair = settings.limits, create_new_key_pair(seed)
    peer_id = ID.from_pubkey(pair.public_key)
    store = PeerStore()
    store.add_key_pair(peer_id, pair)
    # The window that is granted at most, and the largest frame that is not refused unread.
    yamux.MAX_WINDOW_SIZE = limits.window
    upgrader = TransportUpgrader(
        {NOISE: Noise(pair, noise_privkey=create_noise_pair().private_key)},
        {TProtocol(yamux.PROTOCOL_ID): yamux.Yamux},
    )
    swarm = LimitedSwarm(
        peer_id,
        store,
        upgrader,
        [PatientTCP(settings)],
        retry_config=RetryConfig(max_retries=0),
        connection_config=_connections(limits),
    )
    swarm.doorkeeper = Doorkeeper(limits, report)
    return swarm


def _connections(limits: Limits) -> ConnectionConfig:
    return ConnectionConfig(
        max_connections=limits.connections,
        min_connections=0,
        low_watermark=0,
        high_watermark=limits.connections,
        max_connections_per_peer=1,
    )

"""The host: listens, dials, and carries the streams of the sync protocol."""

import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Self

import trio
from libp2p.abc import INetStream
from libp2p.custom_types import TProtocol
from libp2p.discovery.events.peerDiscovery import peerDiscovery
from libp2p.host.exceptions import StreamFailure
from libp2p.network.connection.swarm_connection import SwarmConn
from libp2p.network.exceptions import SwarmException
from libp2p.network.stream.net_stream import NetStream
from libp2p.peer.id import ID
from libp2p.peer.peerinfo import PeerInfo
from libp2p.rcmgr.metrics import Direction
from libp2p.stream_muxer.yamux.yamux import Yamux
from libp2p.transport.tcp.tcp import TCPListener
from libp2p.utils.address_validation import expand_wildcard_address
from multiaddr import Multiaddr

from p2p.transport import addresses, inward
from p2p.transport.addresses import SYNC_PROTOCOL, Address
from p2p.transport.errors import (
    BadAddress,
    CannotListen,
    NotRunning,
    PeerBanned,
    PeerUnreachable,
    TooMany,
    WrongPeer,
)
from p2p.transport.gossip import Gossiping
from p2p.transport.hints import Hints
from p2p.transport.model import Connected, Started
from p2p.transport.modest import ModestHost
from p2p.transport.outside import Outside
from p2p.transport.spool import Room
from p2p.transport.streams import Carriage
from p2p.transport.swarm import LimitedSwarm, make

log = logging.getLogger(__name__)

SYNC = TProtocol(SYNC_PROTOCOL)
HANG_UP_SECONDS = 0.6
ADDRESSES_OF_NEIGHBOUR = 4
WRONG = "mismatch"
"""What libp2p's exceptions say, in one spelling or another, of a peer with another key."""


class Host:
    """One libp2p host while it runs; everything here is for its own thread."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside
        self._limits = outside.settings.limits
        self.swarm: LimitedSwarm = make(outside.key.seed, outside.settings, self._report)
        self._host = ModestHost(
            self.swarm,
            enable_mDNS=outside.settings.mdns,
            disable_identify_address_discovery=True,
        )
        self._host.listen_to_no_pushes()
        self.gossip = Gossiping(self._host, self.swarm, outside.heard, self._limits)
        self.hints = Hints(self._host, outside.settings)
        self._room = Room(self._limits.spool_all, self._limits.spool_share)
        self._dials: dict[str, trio.Lock] = {}
        self._failed: dict[str, tuple[float, float]] = {}
        self._nursery: trio.Nursery

    @classmethod
    @asynccontextmanager
    async def open(cls, outside: Outside) -> AsyncIterator[Self]:
        """Run a host for the length of the block; raises `CannotListen`."""
        for address in outside.listen:
            _check_free(address)
        self = cls(outside)
        try:
            async with self._running():
                yield self
        finally:
            self.gossip.close()

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        if self._outside.settings.serves:
            self._host.set_stream_handler(SYNC, self._accept)
        where = [Multiaddr(address.where) for address in self._outside.listen]
        async with (
            self._host.run(where),
            self.gossip.running(),
            self.hints.running(),
            trio.open_nursery() as nursery,
        ):
            if len(self.swarm.listeners) != len(where):
                raise CannotListen("An address cannot be listened on.")
            self._nursery = nursery
            try:
                with self._neighbours():
                    yield
            finally:
                nursery.cancel_scope.cancel()
                await self._hang_up()

    @contextmanager
    def _neighbours(self) -> Iterator[None]:
        """Meet whom mDNS finds, where it is switched on; libp2p finds in yet another thread."""
        if not self._outside.settings.mdns:
            yield
            return
        token = trio.lowlevel.current_trio_token()

        def found(peer: PeerInfo) -> None:
            with suppress(trio.RunFinishedError):
                token.run_sync_soon(self._meet_soon, peer)

        peerDiscovery.register_peer_discovered_handler(found)
        try:
            yield
        finally:
            peerDiscovery.unregister_peer_discovered_handler(found)

    def _meet_soon(self, peer: PeerInfo) -> None:
        has_room = len(self.swarm.get_connections()) < self._limits.connections / 2
        is_known = str(peer.peer_id) == self.peer_id or self._is_connected(peer.peer_id)
        # Nothing may be raised here: trio itself would end of it.
        with suppress(RuntimeError):
            if has_room and not is_known:
                self._nursery.start_soon(self._meet, peer)

    async def _meet(self, peer: PeerInfo) -> None:
        for found in peer.addrs[:ADDRESSES_OF_NEIGHBOUR]:
            with suppress(Exception):  # a hint; anybody on the network can say anything
                where = str(found).removesuffix(f"/p2p/{peer.peer_id}")
                address = addresses.of_peer(f"{where}/p2p/{peer.peer_id}")
                with inward.allowed():
                    await self._connect(peer.peer_id, address)
                return

    async def _hang_up(self) -> None:
        """End all connections at once; libp2p would take its time over each."""
        held = [one for found in self.swarm.connections.values() for one in found]
        with trio.CancelScope(shield=True), trio.move_on_after(HANG_UP_SECONDS):
            async with trio.open_nursery() as nursery:
                for one in held:
                    nursery.start_soon(one.close)

    @property
    def peer_id(self) -> str:
        """Our own peer id."""
        return str(self._host.get_id())

    def started(self) -> Started:
        """Return what we listen on, and where others reach us as far as we know it ourselves."""
        made = [self.swarm.listeners[one.where] for one in self._outside.listen]
        bound = [one for listener in made for one in listener.get_addrs()]
        reached = [
            f"{address}/p2p/{self.peer_id}"
            for one in bound
            for address in expand_wildcard_address(one)
        ]
        listens_on = tuple(addresses.to_listen_on(str(one)) for one in bound)
        return Started(listens_on, tuple(dict.fromkeys(reached)))

    def doors(self) -> list[socket.socket]:
        """Return copies of the sockets that listen, for whoever must close them from outside."""
        made = [one for one in self.swarm.listeners.values() if isinstance(one, TCPListener)]
        listeners = [one for listener in made for one in listener.listeners]
        return [socket.socket(fileno=os.dup(one.socket.fileno())) for one in listeners]

    async def alive(self) -> None:
        """Return: libp2p's loop turns."""
        await trio.lowlevel.checkpoint()

    async def dial(self, address: Address, *, may_be_inside: bool = True) -> socket.socket:
        """Return our end of a new stream to the peer."""
        assert address.peer_id is not None
        if self.swarm.doorkeeper.is_banned(address.peer_id):
            raise PeerBanned("This peer is banned for now.")
        peer = ID.from_string(address.peer_id)
        with inward.allowed(is_allowed=may_be_inside):
            stream = await self._opened(peer, address)
        ours, theirs = socket.socketpair()
        try:
            self._nursery.start_soon(self._carry, stream, ours, address.peer_id)
        except RuntimeError as fault:  # the nursery is closing
            ours.close()
            theirs.close()
            raise NotRunning("libp2p stops.") from fault
        return theirs

    async def _opened(self, peer: ID, address: Address) -> INetStream:
        had_one = self._is_connected(peer)
        await self._connect(peer, address)
        try:
            return await self._host.new_stream(peer, [SYNC])
        except (StreamFailure, SwarmException) as fault:
            await self.swarm.close_peer(peer)
            if not had_one:
                raise PeerUnreachable(f"{address} does not speak {SYNC_PROTOCOL}.") from fault
        # What we held was dead already; nobody had noticed.
        await self._connect(peer, address)
        try:
            return await self._host.new_stream(peer, [SYNC])
        except (StreamFailure, SwarmException) as fault:
            await self.swarm.close_peer(peer)
            raise PeerUnreachable(f"{address} does not speak {SYNC_PROTOCOL}.") from fault

    async def _connect(self, peer: ID, address: Address) -> None:
        """Connect with the peer unless we are; one dial at a time for each peer."""
        name = str(peer)
        if len(self._dials) >= self._limits.dials and name not in self._dials:
            raise TooMany("As many peers are being dialled as we allow.")
        lock = self._dials.setdefault(name, trio.Lock())
        try:
            async with lock:
                if not self._is_connected(peer):
                    await self._dial(peer, address)
        finally:
            if not lock.statistics().tasks_waiting and not lock.locked():
                self._dials.pop(name, None)

    async def _dial(self, peer: ID, address: Address) -> None:
        key = f"{address} {inward.may()}"
        until, pause = self._failed.get(key, (0.0, self._limits.dial_pause / 2))
        if trio.current_time() < until:
            raise PeerUnreachable(f"{address} did not answer a moment ago.")
        try:
            await self._dial_any(peer, address)
        except PeerUnreachable:
            pause = min(pause * 2, self._limits.longest_dial_pause)
            self._remember_failure(key, trio.current_time() + pause, pause)
            raise
        self._failed.pop(key, None)

    def _remember_failure(self, key: str, until: float, pause: float) -> None:
        if len(self._failed) >= 1000:
            del self._failed[next(iter(self._failed))]
        self._failed[key] = (until, pause)

    async def _dial_any(self, peer: ID, address: Address) -> None:
        try:
            if address.host is not None:
                await self.swarm.dial_addr(Multiaddr(address.where), peer)
            else:
                self.swarm.unblock_peer(peer)
                await self.swarm.dial_peer(peer)
        except SwarmException as fault:
            if WRONG in _told(fault):
                raise WrongPeer(f"Somebody else than {peer} answers at {address.where}.") from fault
            raise PeerUnreachable("Nobody answers there.") from fault

    def _is_connected(self, peer: ID) -> bool:
        return any(not one.is_closed for one in self.swarm.get_connections(peer))

    async def _accept(self, stream: INetStream) -> None:
        peer = str(stream.muxed_conn.peer_id)
        ours, theirs = socket.socketpair()
        try:
            self._outside.hand_over(theirs, addresses.did_of(peer))
        except (BadAddress, NotRunning):
            ours.close()
            theirs.close()
            await stream.reset()
            return
        await self._carry(stream, ours, peer)

    async def _carry(self, stream: INetStream, ours: socket.socket, peer: str) -> None:
        assert isinstance(stream, NetStream)
        pace = self.swarm.doorkeeper.bytes_of(peer)
        try:
            await Carriage(stream, ours, pace, self._limits, self._room).run()
        except Exception as fault:  # noqa: BLE001  the fence of a stream: libp2p raises anything
            log.debug("a stream failed: %r", fault)

    async def connected(self) -> list[Connected]:
        """Return who is connected."""
        return [
            _shown(str(peer), one)
            for peer, held in self.swarm.connections.items()
            for one in held
            if isinstance(one, SwarmConn)
        ]

    async def ban(self, did: str, until_ms: int) -> None:
        """Speak with the peer no more until then; a time that has passed lifts the ban."""
        peer = addresses.peer_id(did)
        self.swarm.doorkeeper.ban(peer, until_ms / 1000)
        if self.swarm.doorkeeper.is_banned(peer):
            await self.swarm.close_peer(ID.from_string(peer))

    def _report(self, peer: str, why: str) -> None:
        with suppress(BadAddress, NotRunning):
            self._outside.offended(addresses.did_of(peer), why)


def _check_free(address: Address) -> None:
    """Raise `CannotListen` if the port is taken.

    libp2p lets several processes of one user share a port, so it would not notice.
    """
    family = socket.AF_INET6 if address.kind == "ip6" else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as fault:
            reason = fault.strerror or str(fault)
            raise CannotListen(f"{address} cannot be listened on: {reason}.") from fault


def _shown(peer: str, connection: SwarmConn) -> Connected:
    muxed = connection.muxed_conn
    remote = muxed.get_remote_address() if isinstance(muxed, Yamux) else None
    where = "" if remote is None else addresses.listening(*remote)
    direction = "in" if connection.direction == Direction.INBOUND else "out"
    return Connected(addresses.did_of(peer), where, direction)


def _told(fault: BaseException) -> str:
    """Return what an exception and its causes say."""
    said: list[str] = []
    one: BaseException | None = fault
    while one is not None:
        said.append(f"{type(one).__name__} {one}")
        one = one.__cause__ or one.__context__
    return " ".join(said).lower()

"""The network as the rest of the node sees it: one value that stays while libp2p is restarted.

libp2p runs in a thread of its own. When it crashes or does not answer, what was under way fails,
nothing else does, and it is started again, less and less often; the same topics are subscribed to
and the same ports are listened on. Meanwhile calls raise `NotRunning`.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Self, TypeVar

from keys.ed25519 import PrivateKey
from p2p.transport import addresses
from p2p.transport.bridge import Bridge
from p2p.transport.errors import NotRunning
from p2p.transport.keeping import keep_up
from p2p.transport.limits import Settings
from p2p.transport.model import Connected, Gossip, Offence, Started, State
from p2p.transport.outside import Outside
from p2p.transport.queue import Latest

if TYPE_CHECKING:
    from p2p.transport.host import Host

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")

Serve = Callable[[socket.socket, str], Awaitable[None]]
"""Answers a stream: gets our end of it, which it closes, and the did of who asks."""

ANSWER_SECONDS = 2.0
"""How much longer than its deadline a call may take to come back."""


class Network:
    """Peers: who they are, streams to them, and what they say."""

    def __init__(
        self,
        key: PrivateKey,
        listen: Sequence[str],
        serve: Serve,
        settings: Settings,
        told: "Told",
    ) -> None:
        self.peer_id = addresses.peer_id(key.did)
        self.addresses: tuple[str, ...] = ()
        self.messages: Latest[Gossip] = Latest(settings.limits.queued_messages)
        self.offences: Latest[Offence] = Latest(settings.limits.offences)
        self.state = State(is_up=False)
        self.settings = settings
        self._key, self._serve, self._told = key, serve, told
        self.listens_on = tuple(addresses.to_listen_on(one) for one in listen)
        self._topics: set[str] = set()
        self._bans: dict[str, int] = {}
        self._bridge: Bridge | None = None
        self._is_up = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()
        self._is_over = False
        self._group: asyncio.TaskGroup
        self._loop: asyncio.AbstractEventLoop

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        key: PrivateKey,
        listen: Sequence[str],
        serve: Serve,
        *,
        settings: Settings = Settings(),  # noqa: B008  it is frozen
        told: "Told | None" = None,
        waits: bool = True,
    ) -> AsyncIterator[Self]:
        """Take part in the network for the length of the block.

        `listen` may be empty: one dials, and is not dialled. Who does not wait gets the network at
        once, and `up()` to wait with. `told` is called each time that it came up or went down.
        Raises `BadAddress`; `NotRunning` if it does not start.
        """
        self = cls(key, listen, serve, settings, told or (lambda _: None))
        self._loop = asyncio.get_running_loop()
        fault: Exception | None = None
        async with asyncio.TaskGroup() as group:
            self._group = group
            keeping = group.create_task(keep_up(self), name="libp2p")
            try:
                if waits:
                    await self.up(settings.start_seconds)
                yield self
            except Exception as raised:  # noqa: BLE001  raised below, without a group around it
                fault = raised
            finally:
                self._is_over = True
                for task in (keeping, *self._serving):
                    task.cancel()
        if fault is not None:
            raise fault

    async def up(self, seconds: float) -> None:
        """Wait until libp2p runs; raises `NotRunning` after so many `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._is_up.wait()
        except TimeoutError as fault:
            reason = self.state.reason or "it still starts"
            raise NotRunning(f"libp2p does not run: {reason}") from fault

    async def dial(self, address: str, *, may_be_inside: bool = False) -> socket.socket:
        """Return a connected socket to the peer at `address`; it speaks HTTP/1.1.

        What the address leads to must be outside our own network, unless it `may_be_inside`.
        The address ends with `/p2p/ID`; it may be only that where the peer is connected or was.
        Raises `BadAddress`, `PeerUnreachable`, `WrongPeer`, `PeerBanned`, `TooMany`, `NotRunning`.
        """
        where = addresses.of_peer(address)
        return await self.call(
            lambda host: host.dial(where, may_be_inside=may_be_inside), self.settings.dial_seconds
        )

    async def publish(self, topic: str, data: bytes) -> None:
        """Tell everybody who is subscribed to `topic`, as far as the network reaches."""
        if not self.settings.gossip:
            return
        await self._ask(lambda host: host.gossip.publish(topic, data))

    async def subscribe(self, topic: str) -> None:
        """Hear, in `messages`, what is said on `topic`; also after a restart."""
        if not self.settings.gossip:
            return
        self._topics.add(topic)
        await self._ask_if_up(lambda host: host.gossip.subscribe(topic))

    async def unsubscribe(self, topic: str) -> None:
        """Hear no more of `topic`."""
        self._topics.discard(topic)
        await self._ask_if_up(lambda host: host.gossip.unsubscribe(topic))

    async def provide(self, project_id: str) -> None:
        """Tell the DHT that we hold the project; nothing where there is no DHT."""
        await self._ask(lambda host: host.hints.provide(project_id))

    async def providers(self, project_id: str) -> list[str]:
        """Return addresses of who may hold the project, as the DHT has it: hints."""
        return await self._ask(lambda host: host.hints.providers(project_id))

    async def connected(self) -> list[Connected]:
        """Return who is connected now."""
        return await self._ask(lambda host: host.connected())

    async def ban(self, did: str, until_ms: int) -> None:
        """Speak with the peer no more until then, also after a restart; 0 lifts it."""
        self._bans[did] = until_ms
        if not until_ms:
            del self._bans[did]
        await self._ask_if_up(lambda host: host.ban(did, until_ms))

    async def call(self, work: "Callable[[Host], Awaitable[Answer]]", seconds: float) -> Answer:
        """Have `work` done by the host in its thread; raises `NotRunning` if it does not answer."""
        if self._bridge is None:
            raise NotRunning(f"libp2p does not run: {self.state.reason or 'it starts'}")
        result = self._bridge.submit(work, seconds)
        try:
            async with asyncio.timeout(seconds + ANSWER_SECONDS):
                return await asyncio.wrap_future(result)
        except TimeoutError as fault:
            result.add_done_callback(_close_socket)
            raise NotRunning("libp2p does not answer.") from fault
        except asyncio.CancelledError:
            result.add_done_callback(_close_socket)
            raise

    async def _ask(self, work: "Callable[[Host], Awaitable[Answer]]") -> Answer:
        return await self.call(work, self.settings.call_seconds)

    async def _ask_if_up(self, work: "Callable[[Host], Awaitable[None]]") -> None:
        with suppress(NotRunning):  # it is done when libp2p runs
            await self._ask(work)

    def bridge(self) -> Bridge:
        """Return a new bridge, not started."""
        outside = Outside(
            self._key,
            self.listens_on,
            self.settings,
            hand_over=self._hand_over,
            heard=lambda gossip: self._soon(self.messages.put, gossip),
            offended=lambda did, what: self._soon(self.offences.put, Offence(did, what)),
        )
        return Bridge(outside, self.settings.limits.calls)

    async def came_up(self, bridge: Bridge, started: Started) -> None:
        """Go on with a libp2p that runs: same ports, same topics, same bans."""
        self._bridge = bridge
        self.listens_on, self.addresses = started.listens_on, started.addresses
        for did, until_ms in list(self._bans.items()):
            await self.ban(did, until_ms)
        for topic in sorted(self._topics):
            await self.subscribe(topic)
        self.state = State(True, self.state.restarts, self.state.reason)
        self._is_up.set()
        self._told(self)

    def went_down(self, reason: str) -> None:
        """Take note that libp2p does not run any more."""
        self._bridge = None
        self._is_up.clear()
        self.state = State(False, self.state.restarts + 1, reason)
        self._told(self)

    def _hand_over(self, sock: socket.socket, did: str) -> None:
        self._soon(self._start_serving, sock, did)

    def _soon(self, call: Callable[..., object], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError as fault:
            raise NotRunning("The node has stopped.") from fault

    def _start_serving(self, sock: socket.socket, did: str) -> None:
        if self._is_over:  # nobody would end it
            sock.close()
            return
        serving = self._serve_one(sock, did)
        try:
            task = self._group.create_task(serving, name="peer stream")
        except RuntimeError:  # the node stops
            serving.close()
            sock.close()
            return
        self._serving.add(task)
        task.add_done_callback(lambda task: self._served(task, sock))

    def _served(self, task: asyncio.Task[None], sock: socket.socket) -> None:
        self._serving.discard(task)
        if task.cancelled():  # perhaps before it began
            sock.close()

    async def _serve_one(self, sock: socket.socket, did: str) -> None:
        try:
            await self._serve(sock, did)
        except Exception:
            log.exception("a stream of a peer failed", extra={"peer": did})


Told = Callable[[Network], None]


def _close_socket(result: "Future[Answer]") -> None:
    """Close what was dialled for somebody who does not wait any more."""
    if not result.cancelled() and result.exception() is None:
        value: object = result.result()
        if isinstance(value, socket.socket):
            value.close()

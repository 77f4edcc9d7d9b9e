"""Asking a holder: HTTP over its URL, or over a stream to the peer, with the same messages.

Where an address came from a stranger, the node must not be led into its own network: such a URL is
resolved once and must be public. Nothing that is received here is believed; what it costs is
bounded: the bytes of small answers, the records of a stream by who reads it, and the time in which
nothing, or next to nothing, comes.
"""

import asyncio
import os
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from mic.wire.messages import IDS, JSON, PREFIX, Documents, Failure
from node.kernel import outbound
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from p2p.faults import Misbehaved, NoAnswer, Refused
from p2p.scores import Offence
from p2p.transport.errors import TransportFault
from store.errors import StoreFault, Truncated
from store.records import Decoder, Record

Shape = TypeVar("Shape")
Query = Mapping[str, str | int]

ANSWER = 32 << 20
"""Bytes of the documents of a project, which are the longest of the small answers."""
SMALL = 8 << 20
"""Bytes of any other: a comparison of heads has half of that at most."""

_NO_STATUS, _MULTISTREAM = "Bad status line", "/multistream/"

CONNECTIONS = 4
CHUNK = 256 << 10
SLOWEST = 16 << 10
"""Bytes that must come in each `PATIENCE`: who sends less holds us up."""

PATIENCE = 60.0
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=30)


class Dialling(Protocol):
    """The way to peers that have no URL."""

    async def dial(self, address: str, *, may_be_inside: bool = False) -> socket.socket:
        """Return our end of a new stream to the peer at `address`, inside our network if it may."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a node: a URL or a multiaddr.

    `is_trusted`: the operator named it, or somebody in this node's own network. It may lead there.
    """

    address: str
    is_trusted: bool = False

    @property
    def is_url(self) -> bool:
        """Whether it is spoken to over HTTP on TCP."""
        return not self.address.startswith("/")


class Holder:
    """A node that can be asked, as long as `asking` is open.

    `is_inside`: its URL led into this node's own network, as it may where the operator said so.
    """

    is_inside = False

    def __init__(
        self, way: Way, base: str, session: aiohttp.ClientSession, *, is_inside: bool = False
    ) -> None:
        self.way = way
        self.is_inside = is_inside
        self._base = base + PREFIX
        self._session = session

    @property
    def where(self) -> str:
        """Who it is, for messages."""
        return self.way.address

    async def get(self, path: str, shape: type[Shape], query: Query | None = None) -> Shape:
        """Return the answer to GET, decoded; raises `HolderFault`."""
        return await self._message("GET", path, None, shape, query)

    async def post(self, path: str, message: msgspec.Struct, shape: type[Shape]) -> Shape:
        """Return the answer to a message, decoded; raises `HolderFault`."""
        return await self._message("POST", path, msgspec.json.encode(message), shape, None)

    async def send(
        self, path: str, body: bytes | AsyncIterator[bytes], kind: str, shape: type[Shape]
    ) -> Shape:
        """Return the answer to a body of bytes, decoded; raises `HolderFault`."""
        return await self._message("POST", path, body, shape, None, kind)

    async def _message(
        self,
        method: str,
        path: str,
        body: bytes | AsyncIterator[bytes] | None,
        shape: type[Shape],
        query: Query | None,
        kind: str = JSON,
    ) -> Shape:
        data, most = bytearray(), ANSWER if shape is Documents else SMALL
        async with self._open(method, path, body, query, kind) as answer:
            async for chunk in self._chunks(answer):
                data += chunk
                if len(data) > most:
                    raise Misbehaved(self.where, Offence.OVERSIZE, "an answer without end")
        try:
            return msgspec.json.decode(bytes(data), type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise Misbehaved(
                self.where, Offence.MALFORMED, f"what cannot be understood: {fault}"
            ) from fault

    async def records(
        self, method: str, path: str, query: Query, want_list: bytes | None = None
    ) -> AsyncGenerator[Record, None]:
        """Yield the records of an answer, unproven, as they come; raises `HolderFault`."""
        decoder = Decoder()
        try:
            async with self._open(method, path, want_list, query, IDS) as answer:
                async for chunk in self._chunks(answer):
                    for record in decoder.feed(chunk):
                        yield record
            decoder.finish()
        except Truncated as torn:
            raise Misbehaved(self.where, Offence.TRUNCATED, "half an object") from torn
        except StoreFault as fault:
            raise Misbehaved(self.where, Offence.OVERSIZE, f"no record: {fault}") from fault

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        path: str,
        body: bytes | AsyncIterator[bytes] | None,
        query: Query | None,
        kind: str,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        headers = {"Content-Type": kind} if body is not None else None
        is_whole = body is None or isinstance(body, bytes)
        try:
            # A head may come byte by byte; what we send ourselves takes as long as it takes.
            async with asyncio.timeout(PATIENCE if is_whole else None):
                answer = await self._session.request(
                    method,
                    self._base + path,
                    data=body,
                    params={name: str(value) for name, value in (query or {}).items()},
                    headers=headers,
                    allow_redirects=False,
                )
            async with answer:
                if answer.status >= 300:
                    raise await self._refusal(answer)
                yield answer
        except (aiohttp.ClientError, OSError, TimeoutError) as fault:
            raise NoAnswer(self.where, _why(fault)) from fault

    async def _refusal(self, answer: aiohttp.ClientResponse) -> Refused:
        data = await answer.content.read(1 << 16)
        try:
            problem = msgspec.json.decode(data, type=Failure).error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            why = f"status {answer.status}, not as a node of Micelio does."
            return Refused(self.where, answer.status, f"http.{answer.status}", why)
        said, why = problem.code[:100], problem.message[:500]
        notice = problem.details.get("notice")
        proof = notice if isinstance(notice, str) else None
        return Refused(self.where, answer.status, said, why, proof)

    async def _chunks(self, answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        began, came = time.monotonic(), 0
        async for chunk in answer.content.iter_any():
            came += len(chunk)
            yield chunk
            now = time.monotonic()
            if now - began > PATIENCE:
                if came < SLOWEST:
                    raise Misbehaved(self.where, Offence.STALL, "next to nothing for a minute")
                began, came = now, 0


def _why(fault: Exception) -> str:
    """Return why there was no answer, in words for whoever reads of it."""
    if isinstance(fault, aiohttp.ClientResponseError) and _NO_STATUS in fault.message:
        is_peer_port = _MULTISTREAM in fault.message
        return "that is its port for peers, not for HTTP" if is_peer_port else "it speaks no HTTP"
    system = fault.os_error if isinstance(fault, aiohttp.ClientConnectorError) else fault
    if isinstance(system, OSError) and system.errno:
        return os.strerror(system.errno)
    return str(fault) or type(fault).__name__


@asynccontextmanager
async def asking(forge: Forge, network: Dialling | None, way: Way) -> AsyncIterator[Holder]:
    """Open a way to a node for the length of the block; raises `HolderFault`."""
    try:
        base, connector, is_inside = await _connector(forge, network, way)
    except Fault as fault:
        raise NoAnswer(way.address, fault.message.rstrip(".")) from fault
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=TIMEOUT,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "micelio/1", "Accept-Encoding": "identity"},
        read_bufsize=CHUNK,
    ) as session:
        yield Holder(way, base, session, is_inside=is_inside)


async def _connector(
    forge: Forge, network: Dialling | None, way: Way
) -> tuple[str, aiohttp.BaseConnector, bool]:
    is_free = way.is_trusted or forge.reach_private
    if way.is_url:
        target = await outbound.target(way.address, allow_private=is_free)
        resolver = _Pinned(target.address)
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, resolver=resolver)
        return way.address, connector, not outbound.is_public(target.address)
    if network is None:
        raise NoAnswer(way.address, "this node does not speak to peers over libp2p")
    streams = _Streams(lambda: network.dial(way.address, may_be_inside=is_free))
    return "http://peer", streams, False


class _Pinned(AbstractResolver):
    """The one address that was looked at, whatever the name says by now."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the address, of whatever `family` it is."""
        del family  # Named by whoever calls.
        found = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host,
                host=self._address,
                port=port,
                family=found,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Let go of nothing."""


class _Streams(aiohttp.BaseConnector):
    """Connections that are streams to one peer."""

    def __init__(self, dial: Callable[[], Awaitable[socket.socket]]) -> None:
        super().__init__(limit=CONNECTIONS)
        self._dial = dial

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,  # noqa: ARG002  the shape is aiohttp's
        traces: list[aiohttp.tracing.Trace],  # noqa: ARG002
        timeout: aiohttp.ClientTimeout,  # noqa: ARG002, ASYNC109
    ) -> ResponseHandler:
        try:
            end = await self._dial()
        except TransportFault as fault:
            raise aiohttp.ClientConnectionError(str(fault)) from fault
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(self._factory, sock=end)
        return protocol

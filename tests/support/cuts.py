"""A road to a node that breaks: a proxy on loopback that drops connections where it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 16 << 10


@dataclass(frozen=True)
class Cut:
    """Drop a connection after so many bytes to the node (`up`) or from it (`down`)."""

    up: int | None = None
    down: int | None = None


@dataclass
class Road:
    """Each new connection takes the next cut; when there are none left, all is well."""

    url: str
    cuts: list[Cut] = field(default_factory=list)
    connections: int = 0
    up: int = 0


@asynccontextmanager
async def a_road(to: str) -> AsyncIterator[Road]:
    """A proxy to the node at `to`."""
    target = urlsplit(to)
    road = Road("")

    async def carry(reader, writer):
        road.connections += 1
        cut = road.cuts.pop(0) if road.cuts else Cut()
        there, here = await asyncio.open_connection(target.hostname, target.port)
        ways = (
            asyncio.ensure_future(_pump(reader, here, cut.up, road)),  # noqa: TID251
            asyncio.ensure_future(_pump(there, writer, cut.down, None)),  # noqa: TID251
        )
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for side in (here, writer):
            side.transport.abort()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*ways, return_exceptions=True)

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    road.url = f"http://{host}:{port}"
    async with server:
        yield road


async def _pump(reader, writer, limit, road):
    """Carry bytes until the end, or until the limit: then the connection is dropped."""
    left = limit
    with suppress(ConnectionError):
        while left is None or left > 0:
            data = await reader.read(CHUNK if left is None else min(CHUNK, left))
            if not data:
                return
            writer.write(data)
            await writer.drain()
            if road is not None:
                road.up += len(data)
            left = None if left is None else left - len(data)

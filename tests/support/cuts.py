"""A road to a node that breaks: a proxy on loopback that drops connections where it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 16 << 10


@dataclass(frozen=True)
class Cut:
    """Drop a connection after so many bytes to the node (`up`) or from it (`down`).

    One that `stalls` stays open instead, and nothing comes any more.
    """

    up: int | None = None
    down: int | None = None
    stalls: bool = False


@dataclass
class Road:
    """Each new connection takes the next cut; when there are none left, all is well."""

    url: str
    cuts: list[Cut] = field(default_factory=list)
    connections: int = 0
    up: int = 0
    down: int = 0
    stalled: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def a_road(to: str) -> AsyncIterator[Road]:
    """A proxy to the node at `to`."""
    target = urlsplit(to)
    road = Road("")

    under_way = set()

    async def carry(reader, writer):
        under_way.add(asyncio.current_task())
        road.connections += 1
        cut = road.cuts.pop(0) if road.cuts else Cut()
        there, here = await asyncio.open_connection(target.hostname, target.port)
        ways = (
            asyncio.ensure_future(_pump(reader, here, cut.up, road, "up")),  # noqa: TID251
            asyncio.ensure_future(_down(there, writer, cut, road)),  # noqa: TID251
        )
        with suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for side in (here, writer):
            side.transport.abort()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*ways, return_exceptions=True)
        under_way.discard(asyncio.current_task())

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    road.url = f"http://{host}:{port}"
    async with server:
        yield road
    left = list(under_way)
    for one in left:
        one.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def _down(reader, writer, cut, road):
    await _pump(reader, writer, cut.down, road, "down")
    if cut.stalls:
        road.stalled.set()
        await asyncio.Event().wait()


async def _pump(reader, writer, limit, road, way):
    """Carry bytes until the end, or until the limit: then the connection is dropped."""
    left = limit
    with suppress(ConnectionError):
        while left is None or left > 0:
            data = await reader.read(CHUNK if left is None else min(CHUNK, left))
            if not data:
                return
            writer.write(data)
            await writer.drain()
            setattr(road, way, getattr(road, way) + len(data))
            left = None if left is None else left - len(data)

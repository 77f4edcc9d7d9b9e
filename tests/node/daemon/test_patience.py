"""Who keeps the node waiting is cut after a while, and who is only slow is not."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from node.daemon import http
from node.kernel.limits import Limits

HEAD = b"POST /take HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
GET = b"GET /up HTTP/1.1\r\nHost: localhost\r\n\r\n"
SHORT = Limits(head_seconds=0.2, stalled_seconds=0.2, connections=3)
LARGE = 32 << 20


def application():
    """An application that takes bodies, gives a large one, and says what became of the takers."""
    app = web.Application()
    ends = app[ENDS] = []

    async def take(request):
        try:
            return web.Response(text=str(len(await request.read())))
        except ConnectionError:
            ends.append("cut")
            raise

    async def up(_request):
        return web.Response(text="up")

    async def large(_request):
        return web.Response(body=bytes(LARGE))

    app.router.add_post("/take", take)
    app.router.add_get("/up", up)
    app.router.add_get("/large", large)
    return app


ENDS = web.AppKey("ends", list)


@asynccontextmanager
async def serving(limits):
    app = application()
    runner = http.runner(app, limits)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][:2], app[ENDS]
    finally:
        await runner.cleanup()


@pytest.fixture
async def door():
    async with serving(SHORT) as made:
        yield made


async def ended(reader):
    """Wait until the node ends the connection; return what it said."""
    async with asyncio.timeout(5):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def drip(writer, data, pause):
    """Send byte by byte until all is sent or the node has enough."""
    for byte in data:
        if writer.is_closing():
            return
        writer.write(bytes([byte]))
        await asyncio.sleep(pause)


async def test_a_head_that_comes_byte_by_byte_is_cut(door):
    reader, writer = await asyncio.open_connection(*door[0])
    async with asyncio.TaskGroup() as group:
        dripping = group.create_task(drip(writer, HEAD * 100, 0.02))
        assert await ended(reader) == b""
        dripping.cancel()
    writer.close()


async def test_a_head_that_comes_byte_by_byte_after_an_answer_is_cut(door):
    reader, writer = await asyncio.open_connection(*door[0])
    writer.write(GET)
    assert (await reader.readuntil(b"up")).startswith(b"HTTP/1.1 200")
    writer.write(HEAD[:5])
    assert await ended(reader) == b""
    writer.close()


async def test_a_body_that_stands_still_is_cut_and_its_taker_told(door):
    address, ends = door
    reader, writer = await asyncio.open_connection(*address)
    writer.write(HEAD + b"\r\n" + b"x" * 10)
    assert await ended(reader) == b""
    assert ends == ["cut"]
    writer.close()


async def test_a_body_that_is_slow_and_goes_on_is_taken(door):
    reader, writer = await asyncio.open_connection(*door[0])
    writer.write(HEAD + b"\r\n")
    for _ in range(10):
        writer.write(b"x" * 100)
        await asyncio.sleep(0.06)
    assert (await reader.readuntil(b"1000")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_who_takes_no_bytes_of_an_answer_is_cut(door):
    reader, writer = await asyncio.open_connection(*door[0], limit=1024)
    writer.write(GET.replace(b"/up", b"/large"))
    await reader.read(100)
    await asyncio.sleep(1.0)
    got = await ended(reader)
    assert len(got) < LARGE
    writer.close()


async def test_an_idle_connection_is_kept(door):
    reader, writer = await asyncio.open_connection(*door[0])
    for _ in range(2):
        await asyncio.sleep(0.5)
        writer.write(GET)
        assert (await reader.readuntil(b"up")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_where_there_are_too_many_the_one_idle_longest_makes_room(door):
    streams = []
    for _ in range(SHORT.connections + 1):
        streams.append(await asyncio.open_connection(*door[0]))
        streams[-1][1].write(GET)
        await streams[-1][0].readuntil(b"up")
    assert await ended(streams[0][0]) == b""
    for reader, writer in streams[1:]:
        writer.write(GET)
        await reader.readuntil(b"up")
    for _, writer in streams:
        writer.close()


async def test_where_all_are_busy_the_newest_is_turned_away():
    async with serving(Limits(connections=2)) as (address, _):
        busy = [await asyncio.open_connection(*address) for _ in range(2)]
        for _, writer in busy:
            writer.write(HEAD + b"\r\n")
        await asyncio.sleep(0.1)
        reader, late = await asyncio.open_connection(*address)
        assert (await ended(reader)).startswith(b"HTTP/1.1 503")
        for reader, writer in busy:
            writer.write(b"x" * 1000)
            assert (await reader.readuntil(b"1000")).startswith(b"HTTP/1.1 200")
            writer.close()
        late.close()

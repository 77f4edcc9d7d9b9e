"""What a stream carries: every byte, both ends, and breaks that look like breaks."""

import asyncio
import contextlib
import random
import threading
from pathlib import Path

import pytest

from p2p.transport.limits import Limits
from tests.p2p.transport.conftest import closed, running, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SEED = 20_26
MANY = 200


async def said(writer, data):
    writer.write(data)
    await writer.drain()
    writer.write_eof()


async def test_eight_megabytes_come_back_as_they_went(pair):
    data = random.Random(SEED).randbytes(8 << 20)
    reader, writer = await pair.opened()
    async with asyncio.TaskGroup() as group:
        group.create_task(said(writer, data))
        back = group.create_task(reader.read())
    assert back.result() == data
    await closed(writer)


async def test_who_has_said_everything_can_still_listen(pair):
    async def answer(reader, writer):
        heard = await reader.read()
        writer.write(b"%d bytes, " % len(heard))
        await writer.drain()
        writer.write(b"and that is all")
        await closed(writer)

    pair.answering.by = answer
    reader, writer = await pair.opened()
    await said(writer, b"x" * 1000)
    assert await reader.read() == b"1000 bytes, and that is all"
    await closed(writer)


async def test_an_answer_to_half_a_question_arrives_although_the_rest_is_not_read(pair):
    async def answer(reader, writer):
        await reader.readexactly(10)
        writer.write(b"too long")
        await closed(writer)

    pair.answering.by = answer
    reader, writer = await pair.opened()
    writer.write(b"y" * 100_000)
    assert await reader.read() == b"too long"
    await closed(writer)


async def test_a_reader_that_pauses_does_not_hold_up_the_writer(pair):
    data = random.Random(SEED).randbytes(20 << 20)
    is_said = asyncio.Event()

    async def answer(_reader, writer):
        writer.write(data)
        await writer.drain()
        await closed(writer)
        is_said.set()

    pair.answering.by = answer
    reader, writer = await pair.opened()
    writer.transport.pause_reading()
    await asyncio.wait_for(is_said.wait(), 60)
    writer.transport.resume_reading()
    assert await reader.read() == data
    await closed(writer)


async def test_when_the_network_ends_the_streams_end(pair):
    async with running(listen=()) as eve:
        sock = await eve.dial(pair.address)
        reader, writer = await asyncio.open_connection(sock=sock)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    await closed(writer)


async def test_a_peer_that_takes_nothing_is_given_up():
    ended = asyncio.Event()

    async def serve(sock, _did):
        _, writer = await asyncio.open_connection(sock=sock)
        with contextlib.suppress(ConnectionError):
            while not writer.transport.is_closing():
                writer.write(bytes(1 << 16))
                await writer.drain()
        await closed(writer)
        ended.set()

    limits = Limits(stalled_seconds=0.2)
    async with running(serve=serve, limits=limits) as ann, running(listen=()) as eve:

        async def never_read(host):
            from p2p.transport import addresses
            from p2p.transport.host import ID, SYNC

            where = addresses.of_peer(ann.addresses[0])
            await host._connect(ID.from_string(where.peer_id), where)
            await host._host.new_stream(ID.from_string(where.peer_id), [SYNC])

        await eve.call(never_read, 10)
        await asyncio.wait_for(ended.wait(), 30)


async def test_two_hundred_streams_cut_at_random_leave_nothing_behind(pair):
    choice = random.Random(SEED)
    await pair.opened_and_closed()
    before = await counted(pair)
    for _ in range(MANY // 20):
        await asyncio.gather(*(cut_somewhere(pair, choice) for _ in range(20)))

    async def as_before():
        return all(now <= was for now, was in zip(await counted(pair), before, strict=True))

    await until(as_before)


async def cut_somewhere(pair, choice):
    """Open a stream and leave it at some point of an exchange."""
    reader, writer = await pair.opened()
    with contextlib.suppress(ConnectionError):
        step = choice.randrange(5)
        if step > 0:
            writer.write(choice.randbytes(choice.randrange(1, 300_000)))
        if step > 1:
            await reader.read(choice.randrange(1, 100_000))
        if step > 2:
            writer.write_eof()
        if step > 3:
            await reader.read()
    if choice.random() < 0.5:
        writer.transport.abort()
    await closed(writer)


async def counted(pair):
    """Threads, descriptors, asyncio's tasks, and trio's tasks and streams on both sides."""
    inside = [await one.call(living, 5) for one in (pair.ann, pair.bob)]
    tasks = len(asyncio.all_tasks())
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return threading.active_count(), descriptors, tasks, *(n for pair_ in inside for n in pair_)


async def living(host):
    import trio

    held = [one for found in host.swarm.connections.values() for one in found]
    streams = sum(len(one.muxed_conn.streams) for one in held)
    return trio.lowlevel.current_statistics().tasks_living, streams


async def test_whatever_libp2p_raises_on_a_stream_ends_that_stream_alone(pair, monkeypatch):
    from libp2p.network.stream.net_stream import NetStream

    async def fail(_stream, _most=None):
        raise ZeroDivisionError

    reader, writer = await pair.opened()
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    with monkeypatch.context() as broken:
        broken.setattr(NetStream, "read", fail)
        writer.write(b"more")
        with contextlib.suppress(ConnectionError):
            await reader.read()
    await closed(writer)
    reader, writer = await pair.opened()
    writer.write(b"still there?")
    writer.write_eof()
    assert await reader.read() == b"still there?"
    await closed(writer)
    assert (pair.ann.state.restarts, pair.bob.state.restarts) == (0, 0)

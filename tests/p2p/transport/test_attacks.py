"""Peers that mean harm, at the level of bytes: each is cut, and nobody else notices."""

import asyncio
import contextlib
import os
import struct

import pytest
import pytest_asyncio

from p2p.transport import addresses
from p2p.transport.limits import Limits
from tests.p2p.transport.conftest import Answering, Pair, closed, running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

DATA, WINDOW, SYN = 0, 1, 1
LIMITS = Limits(
    buffered=1 << 20,
    connections_per_host=4,
    new_streams_per_second=1.0,
    new_streams_burst=50.0,
    messages_per_second=1.0,
    messages_burst=50.0,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair():
    answering = Answering()
    async with running(serve=answering.serve, limits=LIMITS) as ann, running() as bob:
        yield Pair(ann, bob, answering)


@pytest_asyncio.fixture(loop_scope="module")
async def eve(pair):
    """Whoever attacks ann."""
    async with running(listen=()) as network:
        yield Eve(network, pair.ann.addresses[0])


class Eve:
    def __init__(self, network, address):
        self.network, self.where = network, addresses.of_peer(address)

    async def connection(self, host):
        """The muxed connection to ann, in libp2p's thread."""
        from libp2p.peer.id import ID

        peer = ID.from_string(self.where.peer_id)
        await host._connect(peer, self.where)
        (one,) = host.swarm.connections[peer]
        return one.muxed_conn

    async def send(self, *frames):
        """Send frames as they are; return when ann has ended the connection."""

        async def attack(host):
            muxed = await self.connection(host)
            with contextlib.suppress(Exception):
                for frame in frames:
                    await muxed.secured_conn.write(frame)
            await muxed.event_closed.wait()

        await self.network.call(attack, 60)

    @property
    def did(self):
        return addresses.did_of(self.network.peer_id)


def frame(kind, flags, stream, length, data=b""):
    return struct.pack("!BBHII", 0, kind, flags, stream, length) + data


async def still_serves(pair):
    """Bob, who does nothing wrong, is served as ever."""
    reader, writer = await pair.opened()
    writer.write(b"still there?")
    writer.write_eof()
    assert await reader.read() == b"still there?"
    await closed(writer)


async def offence(pair):
    async with asyncio.timeout(30):
        return await anext(pair.ann.offences)


async def test_a_frame_that_announces_four_gigabytes_ends_the_connection(pair, eve):
    # Ten would not fit: the length is a number of 32 bits.
    await eve.send(frame(WINDOW, SYN, 101, 0), frame(DATA, 0, 101, 0xFFFFFFFF, bytes(1000)))
    await still_serves(pair)


async def test_more_than_the_window_that_was_granted_ends_the_connection(pair, eve):
    # A stream on which no protocol is agreed is not read, so what is sent on it is held.
    body = bytes(60_000)
    frames = [frame(DATA, 0, 101, len(body), body) for _ in range(100)]
    await eve.send(frame(WINDOW, SYN, 101, 0), *frames)
    await still_serves(pair)


async def test_ten_thousand_streams_are_a_flood(pair, eve):
    streams = [frame(WINDOW, SYN, 101 + 2 * number, 0) for number in range(10_000)]
    await eve.send(*streams)
    told = await offence(pair)
    assert (told.did, told.what) == (eve.did, "streams")
    await still_serves(pair)


async def test_ten_thousand_messages_are_a_flood(pair, eve):
    await pair.ann.subscribe("noise")

    async def attack(host):
        from libp2p.pubsub.pb import rpc_pb2
        from libp2p.utils.varint import encode_varint_prefixed

        muxed = await eve.connection(host)
        stream = await host._host.new_stream(muxed.peer_id, ["/meshsub/1.2.0"])
        rpc = rpc_pb2.RPC()
        for _ in range(100):
            rpc.publish.add(data=b"noise", topicIDs=["noise"], from_id=b"?", seqno=b"?")
        with contextlib.suppress(Exception):
            for _ in range(100):
                await stream.write(encode_varint_prefixed(rpc.SerializeToString()))
        await muxed.event_closed.wait()

    await eve.network.call(attack, 60)
    told = await offence(pair)
    assert (told.did, told.what) == (eve.did, "messages")
    await pair.ann.unsubscribe("noise")
    await still_serves(pair)


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", os.urandom(5000), b"\xff" * 3])
async def test_garbage_in_place_of_a_handshake_ends_the_connection(pair, garbage):
    where = addresses.parse(pair.address)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    writer.write(garbage)
    with contextlib.suppress(OSError):  # ann may have cut it by now
        writer.write_eof()
        async with asyncio.timeout(30):
            await reader.read()
    await closed(writer)
    await still_serves(pair)


async def test_one_host_holds_no_more_connections_than_it_may(pair):
    await pair.opened_and_closed()
    where = addresses.parse(pair.address)
    silent = [await asyncio.open_connection(where.host, where.port) for _ in range(20)]
    over = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:
        for reader, _ in silent:
            group.create_task(ends(reader, over))
        async with asyncio.timeout(30):
            for _ in range(20 - LIMITS.connections_per_host):
                await over.acquire()
        for _, writer in silent:
            await closed(writer)
    await still_serves(pair)


async def ends(reader, over):
    """Say when the other side has ended the connection."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(1000):
            pass
    over.release()


async def test_places_of_connections_that_have_ended_are_free_again(pair):
    for _ in range(3 * LIMITS.connections_per_host):
        async with running(listen=()) as stranger:
            sock = await patiently_dialled(stranger, pair.address)
            sock.close()


async def patiently_dialled(network, address):
    from p2p.transport.errors import PeerUnreachable

    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(PeerUnreachable):
                return await network.dial(address)
            await asyncio.sleep(0.1)

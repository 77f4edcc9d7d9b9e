"""What a peer says of itself to libp2p: a little of it is kept, whatever it says."""

import contextlib

import pytest
import pytest_asyncio

from p2p.transport import addresses
from tests.p2p.transport.conftest import Answering, Pair, closed, running, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MANY = 2_000
PROTOCOLS = "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair():
    answering = Answering()
    async with running(serve=answering.serve) as ann, running() as bob:
        yield Pair(ann, bob, answering)


def boast(key):
    """What nobody has: addresses and protocols by the thousand."""
    from libp2p.identity.identify.pb.identify_pb2 import Identify
    from multiaddr import Multiaddr

    made = Identify(public_key=key, protocol_version="x", agent_version="y" * 10_000)
    for number in range(MANY):
        where = f"/ip4/192.0.{number % 250}.{number // 250}/tcp/{number}"
        made.listen_addrs.append(Multiaddr(where).to_bytes())
    made.protocols.extend(f"/{number}" for number in range(MANY))
    return made.SerializeToString()


async def known(ann, did):
    """How much ann's libp2p keeps of a peer."""

    async def work(host):
        from libp2p.peer.id import ID

        peer, store = ID.from_string(addresses.peer_id(did)), host.swarm.peerstore
        found = [0, 0]
        with contextlib.suppress(Exception):
            found[0] = len(store.addrs(peer))
        with contextlib.suppress(Exception):
            found[1] = len(store.get_protocols(peer))
        return found

    return await ann.call(work, 30)


async def still_serves(pair):
    reader, writer = await pair.opened()
    writer.write(b"still there?")
    writer.write_eof()
    assert await reader.read() == b"still there?"
    await closed(writer)
    assert pair.ann.state.restarts == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_addresses_by_the_thousand_are_not_kept(pair, protocol):
    where = addresses.of_peer(pair.ann.addresses[0])
    async with running(listen=()) as eve:
        eve_did = addresses.did_of(eve.peer_id)

        async def attack(host):
            import trio
            from libp2p.peer.id import ID
            from libp2p.utils.varint import encode_varint_prefixed

            peer, answered = ID.from_string(where.peer_id), trio.Event()
            data = encode_varint_prefixed(boast(host._host.get_public_key().serialize()))

            async def tell(stream):
                with contextlib.suppress(Exception):
                    for begin in range(0, len(data), 60_000):
                        await stream.write(data[begin : begin + 60_000])
                    await stream.close()
                answered.set()

            host._host.set_stream_handler(PROTOCOLS[0], tell)
            await host._connect(peer, where)
            if protocol == PROTOCOLS[1]:
                with contextlib.suppress(Exception):
                    await tell(await host._host.new_stream(peer, [protocol]))
            await answered.wait()

        await eve.call(attack, 60)

        async def is_told():
            return (await known(pair.ann, eve_did))[1] > 0

        await until(is_told)
        told = await known(pair.ann, eve_did)
        assert told[0] <= 16
        assert told[1] <= 64
        await still_serves(pair)


async def test_the_addresses_that_a_peer_names_are_not_dialled_for_a_stream(pair):
    where, did = addresses.of_peer(pair.address), addresses.did_of(pair.ann.peer_id)
    async with running(listen=()) as eve:
        (await eve.dial(pair.address)).close()

        async def is_told():
            return (await known(eve, did))[0] > 0

        await until(is_told)

        async def leave_and_ask(host):
            from libp2p.host.exceptions import StreamFailure
            from libp2p.peer.id import ID

            peer = ID.from_string(where.peer_id)
            await host.swarm.close_peer(peer)
            with pytest.raises(StreamFailure, match="not connected"):
                await host._host.new_stream(peer, [PROTOCOLS[0]])
            return host._is_connected(peer)

        assert not await eve.call(leave_and_ask, 30)

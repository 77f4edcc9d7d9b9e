"""The DHT: who says to hold a project is found by somebody who knows only where to start."""

import pytest

from tests.p2p.transport.conftest import running, until

pytestmark = pytest.mark.slow
PROJECT = "mic:zQmExample"


async def met(network, times=1):
    """Return when the DHT of `network` knows somebody."""

    async def holds(host):
        return host.hints._dht.get_routing_table_size() >= times

    await until(lambda: network.call(holds, 5))


async def test_a_holder_is_found_through_a_third_node():
    async with running() as first:
        # Whoever is started from takes part as well, from itself if there is nobody else.
        start = (first.addresses[0],)
        async with (
            running(bootstrap=start) as middle,
            running(bootstrap=(middle.addresses[0],)) as holder,
            running(bootstrap=(middle.addresses[0],)) as asker,
        ):
            await met(holder)
            await met(asker)
            await holder.provide(PROJECT)

            async def is_found():
                return any(one.endswith(holder.peer_id) for one in await asker.providers(PROJECT))

            await until(is_found)
            found = [one for one in await asker.providers(PROJECT) if one.endswith(holder.peer_id)]
            sock = await asker.dial(found[0])
            sock.close()


async def put(network, where, **said):
    """Say something to the table of a peer, and return when it has answered or hung up."""

    async def say(host):
        import varint
        from libp2p.kad_dht.common import PROTOCOL_ID
        from libp2p.kad_dht.pb.kademlia_pb2 import Message
        from libp2p.peer.id import ID

        message = Message(**said)
        for one in message.providerPeers:
            one.id = host._host.get_id().to_bytes()
        data = message.SerializeToString()
        peer = ID.from_string(where.rpartition("/")[2])
        stream = await host._host.new_stream(peer, [PROTOCOL_ID])
        try:
            await stream.write(varint.encode(len(data)) + data)
            await stream.read(1)
        except Exception:  # noqa: BLE001  it was refused
            return

    (await network.dial(where)).close()
    await network.call(say, 10)


ADD_PROVIDER, PUT_VALUE = 2, 0
ADDRESS = bytes.fromhex("047f000001060fa1")


async def held(host):
    """How many addresses the table keeps of each provider, and how many values."""
    dht = host.hints._dht
    providers = [one for some in dht.provider_store.providers.values() for one in some.values()]
    return [len(one.addresses) for one in providers], len(dht.value_store.store)


async def test_strangers_fill_the_table_with_little():
    async with (
        running() as first,
        running() as liar,
        running(bootstrap=(first.addresses[0],)) as table,
    ):
        where, key = table.addresses[0], b"/any/thing"
        many = [{"addrs": [ADDRESS] * 5000}]
        await put(liar, where, type=ADD_PROVIDER, key=b"k" * 34, providerPeers=many)
        record = {"key": key, "value": bytes(5000)}
        await put(liar, where, type=PUT_VALUE, key=key, record=record)
        assert await table.call(held, 5) == ([8], 0)
        await put(liar, where, type=ADD_PROVIDER, key=b"k" * 70_000, providerPeers=many)
        assert await table.call(held, 5) == ([8], 0)


async def test_who_said_first_to_provide_something_gives_way():
    async with (
        running() as first,
        running(bootstrap=(first.addresses[0],)) as table,
    ):

        async def many(host):
            from libp2p.peer.peerinfo import PeerInfo

            from p2p.transport import table as small

            store, me = host.hints._dht.provider_store, PeerInfo(host._host.get_id(), [])
            for number in range(10):
                store.add_provider(b"%d" % number, me)
            few, small.PROVIDERS = small.PROVIDERS, 4
            store.add_provider(b"new", me)
            small.PROVIDERS = few
            return list(store.providers)

        assert await table.call(many, 5) == [b"7", b"8", b"9", b"new"]


async def test_without_a_peer_to_start_from_there_is_no_dht():
    async with running() as alone:
        await alone.provide(PROJECT)
        assert await alone.providers(PROJECT) == []

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


async def test_without_a_peer_to_start_from_there_is_no_dht():
    async with running() as alone:
        await alone.provide(PROJECT)
        assert await alone.providers(PROJECT) == []

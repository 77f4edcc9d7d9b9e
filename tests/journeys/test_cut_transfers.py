"""What came before a cut or a kill is not fetched again, but for one piece that was on its way."""

import asyncio
import json
import random

import pytest

from node.daemon import peering as door
from node.daemon.health import Metrics
from p2p.transport import addresses
from p2p.transport.addresses import Address
from p2p.transport.limits import Settings
from p2p.transport.network import Network
from store.contents import LARGEST
from tests.support.cuts import Cut, a_road
from tests.support.mirrors import a_home
from tests.support.neighbours import HERE
from tests.support.processes import Node, run

pytestmark = pytest.mark.journey

PATIENCE = 30.0


def noise(number, size):
    return random.Random(number).randbytes(size)


def a_node(place, **more):
    """A node that goes into its own network only where its owner sends it.

    So the road is the only way to the home: where it really listens, libp2p tells, too.
    """
    more |= {"MIC_HOME": str(place / "mic"), "MICELIO_P2P": "yes"}
    listen = ("--listen", "127.0.0.1:0", "--p2p-listen", "/ip4/127.0.0.1/tcp/0")
    return Node(place / "data", *listen, "--owner", "bob", **more)


async def asked(node, *words):
    done = await asyncio.to_thread(run, *words, "--data", str(node.data), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


async def until(holds):
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110  another process tells nothing by itself
            await asyncio.sleep(0.02)


def waiting(node):
    """Bytes that a node has got and not made durable yet."""
    return sum(one.stat().st_size for one in (node.data / "cache/received").glob("*"))


@pytest.fixture(params=["http", "libp2p"])
async def holder(request, tmp_path):
    """A home with 3 MiB, and the only road to it: `(address of the project, road, bytes)`."""
    async with a_home(tmp_path / "home") as home:
        files = {f"f{n:02}": noise(n, 250_000) for n in range(12)}
        await home.land_all(files)
        name, size = home.project.address, sum(map(len, files.values()))
        if request.param == "http":
            async with a_road(home.door.url) as road:
                yield f"{road.url}/{name}", road, size
            return
        async with (
            door._answering(home.forge, Metrics()) as answering,
            Network.open(
                home.forge.node.key, [HERE], answering.serve, settings=Settings(gossip=False)
            ) as network,
        ):
            there = addresses.of_peer(network.addresses[0])
            async with a_road(f"http://{there.host}:{there.port}") as road:
                port = int(road.url.rpartition(":")[2])
                peer = Address(there.kind, there.host, port, there.peer_id)
                yield f"{peer}/{name}", road, size


async def test_a_kill_costs_no_more_than_the_piece_that_was_on_its_way(holder, tmp_path):
    address, road, size = holder
    road.cuts = [Cut(down=size * 2 // 3, stalls=True)] * 8
    place = tmp_path / "bob"
    place.mkdir()
    with a_node(place) as bob:
        await asked(bob, "seed", address)
        async with asyncio.timeout(PATIENCE):
            await road.stalled.wait()
        await until(lambda: _is_most(bob, road.down))
        bob.kill()
    before, road.down, road.cuts = road.down, 0, []
    with a_node(place) as bob:
        await until(lambda: _is_verified(bob))
        assert bob.stop() == 0
    assert not waiting(bob)
    again = before + road.down - size
    assert again <= LARGEST, again


async def test_cuts_cost_no_more_each_than_the_piece_that_was_on_its_way(holder, tmp_path):
    address, road, size = holder
    road.cuts = [Cut(down=700_000), Cut(down=900_000), Cut(down=800_000)]
    place = tmp_path / "bob"
    place.mkdir()
    with a_node(place) as bob:
        await asked(bob, "seed", address)
        await until(lambda: _is_verified(bob))
        assert bob.stop() == 0
    assert not road.cuts
    assert road.down - size <= 3 * LARGEST, road.down - size


async def _is_most(node, came):
    return waiting(node) > came - LARGEST // 2


async def _is_verified(node):
    return [one["state"] for one in await asked(node, "seeds")] == ["verified"]

"""Nodes that meet over real libp2p on loopback: forge, door for peers, network and policy each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from node.daemon import peering as door
from node.daemon.building import now_ms
from node.daemon.health import Metrics
from node.kernel.forge import Forge
from node.projects.model import Project
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import Wish
from p2p import recovering, seeding
from p2p.pull import Puller
from p2p.transport.limits import Settings
from p2p.transport.network import Network
from tests.support.forges import a_forge

HERE = "/ip4/127.0.0.1/tcp/0"
PATIENCE = 12.0


@dataclass(frozen=True)
class Neighbour:
    """One node; its tasks run as long as the world of the test."""

    forge: Forge
    network: Network
    puller: Puller

    @property
    def did(self) -> str:
        return self.forge.node.did

    @property
    def address(self) -> str:
        return self.network.addresses[0]

    async def knows(self, other: "Neighbour") -> None:
        """Do what `micelio peer add` does."""
        await peering.add(self.forge, other.address, other.did)

    async def wants(self, project: Project, at: "Neighbour") -> None:
        """Do what `micelio seed` does."""
        place = rules.place(f"{at.address}/{project.account}/{project.handle}")
        await replication.add(self.forge, Wish(place))

    async def position(self, project: Project) -> int:
        """The newest position that is here and verified."""
        seed = await replication.of_project(self.forge, project.id)
        return seed.position if seed else -1

    async def until(self, holds) -> None:
        """Wait until what rows say makes `holds()` true."""
        async with asyncio.timeout(PATIENCE):
            while not await holds():
                await self.forge.db.changed.wait()
                self.forge.db.changed.clear()


@asynccontextmanager
async def neighbours(
    directory: Path, count: int, *, gossip: bool
) -> AsyncIterator[list[Neighbour]]:
    """So many nodes, each of which knows the first one."""
    async with AsyncExitStack() as stack:
        found = [
            await stack.enter_async_context(neighbour(directory / str(number), gossip=gossip))
            for number in range(count)
        ]
        for one in found[1:]:
            await one.knows(found[0])
        yield found


@asynccontextmanager
async def neighbour(
    directory: Path, *, gossip: bool, url: str = "http://127.0.0.1:7070"
) -> AsyncIterator[Neighbour]:
    """One node, new or as it was in its directory."""
    directory.mkdir(exist_ok=True)
    async with (
        a_forge(directory, now=now_ms, url=url) as forge,
        door._answering(forge, Metrics()) as answering,
        Network.open(
            forge.node.key, [HERE], answering.serve, settings=Settings(gossip=gossip)
        ) as network,
        asyncio.TaskGroup() as group,
    ):
        forge.reach.addresses = network.addresses
        puller = Puller(forge, network)
        tasks = [
            group.create_task(puller.run()),
            group.create_task(seeding.run(forge, network)),
            group.create_task(recovering.run(forge, network)),
        ]
        yield Neighbour(forge, network, puller)
        for task in tasks:
            task.cancel()

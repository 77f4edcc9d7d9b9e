"""What a node does among its peers: the one place where these tasks are started.

Each task gets the forge and the network. The network may be down at any time, or not be wanted at
all; then it is None, and whoever can goes on over HTTP.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from node.kernel.forge import Forge
from p2p import offering, receipts, recovering, seeding
from p2p.pull import Puller
from p2p.transport.limits import Settings
from p2p.transport.network import Network, Serve


@dataclass(frozen=True, slots=True)
class Plan:
    """How the node takes part: multiaddrs to listen on, and the transport's settings."""

    listen: tuple[str, ...]
    settings: Settings = field(default_factory=Settings)


async def run(
    forge: Forge, plan: Plan | None, serve: Serve, told: Callable[[Network], None]
) -> None:
    """Take part until cancelled; with no `plan` only what goes over HTTP is done.

    `told` is called each time that the network came up or went down.
    """
    if plan is None:
        await _tasks(forge, None)
        return

    def note(network: Network) -> None:
        _note(forge, network)
        told(network)

    async with Network.open(
        forge.node.key, plan.listen, serve, settings=plan.settings, told=note, waits=False
    ) as network:
        _note(forge, network)
        await _tasks(forge, network)


async def _tasks(forge: Forge, network: Network | None) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(Puller(forge, network).run(), name="heads")
        group.create_task(seeding.run(forge, network), name="seeds")
        group.create_task(recovering.run(forge, network), name="recovery")
        group.create_task(receipts.run(forge, network), name="copies")
        group.create_task(offering.run(forge, network), name="offers")


def _note(forge: Forge, network: Network) -> None:
    """Keep the forge informed of how it is reached."""
    state, reach = network.state, forge.reach
    reach.peer_id = network.peer_id
    reach.addresses = network.addresses if state.is_up else ()
    reach.restarts = state.restarts
    reach.fault = None if state.is_up else state.reason or reach.fault

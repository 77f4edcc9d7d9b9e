"""Keeps seeds where their holders are: looks at each in its time, several at once.

Rows say what is due, so that a command, an announcement and the clock are one thing here; they are
looked at four times a second. A pull that fails, in whatever way, is told to its seed's row and
tried again later: no seed holds up another one for long.
"""

import asyncio
import logging
import time
from collections.abc import Collection

from node.kernel.forge import Forge
from node.replication import verbs as replication
from node.replication.model import Seed
from p2p import carried, portions, received
from p2p.client import Dialling
from p2p.fetch import pull
from store.errors import DiskFull

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
FULL = "The disk of this node is full; it goes on when there is room."
AT_ONCE = 4
SLOW_SECONDS = 600.0
"""After so long a pull counts no more among those at once: a few slow holders hold up nobody."""
SLOW_AT_ONCE = 12
LONGEST_SECONDS = 6 * 3600.0
"""Of one pull; what it brought stays, and the next one goes on."""


async def run(forge: Forge, network: Dialling | None) -> None:
    """Pull what is due until cancelled; first what a kill has interrupted."""
    under_way: dict[int, float] = {}

    async def one(seed: Seed) -> None:
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await replication.pulling(forge, seed)
                if not await carried.pull(forge, seed):
                    await pull(forge, network, seed)
            await replication.make_room(forge, forge.limits.seeds)
        except TimeoutError:
            await replication.failed(forge, seed, "seed.too-slow", "It takes too long.")
        except DiskFull as fault:
            log.warning("no room for a seed: %s", fault, extra={"seed": seed.key})
            await replication.failed(forge, seed, "store.disk-full", FULL)
        except Exception as fault:
            log.exception("pull failed", extra={"seed": seed.key})
            await replication.failed(forge, seed, "node.broken", f"{type(fault).__name__}: {fault}")
        finally:
            under_way.pop(seed.key, None)

    await replication.take_up(forge)
    ids = [seed.id for seed in await replication.seeds(forge) if seed.id]
    held = {*ids, *map(portions.name, ids)}
    await forge.objects.in_thread(lambda: received.sweep(forge.cache, held))
    async with asyncio.TaskGroup() as group:
        while True:
            for seed in await _due(forge):
                now = time.monotonic()
                if seed.key not in under_way and has_room(under_way.values(), now):
                    under_way[seed.key] = now
                    group.create_task(one(seed), name=f"pull of {seed.address}")
            await asyncio.sleep(LOOK_SECONDS)


def has_room(began: Collection[float], now: float) -> bool:
    """Return whether one more pull may begin beside those that began then."""
    slow = sum(now - one > SLOW_SECONDS for one in began)
    return len(began) - min(slow, SLOW_AT_ONCE) < AT_ONCE


async def _due(forge: Forge) -> list[Seed]:
    try:
        return await replication.due(forge)
    except Exception:
        log.exception("seeds cannot be read")
        return []

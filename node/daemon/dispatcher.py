"""Carries events to their subscribers, each from its own durable cursor.

A subscriber sees every event in order, at least once: the cursor moves after it has returned, so a
node killed in between tells it again. One that fails is asked again after a pause and holds up
nobody but itself.
"""

import asyncio
from collections.abc import Iterable

from node.daemon import steady
from node.kernel import events
from node.kernel.events import Event
from node.kernel.feature import Feature, Subscriber
from node.kernel.forge import Forge
from store.database import Tx

BATCH = 500


async def run(forge: Forge, features: Iterable[Feature], woken: asyncio.Event) -> None:
    """Dispatch until cancelled; sets `woken` after each commit, for the worker."""
    bells: list[asyncio.Event] = []
    async with asyncio.TaskGroup() as group:
        for feature in features:
            for name, subscriber in feature.subscribers.items():
                bells.append(asyncio.Event())
                group.create_task(_follow(forge, name, subscriber, bells[-1]), name=name)
        group.create_task(_ring(forge, [*bells, woken]), name="commits")


async def _ring(forge: Forge, bells: list[asyncio.Event]) -> None:
    while True:
        await forge.db.changed.wait()
        forge.db.changed.clear()
        for bell in bells:
            bell.set()
        forge.bell.ring()


async def _follow(forge: Forge, name: str, subscriber: Subscriber, bell: asyncio.Event) -> None:
    def waiting(tx: Tx) -> list[Event]:
        return events.after(tx, events.cursor(tx, name), BATCH)

    async def step() -> None:
        bell.clear()
        if batch := await forge.db.read(waiting):
            await _tell(forge, name, subscriber, batch)
        else:
            await bell.wait()

    await steady.repeat(name, step)


async def _tell(forge: Forge, name: str, subscriber: Subscriber, batch: list[Event]) -> None:
    """Tell of a batch, and move the cursor behind what was dealt with, also if one fails."""
    seq = 0
    try:
        for event in batch:
            await subscriber(forge, event)
            seq = event.seq
    finally:
        if seq:
            await forge.db.write(lambda tx: events.advance(tx, name, seq))

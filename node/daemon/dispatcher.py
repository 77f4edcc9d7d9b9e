"""Carries events to their subscribers, each from its own durable cursor.

A subscriber sees every event in order, at least once: the cursor moves after it has returned, so a
node killed in between tells it again. One that fails is asked again after a pause and holds up
nobody but itself.
"""

import asyncio
import logging
from collections.abc import Iterable
from functools import partial

from node.kernel import events
from node.kernel.events import Event
from node.kernel.feature import Feature, Subscriber
from node.kernel.forge import Forge

log = logging.getLogger(__name__)

BATCH = 500
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


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


async def _follow(forge: Forge, name: str, subscriber: Subscriber, bell: asyncio.Event) -> None:
    seq = await forge.db.read(lambda tx: events.cursor(tx, name))
    while True:
        bell.clear()
        batch = await forge.db.read(partial(events.after, seq=seq, limit=BATCH))
        if not batch:
            await bell.wait()
            continue
        for event in batch:
            await _tell(forge, name, subscriber, event)
        seq = batch[-1].seq
        await forge.db.write(partial(events.advance, subscriber=name, seq=seq))


async def _tell(forge: Forge, name: str, subscriber: Subscriber, event: Event) -> None:
    pause = FIRST_PAUSE
    while True:
        try:
            return await subscriber(forge, event)
        except Exception:
            log.exception("subscriber failed", extra={"subscriber": name, "seq": event.seq})
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)

"""Work among peers that outlives what goes wrong in it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0


async def steadily(what: str, step: Callable[[], Awaitable[None]], pause: float = 0.0) -> None:
    """Repeat `step` until cancelled; what goes wrong in it is logged, and it goes on."""
    while True:
        try:
            await step()
            await asyncio.sleep(pause)
        except Exception:
            log.exception("%s failed", what)
            await asyncio.sleep(PAUSE_SECONDS)


async def fenced(work: Awaitable[None]) -> None:
    """Wait for `work`; what goes wrong in it is logged."""
    try:
        await work
    except Exception:
        log.exception("a task of peers failed")

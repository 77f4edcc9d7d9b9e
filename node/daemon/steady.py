"""Background work that outlives its failures.

A full disk must not end the node: who has room to free, or only reads, still needs it. So each
loop of the background is a step that is repeated; one that fails is told to the log and tried again
after a growing pause.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


async def repeat(name: str, step: Callable[[], Awaitable[None]]) -> None:
    """Repeat `step` until cancelled."""
    pause = FIRST_PAUSE
    while True:
        try:
            await step()
            pause = FIRST_PAUSE
        except Exception:
            log.exception("background work failed", extra={"work": name})
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

"""Rings when something was committed, for whoever waits while somebody watches a page.

It says that there may be something new, never what: listeners read the events behind their own
cursor. So nothing is queued for a slow listener, and a ring that nobody hears is no loss.
"""

import asyncio


class Bell:
    """One bell of a node, rung after each commit that may have appended an event."""

    __slots__ = ("_count", "_waiting")

    def __init__(self) -> None:
        self._count = 0
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def count(self) -> int:
        """How often it has rung."""
        return self._count

    def ring(self) -> None:
        """Wake all who wait."""
        self._count += 1
        waiting, self._waiting = self._waiting, set()
        for one in waiting:
            if not one.done():
                one.set_result(None)

    async def after(self, count: int) -> int:
        """Return how often it has rung, as soon as that is more than `count`."""
        while self._count <= count:
            one = asyncio.get_running_loop().create_future()
            self._waiting.add(one)
            try:
                await one
            finally:
                self._waiting.discard(one)
        return self._count

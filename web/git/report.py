"""What a pusher sees while the node works, and afterwards: git's second side band.

Progress comes from whichever thread works; it is told at most a few times a second, and never
faster than the pusher's connection takes it.
"""

import asyncio
from types import TracebackType
from typing import Self

from aiohttp import web

from web.git.pktlines import band

PAUSE = 0.5
"""Seconds between two tellings of progress; also keeps the connection from looking dead."""


class Reporter:
    """Tells a pusher what happens, as long as its block lasts."""

    def __init__(self, response: web.StreamResponse, *, in_bands: bool) -> None:
        self.in_bands = in_bands
        self._response = response
        self._said: list[str] = []
        self._progress = ""
        self._over = asyncio.Event()
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._group.create_task(self._tell())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        await self._group.__aexit__(kind, fault, trace)

    def progress(self, what: str, done: int, total: int) -> None:
        """Say how far the work is; from any thread."""
        self._progress = f"{what}: {done}/{total}" if total else f"{what}: {done}"

    def say(self, text: str) -> None:
        """Say a sentence, or several lines."""
        self._said.append(text)

    async def _tell(self) -> None:
        shown = ""
        while True:
            over = await self._waited()
            text, shown = self._due(shown)
            if text and self.in_bands:
                await self._response.write(band(2, text.encode()))
            if over:
                return

    async def _waited(self) -> bool:
        try:
            async with asyncio.timeout(PAUSE):
                return await self._over.wait()
        except TimeoutError:
            return False

    def _due(self, shown: str) -> tuple[str, str]:
        """Return what is to be told now, and the progress that is shown then."""
        text, now = "", self._progress
        if now != shown:
            text += f"{now}\r"
        if self._said:
            text += "\n" if now else ""
            text += "".join(f"{said}\n" for said in self._said)
            self._said.clear()
            self._progress = now = ""
        return text, now

"""A node in this process, behind its real web server, for browsers to look at.

It runs on a loop and a thread of its own, since Playwright's own loop holds the test's. Its clock
is held, so that its pages are the same today and in a year.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from aiohttp import web

from node.accounts import verbs as accounts
from node.daemon import dispatcher, http, worker
from node.daemon.features import FEATURES
from node.daemon.serve import signin_url
from node.kernel import events
from node.kernel.forge import Forge
from node.kernel.limits import Limits
from node.signin import verbs as signin
from tests.support.forges import HeldClock, a_forge, the_keeper
from tests.support.story import Story

NAME = "http://grove.example"
PATIENCE = 60.0
ROOMY = Limits(projects_per_account=1000)
"""All the journeys of one run make their projects in one house."""

T = TypeVar("T")


@dataclass
class House:
    """The node; `url` is where it is reached, whatever its pages say its address is."""

    directory: Path
    clock: HeldClock = field(default_factory=HeldClock)
    url: str = ""
    forge: Forge = field(init=False)
    story: Story = field(init=False)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._up, self._stop = threading.Event(), asyncio.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="house", daemon=True)
        self._thread.start()
        assert self._up.wait(PATIENCE)
        if self._fault is not None:
            raise self._fault
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)

    def do(self, work: Callable[[Forge], Coroutine[Any, Any, T]]) -> T:
        """Do something on the node's loop, and return what came of it."""
        return asyncio.run_coroutine_threadsafe(work(self.forge), self._loop).result(PATIENCE)

    def settled(self) -> None:
        """Wait until every subscriber has heard of everything that happened."""
        self.do(_settled)

    def signin(self, handle: str) -> str:
        """Return the path of a link that signs somebody in."""
        return signin_url("", self.do(lambda forge: _link(forge, handle)))

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as fault:  # noqa: BLE001 - it is raised where the house is entered
            self._fault = fault
        finally:
            self._up.set()
            self._loop.close()

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            opened = a_forge(self.directory, now=self.clock, limits=ROOMY, url=NAME, name="grove")
            self.forge = await stack.enter_async_context(opened)
            await the_keeper(self.forge)
            runner = web.AppRunner(http.application(self.forge), shutdown_timeout=1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self.story = Story(self.forge, self.clock)
            await self.story.tell()
            async with asyncio.TaskGroup() as group:
                woken = asyncio.Event()
                tasks = [
                    group.create_task(dispatcher.run(self.forge, FEATURES, woken)),
                    group.create_task(worker.run(self.forge, FEATURES, woken)),
                ]
                await _settled(self.forge)
                self._up.set()
                await self._stop.wait()
                for task in tasks:
                    task.cancel()


async def _link(forge: Forge, handle: str) -> str:
    return await signin.make_link(forge, await accounts.get(forge, handle))


async def _settled(forge: Forge) -> None:
    names = [name for feature in FEATURES for name in feature.subscribers]
    async with asyncio.timeout(PATIENCE):
        while True:
            newest, behind = await forge.db.read(
                lambda tx: (events.last(tx)[0], [events.cursor(tx, name) for name in names])
            )
            if all(seq >= newest for seq in behind):
                return
            await asyncio.sleep(0.05)

"""git as a child of this process: a request's bytes in, an answer's bytes out, nothing left over.

A child that nobody reads any more, or that writes nothing for too long, is ended. How many run at
once is bounded, because each takes as much memory as a repository needs.
"""

import asyncio
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from weakref import WeakValueDictionary

from aiohttp import web

from node.kernel.errors import Exhausted
from node.kernel.parties import Party
from store.git.errors import GitFailed, GitMissing
from store.git.program import command, environment, said
from web.asking import one_of_many

log = logging.getLogger(__name__)

AT_ONCE = 8
FOR_ONE = 4
"""How many of them one asker may have, so that who reads slowly leaves room for others."""

PATIENCE = 20.0
"""Seconds that one waits for a seat."""

SILENCE = 300.0
"""Seconds that a child may take before it writes its next byte, or reads the next of ours."""

_CHUNK = 256 << 10
_SAID = 4000


class Busy(Exhausted):
    """As many as fit clone or push already."""

    def __init__(self) -> None:
        super().__init__(
            "git.busy", "This node is busy with others who clone or push; try again in a minute."
        )


class Seats:
    """Room for so many children at once, and for fewer of one asker."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(AT_ONCE)
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, request: web.Request, who: Party) -> AsyncIterator[None]:
        """Wait for a seat, and keep it for the length of the block; raises `Busy`."""
        asker = one_of_many(request, who)
        own = self._own.setdefault(asker, asyncio.Semaphore(FOR_ONE if asker else AT_ONCE))
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(PATIENCE):
                    await held.enter_async_context(own)
                    await held.enter_async_context(self._all)
            except TimeoutError as fault:
                raise Busy from fault
            yield


FETCHING: web.AppKey[Seats] = web.AppKey("git-fetching", Seats)
PUSHING: web.AppKey[Seats] = web.AppKey("git-pushing", Seats)


@asynccontextmanager
async def started(
    repository: Path, *arguments: str, settings: tuple[str, ...] = (), version: str = ""
) -> AsyncIterator[Process]:
    """Give git, running in `repository`; it has ended when the block ends.

    `version` is what the client's Git-Protocol header says. Raises `GitMissing`.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            *command(repository, *arguments, settings=settings),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment({"GIT_PROTOCOL": version} if version else None),
            limit=_CHUNK,
        )
    except FileNotFoundError as fault:
        raise GitMissing from fault
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def output(child: Process) -> AsyncIterator[bytes]:
    """Yield what a child writes; raises `TimeoutError` when it falls silent."""
    assert child.stdout is not None
    while True:
        async with asyncio.timeout(SILENCE):
            data = await child.stdout.read(_CHUNK)
        if not data:
            return
        yield data


async def feed(child: Process, parts: AsyncIterator[bytes]) -> None:
    """Write `parts` to a child as fast as it reads, and say that this was all.

    A child that stops reading has a reason, which it tells by how it ends.
    """
    assert child.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        async for part in parts:
            child.stdin.write(part)
            async with asyncio.timeout(SILENCE):
                await child.stdin.drain()
    child.stdin.close()


async def ended(child: Process, what: str) -> None:
    """Wait for the end of a child whose output was read; raises `GitFailed` unless it is well."""
    assert child.stderr is not None
    errors = await child.stderr.read(_SAID)
    async with asyncio.timeout(SILENCE):
        code = await child.wait()
    if code:
        raise GitFailed(what, said(errors))


@asynccontextmanager
async def answering(request: web.Request) -> AsyncIterator[None]:
    """Break the connection on a fault: once an answer began, that alone says "this is not all"."""
    try:
        yield
    except ConnectionError:
        log.debug("the git client left")
    except Exception:
        log.exception("git answer cut off")
        if request.transport is not None:
            request.transport.abort()

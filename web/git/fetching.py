"""Clone and fetch: git's own `upload-pack` answers, from a repository made of the landings.

So protocol 2, shallow and partial clones are git's own. The repository holds this project and
nothing else, so that whatever a client names, it can get no more than it may read.
"""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from node.imports import verbs as imports
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects.model import Project
from web.git import process
from web.git.door import NO_CACHE
from web.git.pktlines import FLUSH, line

SERVICE = "git-upload-pack"
WANTS = 64 << 20
"""Bytes that a client may take to say what it has and wants."""

_SETTINGS = ("uploadpack.allowFilter=true", "uploadpack.hideRefs=refs/micelio")
_VERSIONS = frozenset({"version=1", "version=2"})


async def advertise(
    forge: Forge, who: Party, project: Project, request: web.Request
) -> web.StreamResponse:
    """Say what there is to fetch."""
    async with _serving(forge, who, project, request, "--http-backend-info-refs") as child:
        refs = b"".join([data async for data in process.output(child)])
        await process.ended(child, "upload-pack")
    is_second = asked_version(request) == "version=2"
    head = b"" if is_second else line(b"# service=git-upload-pack\n") + FLUSH
    return web.Response(
        body=head + refs,
        content_type="application/x-git-upload-pack-advertisement",
        headers=NO_CACHE,
    )


async def fetch(
    forge: Forge, who: Party, project: Project, request: web.Request
) -> web.StreamResponse:
    """Send what a client wants and lacks."""
    async with _serving(forge, who, project, request, "--stateless-rpc") as child:
        response = web.StreamResponse(headers=NO_CACHE)
        response.content_type = "application/x-git-upload-pack-result"
        await response.prepare(request)
        async with process.answering(request):
            async with asyncio.TaskGroup() as group:
                group.create_task(process.feed(child, _wants(request)))
                async for data in process.output(child):
                    await response.write(data)
            await process.ended(child, "upload-pack")
            await response.write_eof()
    return response


@asynccontextmanager
async def _serving(
    forge: Forge, who: Party, project: Project, request: web.Request, how: str
) -> AsyncIterator[Process]:
    """Give git's `upload-pack`, which speaks the protocol that the client asks for."""
    async with (
        request.app[process.FETCHING].taken(request, who),
        imports.repository(forge, who, project) as repository,
        process.started(
            repository,
            "upload-pack",
            how,
            str(repository),
            settings=_SETTINGS,
            version=asked_version(request),
        ) as child,
    ):
        yield child


def asked_version(request: web.Request) -> str:
    """Return the protocol that the client asks for, empty for the first one."""
    asked = request.headers.get("Git-Protocol", "").split(":")
    return max(_VERSIONS.intersection(asked), default="")


async def _wants(request: web.Request) -> AsyncIterator[bytes]:
    held = 0
    async for chunk in request.content.iter_any():
        held += len(chunk)
        if held > WANTS:
            return
        yield chunk

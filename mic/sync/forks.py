"""Forks: made, and brought up to what their origin did since."""

from aiohttp import web

from mic.sync import edge, encode
from mic.wire import forks as wire
from node.forks import syncing
from node.forks import verbs as forks
from node.forks.model import NewFork
from node.kernel.forge import Forge
from node.kernel.parties import Party


async def fork(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Make a project that goes on from the head of this one."""
    asked = await edge.message(request, wire.NewFork)
    origin = await edge.project(forge, who, request)
    new = NewFork(asked.account or "", asked.handle or "", asked.name, asked.visibility or "")
    made = await forks.fork(forge, who, origin, new)
    return edge.reply(encode.project(forge, made), 201)


async def sync(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Bring the origin's new landings into a fork."""
    asked = await edge.message(request, wire.Sync)
    project = await edge.project(forge, who, request)
    done = await syncing.sync(forge, who, project, asked.chosen)
    return edge.reply(
        wire.Synced(
            position=done.position,
            carried=done.carried,
            merged=list(done.merged),
            left=done.left,
        )
    )

"""Rollups: which paths a block of landings may have touched, for readers without an index."""

from aiohttp import web

from mic.sync import edge
from mic.wire import messages as wire
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.rollups import verbs as rollups


async def listed(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List the published filters; their bytes are objects, to be fetched like any other."""
    project = await edge.project(forge, who, request)
    found = await rollups.published(forge, who, project)
    return edge.reply(
        wire.Rollups([wire.Rollup(r.level, r.start, r.end, r.filter.hex()) for r in found])
    )

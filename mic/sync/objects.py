"""Objects by id: what is missing, here they are, give me these (have and want)."""

from aiohttp import web

from mic.sync import edge, membership, streams
from mic.wire import framing, limits
from mic.wire.messages import IDS, Stored
from node.access.model import Action
from node.holdings import verbs as holdings
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.projects.model import Project
from node.projects.rules import require
from node.rollups import verbs as rollups
from store.digest import Digest


async def missing(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return those of the ids asked for that were not sent to this project yet."""
    project = await to_land_on(forge, who, request)
    absent = await holdings.missing(forge, who, project, await _want_list(request))
    return web.Response(body=framing.want_list(absent), content_type=IDS)


async def upload(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Keep the objects of the body; every batch is durable before the next is read."""
    project = await to_land_on(forge, who, request)
    with streams.received():
        batches = streams.incoming(request.content)
        stored = await holdings.receive(forge, who, project, batches)
    return edge.reply(Stored(stored))


async def fetch(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Send the objects asked for, as far as position `at` of the project names them all."""
    project = await edge.project(forge, who, request)
    at = edge.number(request, "at")
    ids = list(dict.fromkeys(await _want_list(request)))
    head = await landings.head(forge, who, project)
    position = head.position if at is None else at
    landing = await landings.get(forge, who, project, position) if position else None
    tree = landing.tree if landing else head.tree
    published = {rollup.filter for rollup in await rollups.published(forge, who, project)}
    await membership.require(
        forge, request.app, tree, landing, [one for one in ids if one not in published]
    )
    return await streams.send(forge, request, streams.Source(forge.objects), iter(ids))


async def to_land_on(forge: Forge, who: Party, request: web.Request) -> Project:
    """Return the addressed project if `who` may land on it: decided before a body is read."""
    project = await edge.project(forge, who, request)
    require(who, Action.LAND, project)
    return project


async def _want_list(request: web.Request) -> list[Digest]:
    body = await edge.body(request, limits.WANTED * limits.ID)
    return [Digest(one) for one in framing.wanted(body)]

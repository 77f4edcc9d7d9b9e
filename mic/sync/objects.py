"""Objects by id: what is missing, here they are, give me these (have and want)."""

from aiohttp import web

from mic.sync import changed, edge, failures, membership, streams
from mic.wire import framing, limits
from mic.wire.messages import IDS, Stored
from node.access.model import Action
from node.holdings import verbs as holdings
from node.imports import verbs as imports
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.offers import verbs as offers
from node.projects.model import Project
from node.projects.rules import require
from node.rollups import verbs as rollups
from store.database import Tx
from store.digest import Digest
from store.records import Record


async def missing(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return those of the ids asked for that were not sent to this project yet."""
    project, action = await _to_send_to(forge, who, request)
    absent = await holdings.missing(forge, who, project, await _want_list(request), action)
    return web.Response(body=framing.want_list(absent), content_type=IDS)


async def upload(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Keep the objects of the body; every batch is durable before the next is read."""
    project, action = await _to_send_to(forge, who, request)
    with streams.received():
        batches = streams.incoming(request.content)
        stored = await holdings.receive(forge, who, project, batches, action)
    return edge.reply(Stored(stored))


async def fetch(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Send the objects asked for, as far as position `at` of the project names them all.

    With `from`, as far as the change lists of the positions from there to `at` do; with
    `residue=1`, as far as git needs them besides landings.
    """
    project = await edge.project(forge, who, request)
    at, first = edge.number(request, "at"), edge.number(request, "from")
    ids = list(dict.fromkeys(await _want_list(request)))
    if edge.number(request, "residue"):
        async with request.app[membership.WALKS]:
            await imports.check_residue(forge, who, project, ids)
        return await streams.send(forge, request, streams.Source(forge.objects), iter(ids))
    head = await landings.head(forge, who, project)
    position = head.position if at is None else at
    if first is not None:
        return await _between(forge, request, project, first, min(position, head.position), ids)
    landing = await landings.get(forge, who, project, position) if position else None
    tree = landing.tree if landing else head.tree
    published = {rollup.filter for rollup in await rollups.published(forge, who, project)}
    await membership.require(
        forge, request.app, tree, landing, [one for one in ids if one not in published]
    )
    return await streams.send(forge, request, streams.Source(forge.objects), iter(ids))


async def _between(
    forge: Forge, request: web.Request, project: Project, first: int, last: int, ids: list[Digest]
) -> web.StreamResponse:
    """Send contents that the landings `first` to `last` brought; with `deltas=1`, as differences.

    A difference rests on what this answer sent before, or on what older positions name.
    """
    older = await changed.named(forge, request.app, project, first, last, ids)
    source = streams.Source(forge.objects)
    if not edge.number(request, "deltas"):
        return await streams.send(forge, request, source, iter(ids))
    sent: set[Digest] = set()

    def encoded(tx: Tx, digest: Digest) -> Record:
        record = forge.objects.record_after(tx, digest, sent, older[digest])
        sent.add(digest)
        return record

    return await streams.send(forge, request, source, iter(ids), encoded)


async def to_land_on(forge: Forge, who: Party, request: web.Request) -> Project:
    """Return the addressed project if `who` may land on it: decided before a body is read."""
    project = await edge.project(forge, who, request)
    require(who, Action.LAND, project)
    return project


async def _to_send_to(forge: Forge, who: Party, request: web.Request) -> tuple[Project, Action]:
    """Return the addressed project if `who` may send it objects, and what for."""
    project = await edge.project(forge, who, request)
    return project, offers.sends_for(who, project)


def _too_many(limit: int) -> Fault:
    return failures.BodyTooLarge(limit, framing.TOO_MANY_WANTED)


async def _want_list(request: web.Request) -> list[Digest]:
    body = await edge.body(request, limits.WANTED * limits.ID, _too_many)
    return [Digest(one) for one in framing.wanted(body)]

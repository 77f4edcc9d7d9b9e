"""Landings: the log, one of them, and the road of a new one into it."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from keys.statements.descriptor import Descriptor
from mic.sync import edge, encode, objects, streams
from mic.wire import framing, limits
from mic.wire import messages as wire
from node.holdings import verbs as holdings
from node.imports import verbs as imports
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.landings.model import BadDraft, Draft, Landing, SessionDraft
from node.projects.model import Project
from node.sessions import verbs as sessions
from store.digest import Digest
from store.records import Record, opened

FRESH_OBJECTS = 512
FRESH_BYTES = 1 << 20
"""What a landing keeps in its own transaction; more than that goes to the packs first."""

VERIFIED_AT_ONCE = 64 << 10
"""Below this, hashing costs less than handing it to a thread."""

Fresh = dict[Digest, tuple[Record, bytes]]


async def log(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List landings, newest first; with `follow=1`, a file's under its former names too."""
    project = await edge.project(forge, who, request)
    limit = edge.number(request, "limit") or 0
    if limit > limits.PAGE:
        raise Invalid("page.size", f"A page has at most {limits.PAGE} landings.", limit=limits.PAGE)
    before, path = edge.number(request, "before"), request.query.get("path", "")
    if path and edge.number(request, "follow"):
        touched = await landings.followed(forge, who, project, path, before, limit)
        shown = [encode.landing(one.landing, one.source) for one in touched]
    else:
        found = await landings.log(forge, who, project, before, limit, path)
        shown = [encode.landing(one) for one in found]
    return edge.reply(wire.Landings(shown))


async def show(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return one landing with its documents, session and changes."""
    project = await edge.project(forge, who, request)
    found = await landings.detail(forge, who, project, edge.position_in_path(request))
    said = await sessions.get(forge, who, project, found.landing.session)
    return edge.reply(encode.detail(found, said))


async def land(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Land what the body holds: a head of JSON, then the objects that the node lacks."""
    project = await objects.to_land_on(forge, who, request)
    asked = await head_of(request)
    return await land_as(forge, who, project, asked, request)


async def land_as(
    forge: Forge, who: Party, project: Project, asked: wire.LandRequest, request: web.Request
) -> web.StreamResponse:
    """Land what was asked for, with the objects that are left in the body, in the name of `who`."""
    fresh = await _receive(forge, who, project, request)
    return await landed(forge, await landings.land(forge, who, project, draft_of(asked, fresh)))


async def landed(forge: Forge, landing: Landing) -> web.StreamResponse:
    """Answer with where something landed, and the signed record of it."""
    record = await forge.db.read(lambda tx: forge.objects.get(tx, landing.id))
    return edge.reply(
        wire.Landed(
            position=landing.position,
            id=landing.id.hex(),
            tree=landing.tree.hex(),
            session=landing.session,
            landed_at=landing.landed_at,
            record=record,
        ),
        201,
    )


async def head_of(request: web.Request) -> wire.LandRequest:
    """Return what stands before the objects in the body of a landing."""
    try:
        prefix = await request.content.readexactly(framing.LENGTH_SIZE)
        body = await request.content.readexactly(framing.land_head_length(prefix))
    except asyncio.IncompleteReadError as short:
        raise framing.BadFrame("the body ends within the landing's head") from short
    return framing.land_request(body)


async def _receive(forge: Forge, who: Party, project: Project, request: web.Request) -> Fresh:
    """Verify the new objects; return few and small ones, store many or large ones."""
    fresh: Fresh = {}

    async def many_or_large() -> AsyncIterator[list[Record]]:
        nonlocal fresh
        async for batch in streams.incoming(request.content):
            held = sum(record.raw_length for record in batch)
            if not fresh and len(batch) <= FRESH_OBJECTS and held <= FRESH_BYTES:
                fresh = await _opened(batch, held)
            else:
                yield [record for record, _ in fresh.values()] + batch
                fresh = {}

    with streams.received():
        await holdings.receive(forge, who, project, many_or_large())
    return fresh


async def _opened(batch: list[Record], size: int) -> Fresh:
    def verify() -> Fresh:
        return {record.digest: (record, opened(record)) for record in batch}

    return verify() if size <= VERIFIED_AT_ONCE else await asyncio.to_thread(verify)


def draft_of(asked: wire.LandRequest, fresh: Fresh) -> Draft:
    """Return the landing that is asked for, with those of its objects that are not stored yet.

    Raises `BadDraft` for one that passes for a push: git would look for its commit, and find none.
    """
    session = asked.session
    if imports.is_said_to_be_pushed(session.id, asked.transcript):
        raise BadDraft("no-push", "The session has the name of a commit, which only a push has.")
    return Draft(
        base=asked.base,
        session=SessionDraft(
            id=session.id,
            goal=session.goal,
            started_at=session.started_at,
            finished_at=session.finished_at,
            origin=session.origin,
            model=session.model,
        ),
        changes=Descriptor(edge.digest(asked.changes.id), asked.changes.size),
        transcript=asked.transcript,
        statement=asked.statement,
        fresh=fresh,
    )

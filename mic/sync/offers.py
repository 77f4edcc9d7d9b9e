"""Landings that go through a mirror: taken in there, passed on to the home, and taken as offers."""

from collections.abc import AsyncIterator

import msgspec
from aiohttp import web

from mic.sync import edge, landings, streams
from mic.wire.replication import Offered
from node.access.model import Action
from node.holdings import verbs as holdings
from node.kernel.errors import Exhausted
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.offers import verbs as offers
from node.offers.model import Offer
from node.projects.model import Project
from store.records import Record

STRANGERS = 8 << 20
"""Bytes of objects that somebody without an account here may leave with a landing."""


async def land(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Land what the body holds; on a mirror, keep it for the project's home."""
    project = await edge.project(forge, who, request)
    if project.is_mirror:
        return await _queue(forge, who, project, request)
    return await landings.land(forge, who, request)


async def _queue(
    forge: Forge, who: Party, project: Project, request: web.Request
) -> web.StreamResponse:
    """Keep a landing for its home; for somebody unknown, nothing of the body is stored."""
    asked = await landings.head_of(request)
    await offers.check_known(forge, who, project, offers.signer_of(asked.statement))
    draft = landings.draft_of(asked, {})
    if (known := await offers.already(forge, project, draft)) is not None:
        await streams.passed_over(request.content)
        return edge.reply(encode(known), 202)
    with streams.received():
        await holdings.receive(forge, who, project, _incoming(who, request), Action.READ)
    made = await offers.offer(forge, who, project, draft, msgspec.json.encode(asked))
    return edge.reply(encode(made), 202)


def _incoming(who: Party, request: web.Request) -> AsyncIterator[list[Record]]:
    """Return the objects of a body; raises `Exhausted` for more than a stranger may leave."""
    batches = streams.incoming(request.content)
    if not who.is_anonymous:
        return batches
    too_large = Exhausted(
        "offer.too-large",
        f"Without an account here, a landing that is passed on has at most {STRANGERS} bytes.",
        limit=STRANGERS,
    )
    if (request.content_length or STRANGERS + 1) > STRANGERS:
        raise too_large
    return streams.at_most(batches, STRANGERS, too_large)


async def show(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Say what became of a landing that was offered here."""
    project = await edge.project(forge, who, request)
    return edge.reply(encode(await offers.get(forge, who, project, request.match_info["session"])))


async def take(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Land what a mirror passes on, in the name of the account whose key signed it."""
    project = await edge.project(forge, who, request)
    asked = await landings.head_of(request)
    author = await offers.author_of(forge, project, offers.signer_of(asked.statement))
    done = await offers.landed_before(forge, project, landings.draft_of(asked, {}))
    if done is not None:
        await streams.passed_over(request.content)
        return await landings.landed(forge, done)
    return await landings.land_as(forge, author, project, asked, request)


def encode(one: Offer) -> Offered:
    """Encode an offer."""
    return Offered(
        offer=one.session,
        state=one.state,  # type: ignore[arg-type]  # Safe because the schema admits these only.
        offered_at=one.offered_at,
        answered_at=one.answered_at,
        position=one.position,
        record=one.record,
        code=one.code,
        message=one.message,
    )

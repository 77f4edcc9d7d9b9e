"""Sessions while they are being worked on (C16-C18, C20)."""

from aiohttp import web

from mic.sync import edge, encode, objects
from mic.wire import messages as wire
from node.holdings import reading as holdings
from node.kernel.errors import Exhausted, Invalid
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.projects.model import Project
from node.sessions import verbs as sessions
from node.sessions.model import NewSession, Session
from store import changes, contents
from store.changes import Change
from store.database import Tx

PAGE = 50


async def start(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Start a session that the asker will land later."""
    project = await edge.project(forge, who, request)
    asked = await edge.message(request, wire.StartSession)
    new = NewSession(
        id=asked.id,
        goal=asked.goal,
        base_position=asked.base,
        origin=asked.origin,
        model=asked.model,
    )
    return edge.reply(encode.session(await sessions.start(forge, who, project, new)), 201)


async def listed(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List sessions, newest first, by status or by what they touched if that is asked for."""
    project = await edge.project(forge, who, request)
    status, before = request.query.get("status", "all"), request.query.get("before")
    path = request.query.get("path")
    if path and status in {"all", "landed"}:
        page = await _touching(forge, who, project, path, before)
    elif path:
        raise Invalid("session.bad-status", "Only landed sessions can be listed by path.")
    else:
        page = await sessions.listed(forge, who, project, status, before, PAGE)
    following = page[-1].id if len(page) == PAGE else None
    return edge.reply(wire.Sessions([encode.session(one) for one in page], following))


async def _touching(
    forge: Forge, who: Party, project: Project, path: str, before: str | None
) -> list[Session]:
    """Return the sessions that landed on a path: only what landed has a place in its history."""
    last = await sessions.get(forge, who, project, before) if before else None
    found = await landings.log(forge, who, project, last.position if last else None, PAGE, path)
    return [await sessions.get(forge, who, project, landing.session) for landing in found]


async def show(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return one session."""
    return await _shown(forge, who, request, await edge.project(forge, who, request))


async def note(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Add a turn to the conversation."""
    project = await edge.project(forge, who, request)
    said = await edge.message(request, wire.Message)
    await sessions.note(forge, who, project, _name(request), said.role, said.text)
    return await _shown(forge, who, request, project)


async def decide(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Add a decision and its reason."""
    project = await edge.project(forge, who, request)
    taken = await edge.message(request, wire.Decision)
    await sessions.decide(forge, who, project, _name(request), taken.text, taken.why)
    return await _shown(forge, who, request, project)


async def abandon(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Give a session up."""
    project = await edge.project(forge, who, request)
    await sessions.abandon(forge, who, project, _name(request))
    return await _shown(forge, who, request, project)


async def epoch(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Keep part of a session's changes until it lands; their objects were sent before."""
    project = await objects.to_land_on(forge, who, request)
    part = await edge.message(request, wire.Epoch)
    batch = await forge.db.read(lambda tx: _changes(forge, tx, project, part.changes))
    await sessions.store_epoch(forge, who, project, _name(request), part.epoch, batch)
    return await _shown(forge, who, request, project)


def _name(request: web.Request) -> str:
    return request.match_info["session"]


async def _shown(
    forge: Forge, who: Party, request: web.Request, project: Project
) -> web.StreamResponse:
    return edge.reply(encode.session(await sessions.get(forge, who, project, _name(request))))


def _changes(forge: Forge, tx: Tx, project: Project, listed: wire.Descriptor) -> tuple[Change, ...]:
    limit = forge.limits.changes_list
    if listed.size > limit:
        raise Exhausted(
            "session.changes-too-large", f"A change list has at most {limit} bytes.", limit=limit
        )
    source = holdings.source(forge, tx, project.key)
    return changes.decode(b"".join(contents.read(edge.digest(listed.id), listed.size, source)))

"""One session: what for, what was said and decided, what became of it."""

from dataclasses import dataclass

from aiohttp import web

from node.access.model import Action
from node.projects.rules import allows
from node.sessions import verbs as sessions
from node.sessions.model import Session, Status
from web import forms
from web.areas.landings.changes import Changes, changes_of
from web.areas.landings.talk import Talk, talk_of
from web.faces import Faces, faces_at
from web.live import following
from web.page import LONG, forge_of, party_of, render
from web.places import Place, place_of


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `changes` are those that were sent ahead of the landing.

    `live` is where to hear what happens; nothing once the session is over.
    """

    place: Place
    live: str
    session: Session
    talk: Talk
    changes: Changes | None
    may_abandon: bool
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show a session; one that is under way follows what happens."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    name = request.match_info["session"]
    live = await following(request, place.project)
    session = await sessions.get(forge, who, place.project, name)
    sent = await sessions.changes(forge, who, place.project, name)
    changes = None
    if sent:
        changes = await changes_of(request, place, sent, (session.base_position, 0))
    is_active = session.status is Status.ACTIVE
    is_own = session.author == who.account and allows(who, Action.LAND, place.project)
    view = View(
        place=place,
        live=live if is_active else "",
        session=session,
        talk=talk_of(request, session.conversation, session.decisions),
        changes=changes,
        may_abandon=is_active and (is_own or allows(who, Action.MANAGE, place.project)),
        faces=await faces_at(request, place, [session.author_handle]),
    )
    is_long = changes is not None and changes.lines > LONG
    return render(request, "areas/sessions/show.html", view, is_long=is_long)


async def abandon(request: web.Request) -> web.StreamResponse:
    """Give a session up."""
    place = await place_of(request)
    name = request.match_info["session"]
    await sessions.abandon(forge_of(request), party_of(request), place.project, name)
    raise forms.seen_other(f"/{place.project.address}/sessions/{name}")


async def moved(request: web.Request) -> web.StreamResponse:
    """Lead from an older address of a session, or of the sessions, to where they are."""
    place = await place_of(request)
    name = request.match_info.get("session", "")
    raise forms.seen_other(f"/{place.project.address}/sessions{'/' if name else ''}{name}")

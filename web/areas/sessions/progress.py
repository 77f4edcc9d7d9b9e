"""Who works on a project right now, and how far: the page follows by itself."""

from dataclasses import dataclass

from aiohttp import web

from node.sessions import verbs as sessions
from node.sessions.model import Progress
from web.faces import Faces, faces_at
from web.live import following
from web.page import forge_of, party_of, render
from web.places import Place, place_of

SHOWN = 50


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `unshown` counts the sessions beyond the newest.

    `live` is where to hear what happens.
    """

    place: Place
    live: str
    active: list[Progress]
    unshown: int
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show what is under way."""
    place = await place_of(request)
    live = await following(request, place.project)
    active = await sessions.progress(forge_of(request), party_of(request), place.project, SHOWN)
    faces = await faces_at(request, place, (one.session.author_handle for one in active))
    view = View(place, live, active, max(place.active - len(active), 0), faces)
    return render(request, "areas/sessions/progress.html", view)

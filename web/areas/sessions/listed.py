"""The sessions of a project: what is under way, what landed, what was given up."""

from dataclasses import dataclass

from aiohttp import web

from node.sessions import verbs as sessions
from node.sessions.model import Session
from node.sessions.rules import ALL, NEWEST, SORTS
from web.faces import Faces, faces_at
from web.live import following
from web.page import forge_of, party_of, render
from web.places import Place, place_of

PAGE = 50
STATUSES = (ALL, "active", "landed", "abandoned")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to look at the list."""

    name: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `more` is the address of the next page, if there is one.

    `live` is where to hear what happens.
    """

    place: Place
    live: str
    sessions: list[Session]
    statuses: list[Choice]
    sorts: list[Choice]
    is_all: bool
    more: str
    first: str
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show a page of the sessions, by `?status=` and `?sort=`."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    status, sort = request.query.get("status", ALL), request.query.get("sort", NEWEST)
    before = request.query.get("before")
    live = await following(request, place.project)
    found = await sessions.listed(forge, who, place.project, status, before, PAGE + 1, sort)
    shown = found[:PAGE]
    here = request.rel_url.without_query_params("before")
    more = str(here.update_query(before=shown[-1].id)) if len(found) > PAGE else ""
    view = View(
        place=place,
        live=live,
        sessions=shown,
        statuses=[
            Choice(name, str(here.update_query(status=name)), name == status) for name in STATUSES
        ],
        sorts=[Choice(name, str(here.update_query(sort=name)), name == sort) for name in SORTS],
        is_all=status == ALL,
        more=more,
        first=str(here) if before else "",
        faces=await faces_at(request, place, (one.author_handle for one in shown)),
    )
    return render(request, "areas/sessions/listed.html", view)

"""What lies between two positions: the landings, and the files as they differ."""

from dataclasses import dataclass

from aiohttp import web

from node.landings import verbs as landings
from node.landings.model import Landing
from node.trees import verbs as trees
from web.areas.landings.changes import Changes, changes_of
from web.faces import Faces, faces_at
from web.page import forge_of, party_of, render
from web.places import Place, place_of, position_of

LANDINGS = 50


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `landed` are the newest landings between the two, `more` how many not.

    `is_back` says that the later position is the one compared from: nothing landed on that way.
    """

    place: Place
    old: int
    new: int
    landed: list[Landing]
    more: int
    changes: Changes
    is_back: bool
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show how the files at `?to=` differ from those at `?from=`: positions, or tags."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    new = await position_of(request, place.project, request.query.get("to", ""))
    new = place.head if new is None else new
    old = await position_of(request, place.project, request.query.get("from", ""))
    old = max(new - 1, 0) if old is None else old
    changes = await trees.diff(forge, who, place.project, old, new)
    between = max(new - old, 0)
    landed = []
    if between:
        landed = await landings.log(forge, who, place.project, new + 1, min(between, LANDINGS))
    view = View(
        place=place,
        old=old,
        new=new,
        landed=landed,
        more=between - len(landed),
        changes=await changes_of(request, place, changes, (old, new)),
        is_back=new < old,
        faces=await faces_at(request, place, (one.author for one in landed)),
    )
    return render(request, "areas/files/compare.html", view)

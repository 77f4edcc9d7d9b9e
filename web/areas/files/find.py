"""A file by some letters of its name: a list for the page's script, and a page without one."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from node.trees import verbs as trees
from web.areas.files.fuzzy import best
from web.drawn import drawn
from web.page import HEADERS, forge_of, party_of, render
from web.places import Place, place_of

MOST = 200_000
SHOWN = 50
LONGEST = 200


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    place: Place
    typed: str
    found: list[str]
    count: int


async def show(request: web.Request) -> web.StreamResponse:
    """Show the files that have the letters of `?q=` in their path, in this order."""
    place = await place_of(request)
    typed = request.query.get("q", "")[:LONGEST].strip()
    paths = await _paths(request, place)
    found = await asyncio.to_thread(best, paths, typed, SHOWN)
    return render(request, "areas/files/find.html", View(place, typed, found, len(paths)))


async def paths(request: web.Request) -> web.StreamResponse:
    """Send the path of each file, a line each; a name with a line end in it is left out."""
    place = await place_of(request)
    listed = await _paths(request, place)
    headers = HEADERS | {"Content-Security-Policy": "default-src 'none'; sandbox"}
    response = web.Response(
        text="\n".join(path for path in listed if path.isprintable()), headers=headers
    )
    response.enable_compression()
    return response


async def _paths(request: web.Request, place: Place) -> list[str]:
    forge, who = forge_of(request), party_of(request)
    view = await trees.view(forge, who, place.project, place.position)

    async def make() -> str:
        return "\0".join(await trees.paths(forge, who, place.project, place.position, MOST))

    listed = await drawn(request, make, len, "paths", view.tree)
    return listed.split("\0") if listed else []

"""A directory's page."""

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from node.trees import verbs as trees
from store.tree import Mode
from web.areas.files.crumbs import Crumb, crumbs_of
from web.areas.project import directory
from web.areas.project.readme import readme_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `count` counts also the entries that one page does not show."""

    place: Place
    path: str
    crumbs: list[Crumb]
    up: str
    rows: list[directory.Row]
    count: int
    readme_name: str
    readme: Markup


async def show(request: web.Request) -> web.StreamResponse:
    """Show a directory; a file is shown where files are."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    path = request.match_info.get("path", "").strip("/")
    found = await trees.entry(forge, who, place.project, place.position, path)
    if not path:
        raise web.HTTPFound(place.url())
    if found.mode is not Mode.DIRECTORY:
        raise web.HTTPFound(place.url("blob", path))
    listed = await trees.listing(forge, who, place.project, place.position, path)
    name, readme = await readme_of(request, place, listed, path)
    above = path.rpartition("/")[0]
    view = View(
        place=place,
        path=path,
        crumbs=crumbs_of(place, path),
        up=place.url("tree", above) if above else place.url(),
        rows=await directory.rows_of(forge, who, place, listed, path),
        count=len(listed),
        readme_name=name,
        readme=readme,
    )
    return render(request, "areas/files/tree.html", view)

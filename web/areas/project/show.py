"""A project's page: its newest landing, its files, its README."""

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from node.landings import verbs as landings
from node.landings.model import Landing
from node.trees import verbs as trees
from store.tree import Mode
from web.areas.project import directory
from web.areas.project.readme import readme_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of

RECENT = 200


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `origins` counts the newest landings by origin."""

    place: Place
    newest: Landing | None
    rows: list[directory.Row]
    files: int
    size: int
    readme_name: str
    readme: Markup
    origins: list[tuple[str, int]]


async def show(request: web.Request) -> web.StreamResponse:
    """Show a project at its head, or at the position asked for."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    listed = await trees.listing(forge, who, place.project, place.position)
    recent = await landings.log(forge, who, place.project, place.position + 1, RECENT)
    name, readme = await readme_of(request, place, listed, "")
    view = View(
        place=place,
        newest=recent[0] if recent else None,
        rows=await directory.rows_of(forge, who, place, listed, ""),
        files=sum(entry.mode is not Mode.DIRECTORY for _, entry in listed),
        size=sum(entry.size for _, entry in listed),
        readme_name=name,
        readme=readme,
        origins=_origins(recent),
    )
    return render(request, "areas/project/show.html", view)


def _origins(recent: list[Landing]) -> list[tuple[str, int]]:
    kinds = ("human", "ai-assisted", "ai-generated", "unknown")
    counts = [(kind, sum(landing.origin == kind for landing in recent)) for kind in kinds]
    return [(kind, count) for kind, count in counts if count]

"""The log of a project, newest first."""

from dataclasses import dataclass

from aiohttp import web

from node.kernel.errors import Invalid
from node.landings import verbs as landings
from node.landings.model import Landing
from web.page import forge_of, party_of, render
from web.phrases import iso
from web.places import Place, place_of, tags_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Day:
    """The landings of one day."""

    at: int
    landings: list[Landing]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `older` is the address of the next page, if there is one.

    `names` are what the file at `path` was called before the positions that renamed it, `tags` the
    names that positions themselves have.
    """

    place: Place
    path: str
    days: list[Day]
    names: dict[int, str]
    tags: dict[int, list[str]]
    older: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show a page of the log; with `?path=`, of what touched a path."""
    place = await place_of(request)
    path = request.query.get("path", "").strip("/")
    before = _before(request)
    found = await _landings(request, place, before, path)
    shown = [landing for landing, _ in found[:PAGE]]
    days: list[Day] = []
    for landing in shown:
        if not days or iso(days[-1].at)[:10] != iso(landing.made_at)[:10]:
            days.append(Day(landing.made_at, []))
        days[-1].landings.append(landing)
    tags = await tags_of(request, place)
    names = {landing.position: source for landing, source in found if source}
    older = ""
    if len(found) > PAGE:
        query = {"before": str(shown[-1].position)} | ({"path": path} if path else {})
        older = str(request.rel_url.with_query(query))
    return render(
        request, "areas/landings/listed.html", View(place, path, days, names, tags, older)
    )


async def _landings(
    request: web.Request, place: Place, before: int | None, path: str
) -> list[tuple[Landing, str | None]]:
    forge, who = forge_of(request), party_of(request)
    if not path:
        plain = await landings.log(forge, who, place.project, before, PAGE + 1)
        return [(landing, None) for landing in plain]
    touched = await landings.followed(forge, who, place.project, path, before, PAGE + 1)
    return [(one.landing, one.source) for one in touched]


def _before(request: web.Request) -> int | None:
    text = request.query.get("before", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 13):
        raise Invalid("position.malformed", f"{text[:40]!r} is no position.")
    return int(text) if text else None

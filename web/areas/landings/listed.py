"""The log of a project, newest first."""

from dataclasses import dataclass

from aiohttp import web
from yarl import URL

from keys.statements.contribution import ORIGINS
from node.accounts import verbs as accounts
from node.kernel.errors import Invalid, Missing
from node.landings import verbs as landings
from node.landings.model import Landing, Wanted
from web.faces import Faces, faces_at
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
    """What the page shows; `older` and `newer` are the addresses of the pages beside it, if any.

    `names` are what the file at `path` was called before the positions that renamed it, `tags` the
    names that positions themselves have.
    """

    place: Place
    wanted: Wanted
    days: list[Day]
    names: dict[int, str]
    tags: dict[int, list[str]]
    older: str
    newer: str
    faces: Faces

    @property
    def is_all(self) -> bool:
        """Whether no landing is left out."""
        return self.wanted == Wanted()


async def show(request: web.Request) -> web.StreamResponse:
    """Show a page of the log: `?path=`, `?author=` and `?origin=` choose, `?before=` pages."""
    place = await place_of(request)
    asked = request.query
    origin = asked.get("origin", "")
    wanted = Wanted(
        await _author(request, asked.get("author", "").strip().lstrip("@")),
        origin if origin in ORIGINS else "",
        asked.get("path", "").strip("/"),
    )
    before, after = _position(request, "before"), _position(request, "after")
    found = await _landings(request, place, wanted, before, after)
    newer = after is not None and before is None
    is_more = len(found) > PAGE
    kept = (found[-PAGE:] if newer else found[:PAGE]) if is_more else found
    shown = [landing for landing, _ in kept]
    has_newer = is_more if newer else before is not None
    has_older = bool(shown) if newer else is_more
    here = request.rel_url.without_query_params("before", "after")
    view = View(
        place=place,
        wanted=wanted,
        days=_days(shown),
        names={landing.position: source for landing, source in kept if source},
        tags=await tags_of(request, place),
        older=str(here.update_query(before=shown[-1].position)) if has_older else "",
        newer=_newer(here, wanted, shown) if has_newer else "",
        faces=await faces_at(request, place, (one.author for one in shown)),
    )
    return render(request, "areas/landings/listed.html", view)


async def _author(request: web.Request, typed: str) -> str:
    """Return a handle as its account has it: large and small letters name the same one."""
    try:
        return (await accounts.get(forge_of(request), typed)).handle if typed else ""
    except Missing:
        return typed


def _newer(here: URL, wanted: Wanted, shown: list[Landing]) -> str:
    """Return the page above; a file that is followed through its names begins at the newest."""
    if not shown or (wanted.path and not (wanted.author or wanted.origin)):
        return str(here)
    return str(here.update_query(after=shown[0].position))


def _days(shown: list[Landing]) -> list[Day]:
    days: list[Day] = []
    for landing in shown:
        if not days or iso(days[-1].at)[:10] != iso(landing.made_at)[:10]:
            days.append(Day(landing.made_at, []))
        days[-1].landings.append(landing)
    return days


async def _landings(
    request: web.Request, place: Place, wanted: Wanted, before: int | None, after: int | None
) -> list[tuple[Landing, str | None]]:
    forge, who, project = forge_of(request), party_of(request), place.project
    if wanted.path and not (wanted.author or wanted.origin):
        touched = await landings.followed(forge, who, project, wanted.path, before, PAGE + 1)
        return [(one.landing, one.source) for one in touched]
    newer = after is not None and before is None
    beyond = after if newer else before
    found = await landings.matching(forge, who, project, wanted, beyond, PAGE + 1, newer=newer)
    return [(landing, None) for landing in found]


def _position(request: web.Request, name: str) -> int | None:
    text = request.query.get(name, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 13):
        raise Invalid("position.malformed", f"{text[:40]!r} is no position.")
    return int(text) if text else None

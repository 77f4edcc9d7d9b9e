"""A file's page: its lines highlighted, or the image, or that it is binary."""

import asyncio
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from node.kernel import markup
from node.landings import verbs as landings
from node.landings.model import Landing
from node.trees import verbs as trees
from store.lines import is_binary
from store.tree import Entry, Mode
from web.areas.files.crumbs import Crumb, crumbs_of
from web.areas.files.raw import IMAGES, ending
from web.drawn import drawn, length
from web.page import forge_of, party_of, render
from web.places import Place, place_of

SHOWN_BYTES = 200_000
Shown = tuple[str, list[str]]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `kind` is text, image, binary, link or empty."""

    place: Place
    path: str
    crumbs: list[Crumb]
    landing: Landing | None
    kind: str
    size: int
    lines: list[Markup]
    is_cut: bool
    is_executable: bool
    target: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show a file; a directory is shown where directories are."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    path = request.match_info["path"].strip("/")
    found = await trees.entry(forge, who, place.project, place.position, path)
    if found.mode is Mode.DIRECTORY:
        raise web.HTTPFound(place.url("tree", path))
    kind, lines = await _shown(request, place, path, found)
    touched = await landings.last_touch(forge, who, place.project, place.position, [path])
    view = View(
        place=place,
        path=path,
        crumbs=crumbs_of(place, path),
        landing=touched.get(path),
        kind=kind,
        size=found.size,
        lines=[Markup(line) for line in lines] if kind == "text" else [],  # noqa: S704
        is_cut=found.size > SHOWN_BYTES,
        is_executable=found.mode is Mode.EXECUTABLE,
        target=lines[0] if kind == "link" else "",
    )
    return render(request, "areas/files/blob.html", view)


async def _shown(request: web.Request, place: Place, path: str, found: Entry) -> Shown:
    """Return the kind of a file and, where it has some to show, its lines."""
    forge, who = forge_of(request), party_of(request)

    async def make() -> Shown:
        raw = await trees.start(forge, who, place.project, place.position, path, SHOWN_BYTES)
        kind = _kind(path, raw, found.mode)
        if kind == "link":
            return kind, [raw.decode("utf-8", "replace")]
        return kind, await asyncio.to_thread(_lines, path, raw) if kind == "text" else []

    name = path.rpartition("/")[2]
    return await drawn(
        request, make, lambda made: length(made[1]), "code", found.id, found.mode, name
    )


def _kind(path: str, raw: bytes, mode: Mode) -> str:
    if mode is Mode.LINK:
        return "link"
    if not raw:
        return "empty"
    if ending(path) in IMAGES:
        return "image"
    return "binary" if is_binary(raw) else "text"


def _lines(path: str, raw: bytes) -> list[str]:
    """Return the highlighted lines of the first bytes, the last of them whole."""
    shown = raw[:SHOWN_BYTES]
    if len(raw) > SHOWN_BYTES:
        shown = shown[: shown.rfind(b"\n") + 1] or shown
    return markup.highlight(path, shown.decode("utf-8", "replace"))

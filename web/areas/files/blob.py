"""A file's page: drawn as what it is, or its lines highlighted; an image, or that it is binary."""

import asyncio
import re
from dataclasses import dataclass, field

from aiohttp import web
from markupsafe import Markup

from node.kernel import markup
from node.kernel.outline import Symbol, outline
from node.landings import verbs as landings
from node.landings.model import Landing
from node.languages.rules import language_of
from node.trees import verbs as trees
from store.lines import is_binary
from store.tree import Entry, Mode
from web.areas.files import notebooks, sheets
from web.areas.files.crumbs import Crumb, crumbs_of
from web.areas.files.notebooks import Notebook
from web.areas.files.sheets import Sheet
from web.areas.project import prose
from web.design.lines import Highlighted
from web.drawn import EACH, drawn, length
from web.faces import Faces, faces_at
from web.kinds import IMAGES, ending
from web.page import LONG, forge_of, party_of, render
from web.places import Place, place_of

SHOWN_BYTES = 200_000
FORMS = (
    dict.fromkeys(prose.PROSE, "prose")
    | dict.fromkeys(sheets.SHEETS, "table")
    | {notebooks.NOTEBOOK: "cells", ".svg": "image"}
)
"""What files are drawn as, by their ending, besides the lines that they are made of."""

_LINES = re.compile(r"([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as it is drawn; `kind` is text, prose, table, cells, image, binary, link or empty."""

    kind: str
    lines: Highlighted = field(default_factory=Highlighted)
    symbols: list[Symbol] = field(default_factory=list)
    html: Markup = field(default_factory=Markup)
    sheet: Sheet | None = None
    notebook: Notebook | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `form` is what else the file is drawn as, `marked` a range of lines.

    One that `is_broken` is a notebook by its name alone.
    """

    place: Place
    path: str
    crumbs: list[Crumb]
    landing: Landing | None
    verified: bool
    faces: Faces
    shown: Shown
    form: str
    marked: range
    size: int
    is_cut: bool
    is_executable: bool
    is_broken: bool

    @property
    def language(self) -> str:
        """What the file is written in, by its name; empty for what is no language."""
        return language_of(self.path) or ""


async def show(request: web.Request) -> web.StreamResponse:
    """Show a file; a directory is shown where directories are."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    path = request.match_info["path"].strip("/")
    found = await trees.entry(forge, who, place.project, place.position, path)
    if found.mode is Mode.DIRECTORY:
        raise web.HTTPFound(place.url("tree", path))
    marked = _marked(request.query.get("lines", ""))
    form = FORMS.get(ending(path), "") if found.mode is not Mode.LINK else ""
    as_code = request.query.get("as") == "code" or bool(marked)
    shown = await _shown(request, place, path, found, "" if as_code else form)
    touched = await landings.last_touch(forge, who, place.project, place.position, [path])
    landing = touched.get(path)
    view = View(
        place=place,
        path=path,
        crumbs=crumbs_of(place, path),
        landing=landing,
        verified=landing is not None
        and await landings.is_vouched(forge, who, place.project, landing),
        faces=await faces_at(request, place, [landing.author] if landing else []),
        shown=shown,
        form=form if as_code or shown.kind == form else "",
        marked=marked,
        size=found.size,
        is_cut=found.size > SHOWN_BYTES and shown.kind in {"text", "prose", "table"},
        is_executable=found.mode is Mode.EXECUTABLE,
        is_broken=form == "cells" and shown.kind == "text" and not as_code,
    )
    return render(request, "areas/files/blob.html", view, is_long=len(shown.lines) > LONG)


async def _shown(request: web.Request, place: Place, path: str, found: Entry, form: str) -> Shown:
    """Return a file as it is drawn, from what was drawn before if nothing of it changed."""
    forge, who = forge_of(request), party_of(request)
    most = notebooks.LARGEST if form == "cells" else SHOWN_BYTES

    async def make() -> Shown:
        raw = await trees.start(forge, who, place.project, place.position, path, most)
        return await asyncio.to_thread(_drawn, place, path, raw[: most + 1], found.mode, form)

    named = (found.id, found.mode, path, form, place.url() if form in {"prose", "cells"} else "")
    return await drawn(request, make, _weight, "file", *named)


def _drawn(place: Place, path: str, raw: bytes, mode: Mode, form: str) -> Shown:
    if mode is Mode.LINK:
        return Shown("link", target=raw.decode("utf-8", "replace"))
    if not raw:
        return Shown("empty")
    if ending(path) in IMAGES and (form == "image" or ending(path) not in FORMS):
        return Shown("image")
    if is_binary(raw):
        return Shown("binary")
    return _formed(place, path, raw, form) or _text(path, raw)


def _formed(place: Place, path: str, raw: bytes, form: str) -> Shown | None:
    """Return a file in a form of its own; None for one that has none, whatever its name says."""
    above, _, name = path.rpartition("/")
    if form == "prose":
        drawn_html = prose.rendered(place, above, name, raw)
        return Shown("prose", html=Markup(drawn_html))  # noqa: S704 - markup sanitizes
    if form == "table":
        found = sheets.sheet(path, raw[:SHOWN_BYTES].decode("utf-8-sig", "replace"))
        return Shown("table", sheet=found) if found else None
    if form == "cells":
        cells = notebooks.notebook(
            raw,
            lambda target: prose.resolved(place, above, target, "blob"),
            lambda target: prose.resolved(place, above, target, "raw"),
        )
        return Shown("cells", notebook=cells) if cells else None
    return None


def _text(path: str, raw: bytes) -> Shown:
    """Return the highlighted lines of the first bytes, the last of them whole."""
    shown = raw[:SHOWN_BYTES]
    if len(raw) > SHOWN_BYTES:
        shown = shown[: shown.rfind(b"\n") + 1] or shown
    text = shown.decode("utf-8", "replace")
    lines = markup.highlight(path, text)
    return Shown("text", lines=Highlighted(lines), symbols=outline(path, text, lines))


def _weight(shown: Shown) -> int:
    """Return about how many bytes of memory a drawn file takes."""
    weight = length(shown.lines) + len(shown.symbols) * EACH + len(shown.html)
    if shown.sheet is not None:
        weight += length(shown.sheet.head) + sum(map(length, shown.sheet.rows))
    if shown.notebook is not None:
        for cell in shown.notebook.cells:
            weight += len(cell.prose) + length(cell.lines) + length([one.text for one in cell.said])
    return weight


def _marked(text: str) -> range:
    """Read `10` or `10-20`; anything else marks nothing."""
    match = _LINES.fullmatch(text)
    if match is None:
        return range(0)
    first, last = int(match[1]), int(match[2] or match[1])
    return range(min(first, last), max(first, last) + 1)

"""A file with the reason beside each run of lines."""

import asyncio
from dataclasses import dataclass
from itertools import groupby

from aiohttp import web
from markupsafe import Markup

from node.kernel import markup
from node.trees import verbs as trees
from node.trees.model import BlameLine
from web.areas.files.crumbs import Crumb, crumbs_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of

AGES_MS = ((4, 7 * 86_400_000), (3, 60 * 86_400_000), (2, 365 * 86_400_000))


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring lines of one landing; `age` is 1 (old) to 4 (new)."""

    first: BlameLine
    age: int
    lines: list[tuple[int, Markup]]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    place: Place
    path: str
    crumbs: list[Crumb]
    runs: list[Run]
    count: int
    landings: int


async def show(request: web.Request) -> web.StreamResponse:
    """Show who brought each line, when and what for."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    path = request.match_info["path"].strip("/")
    lines = await trees.blame(forge, who, place.project, place.position, path)
    text = "".join(f"{line.text}\n" for line in lines)
    drawn = await asyncio.to_thread(markup.highlight, path, text)
    runs = [
        _run(list(group), drawn, forge.now())
        for _, group in groupby(lines, key=lambda line: line.position)
    ]
    count = len({line.position for line in lines})
    view = View(place, path, crumbs_of(place, path), runs, len(lines), count)
    return render(request, "areas/files/blame.html", view)


def _run(lines: list[BlameLine], drawn: list[str], now: int) -> Run:
    past = now - lines[0].landed_at
    age = next((age for age, limit in AGES_MS if past < limit), 1)
    shown = [(line.number, Markup(drawn[line.number - 1])) for line in lines]  # noqa: S704
    return Run(lines[0], age, shown)

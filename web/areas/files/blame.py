"""A file with the reason beside each run of lines."""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from node.kernel import markup
from node.landings import verbs as landings
from node.trees import verbs as trees
from node.trees.model import BlameLine, Reason
from web.areas.files.blob import FORMS
from web.areas.files.crumbs import Crumb, crumbs_of
from web.areas.files.raw import ending
from web.design.lines import Run
from web.drawn import EACH, drawn, length
from web.page import LONG, forge_of, party_of, render
from web.places import Place, place_of

Blamed = tuple[list[BlameLine], list[Markup]]
AGES_MS = ((4, 7 * 86_400_000), (3, 60 * 86_400_000), (2, 365 * 86_400_000))


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    place: Place
    path: str
    crumbs: list[Crumb]
    runs: list[Run]
    reasons: Collection[Reason]
    count: int
    form: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show who brought each line, when and what for."""
    now = forge_of(request).now()
    place = await place_of(request)
    path = request.match_info["path"].strip("/")
    lines, shown = await _blamed(request, place, path)
    runs = list(_runs(lines, shown, now))
    reasons = {line.reason.position: line.reason for line in lines}.values()
    form = FORMS.get(ending(path), "")
    view = View(place, path, crumbs_of(place, path), runs, reasons, len(lines), form)
    return render(request, "areas/files/blame.html", view, is_long=len(lines) > LONG)


async def _blamed(request: web.Request, place: Place, path: str) -> Blamed:
    """Return the lines of a file with their reasons, and as HTML.

    Both are the same until a landing touches the file again, so they are kept by the last touch.
    """
    forge, who = forge_of(request), party_of(request)
    found = await trees.entry(forge, who, place.project, place.position, path)
    touched = await landings.last_touch(forge, who, place.project, place.position, [path])
    last = touched[path].position if path in touched else place.position

    async def make() -> Blamed:
        lines = await trees.blame(forge, who, place.project, place.position, path)
        text = "".join(f"{line.text}\n" for line in lines)
        drawn_lines = await asyncio.to_thread(markup.highlight, path, text)
        return lines, [Markup(line) for line in drawn_lines]  # noqa: S704 - highlight escapes

    return await drawn(request, make, _weight, "blame", found.id, place.project.key, last, path)


def _weight(blamed: Blamed) -> int:
    lines, shown = blamed
    reasons = {line.reason.position: line.reason for line in lines}.values()
    said = [(one.goal, *(d.text + d.why for d in one.decisions)) for one in reasons]
    return 2 * length(shown) + len(lines) * EACH + sum(map(length, said))


def _runs(lines: list[BlameLine], shown: list[Markup], now: int) -> Iterator[Run]:
    start = 0
    while start < len(lines):
        reason, end = lines[start].reason, start + 1
        while end < len(lines) and lines[end].reason is reason:
            end += 1
        past = now - reason.made_at
        age = next((age for age, limit in AGES_MS if past < limit), 1)
        yield Run(reason, age, start + 1, shown[start:end])
        start = end

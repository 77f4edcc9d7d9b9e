"""A file with the reason beside each run of lines."""

import asyncio
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from aiohttp import web

from node.kernel import markup
from node.landings import verbs as landings
from node.languages.rules import language_of
from node.trees import verbs as trees
from node.trees.model import BlameLine, Reason
from web.areas.files.blob import FORMS
from web.areas.files.crumbs import Crumb, crumbs_of
from web.design.lines import Highlighted, Run
from web.drawn import drawn, length
from web.faces import Faces, faces_at
from web.kinds import ending
from web.page import LONG, forge_of, party_of, render
from web.places import Place, place_of

AGES_MS = ((4, 7 * 86_400_000), (3, 60 * 86_400_000), (2, 365 * 86_400_000))


@dataclass(frozen=True, slots=True)
class Blamed:
    """The lines of a file in runs: the position that brought each, and where each ends."""

    lines: Highlighted
    reasons: Mapping[int, Reason]
    positions: Sequence[int]
    ends: Sequence[int]


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
    faces: Faces

    @property
    def language(self) -> str:
        """What the file is written in, by its name; empty for what is no language."""
        return language_of(self.path) or ""


async def show(request: web.Request) -> web.StreamResponse:
    """Show who brought each line, when and what for."""
    now = forge_of(request).now()
    place = await place_of(request)
    path = request.match_info["path"].strip("/")
    blamed = await _blamed(request, place, path)
    form, count = FORMS.get(ending(path), ""), len(blamed.lines)
    runs = list(_runs(blamed, now))
    reasons = blamed.reasons.values()
    faces = await faces_at(request, place, (one.author for one in reasons))
    view = View(place, path, crumbs_of(place, path), runs, reasons, count, form, faces)
    return render(request, "areas/files/blame.html", view, is_long=count > LONG)


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
        return _in_runs(lines, await asyncio.to_thread(markup.highlight, path, text))

    return await drawn(request, make, _weight, "blame", found.id, place.project.key, last, path)


def _in_runs(lines: Sequence[BlameLine], shown: Sequence[str]) -> Blamed:
    reasons = {line.reason.position: line.reason for line in lines}
    positions, ends = array("Q"), array("L")
    for position, some in groupby(line.reason.position for line in lines):
        positions.append(position)
        ends.append((ends[-1] if ends else 0) + sum(1 for _ in some))
    return Blamed(Highlighted(shown), reasons, positions, ends)


def _weight(blamed: Blamed) -> int:
    said = [(one.goal, *(d.text + d.why for d in one.decisions)) for one in blamed.reasons.values()]
    return length(blamed.lines) + 16 * len(blamed.ends) + sum(map(length, said))


def _runs(blamed: Blamed, now: int) -> Iterator[Run]:
    start = 0
    for position, end in zip(blamed.positions, blamed.ends, strict=True):
        reason = blamed.reasons[position]
        past = now - reason.made_at
        age = next((age for age, limit in AGES_MS if past < limit), 1)
        yield Run(reason, age, start + 1, blamed.lines.part(start, end))
        start = end

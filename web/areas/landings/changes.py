"""The part of a page that shows how files changed: a landing's, or what lies between positions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from aiohttp import web
from markupsafe import Markup
from yarl import URL

from node.kernel.errors import Invalid
from node.trees import verbs as trees
from node.trees.model import NoSuchPath
from store.changes import Change
from web.areas.landings.diffs import LARGEST, LARGEST_ALONE, FileDiff, Room, Undrawn, diffs_of
from web.drawing import perhaps_later
from web.page import forge_of, party_of, templates
from web.places import Place

FILES = 100
JUMPS = 5
"""From how many files on there is a list of them."""
SPLIT = "split"
NONE = Markup()
SOON = 10_000
"""How many bytes are looked at before a page goes out; with more, its beginning goes first."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Files as they changed between two positions; `count` is how many there are in all.

    `page` counts from 1; `path` is the only file that is shown, if one was asked for.
    """

    files: list[FileDiff]
    old: int
    new: int
    count: int
    page: int
    path: str
    is_split: bool
    here: URL
    shown: Markup = NONE
    """The files with their lines: what stands for them on a page that goes out before it."""

    @property
    def has_jumps(self) -> bool:
        """Whether there are enough files to list them."""
        return len(self.files) > JUMPS

    @property
    def is_whole(self) -> bool:
        """Whether every file that changed is on this page, with its lines."""
        return self.count == len(self.files) and not any(file.is_cut for file in self.files)

    @property
    def added(self) -> int:
        """How many lines came."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """How many lines went."""
        return sum(file.removed for file in self.files)

    @property
    def lines(self) -> int:
        """How many lines are drawn."""
        return sum(len(file.lines) for file in self.files)

    @property
    def weight(self) -> int:
        """How many bytes have to be looked at to draw them."""
        return sum(file.lines.weight for file in self.files if isinstance(file.lines, Undrawn))

    @property
    def unified(self) -> str:
        """The address of this page with one line below the other."""
        return str(self.here.without_query_params("diff"))

    @property
    def split(self) -> str:
        """The address of this page with the lines side by side."""
        return str(self.here.update_query(diff=SPLIT))

    @property
    def all(self) -> str:
        """The address of the page with every file."""
        return str(self.here.without_query_params("path", "files"))

    @property
    def before(self) -> str:
        """The address of the files before these, if there are any."""
        return self._page(self.page - 1) if self.page > 1 and not self.path else ""

    @property
    def after(self) -> str:
        """The address of the files after these, if there are any."""
        is_last = self.page * FILES >= self.count
        return "" if is_last or self.path else self._page(self.page + 1)

    def alone(self, path: str) -> str:
        """Return the address of the page of one file; none on that page."""
        if self.path:
            return ""
        return str(self.here.without_query_params("files").update_query(path=path))

    def _page(self, number: int) -> str:
        return f"{self.here.update_query(files=number)}#changes"


async def changes_of(
    request: web.Request,
    place: Place,
    changes: Sequence[Change],
    ends: tuple[int, int],
    sources: Mapping[str, str] | None = None,
) -> Changes:
    """Return what to show of `changes`; raises `NoSuchPath` for a file that is none of them."""
    forge, who = forge_of(request), party_of(request)
    path = request.query.get("path", "")
    page = _page(request.query.get("files", ""))
    named, changed = joined(changes, sources or {})
    if path:
        changed = [one for one in changed if one.path == path]
        if not changed:
            raise NoSuchPath(path, ends[1])
    shown = changed[(page - 1) * FILES : page * FILES]
    limit, room = (LARGEST_ALONE, Room.alone()) if path else (LARGEST, Room())
    sides = await trees.sides(forge, who, place.project, shown, limit)
    files = await asyncio.to_thread(diffs_of, shown, sides, named, room)
    is_split = request.query.get("diff") == SPLIT
    found = Changes(files, *ends, len(changed), page, path, is_split, request.rel_url)
    make = partial(_drawn, place, found)
    return replace(found, shown=await perhaps_later(request, make, is_slow=found.weight > SOON))


async def _drawn(place: Place, changes: Changes) -> Markup:
    """Return the files with their lines, which are drawn beside the loop."""

    def bodies() -> list[Markup]:
        return [file.split if changes.is_split else file.unified for file in changes.files]

    parts: Any = templates().get_template("design/components/diff.html").module
    return Markup(parts.files(place, changes, await asyncio.to_thread(bodies)))  # noqa: S704


def joined(
    changes: Sequence[Change], sources: Mapping[str, str]
) -> tuple[dict[str, str], list[Change]]:
    """Return the changes with what went and came under another name as one, and those names."""
    gone = {one.path: one.old for one in changes if one.new is None}
    named: dict[str, str] = {}
    for path, source in sources.items():
        if source in gone and source not in named.values():
            named[path] = source
    taken = set(named.values())
    whole = [
        replace(one, old=gone[named[one.path]]) if one.path in named else one
        for one in changes
        if one.path not in taken
    ]
    return named, whole


def _page(text: str) -> int:
    if not text:
        return 1
    if text.isascii() and text.isdigit() and 1 <= int(text[:7]) <= 100_000:
        return int(text[:7])
    raise Invalid("files.malformed", f"{text[:40]!r} is no page of files.")

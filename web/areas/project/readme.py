"""The README of a directory, as safe HTML whose links stay in the project."""

import asyncio
import dataclasses

from aiohttp import web
from markupsafe import Markup

from node.trees import verbs as trees
from store.tree import Mode
from web.areas.project.directory import Listed, below
from web.areas.project.prose import PROSE, RESTRUCTURED, SHOWN_BYTES, rendered
from web.drawing import perhaps_later
from web.drawn import drawn, is_drawn
from web.page import forge_of, party_of
from web.places import Place

NAMES = tuple(f"readme{ending}" for ending in (*PROSE, ".txt", ""))
"""What is taken for a README, the first of these that is there."""

NONE = ("", Markup())
ANYWHERE = 7_620_913_548_022_617_439
"""Stands for the position in the links of a README, which most landings leave as it is.

A text that has this very number shows a position in its place, and that is all it can do.
"""

LONG = 10_000
"""From how many bytes on it is drawn when what stands before it is out."""


async def readme_of(
    request: web.Request, place: Place, listed: Listed, directory: str
) -> tuple[str, Markup]:
    """Return the name of a directory's README and its rendering, both empty without one."""
    files = {name.lower(): (name, entry) for name, entry in listed if entry.mode in _FILES}
    found = next((files[known] for known in NAMES if known in files), None)
    if found is None:
        return NONE
    name, entry = found
    path, forge, who = below(directory, name), forge_of(request), party_of(request)
    anywhere = dataclasses.replace(place, position=ANYWHERE)
    named = ("readme", entry.id, anywhere.url(), directory, name)
    raw = b""  # what is drawn is found again: nothing is awaited until it is looked for
    if not is_drawn(request, *named):
        raw = await trees.start(forge, who, place.project, place.position, path, SHOWN_BYTES)

    async def make() -> Markup:
        shown = await drawn(
            request,
            lambda: asyncio.to_thread(rendered, anywhere, directory, name, raw),
            len,
            *named,
        )
        return Markup(shown.replace(str(ANYWHERE), str(place.position)))  # noqa: S704 - safe

    is_slow = len(raw) > LONG or (bool(raw) and name.lower().endswith(RESTRUCTURED))
    return name, await perhaps_later(request, make, is_slow=is_slow)


_FILES = frozenset({Mode.FILE, Mode.EXECUTABLE})

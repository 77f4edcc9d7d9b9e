"""The README of a directory, as safe HTML whose links stay in the project."""

import asyncio
import dataclasses

from aiohttp import web
from markupsafe import Markup

from node.trees import verbs as trees
from store.tree import Mode
from web.areas.project.directory import Listed, below
from web.areas.project.prose import PROSE, SHOWN_BYTES, rendered
from web.drawn import drawn
from web.page import forge_of, party_of
from web.places import Place

NAMES = tuple(f"readme{ending}" for ending in (*PROSE, ".txt", ""))
"""What is taken for a README, the first of these that is there."""

NONE = ("", Markup())
ANYWHERE = 7_620_913_548_022_617_439
"""Stands for the position in the links of a README, which most landings leave as it is.

A text that has this very number shows a position in its place, and that is all it can do.
"""


async def readme_of(
    request: web.Request, place: Place, listed: Listed, directory: str
) -> tuple[str, Markup]:
    """Return the name of a directory's README and its rendering, both empty without one."""
    files = {name.lower(): (name, entry) for name, entry in listed if entry.mode in _FILES}
    found = next((files[known] for known in NAMES if known in files), None)
    if found is None:
        return NONE
    name, entry = found

    anywhere = dataclasses.replace(place, position=ANYWHERE)

    async def make() -> str:
        path, forge, who = below(directory, name), forge_of(request), party_of(request)
        raw = await trees.start(forge, who, place.project, place.position, path, SHOWN_BYTES)
        return await asyncio.to_thread(rendered, anywhere, directory, name, raw)

    shown = await drawn(request, make, len, "readme", entry.id, anywhere.url(), directory, name)
    return name, Markup(shown.replace(str(ANYWHERE), str(place.position)))  # noqa: S704 - safe


_FILES = frozenset({Mode.FILE, Mode.EXECUTABLE})

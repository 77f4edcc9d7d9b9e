"""The README of a directory, as safe HTML whose links stay in the project."""

import asyncio
import functools
import posixpath

from aiohttp import web
from markupsafe import Markup

from node.kernel import markup
from node.trees import verbs as trees
from store.lines import is_binary
from store.tree import Mode
from web.areas.project.directory import Listed, below
from web.page import forge_of, party_of
from web.places import Place

NAMES = ("readme.md", "readme.markdown", "readme.mdown", "readme.rst", "readme.txt", "readme")
MARKDOWN = (".md", ".markdown", ".mdown")
SHOWN_BYTES = 200_000
NONE = ("", Markup())


async def readme_of(
    request: web.Request, place: Place, listed: Listed, directory: str
) -> tuple[str, Markup]:
    """Return the name of a directory's README and its rendering, both empty without one."""
    files = {name.lower(): name for name, entry in listed if entry.mode in _FILES}
    name = next((files[known] for known in NAMES if known in files), None)
    if name is None:
        return NONE
    forge, who = forge_of(request), party_of(request)
    path = below(directory, name)
    raw = await trees.start(forge, who, place.project, place.position, path, SHOWN_BYTES)
    if is_binary(raw):
        return name, Markup("<p>{}</p>").format("This README is binary.")
    text = raw[:SHOWN_BYTES].decode("utf-8", "replace")
    if not name.lower().endswith(MARKDOWN):
        return name, Markup("<pre>{}</pre>").format(text)

    drawn = await asyncio.to_thread(_rendered, place, directory, text)
    return name, Markup(drawn)  # noqa: S704 - markup sanitizes


@functools.lru_cache(maxsize=64)
def _rendered(place: Place, directory: str, text: str) -> str:
    """Return a README as HTML; kept, for the same text at the same place is the same page."""

    def link(target: str) -> str | None:
        return _resolved(place, directory, target, "blob")

    def image(target: str) -> str | None:
        return _resolved(place, directory, target, "raw")

    return markup.markdown(text, link, image)


def _resolved(place: Place, directory: str, target: str, page: str) -> str | None:
    """Return the address of what a README names; None when it leaves the project."""
    base = "" if target.startswith("/") else directory
    path = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
    if path in {"", "."}:
        return place.url()
    return None if path.startswith("..") else place.url(page, path)


_FILES = frozenset({Mode.FILE, Mode.EXECUTABLE})

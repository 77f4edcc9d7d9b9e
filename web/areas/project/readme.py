"""The README of a directory, as safe HTML whose links stay in the project."""

import asyncio
import posixpath

from aiohttp import web
from markupsafe import Markup

from node.kernel import markup, restructured
from node.trees import verbs as trees
from store.lines import is_binary
from store.tree import Mode
from web.areas.project.directory import Listed, below
from web.drawn import drawn
from web.page import forge_of, party_of
from web.places import Place

MARKDOWN = (".md", ".markdown", ".mdown")
RESTRUCTURED = (".rst", ".rest")
NAMES = tuple(f"readme{ending}" for ending in (*MARKDOWN, *RESTRUCTURED, ".txt", ""))
"""What is taken for a README, the first of these that is there."""

SHOWN_BYTES = 200_000
NONE = ("", Markup())


async def readme_of(
    request: web.Request, place: Place, listed: Listed, directory: str
) -> tuple[str, Markup]:
    """Return the name of a directory's README and its rendering, both empty without one."""
    files = {name.lower(): (name, entry) for name, entry in listed if entry.mode in _FILES}
    found = next((files[known] for known in NAMES if known in files), None)
    if found is None:
        return NONE
    name, entry = found

    async def make() -> str:
        path, forge, who = below(directory, name), forge_of(request), party_of(request)
        raw = await trees.start(forge, who, place.project, place.position, path, SHOWN_BYTES)
        return await asyncio.to_thread(_rendered, place, directory, name.lower(), raw)

    shown = await drawn(request, make, len, "readme", entry.id, place.url(), directory, name)
    return name, Markup(shown)  # noqa: S704 - markup sanitizes


def _rendered(place: Place, directory: str, name: str, raw: bytes) -> str:
    """Return a README as HTML, by what its name says it is."""

    def link(target: str) -> str | None:
        return _resolved(place, directory, target, "blob")

    def image(target: str) -> str | None:
        return _resolved(place, directory, target, "raw")

    if is_binary(raw):
        return "<p>This README is binary.</p>"
    text = raw[:SHOWN_BYTES].decode("utf-8", "replace")
    if name.endswith(MARKDOWN):
        return markup.markdown(text, link, image)
    if name.endswith(RESTRUCTURED):
        return restructured.restructured(text, link, image)
    return markup.plain(text)


def _resolved(place: Place, directory: str, target: str, page: str) -> str | None:
    """Return the address of what a README names; None when it leaves the project."""
    base = "" if target.startswith("/") else directory
    path = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
    if path in {"", "."}:
        return place.url()
    return None if path.startswith("..") else place.url(page, path)


_FILES = frozenset({Mode.FILE, Mode.EXECUTABLE})

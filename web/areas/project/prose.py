"""Prose that a project keeps, as safe HTML whose links stay in the project."""

import posixpath

from node.kernel import markup, restructured
from store.lines import is_binary
from web.places import Place

MARKDOWN = (".md", ".markdown", ".mdown")
RESTRUCTURED = (".rst", ".rest")
PROSE = (*MARKDOWN, *RESTRUCTURED)
SHOWN_BYTES = 200_000


def rendered(place: Place, directory: str, name: str, raw: bytes) -> str:
    """Return the beginning of a file of prose as HTML, by what its name says it is.

    Its first heading is of the second level: the title of the page is the project's, or the file's.
    """

    def link(target: str) -> str | None:
        return resolved(place, directory, target, "blob")

    def image(target: str) -> str | None:
        return resolved(place, directory, target, "raw")

    if is_binary(raw):
        return "<p>This file is binary.</p>"
    text, lower = raw[:SHOWN_BYTES].decode("utf-8", "replace"), name.lower()
    if lower.endswith(MARKDOWN):
        return markup.lowered(markup.markdown(text, link, image))
    if lower.endswith(RESTRUCTURED):
        return markup.lowered(restructured.restructured(text, link, image))
    return markup.plain(text)


def resolved(place: Place, directory: str, target: str, page: str) -> str | None:
    """Return the address of what a text names; None when it leaves the project."""
    base = "" if target.startswith("/") else directory
    path = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
    if path in {"", "."}:
        return place.url()
    return None if path.startswith("..") else place.url(page, path)

"""The documents of Micelio, as pages of the node."""

import asyncio
import re
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from node.kernel import markup
from node.kernel.errors import Missing
from web.areas.docs import finding
from web.areas.docs.library import LEAD, PICTURES, SHELVES, Document, Library, library
from web.drawn import drawn
from web.page import render

_HEADING = re.compile(r'<h([23]) id="(readme-[^"]*)">(.*?)</h\1>', re.DOTALL)
PICTURE = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The documents of one kind, what they are called together and what they are for."""

    name: str
    title: str
    lead: str
    documents: list[Document]


@dataclass(frozen=True, slots=True)
class View:
    """What the first page shows: the shelves, or what was found for `typed`."""

    shelves: list[Shelf]
    typed: str
    hits: list[finding.Hit] | None


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of a document shows; `headings` are depth, anchor and text of each."""

    document: Document
    shelf: str
    body: Markup
    headings: list[tuple[int, str, str]]
    before: Document | None
    after: Document | None


class NoDocument(Missing):
    """There is no such document."""

    def __init__(self) -> None:
        super().__init__("document.missing", "There is no such document. All of them are at /docs.")


async def show(request: web.Request) -> web.StreamResponse:
    """Show what documents there are, or those with the words that were typed."""
    held, typed = library(), request.query.get("q", "")[: finding.LONGEST]
    words = finding.words_of(typed)
    hits = finding.find(held.documents, words) if words else None
    shelves = [Shelf(name, title, LEAD[name], held.on(name)) for name, title in SHELVES.items()]
    view = View([one for one in shelves if one.documents], typed, hits)
    return render(request, "areas/docs/show.html", view)


async def document(request: web.Request) -> web.StreamResponse:
    """Show one document."""
    held, match = library(), request.match_info
    at = held.find(match["shelf"], match["document"])
    if at is None:
        raise NoDocument
    one = held.documents[at]

    async def make() -> str:
        return await asyncio.to_thread(body_of, held, one)

    body = await drawn(request, make, len, "docs", one.path, one.text)
    page = Page(
        document=one,
        shelf=SHELVES[one.shelf],
        body=Markup(body),  # noqa: S704 - it was cleaned when it was made
        headings=headings_of(body),
        before=held.documents[at - 1] if at else None,
        after=held.documents[at + 1] if at + 1 < len(held.documents) else None,
    )
    return render(request, "areas/docs/document.html", page)


async def shelf(request: web.Request) -> web.StreamResponse:
    """Lead to the documents of one kind."""
    if request.match_info["shelf"] not in SHELVES:
        raise NoDocument
    raise web.HTTPFound(f"/docs#{request.match_info['shelf']}")


async def picture(request: web.Request) -> web.StreamResponse:
    """Send a picture that documents show: one of those there are, and so nothing outside."""
    file = library().pictures.get(request.match_info["image"])
    if file is None:
        raise NoDocument
    return web.FileResponse(file, headers=PICTURE | {"Content-Type": PICTURES[file.suffix]})


def body_of(held: Library, one: Document) -> str:
    """Return a document as safe HTML, whose links stay on the node."""
    return markup.markdown(
        one.text, lambda target: held.link(one, target), lambda target: held.picture(one, target)
    )


def headings_of(body: str) -> list[tuple[int, str, str]]:
    """Return depth, anchor and text of each section of a text."""
    found = _HEADING.findall(body)
    return [(int(depth) - 1, anchor, Markup(text).striptags()) for depth, anchor, text in found]  # noqa: S704

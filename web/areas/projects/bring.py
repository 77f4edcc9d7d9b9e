"""The form that begins an import: a repository's address, and where it is to go.

The address is typed, or chosen among those that somebody has published on another forge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web

from node.access.rules import require_account
from node.imports import published as publishing
from node.imports import verbs as imports
from node.imports.model import Import, NewImport, Published
from node.kernel.errors import Fault
from node.projects import verbs as projects
from web import forms
from web.areas.projects import typed
from web.drawn import EACH, drawn
from web.failures import status_of
from web.page import forge_of, party_of, render

FIELDS = ("url", "account", "handle", "visibility")
KEPT_MS = 600_000
"""How long another forge is not asked again for the same list."""
WEIGHT = 10 * EACH


@dataclass(frozen=True, slots=True)
class Offer:
    """A repository that can be chosen, and the project of the viewer that is called like it."""

    one: Published
    choose: str
    here: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What somebody has published, as far as it has all words of `q`; or why nothing is shown."""

    whom: str = ""
    q: str = ""
    offers: list[Offer] = field(default_factory=list)
    count: int = 0
    problem: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class View:
    """What was typed, where it may go, and what is wrong with it."""

    namespaces: list[str]
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    shelf: Shelf = Shelf()

    def value(self, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field."""
        return self.typed.get(name) or otherwise


async def show(request: web.Request) -> web.StreamResponse:
    """Show the form; a link may fill in what comes, and where it is to go."""
    require_account(party_of(request))
    asked = {name: request.query.get(name, "") for name in FIELDS}
    return await _form(request, asked, None, await _shelf(request))


async def start(request: web.Request) -> web.StreamResponse:
    """Begin an import and go to the page that follows it."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    require_account(who)
    asked = {name: forms.text(form, name) for name in FIELDS}
    account = asked["account"] or who.handle or ""
    handle = asked["handle"] or named_by(asked["url"])
    new = NewImport(asked["url"], handle, asked["visibility"] or "private")
    begun: list[Import] = []

    async def begin() -> None:
        begun.append(await imports.start(forge, who, account, new))

    if fault := await forms.fault_of(begin()):
        return await _form(request, asked, fault)
    raise forms.seen_other(f"/{account}/{handle}/import/{begun[0].id}")


async def into(request: web.Request) -> web.StreamResponse:
    """Lead to the form with a project filled in, which must be empty."""
    forge, who, match = forge_of(request), party_of(request), request.match_info
    found = await projects.get(forge, who, match["account"], match["project"])
    raise forms.seen_other(f"/projects/import?account={found.account}&handle={found.handle}")


def named_by(url: str) -> str:
    """Return the handle that a repository's address suggests."""
    return typed.handle_of(url.rstrip("/").rpartition("/")[2].removesuffix(".git"))


async def _shelf(request: web.Request) -> Shelf:
    whom, q = request.query.get("from", "").strip(), request.query.get("q", "")[:200]
    if not whom:
        return Shelf()
    try:
        found = await _published(request, whom)
    except Fault as fault:
        return Shelf(whom, problem=fault.message, status=status_of(fault))
    forge, who = forge_of(request), party_of(request)
    mine = {one.handle: one.address for one in await projects.listed(forge, who, who.handle or "")}
    asked = {name: request.query[name] for name in FIELDS[1:] if request.query.get(name)}
    offers = [
        Offer(one, _choice(one, whom, asked), mine.get(named_by(one.url), ""))
        for one in found
        if has_words(one, q)
    ]
    return Shelf(whom, q, offers, len(found))


async def _published(request: web.Request, whom: str) -> list[Published]:
    """Return what somebody has published, as it was some minutes ago at most."""
    forge, who = forge_of(request), party_of(request)
    named = publishing.publisher(whom)

    async def look() -> list[Published]:
        return await imports.published(forge, who, named)

    def weight(found: list[Published]) -> int:
        return WEIGHT * (len(found) + 1)

    return await drawn(request, look, weight, "published", named, forge.now() // KEPT_MS)


def has_words(one: Published, q: str) -> bool:
    """Whether name, description and language of a repository have every word of `q`."""
    said = f"{one.name} {one.about} {one.language}".casefold()
    return all(word in said for word in q.casefold().split())


def _choice(one: Published, whom: str, asked: Mapping[str, str]) -> str:
    return f"/projects/import?{urlencode({'from': whom, 'url': one.url, **asked})}#import"


async def _form(
    request: web.Request, asked: Mapping[str, str], fault: Fault | None, shelf: Shelf = Shelf()
) -> web.StreamResponse:
    names = await typed.namespaces(forge_of(request), party_of(request))
    view = View(names, asked, fault.message if fault else "", shelf)
    status = status_of(fault) if fault else shelf.status
    return render(request, "areas/projects/bring.html", view, status)

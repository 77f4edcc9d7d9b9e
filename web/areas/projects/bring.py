"""The form that begins an import: a repository's address, and where it is to go."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from node.access.rules import require_account
from node.imports import verbs as imports
from node.imports.model import Import, NewImport
from node.kernel.errors import Fault
from node.projects import verbs as projects
from web import forms
from web.areas.projects import typed
from web.failures import status_of
from web.page import forge_of, party_of, render

FIELDS = ("url", "account", "handle", "visibility")


@dataclass(frozen=True, slots=True)
class View:
    """What was typed, where it may go, and what is wrong with it."""

    namespaces: list[str]
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field."""
        return self.typed.get(name) or otherwise


async def show(request: web.Request) -> web.StreamResponse:
    """Show the form; a link may fill in where the history is to go."""
    require_account(party_of(request))
    return await _form(request, {name: request.query.get(name, "") for name in FIELDS}, None)


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


async def _form(
    request: web.Request, asked: Mapping[str, str], fault: Fault | None
) -> web.StreamResponse:
    names = await typed.namespaces(forge_of(request), party_of(request))
    view = View(names, asked, fault.message if fault else "")
    status = status_of(fault) if fault else 200
    return render(request, "areas/projects/bring.html", view, status)

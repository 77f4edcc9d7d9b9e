"""The deleted projects that the viewer can bring back: their own and their organizations'."""

from dataclasses import dataclass

from aiohttp import web

from node.kernel.errors import Fault
from node.organizations import verbs as organizations
from node.projects import moves
from node.projects.model import Deleted
from web import forms
from web.failures import status_of
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    projects: list[Deleted]
    problem: str


async def show(request: web.Request) -> web.StreamResponse:
    """List them."""
    return await _page(request, None)


async def restore(request: web.Request) -> web.StreamResponse:
    """Bring one back and go there."""
    forge, who, match = forge_of(request), party_of(request), request.match_info
    account, handle = match["account"], match["project"]
    if fault := await forms.fault_of(moves.restore(forge, who, account, handle)):
        return await _page(request, fault)
    raise forms.seen_other(f"/{account}/{handle}")


async def _page(request: web.Request, fault: Fault | None) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    acting = await organizations.listed(forge, who)
    accounts = [who.handle or "", *(one.handle for one in acting if one.role == "admin")]
    found = [one for account in accounts for one in await moves.deleted(forge, who, account)]
    view = View(sorted(found, key=lambda one: -one.deleted_at), fault.message if fault else "")
    return render(request, "areas/settings/deleted.html", view, status_of(fault) if fault else 200)

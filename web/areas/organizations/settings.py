"""What an organization is called, and its end."""

from collections.abc import Awaitable
from dataclasses import dataclass

from aiohttp import web

from node.access.model import Action, NotAllowed
from node.kernel.errors import Fault
from node.organizations import verbs as organizations
from node.organizations.model import Organization
from web import forms
from web.failures import status_of
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """The organization, and what is wrong with what was typed."""

    organization: Organization
    problem: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show the forms."""
    return await _page(request, None)


async def change(request: web.Request) -> web.StreamResponse:
    """Give the organization another name."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    changed = organizations.update(forge, who, _name(request), forms.text(form, "name"))
    return await _done(request, changed, f"/organizations/{_name(request)}/settings")


async def delete(request: web.Request) -> web.StreamResponse:
    """Remove the organization, if its handle was typed."""
    form = await forms.typed(request)

    async def confirmed() -> None:
        forms.confirm(form, _name(request))
        await organizations.delete(forge_of(request), party_of(request), _name(request))

    return await _done(request, confirmed(), "/organizations")


async def _done(request: web.Request, attempt: Awaitable[object], to: str) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault)
    raise forms.seen_other(to)


async def _page(request: web.Request, fault: Fault | None) -> web.StreamResponse:
    found = await organizations.get(forge_of(request), party_of(request), _name(request))
    if found.role != "admin":
        raise NotAllowed(Action.WRITE_SETTINGS)
    view = View(found, fault.message if fault else "")
    status = status_of(fault) if fault else 200
    return render(request, "areas/organizations/settings.html", view, status)


def _name(request: web.Request) -> str:
    return request.match_info["organization"]

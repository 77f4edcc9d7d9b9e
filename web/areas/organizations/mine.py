"""The organizations that one acts for, and the form that makes one."""

from dataclasses import dataclass

from aiohttp import web

from node.access.rules import require_account
from node.kernel.errors import Fault
from node.organizations import verbs as organizations
from node.organizations.model import Organization
from web import forms
from web.faces import Faces, faces_of
from web.failures import status_of
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class ListView:
    """The organizations of the viewer."""

    organizations: list[Organization]
    faces: Faces


@dataclass(frozen=True, slots=True)
class NewView:
    """What was typed, and what is wrong with it."""

    handle: str
    name: str
    problem: str


async def listed(request: web.Request) -> web.StreamResponse:
    """List the viewer's organizations."""
    found = await organizations.listed(forge_of(request), party_of(request))
    faces = await faces_of(request, (one.handle for one in found))
    return render(request, "areas/organizations/mine.html", ListView(found, faces))


async def new(request: web.Request) -> web.StreamResponse:
    """Show the form."""
    require_account(party_of(request))
    return _form(request, "", "", None)


async def create(request: web.Request) -> web.StreamResponse:
    """Make an organization and go to its page."""
    form = await forms.typed(request)
    handle, name = forms.text(form, "handle"), forms.text(form, "name")
    made = organizations.create(forge_of(request), party_of(request), handle, name)
    if fault := await forms.fault_of(made):
        return _form(request, handle, name, fault)
    raise forms.seen_other(f"/{handle}")


def _form(request: web.Request, handle: str, name: str, fault: Fault | None) -> web.StreamResponse:
    view = NewView(handle, name, fault.message if fault else "")
    status = status_of(fault) if fault else 200
    return render(request, "areas/organizations/new.html", view, status)

"""Who acts for an organization, who is asked in, and the forms that change it."""

from collections.abc import Awaitable
from dataclasses import dataclass

from aiohttp import web

from node.access.model import Member
from node.invitations import verbs as invitations
from node.invitations.model import Invitation
from node.kernel.errors import Fault
from node.organizations import verbs as organizations
from node.organizations.model import Organization
from web import forms
from web.faces import Faces, faced, faces_of
from web.failures import status_of
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; invitations are for admins only, `typed` is whom to ask in."""

    organization: Organization
    members: list[Member]
    invitations: list[Invitation]
    manages: bool
    viewer: str
    typed: str
    problem: str
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show the members."""
    return await _page(request, None)


async def set_role(request: web.Request) -> web.StreamResponse:
    """Give a member another role."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    handle, role = forms.text(form, "handle"), forms.text(form, "role")
    return await _done(request, organizations.set_role(forge, who, _name(request), handle, role))


async def remove(request: web.Request) -> web.StreamResponse:
    """Let somebody act for the organization no more."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    gone = organizations.remove(forge, who, _name(request), forms.text(form, "handle"))
    return await _done(request, gone)


async def leave(request: web.Request) -> web.StreamResponse:
    """Give up the viewer's own role."""
    left = organizations.leave(forge_of(request), party_of(request), _name(request))
    return await _done(request, left, to="/organizations")


async def invite(request: web.Request) -> web.StreamResponse:
    """Ask a person in."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    handle, role = forms.text(form, "handle"), forms.text(form, "role")
    asked = invitations.invite(forge, who, _name(request), handle, role)
    return await _done(request, asked, typed=handle)


async def _done(
    request: web.Request, attempt: Awaitable[object], to: str = "", typed: str = ""
) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault, typed)
    raise forms.seen_other(to or f"/organizations/{_name(request)}/members")


async def _page(request: web.Request, fault: Fault | None, typed: str = "") -> web.StreamResponse:
    forge, who, name = forge_of(request), party_of(request), _name(request)
    organization = await organizations.get(forge, who, name)
    manages = organization.role == "admin"
    members = await organizations.members(forge, who, name)
    asked = await invitations.of_organization(forge, who, name) if manages else []
    view = View(
        organization=organization,
        members=members,
        invitations=asked,
        manages=manages,
        viewer=who.handle or "",
        typed=typed,
        problem=fault.message if fault else "",
        faces=await faces_of(request, [*(m.handle for m in members), *faced(asked)]),
    )
    status = status_of(fault) if fault else 200
    return render(request, "areas/organizations/members.html", view, status)


def _name(request: web.Request) -> str:
    return request.match_info["organization"]

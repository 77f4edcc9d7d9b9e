"""What an organization is called and says of itself, which models it allows, and its end."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from aiohttp import web

from node.access.model import Action, NotAllowed
from node.kernel.errors import Fault
from node.llms import verbs as llms
from node.llms.model import Llms
from node.organizations import verbs as organizations
from node.organizations.model import Organization
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from web import forms
from web.areas.people import editing
from web.areas.people.editing import Longest
from web.areas.projects import models
from web.failures import status_of
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """The organization, and what is wrong with what was typed."""

    organization: Organization
    profile: Profile
    models: Llms
    limits: Longest
    problem: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show the forms."""
    return await _page(request, None)


async def change(request: web.Request) -> web.StreamResponse:
    """Give the organization another name."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    name = forms.text(form, "name")
    if fault := await forms.fault_of(organizations.update(forge, who, _name(request), name)):
        return await _page(request, fault, name=name)
    raise forms.seen_other(f"/organizations/{_name(request)}/settings")


async def change_profile(request: web.Request) -> web.StreamResponse:
    """Keep what the organization says of itself."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    said = editing.said(form)
    changed = profiles.update(forge, who, _name(request), said)
    return await _done(request, changed, f"/organizations/{_name(request)}/settings", said)


async def change_picture(request: web.Request) -> web.StreamResponse:
    """Take the picture that was sent; without one, go back to the crest."""
    forge, who = forge_of(request), party_of(request)

    async def taken() -> None:
        sent = await editing.picture(request)
        await profiles.set_picture(forge, who, _name(request), sent)

    return await _done(request, taken(), f"/organizations/{_name(request)}/settings")


async def change_models(request: web.Request) -> web.StreamResponse:
    """Keep which models the organization's projects may name."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    said = models.typed(form)
    changed = llms.update(forge, who, _name(request), said.allowed, said.default)
    if fault := await forms.fault_of(changed):
        return await _page(request, fault, allowed=said)
    raise forms.seen_other(f"/organizations/{_name(request)}/settings")


async def delete(request: web.Request) -> web.StreamResponse:
    """Remove the organization, if its handle was typed."""
    form = await forms.typed(request)

    async def confirmed() -> None:
        forms.confirm(form, _name(request))
        await organizations.delete(forge_of(request), party_of(request), _name(request))

    return await _done(request, confirmed(), "/organizations")


async def _done(
    request: web.Request, attempt: Awaitable[object], to: str, said: Profile | None = None
) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault, said)
    raise forms.seen_other(to)


async def _page(
    request: web.Request,
    fault: Fault | None,
    said: Profile | None = None,
    allowed: Llms | None = None,
    name: str = "",
) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    found = await organizations.get(forge, who, _name(request))
    if found.role != "admin":
        raise NotAllowed(Action.WRITE_SETTINGS)
    kept = await profiles.get(forge, found.handle)
    shown = replace(said, picture=kept.picture) if said else kept
    listed = allowed or await llms.get(forge, who, found.handle)
    named = replace(found, name=name or found.name)
    view = View(named, shown, listed, editing.LONGEST, fault.message if fault else "")
    status = status_of(fault) if fault else 200
    return render(request, "areas/organizations/settings.html", view, status)


def _name(request: web.Request) -> str:
    return request.match_info["organization"]

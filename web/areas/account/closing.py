"""One's account: what others see of it, what it has, and closing it, which can be taken back."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from aiohttp import web

from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.closings import verbs as closings
from node.closings.model import Prospect
from node.kernel.errors import Fault
from node.llms import verbs as llms
from node.llms.model import Llms
from node.organizations import verbs as organizations
from node.organizations.model import Belonging
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from node.projects import storage
from node.projects.storage import Storage
from node.stars import verbs as stars
from node.stars.model import Listed
from web import forms
from web.areas.people import editing
from web.areas.people.editing import Longest
from web.areas.projects import models
from web.failures import status_of
from web.page import forge_of, party_of, render

HERE = "/account"
STARRED = 8


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    account: Account
    profile: Profile
    models: Llms
    limits: Longest
    storage: Storage
    organizations: list[Belonging]
    starred: list[Listed]
    prospect: Prospect
    problem: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show the account."""
    return await _page(request, None)


async def ask(request: web.Request) -> web.StreamResponse:
    """Close the account in seven days; its handle was typed."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)

    async def confirmed() -> None:
        prospect = await closings.prospect(forge, who)
        if prospect.closing is None:
            forms.confirm(form, who.handle or "")
        await closings.ask(forge, who)

    return await _done(request, confirmed())


async def undo(request: web.Request) -> web.StreamResponse:
    """Let the account stay."""
    return await _done(request, closings.undo(forge_of(request), party_of(request)))


async def change_profile(request: web.Request) -> web.StreamResponse:
    """Keep what the viewer says of themselves."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    said = editing.said(form)
    changed = profiles.update(forge, who, who.handle or "", said)
    return await _done(request, changed, said)


async def change_picture(request: web.Request) -> web.StreamResponse:
    """Take the picture that was sent; without one, go back to the crest."""
    forge, who = forge_of(request), party_of(request)

    async def taken() -> None:
        sent = await editing.picture(request)
        await profiles.set_picture(forge, who, who.handle or "", sent)

    return await _done(request, taken())


async def change_models(request: web.Request) -> web.StreamResponse:
    """Keep which models the viewer's projects may name."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    said = models.typed(form)
    changed = llms.update(forge, who, who.handle or "", said.allowed, said.default)
    if fault := await forms.fault_of(changed):
        return await _page(request, fault, allowed=said)
    raise forms.seen_other(HERE)


async def _done(
    request: web.Request, attempt: Awaitable[object], said: Profile | None = None
) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault, said)
    raise forms.seen_other(HERE)


async def _page(
    request: web.Request,
    fault: Fault | None,
    said: Profile | None = None,
    allowed: Llms | None = None,
) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    prospect = await closings.prospect(forge, who)
    account = await accounts.get(forge, who.handle or "")
    kept = await profiles.get(forge, account.handle)
    view = View(
        account=account,
        profile=replace(said, picture=kept.picture) if said else kept,
        models=allowed or await llms.get(forge, who, account.handle),
        limits=editing.LONGEST,
        storage=await storage.storage(forge, who),
        organizations=await organizations.belonging(forge, account.handle),
        starred=await stars.starred(forge, who, account.key, STARRED),
        prospect=prospect,
        problem=fault.message if fault else "",
    )
    status = status_of(fault) if fault else 200
    return render(request, "areas/account/closing.html", view, status)

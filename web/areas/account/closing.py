"""One's account: what it is, and closing it, which takes seven days and can be taken back."""

from collections.abc import Awaitable
from dataclasses import dataclass

from aiohttp import web

from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.closings import verbs as closings
from node.closings.model import Prospect
from node.kernel.errors import Fault
from web import forms
from web.failures import status_of
from web.page import forge_of, party_of, render

HERE = "/account"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    account: Account
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


async def _done(request: web.Request, attempt: Awaitable[object]) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault)
    raise forms.seen_other(HERE)


async def _page(request: web.Request, fault: Fault | None) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    prospect = await closings.prospect(forge, who)
    account = await accounts.get(forge, who.handle or "")
    view = View(account, prospect, fault.message if fault else "")
    status = status_of(fault) if fault else 200
    return render(request, "areas/account/closing.html", view, status)

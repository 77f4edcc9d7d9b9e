"""A link that makes an account for whoever opens it: the page, and the form on it.

A link is only used up by the form, so that what merely looks at links does not burn it.
"""

from dataclasses import dataclass

from aiohttp import web

from node.invitations import verbs as invitations
from node.invitations.model import Invitation
from node.kernel.errors import Fault
from web import forms
from web.areas.signin.forms import signed_in
from web.failures import status_of
from web.page import forge_of, render


@dataclass(frozen=True, slots=True)
class View:
    """The invitation, what was typed, and what is wrong with it."""

    invitation: Invitation
    handle: str
    name: str
    problem: str


async def ask(request: web.Request) -> web.StreamResponse:
    """Show the form."""
    return await _page(request, "", "", None)


async def enter(request: web.Request) -> web.StreamResponse:
    """Make the account and sign this browser in."""
    forge, form = forge_of(request), await forms.typed(request)
    handle, name = forms.text(form, "handle"), forms.text(form, "name")
    device = request.headers.get("User-Agent", "")[:200]
    secrets: list[str] = []

    async def redeem() -> None:
        secret = await invitations.redeem_link(forge, _token(request), handle, name, device)
        secrets.append(secret)

    if fault := await forms.fault_of(redeem()):
        return await _page(request, handle, name, fault)
    raise signed_in(request, secrets[0])


async def _page(
    request: web.Request, handle: str, name: str, fault: Fault | None
) -> web.StreamResponse:
    invitation = await invitations.peek_link(forge_of(request), _token(request))
    view = View(invitation, handle, name, fault.message if fault else "")
    status = status_of(fault) if fault else 200
    return render(request, "areas/invitations/redeem.html", view, status)


def _token(request: web.Request) -> str:
    return request.match_info["token"]

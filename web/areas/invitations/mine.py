"""What one is asked; for the node's admins also the links that bring people in."""

from collections.abc import Awaitable
from dataclasses import dataclass

from aiohttp import web

from node.invitations import verbs as invitations
from node.invitations.model import Invitation
from node.kernel.errors import Fault
from web import forms
from web.faces import Faces, faced, faces_of
from web.failures import status_of
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `link` is a fresh one, which is shown this once."""

    invitations: list[Invitation]
    links: list[Invitation]
    is_admin: bool
    link: str
    problem: str
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show what the viewer may say yes to."""
    return await _page(request, None)


async def accept(request: web.Request) -> web.StreamResponse:
    """Say yes."""
    said = invitations.accept(forge_of(request), party_of(request), _key(request))
    return await _done(request, said)


async def decline(request: web.Request) -> web.StreamResponse:
    """Say no."""
    said = invitations.decline(forge_of(request), party_of(request), _key(request))
    return await _done(request, said)


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Take an invitation back, and return to where it is listed."""
    forge, who = forge_of(request), party_of(request)
    taken: list[Invitation] = []

    async def take() -> None:
        taken.append(await invitations.withdraw(forge, who, _key(request)))

    if fault := await forms.fault_of(take()):
        return await _page(request, fault)
    listed = taken[0].kind == "organization" and taken[0].invited is not None
    place = f"/organizations/{taken[0].target}/members" if listed else "/invitations"
    raise forms.seen_other(place)


async def make_link(request: web.Request) -> web.StreamResponse:
    """Make a link that makes an account, and show it this once."""
    form = await forms.typed(request)
    forge, who = forge_of(request), party_of(request)
    organization = forms.text(form, "organization") or None
    secrets: list[str] = []

    async def make() -> None:
        _, secret = await invitations.invite_by_link(forge, who, organization)
        secrets.append(secret)

    if fault := await forms.fault_of(make()):
        return await _page(request, fault)
    return await _page(request, None, f"{forge.node.url}/invite/{secrets[0]}")


async def _done(request: web.Request, attempt: Awaitable[object]) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault)
    raise forms.seen_other("/invitations")


async def _page(request: web.Request, fault: Fault | None, link: str = "") -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    asked = await invitations.mine(forge, who)
    links = await invitations.links(forge, who) if who.is_admin else []
    view = View(
        invitations=asked,
        links=links,
        is_admin=who.is_admin,
        link=link,
        problem=fault.message if fault else "",
        faces=await faces_of(request, faced([*asked, *links])),
    )
    status = status_of(fault) if fault else 200
    return render(request, "areas/invitations/mine.html", view, status)


def _key(request: web.Request) -> int:
    return int(request.match_info["invitation"])

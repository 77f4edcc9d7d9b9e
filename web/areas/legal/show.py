"""Who keeps the node, and what that means for everybody else: one page, in plain language."""

from dataclasses import dataclass

from aiohttp import web

from node.accounts import verbs as accounts
from web.languages.words import Spoken, spoken
from web.page import forge_of, render

NAMES = ("/terms", "/privacy", "/cookies", "/impressum")
"""What such pages are called elsewhere; each leads here."""


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: who keeps the node, an address to write to (or none), whose account."""

    keeper: str
    email: str
    account: str
    did: str
    spoken: Spoken


async def show(request: web.Request) -> web.StreamResponse:
    """Show the page."""
    forge = forge_of(request)
    owner, operator = await accounts.owner(forge), forge.node.operator
    handle = owner.handle if owner else ""
    name = operator.name or (owner.name or handle if owner else forge.node.name)
    said = spoken(request, "/legal")
    view = View(name, operator.email, handle, forge.node.did, said)
    return render(request, "areas/legal/show.html", view)


async def moved(_: web.Request) -> web.StreamResponse:
    """Lead from each of `NAMES`."""
    raise web.HTTPMovedPermanently("/legal")

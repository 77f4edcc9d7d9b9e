"""The projects that one works on, by whose they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from node.organizations import verbs as organizations
from node.projects import verbs as projects
from node.stars import verbs as stars
from node.stars.model import Listed
from web import forms
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class Shelf:
    """The projects of one account; `may_add` where the viewer may make further ones."""

    account: str
    projects: list[Listed]
    may_add: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: one's own first, then those of organizations, then those of others."""

    shelves: list[Shelf]


async def show(request: web.Request) -> web.StreamResponse:
    """List the viewer's projects."""
    forge, who = forge_of(request), party_of(request)
    found = await stars.mine(forge, who)
    roles = {one.handle: one.role for one in await organizations.listed(forge, who)}
    view = View(shelves_of(found, who.handle or "", roles))
    return render(request, "areas/projects/mine.html", view)


def shelves_of(found: Iterable[Listed], own: str, roles: dict[str, str]) -> list[Shelf]:
    """Return the projects by account, empty accounts of the viewer's too."""
    by_account: dict[str, list[Listed]] = {name: [] for name in (own, *roles)}
    for one in found:
        by_account.setdefault(one.project.account, []).append(one)
    return [
        Shelf(account, some, account == own or roles.get(account) == "admin")
        for account, some in by_account.items()
    ]


async def moved(request: web.Request) -> web.StreamResponse:
    """Lead from an older address of a project to its page."""
    raise forms.seen_other(f"/{await _address(request)}")


async def moved_settings(request: web.Request) -> web.StreamResponse:
    """Lead from an older address of a project's settings to them."""
    raise forms.seen_other(f"/{await _address(request)}/settings")


async def _address(request: web.Request) -> str:
    """Return where a project is; raises `NoProject` for what the viewer may not see."""
    forge, who, match = forge_of(request), party_of(request), request.match_info
    return (await projects.get(forge, who, match["account"], match["project"])).address

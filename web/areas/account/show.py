"""An account's page: who it is, and its projects."""

from dataclasses import dataclass

from aiohttp import web

from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.projects import verbs as projects
from node.projects.model import Project
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    account: Account
    projects: list[Project]
    is_own: bool


async def show(request: web.Request) -> web.StreamResponse:
    """Show an account and those of its projects that the viewer may see."""
    forge, who = forge_of(request), party_of(request)
    account = await accounts.get(forge, request.match_info["account"])
    listed = await projects.listed(forge, who, account.handle)
    view = View(account, listed, who.account == account.key)
    return render(request, "areas/account/show.html", view)

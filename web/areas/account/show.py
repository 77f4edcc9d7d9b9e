"""An account's page: who it is, and its projects."""

from dataclasses import dataclass

from aiohttp import web

from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.invitations import verbs as invitations
from node.landings import verbs as landings
from node.organizations import verbs as organizations
from node.organizations.model import Organization
from node.projects import verbs as projects
from web.areas.front.show import Kept
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `role` is the viewer's in it, `waiting` are invitations."""

    account: Account
    projects: list[Kept]
    is_own: bool
    role: str
    organizations: list[Organization]
    waiting: int


async def show(request: web.Request) -> web.StreamResponse:
    """Show an account and those of its projects that the viewer may see."""
    forge, who = forge_of(request), party_of(request)
    account = await accounts.get(forge, request.match_info["account"])
    listed = await projects.listed(forge, who, account.handle)
    kept = []
    for project in listed:
        newest = await landings.log(forge, who, project, limit=1)
        kept.append(Kept(project, newest[0] if newest else None))
    is_own = who.account == account.key
    view = View(
        account=account,
        projects=kept,
        is_own=is_own,
        role=who.standing.organizations.get(account.key, ""),
        organizations=await organizations.listed(forge, who) if is_own else [],
        waiting=len(await invitations.mine(forge, who)) if is_own else 0,
    )
    return render(request, "areas/account/show.html", view)

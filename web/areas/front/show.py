"""The front page: what this node is, what it keeps, what landed lately."""

from dataclasses import dataclass

from aiohttp import web

from node.accounts import verbs as accounts
from node.invitations import verbs as invitations
from node.landings import verbs as landings
from node.landings.model import Landing
from node.projects import verbs as projects
from node.projects.model import Project
from web.page import forge_of, party_of, render

PROJECTS = 12
LATELY = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """A project in the list, and the newest landing on it."""

    project: Project
    newest: Landing | None


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    owner: str
    node_url: str
    projects: list[Kept]
    lately: list[Kept]
    waiting: int


async def show(request: web.Request) -> web.StreamResponse:
    """Show the projects that the viewer may see, and the newest landing of each."""
    forge, who = forge_of(request), party_of(request)
    seen = await projects.visible(forge, who, PROJECTS)
    kept = []
    for project in seen:
        newest = await landings.log(forge, who, project, limit=1)
        kept.append(Kept(project, newest[0] if newest else None))
    landed = [one for one in kept if one.newest]
    landed.sort(key=lambda one: one.newest.landed_at if one.newest else 0, reverse=True)
    owner = await accounts.owner(forge)
    waiting = 0 if who.is_anonymous else len(await invitations.mine(forge, who))
    view = View(owner.handle if owner else "", forge.node.url, kept, landed[:LATELY], waiting)
    return render(request, "areas/front/show.html", view)

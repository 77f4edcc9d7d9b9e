"""What somebody does, and what lands on a project, as Atom."""

from urllib.parse import quote

from aiohttp import web

from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.feeds import verbs as feeds
from node.feeds.model import CREATED, LANDED, STARRED, Item
from node.landings import verbs as landings
from node.landings.model import Landing
from node.projects import verbs as projects
from node.projects.model import Project
from web.atom import Atom, Entry, answer
from web.page import forge_of, party_of
from web.phrases import origin_word

SHOWN = 20
_DONE = {STARRED: "gave a star to", CREATED: "began"}


async def of_account(request: web.Request) -> web.StreamResponse:
    """Send what an account did in public."""
    forge, node = forge_of(request), forge_of(request).node
    account = await accounts.get(forge, request.match_info["account"])
    found = await feeds.of_account(forge, account.handle)
    page = f"{node.url}/{quote(account.handle)}"
    told = Atom(
        id=f"{account.did}#feed",
        title=f"{account.handle} on {node.name}",
        url=f"{page}.atom",
        page=page,
        since=account.created_at,
        entries=[_done(node.url, account, one) for one in found.items],
    )
    return answer(request, told)


async def of_project(request: web.Request) -> web.StreamResponse:
    """Send what landed on a project."""
    forge, who, match = forge_of(request), party_of(request), request.match_info
    project = await projects.get(forge, who, match["account"], match["project"])
    found = await landings.log(forge, who, project, limit=SHOWN)
    page = f"{forge.node.url}/{quote(project.address)}/landings"
    told = Atom(
        id=f"{project.id}#landings",
        title=f"Landings of {project.address} on {forge.node.name}",
        url=f"{page}.atom",
        page=page,
        since=project.created_at,
        entries=[_landed(page, project, one) for one in found],
    )
    return answer(request, told)


def _done(url: str, account: Account, one: Item) -> Entry:
    page = f"{url}/{quote(one.project)}"
    if one.kind == LANDED:
        return Entry(
            f"{one.project_id}#{one.position}",
            f"{one.project} @{one.position}: {one.title}",
            f"{page}/landings/{one.position}",
            one.by,
            one.at,
            f"{one.goal.strip()}\n\n{origin_word(one.origin)}.",
        )
    name = f"{account.did}#{one.kind}-{one.project_id}"
    title = f"{one.account} {_DONE[one.kind]} {one.project}"
    return Entry(name, title, page, one.account, one.at, one.description)


def _landed(page: str, project: Project, one: Landing) -> Entry:
    return Entry(
        f"{project.id}#{one.position}",
        f"@{one.position}: {one.title}",
        f"{page}/{one.position}",
        one.by,
        one.landed_at,
        f"{one.goal.strip()}\n\n{origin_word(one.origin)}.",
    )

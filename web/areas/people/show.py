"""The page of a person or an organization: who it is, what it did, its projects."""

from dataclasses import dataclass

from aiohttp import web

from node.access.model import Member
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.feeds import verbs as feeds
from node.feeds.model import NEWEST, Following
from node.invitations import verbs as invitations
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.organizations import verbs as organizations
from node.organizations.model import Belonging
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from node.projects import verbs as projects
from node.stars import verbs as stars
from node.stars.model import Listed
from web.areas.people import days
from web.areas.people.days import Day
from web.areas.people.portions import Portion, portion
from web.areas.people.year import Year, span, year
from web.creators import Creators, creators
from web.faces import Faces, faces_of
from web.page import forge_of, party_of, render

SHOWN = 40
MEMBERS = 60
MOST_STARS = 1_000


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `role` is the viewer's in it, `waiting` are invitations to them."""

    account: Account
    profile: Profile
    creators: Creators
    following: Following
    is_own: bool
    role: str
    waiting: int
    organizations: list[Belonging]
    members: Portion[Member]
    stars: Portion[Listed] | None
    year: Year | None
    days: list[Day]
    older: str
    is_newest: bool
    projects: Portion[Listed]
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show an account and those of its projects that the viewer may see."""
    forge, who, before = forge_of(request), party_of(request), days.asked(request)
    account = await accounts.get(forge, request.match_info["account"])
    profile = await profiles.get(forge, account.handle)
    belongs = await organizations.belonging(forge, account.handle)
    is_own, is_starred = who.account == account.key, request.query.get("tab") == "stars"
    found = await feeds.of_account(forge, account.handle, before)
    belonging = await organizations.people(forge, account.handle) if account.is_organization else []
    members = portion(request, "members", belonging, MEMBERS)
    starred = await stars.starred(forge, who, account.key, MOST_STARS) if is_starred else []
    by = (one.account for one in found.items)
    mine = await _projects(forge, who, account, belongs)
    view = View(
        account=account,
        profile=profile,
        creators=creators(profile),
        following=await feeds.following(forge, who, account.handle),
        is_own=is_own,
        role=who.standing.organizations.get(account.key, ""),
        waiting=len(await invitations.mine(forge, who)) if is_own else 0,
        organizations=belongs,
        members=members,
        stars=portion(request, "page", starred, SHOWN) if is_starred else None,
        year=None if account.is_organization else await _year(forge, account),
        days=days.by_day(found.items, forge.now()),
        older=days.cursor(found.older),
        is_newest=before == NEWEST,
        projects=portion(request, "projects", mine, SHOWN),
        faces=await faces_of(request, [*(m.handle for m in members.items), *by]),
    )
    return render(request, "areas/people/show.html", view)


async def _year(forge: Forge, account: Account) -> Year:
    first, last = span(forge.now())
    return year(forge.now(), await feeds.activity(forge, account.handle, first, last))


async def _projects(
    forge: Forge, who: Party, account: Account, belongs: list[Belonging]
) -> list[Listed]:
    """Return the account's projects, and those of the organizations that it administers."""
    found = await projects.listed(forge, who, account.handle)
    for one in belongs:
        if one.role == "admin":
            found += await projects.listed(forge, who, one.handle)
    ordered = sorted(found, key=lambda one: (one.account.lower(), one.handle.lower()))
    return await stars.facts(forge, ordered)

"""The front page: what this node is, what it keeps, what landed lately."""

from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from node.accounts import verbs as accounts
from node.feeds import verbs as feeds
from node.invitations import verbs as invitations
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.landings.model import Landing
from node.projects.model import Project
from node.stars import verbs as stars
from node.stars.model import Listed, Page, Sort
from web.areas.explore.show import number_of
from web.areas.people import days
from web.areas.people.days import Day
from web.faces import Faces, faces_of
from web.languages.words import Spoken, spoken
from web.page import forge_of, party_of, render

SIZE = 6
LATELY = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """A project in the list, and the newest landing on it."""

    project: Project
    newest: Landing


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `mine` is what the viewer was at last.

    `days` are of what they follow; `lately` is of all that they may see if they follow nothing.
    """

    owner: str
    node_url: str
    popular: Page
    mine: list[Listed]
    lately: list[Kept]
    days: list[Day]
    waiting: int
    faces: Faces
    spoken: Spoken

    @property
    def before(self) -> str:
        """Return the address of the popular projects before these, empty for the first."""
        return self._of(self.popular.number - 1) if self.popular.number > 1 else ""

    @property
    def after(self) -> str:
        """Return the address of the next popular projects, empty for the last."""
        is_last = self.popular.number >= self.popular.pages
        return "" if is_last else self._of(self.popular.number + 1)

    def _of(self, page: int) -> str:
        here = self.spoken.language.at(self.spoken.page)
        return f"{here}?popular_page={page}#projects" if page > 1 else f"{here}#projects"


async def show(request: web.Request) -> web.StreamResponse:
    """Show the projects that the viewer may see, and what landed on them lately."""
    forge, who = forge_of(request), party_of(request)
    owner = await accounts.owner(forge)
    page = number_of(request, "popular_page")
    followed = [] if who.is_anonymous else (await feeds.followed(forge, who, size=LATELY)).items
    lately = [] if followed else await _lately(forge, who)
    view = View(
        owner=owner.handle if owner else "",
        node_url=forge.node.url,
        popular=await stars.explore(forge, who, Sort.POPULAR, page, SIZE),
        mine=[] if who.is_anonymous else await stars.recent(forge, who, SIZE),
        lately=lately,
        days=days.by_day(followed, forge.now()),
        waiting=0 if who.is_anonymous else len(await invitations.mine(forge, who)),
        faces=await faces_of(request, [*(one.account for one in followed), *_authors(lately)]),
        spoken=spoken(request, "/"),
    )
    return render(request, "areas/front/show.html", view)


async def _lately(forge: Forge, who: Party) -> list[Kept]:
    """Return the newest landing of each of the liveliest projects."""
    found = await stars.explore(forge, who, Sort.RECENT, 1, LATELY)
    kept = []
    for one in found.items:
        newest = await landings.log(forge, who, one.project, limit=1)
        kept += [Kept(one.project, landing) for landing in newest]
    return kept


def _authors(lately: list[Kept]) -> Iterator[str]:
    return (one.newest.author for one in lately if not one.project.is_mirror)

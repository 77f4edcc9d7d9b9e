"""The longest names that there may be, without a place to break, widen no page on a phone."""

import pytest

from node.forks import verbs as forks
from node.forks.model import NewFork
from node.invitations import verbs as invitations
from node.organizations import verbs as organizations
from node.projects import verbs as projects
from node.projects.model import NewProject
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from node.stars import verbs as stars
from tests.browser.routes import ADDRESSES, FILES, LEAD_ELSEWHERE, UNGUESSED, WIDE
from tests.support.drafts import a_landing
from tests.support.forges import an_account
from tests.support.roles import acting
from tests.support.wire import session_id

pytestmark = [pytest.mark.slow, pytest.mark.journey]

LONG = "W" * 180
PERSON, OTHER, TEAM, PROJECT = "a" * 39, "b" * 39, "o" * 39, "p" * 100
OPEN, PATH = session_id(7001), f"{LONG}/{LONG}.py"
NAMES = {
    "account": PERSON,
    "project": PROJECT,
    "organization": TEAM,
    "position": "2",
    "session": OPEN,
    "path": PATH,
    "shelf": "how-to",
    "document": "run-a-node",
    "version": "next",
}
MORE = [
    "/{account}/{project}/landings/1",
    "/{account}/{project}/landings?path={path}",
    "/{account}/{project}/compare?from=0&to=2",
    "/{account}/{project}/tree/",
    "/{account}?tab=stars",
    "/{organization}",
    "/{organization}/{project}",
    "/{organization}/{project}/settings",
    "/search?q=lengthy",
    "/search?q=lengthy&scope=code",
    "/search?q=in:{account}/{project}+lengthy",
    "/explore?sort=recent",
]


def pages():
    """Yield the path of each page that one person can look at."""
    left_out = LEAD_ELSEWHERE | set(UNGUESSED) | {"/admin"}
    for path in [*ADDRESSES, *MORE]:
        if path not in left_out and not FILES.search(path.partition("?")[0]):
            yield path.format(**NAMES)


@pytest.fixture(scope="module", autouse=True)
def lengthy(house):
    """Make two people, an organization and its projects, with such names."""

    async def make(forge):
        ada, bob = await an_account(forge, PERSON), await an_account(forge, OTHER)
        await organizations.create(forge, ada.party, TEAM, name=LONG[:100])
        invited = await invitations.invite(forge, await acting(forge, ada), TEAM, OTHER)
        await invitations.accept(forge, bob.party, invited.key)
        new = NewProject(PROJECT, name=LONG[:100], description=LONG, visibility="public")
        book = await projects.create(forge, ada.party, PERSON, new)
        for text in ("lengthy = 1\n", f"lengthy = '{LONG}'\n"):
            files = {PATH: text.encode(), "README.md": f"# {LONG}\n".encode()}
            await a_landing(forge, ada, book, files, goal=f"{LONG} lengthy")
        await sessions.start(forge, ada.party, book, NewSession(f"{LONG} lengthy", id=OPEN))
        team = await acting(forge, ada)
        await forks.fork(forge, team, book, NewFork(account=TEAM, handle=PROJECT))
        await stars.set_star(forge, ada.party, book, starred=True)
        await invitations.invite(forge, team, TEAM, "hazel")

    house.do(make)
    house.settled()


@pytest.mark.parametrize("path", sorted(set(pages())), ids=lambda path: path.replace(LONG, "W"))
def test_long_names_widen_no_page(visit, path):
    page = visit(as_=PERSON, width=320).go(path)
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(WIDE)

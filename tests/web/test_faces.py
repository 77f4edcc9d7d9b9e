"""People stand beside what they did with the picture that they chose, wherever they are listed."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from keys.statements.landing import Imported
from node.daemon.http import application
from node.feeds import verbs as feeds
from node.forks import verbs as forks
from node.forks.model import NewFork
from node.notifications import verbs as notifications
from node.profiles import verbs as profiles
from node.projects import verbs as projects
from node.search import indexing
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.portraits import a_picture
from tests.support.roles import GUILD, HOME, a_company, acting, mirrored
from tests.support.wire import session_id
from web.areas.design import samples
from web.page import SESSION_COOKIE, templates

PEOPLE = ("ada", "bob", "ivy", "will", "mae", "otto", "olga", GUILD)
BOOK = "/ada/book"


@pytest.fixture
async def company(forge):
    """Everybody, each with a picture of their own, and what they did told on."""
    async with a_company(forge) as made:
        olga = await acting(forge, made.accounts["olga"])
        for number, handle in enumerate(PEOPLE):
            who = olga if handle == GUILD else made.accounts[handle].party
            picture = a_picture(colour=(number * 9, 90, 9))
            await profiles.set_picture(forge, who, handle, picture)
        await feeds.follow(forge, made.accounts["bob"].party, "ada", wanted=True)
        yield made


@pytest.fixture
async def pictures(company):
    """Whose each picture is, by its id."""
    found = await profiles.faces(company.forge, (*PEOPLE, "keeper", "nobody-here"))
    assert set(found) == set(PEOPLE)
    return {picture: handle for handle, picture in found.items()}


@pytest.fixture
async def shown(company, pictures):
    """A function that returns whose pictures a page shows in its main part."""
    server = TestServer(application(company.forge))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:

        async def ask(role, path):
            account = company.account(role)
            if account is not None:
                link = await signin.make_link(company.forge, account)
                cookie = await signin.redeem_link(company.forge, link)
                client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
            answer = await client.get(path)
            text = await answer.text()
            assert answer.status == 200, text
            main = text.partition("<main")[2].partition("</main")[0]
            return {pictures[one] for one in re.findall(r"/images/([0-9a-f]{64})\.webp", main)}

        yield ask


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/landings",
        "/landings/1",
        "/compare?from=0&to=1",
        "/blob/README.md",
        "/blame/README.md",
        "/sessions",
        f"/sessions/{session_id(0)}",
    ],
)
async def test_who_landed_stands_on_the_pages_of_a_project(shown, path):
    assert await shown("anonymous", BOOK + path) == {"ada"}


@pytest.mark.parametrize("path", ["", "/landings", "/landings/1", "/blame/README.md", "/sessions"])
async def test_nobody_here_stands_for_a_name_of_another_node(forge, shown, path):
    await mirrored(forge)
    assert await shown("anonymous", BOOK + path) == set()


@pytest.mark.parametrize(
    ("role", "path", "people"),
    [
        ("anonymous", f"/{GUILD}", {GUILD, "olga", "otto"}),
        ("organization's admin", f"/organizations/{GUILD}/members", {"olga", "otto", "ivy"}),
        ("member", "/organizations", {GUILD}),
        ("invited", "/invitations", {"ivy"}),
        ("owner", f"{BOOK}/settings", {"will", "mae"}),
        ("owner", f"{BOOK}/settings/audit", {"ada"}),
        ("node's admin", "/admin", set(PEOPLE)),
    ],
)
async def test_people_stand_in_lists_of_people(shown, role, path, people):
    assert await shown(role, path) == people


async def test_people_stand_in_feeds_and_notifications(forge, shown):
    await settled(forge, feeds.FEATURE)
    await settled(forge, notifications.FEATURE)
    assert await shown("stranger", "/feed") == {"ada"}
    assert await shown("stranger", "/") == {"ada"}
    assert await shown("owner", "/notifications") == {"bob"}
    assert await shown("stranger", "/ada") == {"ada"}


async def test_who_landed_last_stands_on_the_front_page(shown):
    assert await shown("anonymous", "/") == {"ada", "olga"}


async def test_who_decided_stands_beside_what_a_search_finds(forge, company, shown):
    ada = company.accounts["ada"]
    book = await projects.get(forge, ada.party, "ada", "book")
    await a_landing(forge, ada, book, {"b": b"2"}, goal="Quicken the moths")
    await settled(forge, indexing.FEATURE)
    assert await shown("anonymous", "/search?q=moths") == {"ada"}


@pytest.mark.parametrize("elsewhere", ["imported", "carried"])
def test_who_made_it_elsewhere_gets_no_picture_of_somebody_here(elsewhere):
    landing = samples.landings(0)[0]
    former = {
        "imported": Imported("0" * 40, landing.author, "hazel@example.org", 0),
        "carried": SimpleNamespace(made_at=0),
    }
    by = templates().get_template("design/components/parts.html").module.by
    faces = {landing.author: "f" * 64}
    assert "<img" in by(landing, faces)
    assert "<img" not in by(replace(landing, **{elsewhere: former[elsewhere]}), faces)


async def test_a_fork_of_a_mirror_has_names_of_another_node(forge, company, shown):
    bob, ada = company.accounts["bob"], company.accounts["ada"]
    book = await projects.get(forge, ada.party, "ada", "book")
    for handle in ("copy", "again"):
        book = await forks.fork(forge, bob.party, book, NewFork(handle=handle))
    await a_landing(forge, bob, book, {"b": b"2"}, goal="Quicken the moths")
    await settled(forge, indexing.FEATURE)
    search = "/search?q=moths"
    assert await shown("anonymous", "/bob/again/landings") == {"ada", "bob"}
    assert await shown("anonymous", search) == {"bob"}
    await forge.db.write(
        lambda tx: tx.execute("update projects set home = ? where handle = 'book'", (HOME,))
    )
    for page in ("", "/landings", "/landings/1", "/blame/README.md", "/sessions"):
        assert await shown("anonymous", "/bob/again" + page) == set()
    assert await shown("anonymous", search) == set()

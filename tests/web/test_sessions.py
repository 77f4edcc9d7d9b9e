"""Sessions as pages show them: who is at work, what was said, what became of it."""

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from web.page import SESSION_COOKIE

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe",
    "x" * 8_000,
    "שלום עולם",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "`<b>`",
    "$ rm -rf /\n<b>gone</b>",
    "</details></ol></main>",
]
OWN_FORM = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a.txt": b"one\n"}, goal="Begin", origin="human")
    new = NewSession("Write on\nA second chapter.", "at-work-now", 1, "ai-assisted", "larch-3")
    await sessions.start(forge, ada.party, book, new)
    return book


@pytest.fixture
async def client(forge, book):  # noqa: ARG001 - the book is there
    server = TestServer(application(forge))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as made:
        yield made


async def shown(client, path, status=200):
    answer = await client.get(f"/ada/book{path}")
    assert answer.status == status, await answer.text()
    return await answer.text()


async def enter(forge, account, client):
    cookie = await signin.redeem_link(forge, await signin.make_link(forge, account))
    client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})


async def test_sessions_are_listed_and_chosen(client):
    everything = await shown(client, "/sessions")
    assert "Write on" in everything
    assert "Begin" in everything
    assert "Begin" not in await shown(client, "/sessions?status=active")
    assert "Write on" not in await shown(client, "/sessions?status=landed&sort=oldest")
    assert "No session is like that." in await shown(client, "/sessions?status=abandoned")
    await shown(client, "/sessions?sort=size", 400)
    await shown(client, "/sessions?before=nothing", 404)


async def test_an_active_session_follows_what_happens(forge, client, ada, book):
    await sessions.note(forge, ada.party, book, "at-work-now", "agent", "Two ways to begin.")
    await sessions.decide(forge, ada.party, book, "at-work-now", "The second.", "It is shorter.")
    text = await shown(client, "/sessions/at-work-now")
    assert 'data-live="/ada/book/live?after=' in text
    assert "Two ways to begin." in text
    assert "It is shorter." in text
    short = await shown(client, "/sessions/at-work-now?talk=decisions")
    assert "Two ways to begin." not in short
    assert "It is shorter." in short


async def test_who_is_at_work_is_shown_with_what_was_said_last(forge, client, ada, book):
    await sessions.note(forge, ada.party, book, "at-work-now", "agent", "y" * 500)
    text = await shown(client, "/agents")
    assert "y" * 180 + "…" in text
    assert "y" * 181 not in text
    await sessions.abandon(forge, ada.party, book, "at-work-now")
    assert "Nobody is at work here right now." in await shown(client, "/agents")


async def test_an_author_gives_a_session_up_by_a_form(forge, client, ada):
    assert "Give it up" not in await shown(client, "/sessions/at-work-now")
    await enter(forge, ada, client)
    assert "Give it up" in await shown(client, "/sessions/at-work-now")
    answer = await client.post("/ada/book/sessions/at-work-now/abandon", headers=OWN_FORM)
    assert answer.status == 200
    assert "abandoned" in await answer.text()


async def test_a_landed_session_leads_to_its_landing(client):
    landing = await shown(client, "/landings/1")
    where = landing.partition("/ada/book/sessions/")[2].partition('"')[0]
    assert "/ada/book/landings/1" in await shown(client, f"/sessions/{where}")


async def test_older_addresses_lead_on(client):
    for path in ("", "/at-work-now"):
        answer = await client.get(f"/projects/ada/book/sessions{path}", allow_redirects=False)
        assert answer.headers["Location"] == f"/ada/book/sessions{path}"


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
async def test_whatever_is_said_does_nothing(forge, client, ada, book, text):
    new = NewSession(text[:1000], "a-nasty-one")
    await sessions.start(forge, ada.party, book, new)
    await sessions.note(forge, ada.party, book, "a-nasty-one", "agent", text)
    await sessions.decide(forge, ada.party, book, "a-nasty-one", text, text)
    await a_landing(
        forge, ada, book, {"b.txt": text.encode()}, goal=text[:1000], origin="human", base=1
    )
    for path in ("/sessions", "/sessions/a-nasty-one", "/agents", "/landings", "/landings/2"):
        page = await shown(client, path)
        for part in ("<script>alert", "<img src=x", "<b>", "</main></", 'href="javascript:'):
            assert part not in page.replace("<b>0", ""), (path, part)
        assert page.count("</main>") == 1


async def test_landings_are_chosen_and_paged_both_ways(forge, client, ada, book):
    for n in range(1, 61):
        await a_landing(
            forge, ada, book, {f"{n}.txt": b"x\n"}, goal=f"Goal {n}", origin="ai-generated", base=n
        )
    assert "Goal 1<" not in await shown(client, "/landings?origin=human")
    assert "Begin" in await shown(client, "/landings?origin=human&author=ada")
    assert "Goal 7<" in await shown(client, "/landings?path=7.txt&author=@Ada")
    assert "is like that" in await shown(client, "/landings?author=nobody")
    assert "Goal 7<" in await shown(client, "/landings?path=7.txt&author=ada")
    first = await shown(client, "/landings")
    assert "before=12" in first
    second = await shown(client, "/landings?before=12")
    assert "after=11" in second
    again = await shown(client, "/landings?after=11")
    assert "Goal 11<" in again
    assert "Goal 60<" in again
    assert 'rel="prev"' not in again

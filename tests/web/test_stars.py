"""Stars, forks and lists on the pages: what they show, to whom, and where their forms lead."""

import html
import re
from xml.etree import ElementTree as ET

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.forks import syncing
from node.forks import verbs as forks
from node.forks.model import NewFork
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.languages import verbs as languages
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.signin import verbs as signin
from node.stars import verbs as stars
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.forges import a_project, an_account
from web.areas.projects.bring import named_by
from web.areas.projects.typed import handle_of
from web.areas.stars import badge
from web.page import SESSION_COOKIE

OWN_FORM = {"Sec-Fetch-Site": "same-origin"}
ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/\tx",
    "javascript:x",
    "x",
]


@pytest.fixture
async def ada(forge):
    return await an_account(forge)


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


@pytest.fixture
async def book(forge, ada):
    made = await a_project(forge, ada)
    await a_landing(forge, ada, made, {"a.py": b"one\n", "b": b"b\n"}, goal="Begin")
    return made


@pytest.fixture
async def server(forge):
    return TestServer(application(forge))


@pytest.fixture
async def visitor(server):
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield Browser(client)


@pytest.fixture
async def bobs(forge, server, bob):
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        cookie = await signin.redeem_link(forge, await signin.make_link(forge, bob))
        client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
        yield Browser(client)


class Browser:
    """Somebody's browser: what comes back is status, text and where a form leads."""

    def __init__(self, client):
        self.client = client

    async def get(self, path):
        answer = await self.client.get(path, allow_redirects=False)
        return answer.status, answer.headers.get("Location") or await answer.text()

    async def post(self, path, **fields):
        answer = await self.client.post(path, data=fields, headers=OWN_FORM, allow_redirects=False)
        return answer.status, answer.headers.get("Location") or await answer.text()


@pytest.mark.usefixtures("book")
async def test_a_star_is_given_seen_and_taken_back(bobs, visitor):
    assert 'aria-pressed="false"' in (await bobs.get("/ada/book"))[1]
    assert await bobs.post("/ada/book/star", star="yes") == (303, "/ada/book")
    assert await bobs.post("/ada/book/star", star="yes") == (303, "/ada/book")
    page = (await bobs.get("/ada/book"))[1]
    assert 'aria-pressed="true"' in page
    assert re.search(r"1<span class=\"unseen\"> star<", page)
    page = (await visitor.get("/ada/book"))[1]
    assert 'href="/sign-in?return_to=/ada/book"' in page
    assert "aria-pressed" not in page.partition('class="foot')[0]
    await bobs.post("/ada/book/star")
    assert 'aria-pressed="false"' in (await bobs.get("/ada/book"))[1]


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("to", ELSEWHERE)
async def test_a_form_leads_back_to_this_node_only(bobs, to):
    assert await bobs.post("/ada/book/star", star="yes", return_to=to) == (303, "/")


@pytest.mark.usefixtures("book")
async def test_a_form_leads_back_to_where_it_was(bobs):
    back = await bobs.post("/ada/book/star", star="yes", return_to="/explore?sort=recent")
    assert back == (303, "/explore?sort=recent")


async def test_a_badge_is_a_picture_of_stars_or_of_the_newest_landing(forge, visitor, bob, book):
    await stars.set_star(forge, bob.party, book)
    for query, said in (("", "ada/book: 1 star"), ("?kind=landing", "ada/book: @1")):
        answer = await visitor.client.get(f"/ada/book/badge.svg{query}")
        drawn = ET.fromstring(await answer.text())
        assert drawn.attrib["aria-label"] == said
        left, right = (6 * len(part) + 10 for part in said.split(": "))
        assert (drawn.attrib["width"], drawn.attrib["height"]) == (str(left + right), "20")
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.content_type == "image/svg+xml"
    assert (await visitor.get("/ada/nothing/badge.svg"))[0] == 404


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("kind", ["", "Stars", "quality", "<script>"])
async def test_a_badge_of_another_kind_is_none_and_the_kinds_are_said(visitor, kind):
    status, page = await visitor.get(f"/ada/book/badge.svg?kind={kind}")
    assert (status, "A badge shows stars or landing, not" in page) == (404, True)
    assert "<script>" not in page


@pytest.mark.usefixtures("book")
async def test_each_badge_stands_in_the_share_box_as_markdown_and_as_html(visitor):
    page = html.unescape((await visitor.get("/ada/book"))[1])
    box = page.partition("Show it elsewhere")[2]
    for kind in badge.KINDS:
        shown = f"http://127.0.0.1:7070/ada/book/badge.svg?kind={kind}"
        assert f"[![book]({shown})](http://127.0.0.1:7070/ada/book)" in box
        assert f'<img src="{shown}" alt="book" height="20"></a>' in box
        assert f'<img src="/ada/book/badge.svg?kind={kind}"' in box


async def test_the_badge_of_a_private_project_is_for_its_people(forge, visitor, bobs, bob):
    made = await a_project(forge, bob, "diary", visibility="private")
    assert (await visitor.get("/bob/diary/badge.svg"))[0] == 404
    answer = await bobs.client.get("/bob/diary/badge.svg")
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert f"{made.address}/badge.svg?kind" not in (await bobs.get("/bob/diary"))[1]


async def test_explore_shows_projects_in_each_order_and_page_by_page(
    forge, visitor, ada, bob, book
):
    for number in range(22):
        await a_project(forge, ada, f"p{number}")
    await a_project(forge, ada, "hidden", visibility="private")
    await stars.set_star(forge, bob.party, book)
    first = (await visitor.get("/explore"))[1]
    assert first.index('href="/ada/book"') < first.index('href="/ada/p21"')
    assert "23 projects" in first
    assert "ada/hidden" not in first
    assert 'href="/explore?page=2"' in first
    second = (await visitor.get("/explore?page=2"))[1]
    assert 'href="/explore"' in second
    assert "2 of 2" in second
    for asked in (
        "sort=trending",
        "sort=recent",
        "sort=nonsense",
        "page=-1",
        "page=x",
        "page=9" * 9,
    ):
        assert (await visitor.get(f"/explore?{asked}"))[0] == 200
    trending = (await visitor.get("/explore?sort=trending&page=2"))[1]
    assert re.search(r'href="/explore\?sort=trending"[^>]*>Before', trending)


async def test_an_empty_node_says_what_to_do(visitor):
    assert "Run <code>mic share .</code>" in (await visitor.get("/explore"))[1]
    page = (await visitor.get("/"))[1]
    assert "Run <code>mic share .</code>" in page
    assert "mic clone" not in page


async def test_whoever_begins_is_told_how(visitor, bobs):
    page = (await bobs.get("/"))[1]
    for way in ("mic share .", 'href="/projects/import"', 'href="/docs/tutorials/'):
        assert way in _section((200, page), "begin")
    assert 'href="/invitations"' not in _section((200, page), "begin")
    assert 'id="begin"' not in (await visitor.get("/"))[1]


@pytest.mark.usefixtures("book")
async def test_home_shows_what_is_popular_and_what_one_was_at(forge, visitor, bobs, ada):
    for number in range(7):
        await a_project(forge, ada, f"p{number}")
    page = (await visitor.get("/"))[1]
    assert "Code, and the reasons for it." in page
    assert "6 of 8" in page
    assert "What you were at" not in page
    later = (await visitor.get("/?popular_page=2"))[1]
    assert 'href="/ada/book"' in later.partition('id="projects"')[2]
    assert "Welcome back, bob" in (await bobs.get("/"))[1]
    assert 'href="/ada/book"' not in _section(await bobs.get("/"), "recent")
    await bobs.get("/ada/book")
    assert 'href="/ada/book"' in _section(await bobs.get("/"), "recent")


def _section(answer, name):
    return answer[1].partition(f'id="{name}"')[2].partition("</section>")[0]


@pytest.mark.usefixtures("book")
async def test_a_project_is_forked_by_a_form(bobs, visitor):
    assert 'return_to=/ada/book/fork"' in (await visitor.get("/ada/book/fork"))[1]
    page = (await bobs.get("/ada/book/fork"))[1]
    assert ('value="book"' in page, "Nobody has forked it yet." in page) == (True, True)
    status, page = await bobs.post("/ada/book/fork", handle="no/good")
    assert (status, "handle has 1 to" in page, 'value="no/good"' in page) == (400, True, True)
    assert await bobs.post("/ada/book/fork", handle="tome") == (303, "/bob/tome")
    assert (await bobs.post("/ada/book/fork", handle="tome"))[0] == 409
    assert (await bobs.post("/ada/book/fork", account="ada", handle="x"))[0] == 403
    assert (await bobs.post("/ada/book/fork", account="nobody", handle="x"))[0] == 404
    page = (await visitor.get("/bob/tome"))[1]
    assert 'Forked from <a href="/ada/book">ada/book</a>' in page
    assert 'href="/bob/tome"' in (await visitor.get("/ada/book/fork"))[1]
    assert re.search(r"1<span class=\"unseen\"> fork<", (await visitor.get("/ada/book"))[1])


async def test_a_fork_is_brought_level_and_what_clashes_is_asked(
    forge, bobs, visitor, ada, bob, book
):
    fork = await forks.fork(forge, bob.party, book, NewFork())
    assert "Everything is here." in (await bobs.get("/bob/book/sync"))[1]
    await a_landing(forge, ada, book, {"c": b"c\n"}, goal="Add <c>")
    assert "1 landing behind it" in (await visitor.get("/bob/book"))[1]
    page = (await visitor.get("/bob/book/sync"))[1]
    assert ("Add &lt;c&gt;" in page, "Bring in" in page) == (True, False)
    assert "Bring in 1 landing" in (await bobs.get("/bob/book/sync"))[1]
    assert await bobs.post("/bob/book/sync") == (303, "/bob/book/landings")
    await a_landing(forge, bob, fork, {"b": b"mine\n", "a.py": b"mine\n"})
    await a_landing(forge, ada, book, {"b": b"theirs\n", "a.py": b"theirs\n"})
    status, page = await bobs.post("/bob/book/sync")
    assert (status, "both sides changed the same lines" in page) == (409, True)
    assert 'name="side:b" value="theirs"' in page
    status, page = await bobs.post("/bob/book/sync", **{"side:b": "theirs"})
    assert (status, 'type="hidden" name="side:b" value="theirs"' in page) == (409, True)
    assert (await bobs.post("/bob/book/sync", **{"side:b": "<x>", "side:a.py": "ours"}))[0] == 409
    done = await bobs.post("/bob/book/sync", **{"side:b": "theirs", "side:a.py": "ours"})
    assert done == (303, "/bob/book/landings")
    raws = [(await visitor.get(f"/bob/book/raw/{name}"))[1] for name in ("b", "a.py")]
    assert raws == ["theirs\n", "mine\n"]
    assert (await landings.head(forge, ANONYMOUS, fork)).position == 5
    assert (await visitor.get("/ada/book/sync"))[0] == 404


async def test_an_origin_that_is_private_now_is_not_named(forge, visitor, ada, bob, book):
    await forks.fork(forge, bob.party, book, NewFork())
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(visibility="private"))
    for path in ("/bob/book", "/bob/book/sync"):
        page = (await visitor.get(path))[1]
        assert "not here any more, or private" in page
        assert "/ada/book" not in page.replace("Fork ada/book", "")


@pytest.mark.usefixtures("book")
async def test_a_page_shows_its_languages(forge, visitor):
    await settled(forge, languages.FEATURE)
    page = (await visitor.get("/ada/book"))[1]
    assert 'aria-label="Python 100 %"' in page


async def test_ones_projects_are_listed_by_whose_they_are(forge, bobs, visitor, bob):
    assert (await visitor.get("/projects"))[0] == 403
    page = (await bobs.get("/projects"))[1]
    assert "mic share ." in page
    await a_project(forge, bob, "diary", visibility="private")
    assert 'href="/bob/diary"' in (await bobs.get("/projects"))[1]
    for old, new in (
        ("/projects/bob/diary", "/bob/diary"),
        ("/projects/bob/diary/edit", "/bob/diary/settings"),
    ):
        assert await bobs.get(old) == (303, new)


async def test_a_project_is_made_by_a_form(bobs, visitor):
    assert (await visitor.get("/projects/new"))[0] == 403
    assert "New project" in (await bobs.get("/projects/new"))[1]
    assert await bobs.post("/projects", name="Été à Paris!") == (303, "/bob/ete-a-paris")
    assert "Été à Paris!" in (await bobs.get("/bob/ete-a-paris/settings"))[1]
    status, page = await bobs.post("/projects", name="<b>", handle="ete-a-paris", url="x")
    assert (status, 'value="&lt;b&gt;"' in page) == (400, True)
    assert (await bobs.post("/projects", handle="ete-a-paris"))[0] == 409
    assert (await bobs.post("/projects", name="日本"))[0] == 400
    assert (await bobs.post("/projects", account="ada", handle="x"))[0] in {403, 404}


async def test_an_import_begins_by_a_form_and_leads_to_the_page_that_follows_it(bobs, visitor):
    assert (await visitor.get("/projects/import"))[0] == 403
    page = (await bobs.get("/projects/import?handle=engine&account=bob"))[1]
    assert 'value="engine"' in page
    for url in ("file:///etc/passwd", "ssh://x/y", "x"):
        status, page = await bobs.post("/projects/import", url=url, handle="e")
        assert (status, f'value="{url}"' in page) == (400, True), url
    status, to = await bobs.post("/projects/import", url="https://git.example.org/a/Spore.git")
    assert (status, to.startswith("/bob/spore/import/")) == (303, True)
    answer = await bobs.client.get(to)
    assert (answer.status, 'data-refresh="2"' in await answer.text()) == (200, True)
    assert await bobs.get("/bob/spore/settings/import") == (
        303,
        "/projects/import?account=bob&handle=spore",
    )


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Tide words", "tide-words"),
        ("Ænima__2", "nima-2"),
        ("日本", ""),
        ("--", ""),
        ("a" * 300, "a" * 100),
    ],
)
def test_a_name_suggests_a_handle(name, handle):
    assert handle_of(name) == handle


@pytest.mark.parametrize(
    ("url", "handle"), [("https://x.org/a/b.git", "b"), ("https://x.org/a/B/", "b"), ("", "")]
)
def test_an_address_suggests_a_handle(url, handle):
    assert named_by(url) == handle


async def test_settings_keep_what_was_typed_where_it_does_not_hold(bobs):
    await bobs.post("/projects", handle="diary")
    status, page = await bobs.post(
        "/bob/diary/settings", name="<Mine>", description="Long typed", url="ftp://x"
    )
    assert status == 400
    assert ('value="&lt;Mine&gt;"' in page, "Long typed" in page, 'value="ftp://x"' in page) == (
        True,
        True,
        True,
    )
    assert 'href="/bob/diary/settings/import"' in (await bobs.get("/bob/diary"))[1]


async def test_a_carried_landing_says_where_it_was(forge, visitor, ada, bob, book):
    fork = await forks.fork(forge, bob.party, book, NewFork())
    await a_landing(forge, ada, book, {"c": b"c\n"}, goal="Add c")
    await syncing.sync(forge, bob.party, fork)
    page = (await visitor.get("/bob/book/landings/3"))[1]
    assert 'href="/ada/book/landings/2">ada/book@2</a>' in page
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(visibility="private"))
    page = (await visitor.get("/bob/book/landings/3"))[1]
    assert "/ada/book" not in page.replace("Fork ada/book", "")
    assert book.id in page


async def test_the_audit_log_says_it_in_words(forge, server, bobs, ada, book):
    await bobs.post("/ada/book/star", star="yes")
    await bobs.post("/ada/book/fork", handle="tome")
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        cookie = await signin.redeem_link(forge, await signin.make_link(forge, ada))
        client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
        page = (await Browser(client).get(f"/{book.address}/settings/audit"))[1]
    assert ("gave it a star" in page, "forked it" in page, "bob/tome" in page) == (True,) * 3


HOSTILE = (
    "<script>alert(1)</script> \u202e drow \u2066 " + "w" * 300 + ' "><img src=x onerror=alert(1)>'
)


@pytest.mark.usefixtures("book")
async def test_what_people_write_stays_text_wherever_projects_are_listed(forge, bobs, ada):
    said = ProjectChanges(
        name="<b onclick=x>", description=HOSTILE.replace("\u2066", "").replace("\u202e", "")
    )
    await projects.update(forge, ada.party, "ada", "book", said)
    await bobs.post("/ada/book/fork", handle="tome")
    await bobs.get("/ada/book")
    for path in ("/", "/explore", "/projects", "/ada/book", "/ada/book/fork", "/bob/tome"):
        status, page = await bobs.get(path)
        assert status == 200
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b onclick" not in page
        assert "&lt;script&gt;alert(1)" in page, path


async def test_paths_that_clash_stay_text(forge, bobs, ada, bob, book):
    path = 'a"><img src=x onerror=alert(1)>'
    await a_landing(forge, ada, book, {path: b"1\n"})
    fork = await forks.fork(forge, bob.party, book, NewFork())
    await a_landing(forge, bob, fork, {path: b"mine\n"})
    await a_landing(forge, ada, book, {path: b"theirs\n"}, goal="<script>alert(1)</script>")
    status, page = await bobs.post("/bob/book/sync")
    assert status == 409
    assert ("<img src=x" in page, "<script>alert" in page) == (False, False)
    (name,) = re.findall(r'name="(side:[^"]*)" value="ours"', page)
    assert html.unescape(name) == f"side:{path}"
    done = await bobs.post("/bob/book/sync", **{html.unescape(name): "theirs"})
    assert done == (303, "/bob/book/landings")

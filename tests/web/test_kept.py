"""A page that was drawn before is sent again while it is right, and to those only who may see it."""

import gzip
import threading

import pytest
from aiohttp import ClientError, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from node.access import verbs as access
from node.daemon.http import application
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.signin import verbs as signin
from node.stars import verbs as stars
from store.database import Database
from tests.support.drafts import a_landing
from tests.support.forges import MIGRATIONS, a_project, an_account
from web.areas.landings.diffs import Undrawn
from web.drawing import Drawing, Later
from web.drawn import DRAWN
from web.kept import KEPT, LONGEST_MS, MOST, PAGES, Kept
from web.packing import AT_ONCE, FIRST, portions
from web.page import LONG, SESSION_COOKIE, THEME_COOKIE, templates
from web.phrases import DAY, MINUTE, Moment, ago

ADDRESSES = ["", "/tree/src", "/blob/src/a.py", "/blame/src/a.py", "/landings", "/landings/1"]


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    return await planted(forge, ada, "book")


@pytest.fixture
async def client(forge):
    server = TestServer(application(forge))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as made:
        yield made


async def planted(forge, ada, handle, **more):
    project = await a_project(forge, ada, handle, **more)
    files = {"README.md": b"# Spore\n", "src/a.py": b"def wait():\n    return 1\n"}
    await a_landing(forge, ada, project, files, goal="Plant it")
    return project


async def cookie_of(forge, account):
    link = await signin.make_link(forge, account)
    return {SESSION_COOKIE: await signin.redeem_link(forge, link)}


async def text_of(client, url, **more):
    answer = await client.get(url, **more)
    assert answer.status == 200, url
    return await answer.text()


async def is_kept(client, url, **more):
    """Whether `url` is answered with what was kept for it: what is kept is exchanged."""
    await text_of(client, url, **more)
    values = client.app[KEPT]._values
    name = next(reversed(values))
    page, weight = values[name]
    values[name] = Kept(gzip.compress(b"as kept"), page.tag, page.until), weight
    found = await text_of(client, url, **more)
    values[name] = page, weight
    return found == "as kept"


@pytest.mark.parametrize("page", ADDRESSES)
@pytest.mark.usefixtures("book")
async def test_a_page_is_drawn_once(client, page):
    first = await text_of(client, f"/ada/book{page}")
    assert await is_kept(client, f"/ada/book{page}")
    assert await text_of(client, f"/ada/book{page}") == first


async def test_what_is_kept_are_routes(client):
    assert {resource.canonical for resource in client.app.router.resources()} >= PAGES


@pytest.mark.usefixtures("book")
async def test_each_address_theme_and_viewer_has_its_own(forge, ada, client):
    pages = [
        await text_of(client, "/ada/book"),
        await text_of(client, "/ada/book?at=1"),
        await text_of(client, "/ada/book", cookies={THEME_COOKIE: "dark"}),
        await text_of(client, "/ada/book", cookies=await cookie_of(forge, ada)),
    ]
    assert len(set(pages)) == len(pages)


async def test_viewers_in_turn_get_their_own_pages(forge, ada, client):
    await planted(forge, ada, "secret", visibility="private")
    await planted(forge, ada, "book")
    owner = await cookie_of(forge, ada)
    stranger = await cookie_of(forge, await an_account(forge, "sam"))
    for _ in range(3):
        for page in ADDRESSES:
            for cookies, status in ((owner, 200), (stranger, 404), ({}, 404), (owner, 200)):
                client.session.cookie_jar.clear()
                answer = await client.get(f"/ada/secret{page}", cookies=cookies)
                assert answer.status == status, page
            for cookies, name in ((owner, "ada"), (stranger, "sam"), ({}, None)):
                client.session.cookie_jar.clear()
                text = await text_of(client, f"/ada/book{page}", cookies=cookies)
                shown = [one for one in ("ada", "sam") if f"{one}, your page" in text]
                assert shown == ([name] if name else []), page


async def test_who_loses_a_role_loses_the_page(forge, ada, client):
    secret = await planted(forge, ada, "secret", visibility="private")
    sam = await an_account(forge, "sam")
    cookies = await cookie_of(forge, sam)
    for _ in range(2):
        await forge.db.write(
            lambda tx: access.set_project_member(tx, secret.key, sam.key, "writer", 1)
        )
        for _ in range(2):
            assert (await client.get("/ada/secret", cookies=cookies)).status == 200
        await forge.db.write(lambda tx: access.remove_project_member(tx, secret.key, sam.key))
        assert (await client.get("/ada/secret", cookies=cookies)).status == 404


@pytest.mark.usefixtures("book")
async def test_what_becomes_private_is_gone_at_once(forge, ada, client):
    assert await is_kept(client, "/ada/book")
    changes = ProjectChanges(visibility="private")
    await projects.update(forge, ada.party, "ada", "book", changes)
    assert (await client.get("/ada/book")).status == 404


async def test_a_landing_a_setting_and_a_star_are_seen_at_once(forge, ada, book, client):
    shown = [await text_of(client, "/ada/book")]
    await a_landing(forge, ada, book, {"b": b"b\n"}, goal="Add another")
    shown.append(await text_of(client, "/ada/book"))
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(description="Spores"))
    shown.append(await text_of(client, "/ada/book"))
    assert "Add another" not in shown[0]
    assert "Add another" in shown[1]
    assert "Spores" not in shown[1]
    assert "Spores" in shown[2]
    assert await is_kept(client, "/ada/book")
    await stars.set_star(forge, ada.party, book, starred=True)
    before = len(client.app[KEPT]._values)
    await text_of(client, "/ada/book")
    assert len(client.app[KEPT]._values) == before + 1, "the star left the old page unasked for"


@pytest.mark.usefixtures("book")
async def test_what_another_process_writes_is_seen_at_once(forge, client):
    await text_of(client, "/ada/book")
    other = await Database.open(forge.db.path, MIGRATIONS)
    await other.write(lambda tx: tx.execute("update projects set description = 'from outside'"))
    assert "from outside" in await text_of(client, "/ada/book")
    await other.close()


@pytest.mark.usefixtures("book")
async def test_times_are_right(client, clock):
    for _ in range(2):
        assert "just now" in await text_of(client, "/ada/book")
    clock.move(MINUTE - 1)
    assert "just now" in await text_of(client, "/ada/book")
    clock.move(1)
    for _ in range(2):
        assert "1 minute ago" in await text_of(client, "/ada/book")
    clock.move(MINUTE)
    assert "2 minutes ago" in await text_of(client, "/ada/book")


@pytest.mark.usefixtures("book")
async def test_nothing_is_kept_for_long(client, clock):
    clock.move(400 * DAY)
    assert await is_kept(client, "/ada/book")
    before = next(iter(client.app[KEPT]._values.values()))[0]
    clock.move(LONGEST_MS)
    await text_of(client, "/ada/book")
    after = next(iter(client.app[KEPT]._values.values()))[0]
    assert after.until - before.until == LONGEST_MS


@given(st.integers(0, 3_000 * DAY), st.integers(0, 3_000 * DAY))
def test_words_are_right_until_their_moment_is_over(at, later):
    now = Moment(at + later, 10_000 * DAY)
    said = ago(at, now)
    assert ago(at, now.until - 1) == said
    assert ago(at, now.until) != said


@pytest.mark.usefixtures("book")
async def test_who_has_the_page_is_told_so(client):
    for _ in range(2):
        answer = await client.get("/ada/book")
        tag = answer.headers["ETag"]
        again = await client.get("/ada/book", headers={"If-None-Match": tag})
        assert (again.status, await again.read()) == (304, b"")


@pytest.mark.usefixtures("book")
async def test_who_reads_no_gzip_gets_none(client):
    packed = await client.get("/ada/book")
    plain = await client.get("/ada/book", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await plain.text() == await packed.text()


@pytest.mark.usefixtures("book")
async def test_only_the_head_is_sent_to_who_asks_for_it(client):
    for _ in range(2):
        head = await client.head("/ada/book")
        assert (head.status, await head.read()) == (200, b"")


@pytest.mark.slow
@pytest.mark.usefixtures("book")
async def test_what_is_kept_has_a_bound(client):
    for number in range(60):
        await text_of(client, f"/ada/book/landings?x={number}")
    kept = client.app[KEPT]
    assert 0 < kept._held <= MOST
    assert kept._held == sum(weight for _, weight in kept._values.values())


@pytest.mark.usefixtures("book")
async def test_a_failure_is_not_kept(client):
    assert (await client.get("/ada/book/blob/b")).status == 404
    assert not client.app[KEPT]._values


async def long_page(forge, ada, page):
    text = "".join(f"line_{number} = {number}\n" for number in range(2 * LONG))
    project = await a_project(forge, ada, "long")
    await a_landing(forge, ada, project, {"a.py": text.encode()}, goal="Write a long file")
    return f"/ada/long{page}"


LONG_PAGES = pytest.mark.parametrize("page", ["/blob/a.py", "/blame/a.py", "/landings/1"])


@LONG_PAGES
async def test_a_long_page_is_sent_while_it_is_drawn_and_kept(forge, ada, client, page):
    url = await long_page(forge, ada, page)
    drawn = await client.get(url)
    first = await drawn.text()
    kept = await client.get(url)
    assert ("ETag" in drawn.headers, "ETag" in kept.headers) == (False, True)
    assert await kept.text() == first
    plain = await client.get(url, headers={"Accept-Encoding": "identity"})
    assert await plain.text() == await kept.text()
    assert "line_799" in await kept.text()


@LONG_PAGES
async def test_who_has_a_long_page_or_wants_its_head_gets_no_more(forge, ada, client, page):
    url = await long_page(forge, ada, page)
    head = await client.head(url)
    assert (head.status, await head.read()) == (200, b"")
    tag = head.headers["ETag"]
    client.app[KEPT].clear()
    again = await client.get(url, headers={"If-None-Match": tag})
    assert (again.status, await again.read()) == (304, b"")


async def test_a_long_page_that_cannot_be_drawn_to_its_end_breaks_off(forge, ada, client, caplog):
    url = await long_page(forge, ada, "/blob/a.py")
    whole = await text_of(client, url)
    client.app[KEPT].clear()

    def broken(*_lines, **_more):
        raise ValueError("made up")

    filters = templates().filters
    filters["code_lines"], right = broken, filters["code_lines"]
    try:
        with pytest.raises(ClientError):
            await text_of(client, url)
    finally:
        filters["code_lines"] = right
    assert "page failed" in caplog.text
    assert not client.app[KEPT]._values
    assert await text_of(client, url) == whole


@pytest.mark.parametrize("page", ["", "/tree/src"])
async def test_a_readme_that_takes_long_comes_when_the_rest_is_out(forge, ada, client, page):
    project = await a_project(forge, ada, "rest")
    files = dict.fromkeys(("README.rst", "src/README.rst"), b"Rest\n====\n\n*drawn late*")
    await a_landing(forge, ada, project, files)
    url = f"/ada/rest{page}"
    drawn = await client.get(url)
    first = await drawn.text()
    kept = await client.get(url)
    assert ("ETag" in drawn.headers, "ETag" in kept.headers) == (False, True)
    assert "<em>drawn late</em>" in first
    assert await kept.text() == first
    assert await text_of(client, url, headers={"Accept-Encoding": "identity"}) == first
    client.app[KEPT].clear()
    client.app[DRAWN].clear()
    assert (await client.head(url)).headers["ETag"]
    assert await text_of(client, url) == first


async def test_a_landing_goes_out_before_its_lines_are_drawn(forge, ada, client, monkeypatch):
    project = await a_project(forge, ada, "long")
    text = b"".join(b"wait_%d = %d\n" % (n, n) for n in range(2_000))
    await a_landing(
        forge, ada, project, {"a.py": text[:9_000], "b.py": text[:9_000]}, goal="Write much"
    )
    url, may_draw, drawn = "/ada/long/landings/1", threading.Event(), Undrawn.__iter__

    def late(lines):
        assert may_draw.wait(20)
        return drawn(lines)

    monkeypatch.setattr(Undrawn, "__iter__", late)
    async with client.get(url) as answer:
        head = await answer.content.readuntil(b"</header>")
        may_draw.set()
        first = (head + await answer.read()).decode()
    assert b"Write much" in head
    assert first.count("diff-line") > 400
    assert first.index('id="file-a.py"') < first.index('id="file-b.py"') < first.index("</main>")
    assert await text_of(client, url) == first


@pytest.mark.parametrize("before", ["", "a" * FIRST, "a" * AT_ONCE])
async def test_what_takes_long_comes_in_its_place_and_late(before):
    seen = []

    async def make():
        seen.append("late")
        return Markup("<b>late</b>")

    drawing = Drawing(iter([before, "<p>mark</p>", "c"]), Later("mark", make), {})
    async for portion in drawing.portions():
        seen += [portion.decode()]
    at = seen.index("late")
    assert "".join(seen[:at]) == before + "<p>"
    assert "".join(seen[at + 1 :]) == "<b>late</b></p>c"


@given(st.lists(st.text(max_size=6_000), max_size=60))
def test_portions_are_the_whole(pieces):
    found = list(portions(iter(pieces)))
    assert b"".join(found) == "".join(pieces).encode()
    assert all(found[:-1])

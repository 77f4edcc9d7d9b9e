"""People's pages: what they show, to whom, and that nothing that somebody typed gets out of hand."""

import io
import re
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from aiohttp import CookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from node.daemon.http import application
from node.feeds import verbs as feeds
from node.kernel.errors import Invalid
from node.notifications import verbs as notifications
from node.organizations import verbs as organizations
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.signin import verbs as signin
from node.stars import verbs as stars
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.forges import START_MS, a_project, an_account
from web.areas.people import days, show
from web.areas.people.year import level, span, year
from web.atom import SPACE, Atom, Entry, written
from web.page import SESSION_COOKIE

OWN_FORM = {"Sec-Fetch-Site": "same-origin"}
ATOM = f"{{{SPACE}}}"
HOSTILE = '"><script>alert(1)</script>\u0000\u202e{{ 7*7 }}'


@pytest.fixture
async def server(forge):
    return TestServer(application(forge))


@pytest.fixture
async def visitor(server):
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield client


@pytest.fixture
async def ada(forge):
    return await an_account(forge)


@pytest.fixture
async def adas(forge, server, ada):
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        cookie = await signin.redeem_link(forge, await signin.make_link(forge, ada))
        client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
        yield client


@pytest.fixture
async def book(forge, ada):
    made = await a_project(forge, ada)
    await a_landing(forge, ada, made, {"a": b"1"}, goal=f"Say {HOSTILE}\n\nand why")
    await settled(forge, feeds.FEATURE)
    return made


async def text(client, path, status=200):
    answer = await client.get(path)
    assert answer.status == status
    return await answer.text()


async def post(client, path, **form):
    answer = await client.post(path, data=form, headers=OWN_FORM, allow_redirects=False)
    return answer.status, await answer.text()


def a_picture():
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (9, 99, 9)).save(out, "PNG")
    return out.getvalue()


def a_form(data, name="me.png", kind="image/png"):
    form = FormData()
    form.add_field("picture", data, filename=name, content_type=kind)
    return form


@pytest.mark.usefixtures("book")
async def test_a_page_shows_the_year_the_feed_and_the_projects(visitor):
    page = await text(visitor, "/ada")
    assert "1 landing on public projects in 52 weeks" in page
    assert "1 landing on 1 day of the last 52 weeks" in page
    assert 'href="/ada/book/landings/1"' in page
    assert "<script>alert" not in page
    assert 'href="/ada.atom"' in page


async def test_what_goes_private_leaves_the_page_and_the_feeds_at_once(forge, visitor, ada, book):
    assert "/ada/book" in await text(visitor, "/ada")
    changes = ProjectChanges(visibility="private")
    await projects.update(forge, ada.party, "ada", "book", changes)
    for path in ("/ada", "/ada.atom", "/ada?tab=stars"):
        assert "ada/book" not in await text(visitor, path)
    await text(visitor, f"/{book.address}/landings.atom", status=404)


async def test_a_profile_is_edited_and_shown_as_text(adas, visitor):
    fields = {"bio": HOSTILE, "website": "ada.example", "mastodon": "http://social.example/@ada"}
    assert (await post(adas, "/account/profile", **fields))[0] == 303
    page = await text(visitor, "/ada")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert 'href="https://ada.example" rel="me noopener"' in page
    for kind, bad in (("website", "javascript:alert(1)"), ("x", "data:text/html,x")):
        status, shown = await post(adas, "/account/profile", bio="kept as typed", **{kind: bad})
        assert status in {400, 422}
        assert "kept as typed" in shown
        assert f'href="{bad}"' not in shown
    assert "ada.example" in await text(visitor, "/ada")


async def test_a_picture_is_shown_as_what_it_is_and_nothing_else(adas, visitor):
    answer = await adas.post(
        "/account/picture", data=a_form(a_picture()), headers=OWN_FORM, allow_redirects=False
    )
    assert answer.status == 303
    page = await text(visitor, "/ada")
    address = page.partition('src="/images/')[2].partition('"')[0]
    shown = await visitor.get(f"/images/{address}")
    assert (shown.status, shown.content_type) == (200, "image/webp")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert (await post(adas, "/account/picture"))[0] == 303
    assert "/images/" not in await text(visitor, "/ada")
    await text(visitor, f"/images/{address}", status=404)


@pytest.mark.parametrize("path", ["/account/picture", "/organizations/club/picture"])
async def test_a_picture_that_is_more_than_a_form_is_said_to_be_too_large(forge, ada, adas, path):
    await organizations.create(forge, ada.party, "club")
    photo = io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(2_500_000))
    answer = await adas.post(path, data=a_form(photo), headers=OWN_FORM)
    assert answer.status == 400
    assert "it has more than 900 kB" in await answer.text()


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nx"])
async def test_what_is_no_picture_is_said_to_be_none(adas, data):
    answer = await adas.post("/account/picture", data=a_form(data), headers=OWN_FORM)
    assert 400 <= answer.status < 500
    assert "The picture was not taken" in await answer.text()


async def test_organizations_are_public_with_their_members(forge, visitor, ada):
    await organizations.create(forge, ada.party, "guild", "The guild")
    page = await text(visitor, "/ada")
    assert page.index(">Projects</h2>") < page.index(">Organizations</h2>") < page.index("/guild")
    assert "1 member" in page
    assert "admin" in await text(visitor, "/guild")
    assert "0 followers<" in await text(visitor, "/guild")


async def test_one_follows_and_reads_the_feed(forge, adas, ada):
    bob = await an_account(forge, "bob")
    assert "Nothing yet" in await text(adas, "/feed")
    await a_project(forge, bob, "moth")
    await settled(forge, feeds.FEATURE)
    assert (await post(adas, "/bob/follow", follow="yes"))[0] == 303
    assert "/bob/moth" in await text(adas, "/feed")
    assert "1 follower<" in await text(adas, "/bob")
    assert (await post(adas, "/ada/follow", follow="yes"))[0] >= 400
    assert (await post(adas, "/bob/follow", follow="no"))[0] == 303
    assert "/bob/moth" not in await text(adas, "/feed")
    assert (await feeds.following(forge, ada.party, "bob")).followers == 0


async def test_what_is_new_stands_in_the_bar_until_it_is_read(forge, adas, book):
    assert 'aria-label="Notifications"' in await text(adas, "/")
    for name in ("bob", "eve"):
        await stars.set_star(forge, (await an_account(forge, name)).party, book)
    await settled(forge, notifications.FEATURE)
    assert "Notifications, 2 unread" in await text(adas, "/ada/book")
    page = await text(adas, "/notifications")
    newest = page.partition('name="event" value="')[2].partition('"')[0]
    assert (await post(adas, "/notifications/read", event=newest))[0] == 303
    assert "Notifications, 1 unread" in await text(adas, "/ada/book")
    assert (await post(adas, "/notifications/read", until=newest))[0] == 303
    assert 'aria-label="Notifications"' in await text(adas, "/ada/book")
    assert (await post(adas, "/notifications/read", event="999999"))[0] == 404


@pytest.mark.parametrize("path", ["/ada.atom", "/ada/book/landings.atom"])
@pytest.mark.usefixtures("book")
async def test_a_feed_is_atom_with_ids_that_stay(visitor, path, ada, book):
    for page in (f"/{book.address}", f"/{book.address}/landings"):
        assert f'href="/{book.address}/landings.atom"' in await text(visitor, page)
    answer = await visitor.get(path)
    assert (answer.status, answer.content_type) == (200, "application/atom+xml")
    root = ET.fromstring(await answer.text())
    ids = [one.findtext(f"{ATOM}id") for one in root.iter(f"{ATOM}entry")]
    assert f"{book.id}#1" in ids
    assert len(set(ids)) == len(ids)
    assert root.findtext(f"{ATOM}id") in {f"{ada.did}#feed", f"{book.id}#landings"}
    assert root.findtext(f"{ATOM}updated").endswith("Z")
    for entry in root.iter(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == "ada"
        assert entry.find(f"{ATOM}link").get("href").startswith("http://127.0.0.1:7070/ada/book")
    again = await visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


def test_what_xml_cannot_say_is_replaced():
    told = Entry("a:b", "x\u0000\u0008\ufffe]]>&<", "http://x", "", START_MS, "\ud800")
    root = ET.fromstring(written(Atom("a:c", "t", "http://y", "http://z", START_MS, [told])))
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == "x\ufffd\ufffd\ufffd]]>&<"


def test_a_year_is_52_weeks_from_sunday_in_quarters_of_the_most():
    first, last = span(START_MS)
    assert (first + 4) % 7 == 0  # 1 January 1970 was a Thursday
    assert 51 * 7 <= last - first < 52 * 7
    drawn = year(START_MS, {last: 8, first: 2})
    assert (drawn.cells[0].level, drawn.cells[-1].level, drawn.total) == (1, 4, 10)
    assert len(drawn.months) == 52
    assert [level(count, 8) for count in (0, 1, 2, 3, 4, 5, 6, 7, 8)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert year(START_MS, {}).said == "No landings in the last 52 weeks."


class Asked:
    def __init__(self, before):
        self.query = {"before": before}


def test_where_a_feed_goes_on_is_a_time():
    at = (START_MS + 7, 42)
    assert days.asked(Asked(days.cursor(at))) == at
    assert days.asked(Asked("2026-11-23T12:00:00Z")) == (1_795_435_200_000, 0)
    assert days.asked(Asked("2026-11-23T12:00:00 00:00"))[0] == 1_795_435_200_000
    assert days.asked(Asked("")) == feeds.NEWEST
    for bad in ("x", "1", "9999999999999999", "2026-13-01"):
        with pytest.raises(Invalid):
            days.asked(Asked(bad))


async def test_all_projects_and_stars_of_somebody_can_be_reached(forge, ada, visitor, monkeypatch):
    monkeypatch.setattr(show, "SHOWN", 2)
    for handle in ("one", "three", "two"):
        made = await a_project(forge, ada, handle)
        await stars.set_star(forge, ada.party, made, starred=True)
    for tab, name in (("?", "projects"), ("?tab=stars&", "page")):
        seen = set()
        for page in (1, 2):
            shown = await text(visitor, f"/ada{tab}{name}={page}")
            seen |= set(re.findall(r'href="/ada/(one|two|three)"', shown))
            assert (f"{name}=2#" in shown) == (page == 1)
            assert (f"{name}=1#" in shown) == (page == 2)
        assert seen == {"one", "two", "three"}


@pytest.mark.parametrize("asked", ["", "0", "-1", "x", "9" * 20, "\u0661"])
async def test_no_page_of_a_profile_is_asked_for_in_vain(forge, ada, visitor, asked):
    await a_project(forge, ada, "one")
    assert 'href="/ada/one"' in await text(visitor, f"/ada?projects={quote(asked)}")

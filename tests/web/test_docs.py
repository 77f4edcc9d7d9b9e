"""The documents beside the program are pages of the node, and so are news, law and figures."""

import re
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account, the_keeper
from web.areas.changelog.releases import releases
from web.areas.docs import finding
from web.areas.docs.library import library
from web.areas.docs.show import body_of, headings_of
from web.page import SESSION_COOKIE

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
async def client(forge):
    await the_keeper(forge)
    ada = await an_account(forge, "ada")
    await a_landing(forge, ada, await a_project(forge, ada), {"a.txt": b"a\n"})
    async with TestClient(TestServer(application(forge))) as made:
        yield made


async def text_of(client, page, status=200):
    answer = await client.get(page)
    assert answer.status == status, (page, answer.status)
    return await answer.text()


async def enter(forge, account):
    cookie = await signin.redeem_link(forge, await signin.make_link(forge, account))
    return {"Cookie": f"{SESSION_COOKIE}={cookie}"}


async def test_every_document_is_named_on_the_first_page_and_has_its_own(client):
    first = await text_of(client, "/docs")
    assert len(library().documents) > 50
    for one in library().documents:
        assert f'href="{one.url}"' in first


@pytest.mark.parametrize("one", library().documents, ids=lambda one: one.url)
def test_links_of_a_document_lead_to_pages_pictures_and_sections_there_are(one):
    held = library()
    body = body_of(held, one)
    known = {other.url for other in held.documents} | {"/docs", "/changelog"}
    for target in re.findall(r'<a href="(/[^"]*)"', body):
        assert target.partition("#")[0] in known, target
        page, _, section = target.partition("#")
        there = next((other for other in held.documents if other.url == page), None)
        assert not section or there is None or f'id="{section}"' in body_of(held, there), target
    shown = re.findall(r'<img src="([^"]+)"', body)
    assert len(shown) == one.text.count("![")
    for source in shown:
        assert source.removeprefix("/docs/images/") in held.pictures
    anchors = {anchor for _, anchor, _ in headings_of(body)}
    assert len(anchors) == len(headings_of(body))


async def test_a_document_has_its_contents_and_its_neighbours(client):
    text = await text_of(client, "/docs/how-to/run-a-node")
    assert 'href="#readme-limits"' in text
    assert 'id="readme-limits"' in text
    assert 'rel="prev"' in text
    assert 'rel="next"' in text
    assert 'href="/docs/how-to/bring-in-people"' in text
    assert text.count("<h1") == 1


async def test_documents_of_the_root_are_there(client):
    for page in ("/docs/how-to/contribute", "/docs/explanation/threat-model"):
        await text_of(client, page)


@pytest.mark.parametrize(
    "page",
    [
        "/docs/how-to/none",
        "/docs/none/run-a-node",
        "/docs/none",
        "/docs/how-to/..%2F..%2FTHREAT_MODEL",
        "/docs/images/..%2F..%2Fpyproject.toml",
        "/docs/images/none.png",
        "/docs/images/%00",
    ],
)
async def test_nothing_else_is_served(client, page):
    await text_of(client, page, 404)


async def test_pictures_are_served_as_what_they_are(client):
    for name in library().pictures:
        answer = await client.get(f"/docs/images/{name}")
        assert answer.status == 200
        assert answer.content_type == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_words_are_found_without_a_script(client):
    text = await text_of(client, "/docs?q=bootstrap+dht")
    assert "<mark>" in text
    assert "/docs/how-to/run-a-node" in text
    assert 'data-typing="found"' in text
    assert "No document has all of these words" in await text_of(client, "/docs?q=zzzqqq")


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "(((((((", "\\", "a" * 5000, "%00", "[.*+?", "' or 1"]
)
async def test_whatever_is_typed_is_text(client, typed):
    answer = await client.get("/docs", params={"q": typed})
    assert answer.status == 200
    assert "<script>alert" not in await answer.text()


def test_a_title_weighs_more_than_a_mention():
    assert finding.find(library().documents, ["glossary"])[0].document.name == "glossary"
    assert finding.find(library().documents, []) == []


async def test_a_program_without_its_documents_says_so(client, monkeypatch, tmp_path):
    empty = library(tmp_path)
    monkeypatch.setattr("web.areas.docs.show.library", lambda: empty)
    assert "not beside this program" in await text_of(client, "/docs")
    await text_of(client, "/docs/how-to/run-a-node", 404)


def test_releases_stand_behind_what_is_coming_next(tmp_path):
    (tmp_path / "docs/changelog").mkdir(parents=True)
    (tmp_path / "docs/news").mkdir()
    (tmp_path / "docs/news/one.md").write_text("Pages are *quick*.\n<script>x</script>\n")
    for version, day in (("0.9", "2026-01-02"), ("0.10", "2026-01-02"), ("1.0", "2026-03-01")):
        (tmp_path / f"docs/changelog/{version}.md").write_text(f"---\ndate: {day}\n---\nNew.\n")
    (tmp_path / "docs/changelog/README.md").write_text("# No release\n")
    found = releases(tmp_path)
    assert [one.version for one in found] == ["next", "1.0", "0.10", "0.9"]
    assert "<em>quick</em>" in found[0].body
    assert "<script" not in found[0].body


async def test_news_are_a_page_and_a_feed(client, forge):
    assert "Coming next" in await text_of(client, "/changelog")
    answer = await client.get("/changelog.atom")
    assert answer.content_type == "application/atom+xml"
    feed = ET.fromstring(await answer.text())
    assert feed.find(f"{ATOM}id").text == f"{forge.node.url}/changelog.atom"
    for entry in feed.iter(f"{ATOM}entry"):
        assert entry.find(f"{ATOM}updated").text
        assert entry.find(f"{ATOM}id").text.startswith(forge.node.url)
    again = await client.get("/changelog.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


async def test_news_are_a_feed_of_the_older_kind(client, forge):
    answer = await client.get("/changelog/rss")
    assert answer.content_type == "application/rss+xml"
    channel = ET.fromstring(await answer.text()).find("channel")
    assert channel.find("link").text == f"{forge.node.url}/changelog"
    items = channel.findall("item")
    assert items
    for item in items:
        assert parsedate_to_datetime(item.find("pubDate").text)
        assert item.find("link").text.startswith(f"{forge.node.url}/changelog/version/")


async def test_a_release_has_a_page_of_its_own(client):
    text = await text_of(client, "/changelog/version/next")
    assert "<title>Coming next · Changelog" in text
    assert "knows no version" in await text_of(client, "/changelog/version/0.0.0", 404)


async def test_the_law_of_the_node_is_one_page(client):
    text = await text_of(client, "/legal")
    for said in ("without warranty", "keeps", "Cookies", "Peers hold copies"):
        assert said in text
    for name in ("terms", "privacy", "cookies", "impressum"):
        answer = await client.get(f"/{name}", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (301, "/legal")


async def test_figures_are_for_those_who_keep_the_node(client, forge):
    keeper = await the_keeper(forge)
    await text_of(client, "/admin", 403)
    answer = await client.get("/admin", headers=await enter(forge, keeper))
    text = await answer.text()
    assert answer.status == 200
    for said in ("Newest people", "Newest organizations", "ada/book", "Landings"):
        assert said in text


async def test_what_is_private_is_neither_figured_by_name_nor_mapped(client, forge):
    keeper, bob = await the_keeper(forge), await an_account(forge, "bob")
    hidden = await a_project(forge, bob, "secret-diary", visibility="private")
    await a_landing(forge, bob, hidden, {"a.txt": b"a\n"}, goal="Write it down")
    answer = await client.get("/admin", headers=await enter(forge, keeper))
    for text in (await answer.text(), await text_of(client, "/sitemap.xml")):
        assert "secret-diary" not in text
        assert "Write it down" not in text


async def test_crawlers_are_told_what_is_public(client, forge):
    root = ET.fromstring(await text_of(client, "/sitemap.xml"))
    found = [one.text for one in root.iter(f"{MAP}loc")]
    for path in ("/ada", "/ada/book", "/docs"):
        assert forge.node.url + path in found
    assert f"Sitemap: {forge.node.url}/sitemap.xml" in await text_of(client, "/robots.txt")
    await text_of(client, "/sitemap-1.xml")
    for part in ("0", "2", "999999"):
        await text_of(client, f"/sitemap-{part}.xml", 404)


async def test_a_long_list_is_sent_in_parts(client, forge, monkeypatch):
    monkeypatch.setattr("node.figures.verbs.PART", 2)
    root = ET.fromstring(await text_of(client, "/sitemap.xml"))
    assert root.tag == f"{MAP}sitemapindex"
    parts = [one.text.removeprefix(forge.node.url) for one in root.iter(f"{MAP}loc")]
    found = [
        one for part in parts for one in re.findall("<loc>(.*?)</loc>", await text_of(client, part))
    ]
    assert forge.node.url + "/ada/book" in found
    assert len(found) == len(set(found))


async def test_what_an_address_takes_instead_is_named(client):
    answer = await client.delete("/ada/book")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"

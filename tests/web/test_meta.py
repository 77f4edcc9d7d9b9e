"""Every page says what it is, to whoever looks only at its head: search, previews, readers."""

import html
import io
import json
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from node.accounts import verbs as accounts
from node.daemon.http import application
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.pages import foreign_scripts
from web.creators import creators

GOAL = 'Say "why" & <how>'
PAGES = {
    "/": "test",
    "/ada": "ada · test",
    "/ada/book": "ada/book · test",
    "/ada/book/landings": "Landings · ada/book",
    "/ada/book/landings/1": f"{GOAL} · @1 · ada/book",
    "/ada/book/tree/src": "src · ada/book",
    "/ada/book/blob/src/one.txt": "src/one.txt · ada/book",
    "/ada/book/blame/src/one.txt": "Blame of src/one.txt · ada/book",
    "/sign-in": "Sign in · test",
    "/design": "Design · test",
    "/docs": "Documentation · test",
    "/docs/how-to/run-a-node": "Run a node · Documentation · test",
    "/changelog": "Changelog · test",
    "/legal": "Legal · test",
    "/api": "API · test",
}


@pytest.fixture
async def client(forge):
    ada = await an_account(forge, "ada")
    project = await a_project(forge, ada)
    await a_landing(forge, ada, project, {"src/one.txt": b"one\n"}, goal=GOAL)
    async with TestClient(TestServer(application(forge))) as made:
        yield made


async def head_of(client, page):
    text = await (await client.get(page)).text()
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', text)
    return text, {name: html.unescape(content) for name, content in found}


@pytest.mark.parametrize(("page", "title"), PAGES.items())
async def test_a_page_has_title_description_and_canonical_address(client, forge, page, title):
    text, meta = await head_of(client, page)
    assert html.unescape(re.search(r"<title>(.*?)</title>", text)[1]) == title
    assert meta["og:title"] == title
    assert meta["description"] == meta["og:description"]
    assert meta["og:site_name"] == forge.node.name
    assert meta["og:url"] == forge.node.url + page
    assert meta["twitter:card"] == "summary_large_image"
    assert meta["og:image"] == meta["twitter:image"] == forge.node.url + "/static/card.png"
    assert f'<link rel="canonical" href="{forge.node.url}{page}">' in text


async def test_the_picture_of_cards_is_as_large_as_they_say(client):
    _, meta = await head_of(client, "/")
    answer = await client.get("/static/card.png")
    assert answer.content_type == "image/png"
    width, height = Image.open(io.BytesIO(await answer.read())).size
    assert (str(width), str(height)) == (meta["og:image:width"], meta["og:image:height"])


async def test_pages_of_a_project_each_say_what_they_are(client):
    pages = ("", "/landings", "/landings/1", "/tree/src", "/blob/src/one.txt", "/sessions")
    pages += ("/blame/src/one.txt", "/compare?from=0&to=1", "/find", "/agents")
    said = {(await head_of(client, f"/ada/book{page}"))[1]["description"] for page in pages}
    assert len(said) == len(pages)


def of(**links):
    return dict(creators(Profile(**links)))


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ({"x": "https://x.com/ada_l"}, {"twitter:creator": "@ada_l"}),
        ({"x": "https://www.twitter.com/ada/"}, {"twitter:creator": "@ada"}),
        ({"x": "https://x.com/i/flow"}, {}),
        ({"x": "https://example.org/ada"}, {}),
        ({"mastodon": "https://m.example/@ada"}, {"fediverse:creator": "@ada@m.example"}),
        (
            {"mastodon": "https://m.example:8443/users/ada"},
            {"fediverse:creator": "@ada@m.example:8443"},
        ),
        ({"mastodon": "https://m.example/about"}, {}),
        ({"mastodon": "https://u:p@m.example/@ada"}, {}),
        ({}, {}),
    ],
)
def test_who_made_a_page_follows_from_their_links(links, said):
    assert of(**links) == said


async def test_cards_name_who_made_what_a_page_shows(client, forge):
    ada = (await accounts.get(forge, "ada")).party
    said = Profile(x="https://x.com/ada", mastodon="https://m.example/@ada")
    await profiles.update(forge, ada, "ada", said)
    for page in ("/ada", "/ada/book", "/ada/book/landings/1"):
        _, meta = await head_of(client, page)
        assert meta["twitter:creator"] == "@ada", page
        assert meta["fediverse:creator"] == "@ada@m.example", page


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_has_one_main_part_a_way_to_skip_to_it_and_one_title(client, page):
    text, _ = await head_of(client, page)
    assert text.count("<main ") == 1
    assert '<a class="skip" href="#content" lang="en">' in text
    assert '<html lang="en"' in text
    assert text.count("<h1") == 1
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_has_no_script_and_no_style_of_its_own(client, page):
    text, _ = await head_of(client, page)
    assert foreign_scripts(text) == []
    assert "<style" not in text
    assert not re.search(r'<[^>]+ (?:style|on\w+)="', text)


async def test_a_project_says_what_it_is_to_programs(client, forge):
    ada = await an_account(forge, "ada")
    hostile = '</script><script>alert(1)</script> & "quoted" \u2028'
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(description=hostile))
    text = await (await client.get("/ada/book")).text()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert len(found) == 1
    assert foreign_scripts(text) == []
    data = json.loads(found[0])
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "SoftwareSourceCode"
    assert data["description"] == hostile.strip()
    assert data["codeRepository"] == forge.node.url + "/ada/book.git"
    assert data["author"]["@type"] == "Person"
    assert data["identifier"].startswith("mic:")
    for page in ("/ada", "/ada/book/landings", "/"):
        assert "ld+json" not in await (await client.get(page)).text()

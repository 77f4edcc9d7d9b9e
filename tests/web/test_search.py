"""The search page: what it shows of hits, where its links lead, and that any words get a page."""

import html
import re
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.search import indexing
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.forges import a_project, an_account

CODE = b"one = 1\nfirst_wait = 2 < 3\n\nfirst_wait += 1\n"
GOAL = "Wait <b>less</b>\n\nA first wait was too long."


@pytest.fixture(autouse=True)
async def book(forge):
    ada = await an_account(forge)
    made = await a_project(forge, ada)
    await a_landing(forge, ada, made, {"src/a <b>.py": CODE}, goal=GOAL)
    diary = await a_project(forge, ada, "diary", visibility="private")
    await a_landing(forge, ada, diary, {"secret.py": CODE}, goal=GOAL)
    await settled(forge, indexing.FEATURE)
    return made


@pytest.fixture
async def page(forge):
    async with TestClient(TestServer(application(forge))) as client:

        async def ask(query):
            answer = await client.get(f"/search{query}")
            return answer.status, await answer.text()

        yield ask


async def test_lines_are_marked_and_lead_to_themselves(page):
    status, text = await page("?q=first_wait&scope=code")
    assert status == 200
    plain = re.sub(r"</?span[^>]*>", "", text)
    assert "<mark>first</mark>_<mark>wait</mark> = 2 &lt; 3" in plain
    assert re.search(r'<code class="code-text">.*<span class="\w+">2</span>', text)
    links = [html.unescape(one) for one in re.findall(r'class="code-no" href="([^"]+)"', text)]
    assert [one.rpartition("#")[2] for one in links] == ["L2", "L4"]
    assert all(one.startswith("/ada/book/blob/src/a%20%3Cb%3E.py") for one in links)
    assert "2 lines" in text
    assert "secret" not in text


async def test_reasons_are_shown_as_they_were_written(page):
    _, text = await page("?q=less&scope=reasons")
    assert "&lt;b&gt;<mark>less</mark>&lt;/b&gt;" in text
    assert 'href="/ada/book/landings/1"' in text
    assert "diary" not in text


async def test_tabs_count_and_keep_the_words(page):
    _, text = await page("?q=first+wait&project=ada/book")
    tabs = re.findall(r'class="tab" href="([^"]+)".*?class="tab-count">([\d,+]+)<', text)
    assert [count for _, count in tabs] == ["2", "0", "1", "1"]
    assert all("q=first+wait" in url and "project=ada%2Fbook" in url for url, _ in tabs)
    assert "Search the whole node" in text


async def test_the_margin_narrows(page):
    _, text = await page("?q=first+wait&scope=reasons&origin=human")
    assert re.findall(r'name="origin" value="([\w-]+)" checked', text) == ["human"]
    assert 'type="hidden" name="scope" value="reasons"' in text
    tabs = re.findall(r'class="tab" href="([^"]+)"', text)
    assert all("origin=human" in url for url in tabs)
    where = re.search(r'<h2>Where</h2>.*?href="([^"]+)">ada/book</a><span>(\d+)', text)
    assert (where[1], where[2]) == (
        "/search?q=first+wait&amp;scope=reasons&amp;project=ada%2Fbook&amp;origin=human",
        "1",
    )
    assert "Peers" not in "".join(re.findall(r'class="tab" .*?</a>', text))
    assert len(re.findall(r'name="origin" value="[\w-]+" checked', (await page("?q=wait"))[1])) == 4


async def test_no_words_and_no_hits_say_what_to_try(page):
    assert "Search finds projects by name" in (await page(""))[1]
    assert "Try fewer of them" in (await page("?q=nonesuch"))[1]


@pytest.mark.parametrize(
    "typed",
    ['"', "a AND", "NEAR(", "a\0b", "<script>x</script>", "'\"><img src=x>", "é" * 700, "in:a/b", "\u202ex"],
)  # fmt: skip
@pytest.mark.parametrize("more", ["", "&scope=nothing", "&page=-1", "&page=99", "&project='%22"])
async def test_any_words_get_a_page(page, typed, more):
    status, text = await page(f"?q={quote(typed)}{more}")
    assert status == 200
    assert "<script>x" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize("typed", ["!!!", "*", '"', "\U0001f331"])
async def test_signs_alone_are_said_not_to_be_looked_for(page, typed):
    status, text = await page("?q=" + quote(typed))
    assert status == 200
    assert "signs alone are not looked for" in text


async def test_who_typed_nothing_is_told_how_to_search(page):
    _, text = await page("")
    assert "signs alone" not in text

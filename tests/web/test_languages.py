"""Pages in other languages: whole, at addresses of their own, and with the same in every language."""

import re
from pathlib import Path

import polib
import pytest
from aiohttp.test_utils import TestClient, TestServer

import web
from node.daemon.http import application
from web.languages.words import ENGLISH, LANGUAGES, OTHERS, Spoken, catalog

WEB = Path(web.__file__).parent
TEMPLATES = ("areas/front/show.html", "areas/legal/show.html")
SAID = {
    message
    for name in TEMPLATES
    for message in re.findall(r"_\(\s*'([^']*)'", (WEB / name).read_text("utf-8"))
}
PAGES = ("/", "/legal")


@pytest.fixture
async def client(forge):
    async with TestClient(TestServer(application(forge))) as made:
        yield made


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.path)
def test_a_catalog_says_all_of_it_and_nothing_else(language):
    found = polib.pofile(str(WEB / "languages" / f"{language.path}.po"))
    assert {one.msgid for one in found} == SAID
    assert not [one.msgid for one in found if not one.msgstr or one.fuzzy]


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.path)
def test_a_catalog_puts_in_the_same_and_links_to_the_same(language):
    for english, said in catalog(language.path).items():
        for what in (r"{\w+}", r"<[^>]+>"):
            assert sorted(re.findall(what, said)) == sorted(re.findall(what, english)), said


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.tag)
async def test_a_page_is_in_the_language_of_its_address_and_names_the_others(
    client, forge, language, page
):
    answer = await client.get(language.at(page))
    text = await answer.text()
    assert answer.status == 200
    assert f'<html lang="{language.tag}">' in text
    known = catalog(language.path)
    english = {"/": "Code, and the reasons for it.", "/legal": "No warranty"}[page]
    assert known.get(english, english) in text
    for other in LANGUAGES:
        where = forge.node.url + other.at(page)
        assert f'<link rel="alternate" hreflang="{other.tag}" href="{where}">' in text
        assert f'href="{other.at(page)}" hreflang="{other.tag}"' in text


async def test_other_pages_are_in_english(client):
    assert '<html lang="en">' in await (await client.get("/explore")).text()
    assert (await client.get("/ja/explore")).status == 404


def test_what_is_put_in_is_text():
    said = Spoken(LANGUAGES[-1], "/")
    assert "&lt;img&gt;" in said("Welcome back, {name}", name="<img>")
    assert Spoken(ENGLISH, "/")("Welcome back, {name}", name="ada") == "Welcome back, ada"

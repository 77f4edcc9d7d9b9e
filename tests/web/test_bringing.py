"""The form that begins an import, and what can be chosen in it."""

import html
import json

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.signin import verbs as signin
from tests.support.actors import a_stranger
from tests.support.forges import a_project, an_account
from web.page import SESSION_COOKIE

LIST = "/api/v1/users/ada/repos"


@pytest.fixture
async def host():
    async with a_stranger() as made:
        yield made


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


@pytest.fixture
async def bobs(forge, bob):
    object.__setattr__(forge, "reach_private", True)
    jar = CookieJar(unsafe=True)
    async with TestClient(TestServer(application(forge)), cookie_jar=jar) as client:
        cookie = await signin.redeem_link(forge, await signin.make_link(forge, bob))
        client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
        yield client


def offers(host, **about):
    found = [
        {"name": name, "clone_url": f"{host.url}/ada/{name}.git", "description": said}
        for name, said in about.items()
    ]
    host.shows(LIST, json.dumps(found).encode(), "application/json")


async def got(client, **query):
    answer = await client.get("/projects/import", params=query)
    return answer.status, html.unescape(await answer.text())


async def test_a_repository_is_chosen_and_stands_in_the_form(bobs, host):
    offers(host, engine="Weaves.", spore="Stores and forwards.")
    whom = f"{host.url}/ada"
    status, page = await got(bobs, **{"from": whom, "visibility": "public"})
    assert (status, "2 repositories" in page) == (200, True)
    assert page.count(">Choose<") == 2
    where = page.split('class="person-act"><a class="button" href="')[1].split('"')[0]
    assert where.endswith("#import")
    chosen = html.unescape(await (await bobs.get(where)).text())
    assert f'name="url" value="{host.url}/ada/engine.git"' in chosen
    assert 'value="public" checked' in chosen


async def test_words_leave_those_that_have_all_of_them(bobs, host):
    offers(host, engine="Weaves what others spin", spore="Stores", loom="")
    whom = f"{host.url}/ada"
    status, page = await got(bobs, **{"from": whom, "q": "WEAVES engine"})
    assert (status, "1 of 3 repositories" in page) == (200, True)
    assert "None of them has these words." in (await got(bobs, **{"from": whom, "q": "zebra"}))[1]
    assert host.asked == [LIST]  # the forge is not asked again for each letter


async def test_what_one_has_already_is_said(forge, bob, bobs, host):
    await a_project(forge, bob, "engine", visibility="private")
    offers(host, engine="")
    page = (await got(bobs, **{"from": f"{host.url}/ada"}))[1]
    assert 'you have <a href="/bob/engine">' in page


async def test_what_others_say_of_theirs_is_text(bobs, host):
    hostile = "<img src=x onerror=alert(1)>"
    one = {"name": "<b>x", "clone_url": f"{host.url}/ada/x", "description": hostile}
    host.shows(LIST, json.dumps([one | {"language": hostile}]).encode(), "application/json")
    answer = await bobs.get("/projects/import", params={"from": f"{host.url}/ada"})
    page = await answer.text()
    assert "&lt;b&gt;x" in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    ("whom", "status", "said"),
    [
        ("ada/engine/x", 400, "names nobody"),
        ("ftp://x/ada", 400, "names nobody"),
        ("{url}/nobody", 404, "is not there"),
        ("127.0.0.1:1/ada", 502, "does not answer"),
    ],
)
async def test_whom_nobody_knows_is_said_and_the_form_stays(bobs, host, whom, status, said):
    found, page = await got(bobs, **{"from": whom.format(url=host.url), "handle": "kept"})
    assert (found, said in page, 'value="kept"' in page) == (status, True, True)
    assert 'name="url"' in page


async def test_an_empty_list_says_so(bobs, host):
    offers(host)
    page = (await got(bobs, **{"from": f"{host.url}/ada"}))[1]
    assert "Nothing is open to everybody there." in page

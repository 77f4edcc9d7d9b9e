"""Every route of the node, in one table: whose posts count, and which headers each answer has."""

import contextlib
import dataclasses
import re
from http.cookies import SimpleCookie

import pytest
from aiohttp import ClientPayloadError, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.wire import a_token
from web.app import is_elsewhere

READS = {"GET", "HEAD", "OPTIONS"}
FILLED = {
    "account": "ada",
    "project": "book",
    "organization": "guild",
    "path": "one.txt",
    "position": "1",
    "token": "x" * 43,
    "digest": "0" * 16,
    "name": "main",
    "id": "none",
    "session": "none",
    "rest": "none",
}
FORGED = {
    "says nothing": {},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another host of the domain": {"Sec-Fetch-Site": "same-site"},
    "another origin": {"Origin": "https://evil.example"},
    "no origin": {"Origin": "null"},
    "an origin without a host": {"Origin": "http://"},
    "the host in another place": {"Origin": "https://evil.example", "Referer": "http://{host}/"},
    "the host as a beginning": {"Origin": "http://{host}.evil.example"},
}


@pytest.fixture
async def ada(forge):
    ada = await an_account(forge, "ada")
    project = await a_project(forge, ada)
    await a_landing(forge, ada, project, {"one.txt": b"one\n", "README.md": b"# Book\n"})
    return ada


@pytest.fixture
async def client(forge, ada):
    """Ada's browser, signed in; it says nothing of where a form comes from by itself."""
    jar = CookieJar(unsafe=True)
    async with TestClient(TestServer(application(forge)), cookie_jar=jar) as made:
        secret = await signin.redeem_link(forge, await signin.make_link(forge, ada), "browser")
        jar.update_cookies({"micelio_session": secret}, made.make_url("/"))
        yield made


def routes(app):
    """Every method and address that the node answers, with its variables filled in."""
    found = set()
    for resource in app.router.resources():
        where = resource.canonical
        for name in re.findall(r"{([a-z]+)[^}]*}", where):
            where = re.sub(rf"{{{name}[^}}]*}}", FILLED.get(name, "1"), where)
        for route in resource:
            methods = {"GET", "POST"} if route.method == "*" else {route.method}
            found |= {(method, where) for method in methods}
    return sorted(found)


def changing(app):
    return [(method, where) for method, where in routes(app) if method not in READS]


@pytest.mark.parametrize("name", FORGED)
async def test_no_page_takes_a_form_from_elsewhere(client, name):
    host = f"{client.host}:{client.port}"
    headers = {key: value.format(host=host) for key, value in FORGED[name].items()}
    pages = [where for _, where in changing(client.app) if not is_elsewhere(where)]
    assert len(pages) > 25
    for where in pages:
        answer = await client.post(where, headers=headers, allow_redirects=False)
        assert (where, answer.status) == (where, 403)
        assert "sent from another site" in await answer.text()
        assert "Set-Cookie" not in answer.headers


async def test_what_is_no_page_knows_no_cookie(client):
    """So another site cannot use a visitor's session there, whatever it posts."""
    doors = [(method, where) for method, where in changing(client.app) if is_elsewhere(where)]
    assert len(doors) > 40
    async with TestClient(client.server, cookie_jar=CookieJar(unsafe=True)) as stranger:
        for method, where in doors:
            with_cookie = await told(client, method, where)
            assert (where, with_cookie) == (where, await told(stranger, method, where))


async def told(client, method, where):
    """What an empty body is answered by, as far as that came."""
    said = b""
    async with client.request(method, where, allow_redirects=False) as answer:
        with contextlib.suppress(ClientPayloadError):  # it broke off: nothing was wanted
            said = await answer.read()
        return answer.status, said


@pytest.mark.parametrize("where", ["/mic%2Fx", "/x/y%2Fgit-upload-pack", "/a%2Fb/git-upload-pack"])
async def test_an_escaped_slash_leads_around_no_fence(client, where):
    from yarl import URL

    for method in ("GET", "POST"):
        answer = await client.request(method, URL(where, encoded=True))
        assert answer.status in {403, 404, 405}
        assert answer.headers["Content-Security-Policy"]


async def answers(client):
    """What each route says to ada."""
    for method, where in routes(client.app):
        async with client.request(method, where, allow_redirects=False) as answer:
            yield method, where, answer


async def test_every_answer_says_that_it_is_what_it_says(client):
    async for method, where, answer in answers(client):
        said = (method, where, answer.headers.get("X-Content-Type-Options"))
        assert said == (method, where, "nosniff")


async def test_every_page_forbids_what_it_does_not_need(client):
    async for _, where, answer in answers(client):
        if answer.content_type != "text/html":
            continue
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, where
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}


async def test_cookies_are_for_this_node_and_a_safe_line_alone(forge, ada):
    forge = dataclasses.replace(
        forge, node=dataclasses.replace(forge.node, url="https://node.example")
    )
    own = {"Sec-Fetch-Site": "same-origin"}
    async with TestClient(TestServer(application(forge)), headers=own) as visitor:
        link = await signin.make_link(forge, ada)
        made = [
            await visitor.get("/sign-in?return_to=/ada"),
            await visitor.post("/theme", data={"theme": "dark"}, allow_redirects=False),
            await visitor.post(f"/sign-in/{link}", allow_redirects=False),
        ]
    cookies = SimpleCookie()
    for answer in made:
        for line in answer.headers.getall("Set-Cookie"):
            cookies.load(line)
    assert set(cookies) == {"micelio_return", "micelio_theme", "micelio_session"}
    for name, cookie in cookies.items():
        assert (name, bool(cookie["secure"])) == (name, True)
        assert (name, cookie["samesite"], cookie["path"]) == (name, "Lax", "/")
        assert (name, bool(cookie["httponly"])) == (name, True)
        assert not cookie["domain"]


DEEP = {
    "lists": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "in a field": b'{"client_name":' + b"[" * 15_000,
    "no text": b'{"client_name":"\xff\xfe"}',
    "half a surrogate": b'{"client_name":"\\ud800"}',
    "a number without end": b'{"client_name":' + b"9" * 15_000 + b"}",
}


@pytest.mark.parametrize("name", DEEP)
async def test_no_json_breaks_a_door(client, forge, ada, caplog, name):
    token = await a_token(forge, ada)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    for method, where in changing(client.app):
        if not is_elsewhere(where):
            continue
        sent = headers if where.startswith("/mic/") else headers | {"Authorization": "Basic Og=="}
        async with client.request(method, where, data=DEEP[name], headers=sent) as answer:
            with contextlib.suppress(ClientPayloadError):
                await answer.read()
            assert answer.status != 500, (where, await answer.text())
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%09/evil.example",
    "/./\\evil.example",
    "/ada/..//evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "/\u2028/evil.example",
]


@pytest.mark.parametrize("where", ELSEWHERE)
async def test_no_form_leads_elsewhere(client, where):
    own = {"Sec-Fetch-Site": "same-origin"}
    fields = {"theme": "dark", "return_to": where}
    async with client.post("/theme", data=fields, headers=own, allow_redirects=False) as answer:
        there = answer.headers["Location"]
        led = client.make_url("/").join(answer.url.join(type(answer.url)(there)))
        assert (led.host, led.scheme) == (client.host, "http")
        assert there.startswith("/")
        assert not there.startswith(("//", "/\\"))
        assert there.isprintable()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80@x", "", "a" * 5000])
async def test_who_is_asked_does_not_change_what_is_said(client, host):
    """Links lead where the operator says that the node is, whatever a visitor calls it."""
    for where in ("/ada/book", "/opensearch.xml", "/.well-known/oauth-authorization-server"):
        said = {"Host": host, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
        async with client.get(where, headers=said) as answer:
            text = await answer.text()
            assert "evil.example" not in text + str(answer.headers)
            assert "gopher" not in text

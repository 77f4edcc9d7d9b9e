"""Every route of the node, in one table: whose posts count, and which headers each answer has."""

import asyncio
import contextlib
import dataclasses
import re
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest
from aiohttp import ClientPayloadError, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from node.daemon.http import application
from node.devices import rules
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


NAMES = [
    "a\r\nSet-Cookie: evil=1.bin",
    'x"; filename="evil.html',
    "x; filename*=UTF-8''evil.html",
    "../evil.html".replace("../", "..%2f"),
    "\u202egnp.html",
    "page.html",
    "page.xhtml",
    "code.svgz",
    "picture.svg",
    "feed.xml",
    "page.mht",
    "page.swf",
    "page.pdf",
    "words.css",
    "run.js",
]
CONTENTS = {"text": b"<script>alert(1)</script>", "bytes": b"\x00<html><script>alert(1)</script>"}


@pytest.mark.parametrize("kind", CONTENTS)
async def test_no_file_is_shown_as_anything_that_can_run(forge, client, ada, kind):
    project = await a_project(forge, ada, "files")
    await a_landing(forge, ada, project, dict.fromkeys(NAMES, CONTENTS[kind]))
    for name in NAMES:
        for door in ("/ada/files/raw/", "/mic/v1/projects/ada/files/files/"):
            where = URL(door + quote(name, safe=""), encoded=True)
            async with client.get(where) as answer:
                assert answer.status == 200, name
                assert await answer.read() == CONTENTS[kind]
                said = answer.headers
                assert said["X-Content-Type-Options"] == "nosniff"
                assert "sandbox" in said["Content-Security-Policy"]
                runs = {"text/html", "text/xml", "application/xml", "application/pdf"}
                assert answer.content_type not in runs | {"application/xhtml+xml"}
                assert "javascript" not in answer.content_type
                assert "Set-Cookie" not in said
                shown = said.get("Content-Disposition", "attachment")
                assert shown.startswith("attachment")
                assert "\n" not in shown
                assert shown.count(";") <= 1


RANGES = {
    "bytes=0-": 206,
    "bytes=-1": 206,
    "bytes=0-0": 206,
    "bytes=3-1": 400,
    "bytes=4-": 400,
    "bytes=99999999999999999999-": 400,
    "bytes=-99999999999999999999": 206,
    "bytes=0-99999999999999999999": 206,
    "bytes=" + "9" * 10_000 + "-": 400,
    "bytes=" + "0-0," * 2_000 + "0-0": 400,
    "bytes=--1": 400,
    "bytes=٣-": 400,
}


@pytest.mark.parametrize("asked", RANGES, ids=lambda asked: asked[:30])
async def test_no_range_gives_more_than_the_file(client, asked):
    headers = {"Range": asked.encode().decode("latin-1")}
    async with client.get("/ada/book/raw/one.txt", headers=headers) as answer:
        body = await answer.read()
        assert answer.status in {RANGES[asked], 200}
        if answer.status < 300:
            assert body in {b"one\n", b"o", b"\n"}
            assert len(body) == int(answer.headers["Content-Length"])


# What can be guessed is guessed a few times only, over HTTP as well.


async def test_codes_are_not_guessed_from_one_address_with_many_accounts(forge):
    tries = 0
    own = {"Sec-Fetch-Site": "same-origin"}
    for number in range(8):
        account = await an_account(forge, f"guesser-{number}")
        jar = CookieJar(unsafe=True)
        async with TestClient(
            TestServer(application(forge)), cookie_jar=jar, headers=own
        ) as guesser:
            secret = await signin.redeem_link(forge, await signin.make_link(forge, account))
            jar.update_cookies({"micelio_session": secret}, guesser.make_url("/"))
            for guess in range(15):
                fields = {"user_code": f"0000-{guess:04}", "answer": "approve"}
                answer = await guesser.post("/device/auth/verify", data=fields)
                assert answer.status in {404, 429}
                tries += answer.status == 404
    assert tries == rules.WRONG_CODES_HERE.most


async def test_no_address_fills_the_list_of_devices_that_wait(client):
    for number in range(rules.STARTS.most + 5):
        said = await client.post("/auth/device", data={"client_id": "mic"})
        assert said.status == (200 if number < rules.STARTS.most else 429)
    assert int(said.headers["Retry-After"]) > 0


async def test_no_address_tries_device_codes_without_end(client):
    fields = {"grant_type": rules.DEVICE_GRANT, "client_id": "mic", "device_code": "x" * 43}
    told = [
        (await client.post("/oauth/token", data=fields)).status
        for _ in range(rules.FAILED_TOKENS.most + 5)
    ]
    assert told == [400] * rules.FAILED_TOKENS.most + [429] * 5


async def test_a_link_to_sign_in_cannot_be_guessed_and_opens_once(forge, ada, client):
    link = await signin.make_link(forge, ada)
    assert len(link) >= 43
    own = {"Sec-Fetch-Site": "same-origin"}
    for wrong in (link[:-1], link + "x", link.swapcase(), "x" * len(link)):
        assert (await client.get(f"/sign-in/{wrong}")).status == 403
        answer = await client.post(f"/sign-in/{wrong}", headers=own)
        assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)
    told = [
        (await client.post(f"/sign-in/{link}", headers=own, allow_redirects=False)).status
        for _ in range(2)
    ]
    assert told == [303, 403]


async def test_many_guesses_at_once_are_no_more_than_one_after_the_other(client):
    own = {"Sec-Fetch-Site": "same-origin"}

    async def guess(number):
        fields = {"user_code": f"0000-{number:04}", "answer": "approve"}
        return (await client.post("/device/auth/verify", data=fields, headers=own)).status

    async with asyncio.TaskGroup() as group:
        told = [group.create_task(guess(number)) for number in range(40)]
    assert sum(one.result() == 404 for one in told) == rules.WRONG_CODES.most

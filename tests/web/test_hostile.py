"""No address, no header and no form makes a page fail: each is refused with a page that helps."""

import io

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from node.daemon.http import application
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account

PATHS = [
    "..",
    "../..",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cetc",
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "%0d%0aSet-Cookie:%20a=b",
    "%u0041",
    "%",
    "//",
    "src//one.txt",
    "src/./one.txt",
    "src/one.txt/",
    "src/one.txt/deeper",
    ".mic/key",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
    "%7B%7B7*7%7D%7D",
    "%E2%80%AEgnp.exe",
    "a" * 300,
    "/".join("a" * 200),
    "a" * 5000,
    "con",
    "aux.txt",
    "C:%5Cwindows",
    "~root",
    "$HOME",
    ";id",
    "?",
    "%F0%9F%8D%84",
]
POSITIONS = [
    "0",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    "%EF%BC%91",
    "9" * 12,
    "9" * 19,
    "9" * 400,
    "@",
    "@@1",
    "latest",
    "null",
    "1%00",
    "1;drop table landings",
    "' or 1=1",
    "%3Cb%3E",
    "1&at=2",
    "",
]


@pytest.fixture
async def client(forge):
    ada = await an_account(forge, "ada")
    project = await a_project(forge, ada)
    await a_landing(forge, ada, project, {"src/one.txt": b"one\n", "README.md": b"# Book\n"})
    async with TestClient(TestServer(application(forge))) as made:
        yield made


async def is_harmless(client, address, **more):
    answer = await client.get(URL(address, encoded=True), allow_redirects=False, **more)
    text = await answer.text()
    assert answer.status < 500, text
    assert "Set-Cookie" not in answer.headers
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert ">49<" not in text
    if answer.content_type == "text/html":
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if "Location" in answer.headers:
        led = answer.headers["Location"]
        is_same = f"{led}/" == answer.request_info.url.raw_path and not led.startswith("//")
        assert led.startswith("/ada/book") or is_same
    return answer.status


@pytest.mark.parametrize("name", PATHS, ids=lambda name: name[:20])
async def test_no_name_breaks_a_page(client, name):
    for page in ("tree", "blob", "blame", "raw"):
        await is_harmless(client, f"/ada/book/{page}/{name}")
    for address in (f"/{name}", f"/ada/{name}", f"/sign-in/{name}", f"/static/{name}"):
        await is_harmless(client, address)
    await is_harmless(client, f"/ada/book/landings?path={name}")


@pytest.mark.parametrize("position", POSITIONS, ids=lambda position: position[:20])
async def test_no_position_breaks_a_page(client, position):
    for address in (
        f"/ada/book?at={position}",
        f"/ada/book/blob/src/one.txt?at={position}",
        f"/ada/book/blame/src/one.txt?at={position}",
        f"/ada/book/landings?before={position}",
        f"/ada/book/landings/{position}",
    ):
        await is_harmless(client, address)


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "micelio_session=" + "a" * 4000},
        {"Cookie": "micelio_session=%00; micelio_theme=<script>"},
        {"Cookie": 'micelio_theme="\\"><script>alert(1)</script>"'},
        {"Range": "bytes=5-2"},
        {"Range": "bytes=a-b"},
        {"Range": "bytes=-999999999999999999999"},
        {"Range": "lines=1-2"},
        {"If-None-Match": "*" * 5000},
        {"Accept-Language": "\xff"},
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
    ],
    ids=str,
)
async def test_no_header_breaks_a_page(client, headers):
    for page in ("/ada/book", "/ada/book/raw/src/one.txt", "/design"):
        await is_harmless(client, page, headers=headers)


async def test_a_form_that_is_too_large_is_refused(client):
    origin = {"Origin": f"http://{client.host}:{client.port}"}
    form = io.BytesIO(b"theme=" + b"x" * (2 << 20))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/theme", data=form, headers=origin | kind, allow_redirects=False)
    assert answer.status == 413
    assert "Go to the front page" in await answer.text()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_reading_pages_take_nothing_else(client, method):
    origin = {"Origin": f"http://{client.host}:{client.port}"}
    for page in ("/", "/ada", "/ada/book", "/ada/book/landings/1"):
        answer = await client.request(method, page, headers=origin)
        assert answer.status == 405


async def test_a_position_beyond_all_numbers_is_missing(client):
    assert await is_harmless(client, f"/ada/book/landings/{'9' * 30}") == 404

"""What did not work is said on a page that is cared for: what, why, and what to do."""

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from node.daemon.http import application
from node.kernel.errors import Conflict, Denied, Invalid, Missing, Unreachable
from node.kernel.guesses import TooManyTries
from node.profiles import verbs as profiles
from node.profiles.model import Profile
from node.signin import verbs as signin
from store.errors import DiskFull
from tests.support.forges import an_account
from web import failures
from web.page import SESSION_COOKIE

FAULTS = [
    (Invalid("x.bad", "It is <b>bad</b>."), 400),
    (Denied("x.denied", "It is not yours."), 403),
    (Missing("x.missing", "It is gone."), 404),
    (Conflict("x.conflict", "It changed."), 409),
    (TooManyTries(61_000), 429),
    (RuntimeError("secret words of the inside"), 500),
    (Unreachable("x.unreachable", "Nobody answered."), 502),
    (DiskFull("full"), 507),
]


@pytest.mark.parametrize(("fault", "status"), FAULTS, ids=lambda one: str(one)[:24])
async def test_a_fault_says_what_why_and_what_to_do(forge, fault, status):
    async def broken(_request):
        raise fault

    app = application(forge)
    app.router.add_get("/one/that/ever/breaks", broken)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/one/that/ever/breaks")
        text = await answer.text()
    assert answer.status == status
    assert failures.TITLES[status] in text
    assert failures.NEXT[status].split("`")[0][:20] in text
    assert text.count("<h1") == 1
    assert "`" not in text.split("<main")[1]
    assert "<b>bad" not in text
    assert "secret words" not in text
    assert ("Retry-After" in answer.headers) == (status == 429)


async def as_(forge, account):
    """The headers of somebody's browser."""
    cookie = await signin.redeem_link(forge, await signin.make_link(forge, account))
    return {"Cookie": f"{SESSION_COOKIE}={cookie}"}


@pytest.fixture
async def client(forge):
    async with TestClient(TestServer(application(forge))) as client:
        yield client


@pytest.mark.parametrize(
    ("typed", "led"),
    [
        ("/ada/", "/ada"),
        ("/ada/book/", "/ada/book"),
        ("//elsewhere.example/", None),
        ("/\\elsewhere.example/", None),
        ("/ada/book/blob/", None),
    ],
)
async def test_a_slash_too_many_leads_to_the_page(client, typed, led):
    address = URL(f"http://{client.host}:{client.port}{typed}", encoded=True)
    answer = await client.session.get(address, allow_redirects=False)
    assert answer.headers.get("Location") == led
    assert answer.status == (308 if led else 404)


async def test_who_is_signed_in_is_not_told_to_sign_in(forge, client):
    ada = await an_account(forge)
    for headers, is_told in (({}, True), (await as_(forge, ada), False)):
        text = await (await client.get("/nobody/nothing", headers=headers)).text()
        assert ("If it is yours, sign in" in text) == is_told


async def test_who_keeps_the_node_finds_its_page_in_the_foot(forge, client):
    ada, bob = await an_account(forge, is_admin=True), await an_account(forge, "bob")
    for one, is_shown in ((ada, True), (bob, False)):
        text = await (await client.get("/docs", headers=await as_(forge, one))).text()
        assert ('href="/admin"' in text) == is_shown


async def test_who_may_not_is_told_whom_to_ask(forge, client):
    ada = await an_account(forge)
    answer = await client.get("/admin", headers=await as_(forge, ada))
    text = await answer.text()
    assert answer.status == 403
    assert "Ask somebody who may" in text
    assert "micelio login" not in text


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
NO_FORMS = [
    ("multipart/form-data", b"bio=1"),
    (PARTS, b"bio=1"),
    (PARTS, b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"),
    (PARTS, b"--x\r\nContent-Transfer-Encoding: odd\r\n\r\n1\r\n--x--\r\n"),
    (PARTS, b"--x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n1\r\n--x--\r\n"),
    (f"{FORM}; charset=odd", b"bio=1"),
    (FORM, b"bio=\xff"),
    ("application/json", b'{"bio": "1"}'),
    ("text/plain", b"bio=1"),
]


@pytest.mark.parametrize(("kind", "body"), NO_FORMS)
async def test_a_form_that_cannot_be_read_is_no_fault_of_the_node(forge, client, kind, body):
    ada = await an_account(forge)
    await profiles.update(forge, ada.party, "ada", Profile(bio="kept"))
    headers = {**await as_(forge, ada), "Sec-Fetch-Site": "same-origin", "Content-Type": kind}
    answer = await client.post("/account/profile", data=body, headers=headers)
    assert answer.status == 400
    assert "cannot be read" in await answer.text()
    assert (await profiles.get(forge, "ada")).bio == "kept"


async def test_a_form_in_a_broken_packing_is_no_fault_of_the_node(client):
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": FORM, "Content-Encoding": "gzip"}
    answer = await client.post("/sign-in", data=b"code=1", headers=headers)
    assert answer.status == 400

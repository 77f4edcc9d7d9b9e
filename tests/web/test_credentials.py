"""The pages for devices, browsers, tokens and the account itself: what they show, what they do."""

import re

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.closings import verbs as closings
from node.daemon.http import application
from node.devices import flow, rules
from node.devices import verbs as devices
from node.devices.model import AccessDenied, Caller, NewClient
from node.signin import tokens
from node.signin import verbs as signin
from node.signin.model import BadToken, NewToken
from node.signin.rules import WRONG_CODES, code_of
from tests.support.forges import a_project, an_account, the_keeper
from tests.support.pages import foreign_scripts
from web.phrases import browser

OWN_FORM = {"Sec-Fetch-Site": "same-origin"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
MIC = Caller("mic")


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def visitor(forge):
    async with TestClient(
        TestServer(application(forge)), cookie_jar=CookieJar(unsafe=True), headers=OWN_FORM
    ) as made:
        yield made


@pytest.fixture
async def client(forge, ada, visitor):
    await enter(forge, ada, visitor)
    return visitor


async def enter(forge, account, visitor):
    link = await signin.make_link(forge, account)
    headers = {"User-Agent": FIREFOX}
    return await visitor.post(f"/sign-in/{link}", headers=headers, allow_redirects=False)


async def page(client, path, status=200):
    answer = await client.get(path)
    text = await answer.text()
    assert answer.status == status, text
    return text


async def posted(client, path, status=303, **fields):
    answer = await client.post(path, data=fields, allow_redirects=False)
    text = await answer.text()
    assert answer.status == status, text
    return answer.headers.get("Location") or text


# A device that waits


async def test_a_visitor_goes_to_sign_in_and_comes_back(forge, ada, visitor):
    started = await flow.start(forge, MIC, "mic@shed", None)
    where = f"/device/auth?user_code={started.user_code}"
    answer = await visitor.get(where, allow_redirects=False)
    assert answer.status == 303
    how = await visitor.get(answer.headers["Location"])
    assert "it then goes on where you wanted to go" in await how.text()
    entered = await enter(forge, ada, visitor)
    assert entered.headers["Location"] == where
    again = await enter(forge, ada, visitor)
    assert again.headers["Location"] == "/"


async def test_a_code_that_is_typed_signs_in_and_goes_on(forge, ada, visitor):
    code = code_of(await signin.make_link(forge, ada))
    await visitor.get("/sign-in", params={"return_to": "/ada"})
    typed = {"code": f" {code.lower()} "}
    entered = await visitor.post("/sign-in", data=typed, allow_redirects=False)
    assert (entered.status, entered.headers["Location"]) == (303, "/ada")
    assert "ada" in await (await visitor.get("/account")).text()


async def test_a_wrong_code_is_shown_again_with_what_is_wrong(visitor):
    for typed in ("ABCD-EFGH", '"><script>x</script>', ""):
        answer = await visitor.post("/sign-in", data={"code": typed})
        text = await answer.text()
        assert (answer.status, "Set-Cookie" in answer.headers) == (404, False)
        assert "No sign-in waits for this code" in text
        assert "<script>x" not in text
    assert f'value="{typed}"' in text


async def test_a_code_from_another_site_signs_nobody_in(forge, ada, visitor):
    code = code_of(await signin.make_link(forge, ada))
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = await visitor.post("/sign-in", data={"code": code}, headers=headers)
    assert (answer.status, "Set-Cookie" in answer.headers) == (403, False)


async def test_no_address_guesses_codes_without_end(visitor):
    answers = [
        await visitor.post("/sign-in", data={"code": "AAAA-AAAA"})
        for _ in range(WRONG_CODES.most + 2)
    ]
    assert [one.status for one in answers] == [404] * WRONG_CODES.most + [429] * 2
    assert [one.headers.get("Retry-After") for one in answers[-3:]] == [None, "900", "900"]


@pytest.mark.parametrize("there", ["https://evil.example", "//evil.example", "/\\evil", ""])
async def test_nobody_is_sent_elsewhere_after_signing_in(forge, ada, visitor, there):
    await visitor.get("/sign-in", params={"return_to": there})
    assert (await enter(forge, ada, visitor)).headers["Location"] == "/"


async def test_the_page_says_which_device_asks_for_what(forge, client):
    made, secret = await flow.register(
        forge, NewClient(name="<b>Builder</b>", uri="https://builder.example", scope="read")
    )
    caller = Caller(made.id, secret, rules.BASIC)
    started = await flow.start(forge, caller, 'the "shed"', "project:read")
    text = await page(client, f"/device/auth?user_code={started.user_code.lower()}")
    for said in ("&lt;b&gt;Builder", "builder.example", "the &#34;shed&#34;", "read projects"):
        assert said in text
    assert started.user_code in text
    assert "do all that you may do" not in text
    assert await devices.listed(forge, (await an_account(forge, "ada")).party) == []


async def test_a_code_is_entered_then_answered(forge, ada, client):
    started = await flow.start(forge, MIC, "mic@shed", None)
    assert "Enter the code" in await page(client, "/device/auth")
    typed = started.user_code.replace("-", " ").lower()
    where = await posted(client, "/device/auth/verify", user_code=typed)
    assert where == f"/device/auth?user_code={started.user_code}"
    fields = {"user_code": started.user_code, "answer": "approve"}
    where = await posted(client, "/device/auth/verify", **fields)
    assert "The device is signed in" in await page(client, where)
    issued = await flow.exchange(forge, MIC, started.device_code)
    assert (await signin.token_party(forge, issued.access)).account == ada.key
    assert "No device waits" in await posted(client, "/device/auth/verify", 404, **fields)


async def test_a_device_can_be_refused(forge, client):
    started = await flow.start(forge, MIC, "mic@shed", None)
    where = await posted(client, "/device/auth/verify", user_code=started.user_code, answer="deny")
    assert "was refused" in await page(client, where)
    with pytest.raises(AccessDenied):
        await flow.exchange(forge, MIC, started.device_code)


async def test_another_site_cannot_answer_for_its_visitor(forge, ada, client):
    started = await flow.start(forge, MIC, "mic@shed", None)
    answer = await client.post(
        "/device/auth/verify",
        data={"user_code": started.user_code, "answer": "approve"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status == 403
    assert await devices.peek(forge, ada.party, started.user_code)


async def test_who_guesses_codes_is_told_to_wait(client):
    for _ in range(rules.WRONG_CODES.most):
        await page(client, "/device/auth?user_code=0000-0000", 404)
    answer = await client.get("/device/auth?user_code=0000-0000")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "900")
    assert "Wait 15 minutes" in await answer.text()


# Devices and browsers


async def test_devices_are_listed_and_signed_out(forge, ada, client):
    started = await flow.start(forge, MIC, "mic@shed", None)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    issued = await flow.exchange(forge, MIC, started.device_code)
    text = await page(client, "/account/devices")
    assert "mic@shed" in text
    action = re.search(r'action="(/account/devices/\d+/revoke)"', text)[1]
    assert await posted(client, action) == "/account/devices"
    with pytest.raises(BadToken):
        await signin.token_party(forge, issued.access)
    assert "You have no such device" in await posted(client, action, 404)


async def test_browsers_are_listed_and_signed_out(forge, ada, client):
    other = await signin.redeem_link(forge, await signin.make_link(forge, ada), "Curl/8")
    text = await page(client, "/account/devices")
    assert "Firefox on Linux" in text
    assert text.count("this one") == 1
    keys = re.findall(r'action="/account/browsers/(\d+)/revoke"', text)
    assert len(keys) == 2
    for key in keys:
        await posted(client, f"/account/browsers/{key}/revoke")
        if (await client.get("/account/devices")).status == 403:
            break
    answer = await client.get("/account/devices")
    assert "You need to sign in" in await answer.text()
    assert other


async def test_nobody_signs_out_the_devices_of_others(forge, client):
    bob = await an_account(forge, "bob")
    started = await flow.start(forge, MIC, "bobs", None)
    await devices.answer(forge, bob.party, started.user_code, is_approved=True)
    issued = await flow.exchange(forge, MIC, started.device_code)
    (device,) = await devices.listed(forge, bob.party)
    await posted(client, f"/account/devices/{device.key}/revoke", 404)
    assert await signin.token_party(forge, issued.access)
    assert "bobs" not in await page(client, "/account/devices")


# Tokens


async def test_a_token_is_made_shown_once_and_revoked(forge, client):
    fields = {"name": "night<ly>", "scope": "read", "days": "3"}
    answer = await client.post("/account/tokens", data=fields)
    text = await answer.text()
    assert answer.headers["Cache-Control"] == "no-store"
    secret = re.search(r"mut_[\w-]{43}", text)[0]
    assert (await signin.token_party(forge, secret)).scopes == {"read"}
    text = await page(client, "/account/tokens")
    assert secret not in text
    assert "night&lt;ly&gt;" in text
    assert secret[:12] in text
    action = re.search(r'action="(/account/tokens/\d+/revoke)"', text)[1]
    assert await posted(client, action) == "/account/tokens"
    with pytest.raises(BadToken):
        await signin.token_party(forge, secret)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "scope": "read", "days": "3"}, "A name has"),
        ({"name": "x", "days": "3"}, "scopes are among"),
        ({"name": "x", "scope": "root", "days": "3"}, "scopes are among"),
        ({"name": "x", "scope": "read", "days": "0"}, "1 to 3660 days"),
        ({"name": "x", "scope": "read", "days": "many"}, "1 to 3660 days"),
    ],
)
async def test_a_form_that_cannot_be_says_why_and_keeps_what_was_typed(client, fields, said):
    text = await posted(client, "/account/tokens", 400, **fields)
    assert said in text
    assert f'value="{fields["days"]}"' in text
    assert "mut_" not in text


async def test_a_project_has_tokens_of_its_own(forge, ada, client):
    book = await a_project(forge, ada, "book", visibility="private")
    here = "/ada/book/settings/tokens"
    fields = {"name": "ci", "scope": "session:land", "days": "90"}
    text = await (await client.post(here, data=fields)).text()
    secret = re.search(r"mpt_[\w-]{43}", text)[0]
    assert (await signin.token_party(forge, secret)).only == book.key
    assert "ci" in await page(client, here)
    assert "There is none" in await page(client, "/account/tokens")
    action = re.search(rf'action="({here}/\d+/revoke)"', text)[1]
    assert await posted(client, action) == here
    assert await tokens.listed_for(forge, ada.party, book) == []


async def test_the_old_address_leads_to_the_tokens(client):
    answer = await client.get("/settings/tokens", allow_redirects=False)
    assert answer.headers["Location"] == "/account/tokens"


# Closing an account


async def test_an_account_is_closed_and_kept(forge, ada, client):
    assert "Type ada to confirm" in await page(client, "/account")
    await posted(client, "/account/close", 400, confirm="bob")
    assert (await closings.prospect(forge, ada.party)).closing is None
    assert await posted(client, "/account/close", confirm="ada") == "/account"
    assert "This account is closed on" in await page(client, "/account")
    assert await posted(client, "/account/close/undo") == "/account"
    assert (await closings.prospect(forge, ada.party)).closing is None


async def test_the_keeper_is_told_why_not(forge, visitor):
    await enter(forge, await the_keeper(forge), visitor)
    text = await page(visitor, "/account")
    assert "whoever keeps this node" in text
    assert "Type keeper" not in text
    await posted(visitor, "/account/close", 409, confirm="keeper")


PAGES = ["/device/auth", "/account", "/account/devices", "/account/tokens"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_one_heading_no_script_and_ids_that_are_unique(forge, ada, client, path):
    await tokens.create(forge, ada.party, NewToken("x", frozenset({"read"})))
    text = await page(client, path)
    assert len(re.findall(r"<h1\b", text)) == 1
    assert foreign_scripts(text) == []
    assert not re.search(r'<[^>]+ (?:style|on\w+)="', text)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/17.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "curl/8"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent, said):
    assert browser(agent) == said

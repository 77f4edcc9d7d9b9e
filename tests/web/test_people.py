"""The forms about people and projects do what they say, and say what they did not do."""

import re

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.projects import verbs as projects
from node.signin import verbs as signin
from tests.support.roles import GUILD, a_company, acting
from web.page import SESSION_COOKIE

OWN_FORM = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def company(forge):
    async with a_company(forge) as made:
        yield made


@pytest.fixture
async def browsers(company):
    """A function that gives the browser of a role."""
    server = TestServer(application(company.forge))
    clients = []

    async def browser(role):
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        if not clients:
            await client.start_server()
        clients.append(client)
        account = company.account(role)
        if account is not None:
            link = await signin.make_link(company.forge, account)
            cookie = await signin.redeem_link(company.forge, link)
            client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
        return Browser(client)

    yield browser
    for client in clients:
        await client.close()


class Browser:
    """Somebody's browser: what comes back is status, text and where a form leads."""

    def __init__(self, client):
        self.client = client

    async def get(self, path):
        answer = await self.client.get(path, allow_redirects=False)
        return answer.status, await answer.text()

    async def post(self, path, **fields):
        answer = await self.client.post(path, data=fields, headers=OWN_FORM, allow_redirects=False)
        return answer.status, answer.headers.get("Location") or await answer.text()


async def test_an_organization_is_made_filled_and_left(browsers):
    ada, bob = await browsers("owner"), await browsers("stranger")
    assert (await ada.post("/organizations", handle="bob", name=""))[0] == 409
    status, page = await ada.post("/organizations", handle="no good", name="Kept")
    assert (status, 'value="Kept"' in page) == (400, True)
    assert await ada.post("/organizations", handle="circle", name="<b>Circle</b>") == (
        303,
        "/circle",
    )
    assert "&lt;b&gt;Circle" in (await ada.get("/circle"))[1]
    members = "/organizations/circle/members"
    assert (
        await ada.post("/organizations/circle/invitations", handle="nobody-here", role="member")
    )[0] == 404
    invited = await ada.post("/organizations/circle/invitations", handle="bob", role="admin")
    assert invited == (303, members)
    assert "1 invitation" in (await bob.get("/"))[1]
    (number,) = re.findall(r"/invitations/(\d+)/accept", (await bob.get("/invitations"))[1])
    assert (await bob.post(f"/invitations/{number}/accept"))[0] == 303
    assert (await bob.post(f"/invitations/{number}/accept"))[0] == 404
    assert (await bob.post(members, handle="ada", role="member"))[0] == 303
    status, page = await bob.post("/organizations/circle/leave")
    assert (status, "is the last admin" in page) == (409, True)
    assert await ada.post("/organizations/circle/leave") == (303, "/organizations")
    assert (await bob.post("/organizations/circle/delete", confirm="Circle"))[0] == 400
    assert await bob.post("/organizations/circle/delete", confirm="circle") == (
        303,
        "/organizations",
    )
    assert (await bob.get("/circle"))[0] == 404


async def test_a_project_is_changed_and_its_address_with_it(browsers):
    ada = await browsers("owner")
    changed = await ada.post("/ada/book/settings", name="The Book", handle="tome", url="")
    assert changed == (303, "/ada/tome/settings")
    status, page = await ada.post("/ada/tome/settings", url="javascript:alert(1)")
    assert (status, "A url is an http" in page) == (400, True)
    status, page = await ada.post("/ada/tome/settings", handle="diary")
    assert (status, "There is a project ada/diary already." in page) == (409, True)


async def test_nothing_ends_whose_handle_is_not_typed(browsers):
    ada = await browsers("owner")
    for end in ("delete", "transfer"):
        status, page = await ada.post(f"/ada/book/settings/{end}", confirm="tome", to=GUILD)
        assert (status, "Type book to confirm" in page) == (400, True)
    assert (await ada.get("/ada/book"))[0] == 200


async def test_a_deleted_project_is_listed_and_brought_back(browsers):
    ada, olga = await browsers("owner"), await browsers("organization's admin")
    assert await ada.post("/ada/book/settings/delete", confirm="book") == (303, "/deleted")
    assert await olga.post(f"/{GUILD}/diary/settings/delete", confirm="diary") == (303, "/deleted")
    assert "ada/book" in (await ada.get("/deleted"))[1]
    assert "ada/book" not in (await olga.get("/deleted"))[1]
    assert f"{GUILD}/diary" in (await olga.get("/deleted"))[1]
    assert (await olga.post("/deleted/ada/book"))[0] == 403
    assert await ada.post("/deleted/ada/book") == (303, "/ada/book")
    assert (await ada.get("/ada/book"))[0] == 200
    assert (await ada.post("/deleted/ada/book"))[0] == 404


async def test_a_project_is_offered_and_taken(browsers, company):
    ada, bob = await browsers("owner"), await browsers("stranger")
    asked = await ada.post("/ada/book/settings/transfer", confirm="book", to="bob")
    assert asked == (303, "/ada/book/settings?asked=yes")
    assert "asked to accept" in (await ada.get(asked[1]))[1]
    (number,) = re.findall(r"/invitations/(\d+)/accept", (await bob.get("/invitations"))[1])
    await bob.post(f"/invitations/{number}/accept")
    bobs = await acting(company.forge, company.accounts["bob"])
    assert (await projects.get(company.forge, bobs, "bob", "book")).account == "bob"
    audit = (await bob.get("/bob/book/settings/audit"))[1]
    assert "accepted the project" in audit
    assert "transferred the project" in audit


async def test_somebody_is_let_in_and_out(browsers):
    ada, bob = await browsers("owner"), await browsers("stranger")
    assert (await bob.get("/ada/diary"))[0] == 404
    await ada.post("/ada/diary/settings/members", handle="bob", role="writer")
    assert (await bob.get("/ada/diary"))[0] == 200
    assert "Settings" not in (await bob.get("/ada/diary"))[1]
    await ada.post("/ada/diary/settings/members", handle="bob", role="maintainer")
    page = (await bob.get("/ada/diary/settings"))[1]
    assert "Delete this project" not in page
    assert "What it is" in page
    await ada.post("/ada/diary/settings/members/remove", handle="bob")
    assert (await bob.get("/ada/diary"))[0] == 404


async def test_a_link_is_shown_once_and_makes_one_account(browsers):
    keeper, new = await browsers("node's admin"), await browsers("anonymous")
    status, page = await keeper.post("/invitations/link", organization="")
    (link,) = re.findall(r"(/invite/[\w-]+)<", page)
    assert status == 200
    assert link not in (await keeper.get("/invitations"))[1]
    assert (await new.get(link))[0] == 200
    assert (await new.post(link, handle="ada", name=""))[0] == 409
    assert await new.post(link, handle="newcomer", name="New") == (303, "/")
    assert "Welcome back, newcomer" in (await new.get("/"))[1]
    assert (await (await browsers("anonymous")).get(link))[0] == 403
    status, page = await keeper.post("/invitations/link", organization="nobody-here")
    assert (status, "There is no account" in page) == (404, True)


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
async def test_a_form_of_another_site_does_nothing(browsers, site):
    ada = await browsers("owner")
    headers = {"Sec-Fetch-Site": site} if site else {}
    for path in ("/ada/book/settings/delete", "/organizations", "/invitations/link"):
        answer = await ada.client.post(path, data={"confirm": "book"}, headers=headers)
        assert answer.status == 403
    assert (await ada.get("/ada/book"))[0] == 200

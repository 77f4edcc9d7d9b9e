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


async def test_what_was_typed_of_an_organization_is_still_there_to_mend(browsers):
    admin = await browsers("organization's admin")
    for path, field, typed in (
        ("settings", "name", "N" * 201),
        ("invitations", "handle", "nobodyofthatname"),
    ):
        status, shown = await admin.post(f"/organizations/{GUILD}/{path}", **{field: typed})
        assert status in {400, 404}
        assert f'value="{typed}"' in shown


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


async def test_an_organization_says_which_models_its_projects_name(browsers):
    olga, otto = await browsers("organization's admin"), await browsers("member")
    settings, where = f"/organizations/{GUILD}/settings", f"/organizations/{GUILD}/models"
    typed = {"llm_models": " m-1\r\n\r\nm-2\r\n", "llm_default_model": "m-1"}
    assert await olga.post(where, **typed) == (303, settings)
    assert ">m-1\nm-2</textarea>" in (await olga.get(settings))[1]
    status, page = await olga.post(where, llm_models="m-2", llm_default_model="<m-3>")
    assert (status, "&lt;m-3&gt;&#39; is not in the list" in page) == (400, True)
    assert (">m-2</textarea>" in page, 'value="&lt;m-3&gt;"' in page) == (True, True)
    assert (await otto.post(where, **typed))[0] == 403
    assert 'value="m-1"' in (await olga.get(settings))[1]


async def test_a_person_says_which_models_their_own_projects_name(browsers):
    ada = await browsers("owner")
    assert await ada.post("/account/models", llm_models="m-1", llm_default_model="") == (
        303,
        "/account",
    )
    assert ">m-1</textarea>" in (await ada.get("/account"))[1]
    status, page = await ada.post("/account/models", llm_models="", llm_default_model="x" * 256)
    assert (status, "printable characters" in page) == (400, True)


def about_models(page):
    """What a page says beside the field of a project's model."""
    return re.search(r'id="llm_model-help">(.*?)</p>', page)[1]


async def test_a_new_project_is_offered_the_models_of_whose_it_is(browsers):
    olga = await browsers("organization's admin")
    assert about_models((await olga.get("/projects/new"))[1]) == "What its agents are to use."
    typed = {"llm_models": "m-1\nm-2", "llm_default_model": "m-2"}
    await olga.post(f"/organizations/{GUILD}/models", **typed)
    _, page = await olga.get("/projects/new")
    assert f'<option value="m-1" label="{GUILD}">' in page
    assert about_models(page).endswith(
        f" {GUILD} allows m-1, m-2; takes m-2 if you leave this empty."
    )
    status, page = await olga.post("/projects", account=GUILD, handle="tome", llm_model="m-9")
    assert (status, "Allowed: m-1, m-2." in page) == (400, True)
    await olga.post("/projects", account=GUILD, handle="tome")
    _, page = await olga.get(f"/{GUILD}/tome/settings")
    assert "<option selected>m-2</option>" in page


async def test_settings_say_that_a_model_is_no_longer_allowed_and_keep_it(browsers):
    olga = await browsers("organization's admin")
    here = f"/{GUILD}/book/settings"
    await olga.post(here, llm_model="m-9")
    assert 'id="llm_model" name="llm_model" value="m-9"' in (await olga.get(here))[1]
    typed = {"llm_models": "m-1", "llm_default_model": ""}
    await olga.post(f"/organizations/{GUILD}/models", **typed)
    _, page = await olga.get(here)
    assert "<option selected>m-9</option>" in page
    assert "the project keeps it until you choose another one" in about_models(page)
    assert (await olga.post(here, description="Changed", llm_model="m-9"))[0] == 303
    status, page = await olga.post(here, llm_model="m-8")
    assert (status, "may not use the model" in page) == (400, True)
    assert (await olga.post(here, llm_model="m-1"))[0] == 303
    assert "any more" not in about_models((await olga.get(here))[1])


async def test_settings_say_what_reaches_the_log(browsers):
    ada = await browsers("owner")
    _, page = await ada.get("/ada/book/settings")
    assert "Nothing but landings of sessions" in page
    assert "no main branch to protect" in page

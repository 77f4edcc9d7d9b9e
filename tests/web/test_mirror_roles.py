"""Every page of a mirror is read as at home, and every form of it is refused with the home's name."""

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.signin import verbs as signin
from tests.support.roles import (
    CHANGING,
    ELSEWHERE,
    KINDS,
    KNOWN,
    MIRRORED,
    READ,
    ROLES,
    SIGN_IN,
    a_company,
    mirrored,
    refusal,
    refusal_by_a_mirror,
)
from tests.web import test_roles as table
from web.page import SESSION_COOKIE

SAYS = "This is a mirror: the project"
ASKED = {READ, KNOWN, table.SETTINGS_PAGE, *CHANGING}
# Asks first whose role it is.
GIVE_BACK = table.PROJECT + "/settings/members/remove"


def meant(need, role, kind):
    if need == table.SETTINGS_PAGE:
        return refusal(READ, role, kind) or ELSEWHERE
    return refusal_by_a_mirror(need, role, kind)


async def told(answer):
    if answer.status >= 400 and SAYS in await answer.text():
        return ELSEWHERE
    return await table.told(answer)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MIRRORED)
@pytest.mark.parametrize("role", ROLES)
async def test_every_page_of_a_mirror_is_read_and_none_changes_it(forge, role, kind):
    said, wanted = {}, {}
    async with a_company(forge) as company:
        await mirrored(forge)
        account = company.account(role)
        server = TestServer(application(forge))
        async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
            if account is not None:
                cookie = await signin.redeem_link(forge, await signin.make_link(forge, account))
                client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
            for method, path in table.routes():
                if table.NEEDS[method, path] not in ASKED:
                    continue
                form = {"confirm": KINDS[kind]} | table.FORMS.get(path, {})
                answer = await client.request(
                    method,
                    table.filled(path, ROLES[role][1], kind, company),
                    data=form if method == "POST" else None,
                    headers=table.OWN_FORM,
                    allow_redirects=False,
                )
                assert answer.status < 500, path
                said[method, path] = await told(answer)
                wanted[method, path] = meant(table.NEEDS[method, path], role, kind)
                if role == "anonymous" and kind == "public" and path == GIVE_BACK:
                    wanted[method, path] = SIGN_IN
    assert said == wanted

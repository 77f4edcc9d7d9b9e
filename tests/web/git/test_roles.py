"""git's door lets in whom the policy names, for each role and kind of project.

The table below must name every request that git makes there: a new route without a line fails.
"""

import base64
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from tests.support.roles import (
    ELSEWHERE,
    FROZEN,
    HIDDEN,
    KINDS,
    LAND,
    MIRRORED,
    NO,
    READ,
    ROLES,
    SIGN_IN,
    a_company,
    mirrored,
    refusal,
    refusal_by_a_mirror,
)
from web.git.routes import ROUTES

NEEDS = {
    ("GET", "/info/refs"): {"git-upload-pack": READ, "git-receive-pack": LAND},
    ("POST", "/git-upload-pack"): {"": READ},
    ("POST", "/git-receive-pack"): {"": LAND},
}
SAYS = {
    "You need to sign in for this.": SIGN_IN,
    "You may not land on this.": NO,
    "There is no such project, or it is not yours to see.": HIDDEN,
    "This is a mirror: the project": ELSEWHERE,
    "This project is archived: it can be read, and nothing changes.": FROZEN,
}
NOTHING_ASKED = b"0000"


def test_the_table_names_every_route():
    short = {(method, re.sub(r"^.*\(\\\.git\)\?\}", "", path)) for method, path in ROUTES}
    assert short == set(NEEDS)


def meant(need, role, kind, is_mirror):
    """Return the code of the refusal; whether something is there, nobody in particular learns."""
    code = refusal_by_a_mirror(need, role, kind) if is_mirror else refusal(need, role, kind)
    return SIGN_IN if role == "anonymous" and code == HIDDEN else code


ALL = [(kind, False) for kind in KINDS] + [(kind, True) for kind in MIRRORED]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "is_mirror"), ALL)
@pytest.mark.parametrize("role", ROLES)
async def test_git_is_let_in_where_the_policy_says(forge, role, kind, is_mirror):
    told, wanted = {}, {}
    async with a_company(forge) as company:
        if is_mirror:
            await mirrored(forge)
        token = company.as_(role).token
        words = base64.b64encode(f"{ROLES[role][0]}:{token}".encode()).decode()
        sign_in = {"Authorization": f"Basic {words}"} if token else {}
        async with TestClient(TestServer(application(forge))) as client:
            for (method, end), services in NEEDS.items():
                for service, need in services.items():
                    answer = await client.request(
                        method,
                        f"/{ROLES[role][1]}/{KINDS[kind]}.git{end}",
                        params={"service": service} if service else None,
                        data=NOTHING_ASKED if method == "POST" else None,
                        headers=sign_in,
                    )
                    text = await answer.text()
                    code = next((code for said, code in SAYS.items() if said in text), None)
                    told[end, service] = code if answer.status >= 400 else None
                    wanted[end, service] = meant(need, role, kind, is_mirror)
                    assert answer.status in {200, 400} or wanted[end, service]
    assert told == wanted

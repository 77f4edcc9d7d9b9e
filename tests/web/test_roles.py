"""Every page and every form answers every role as the policy says.

The table below must name every route of the pages: a new one without a line here fails.
"""

import re

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from node.access.model import Action
from node.daemon.http import application
from node.signin import verbs as signin
from tests.support.roles import (
    ANYBODY,
    FROZEN,
    GIVE,
    GUILD,
    HIDDEN,
    INSIDE,
    INVITED,
    INVITER,
    KINDS,
    KNOWN,
    LAND,
    MANAGE,
    NAMESPACE,
    NO,
    NODE,
    NOT_ASKED,
    ORGANIZATION,
    OWN,
    OWNERS,
    READ,
    ROLES,
    SETTINGS,
    SIGN_IN,
    SIGNED_IN,
    a_company,
    refusal,
)
from web.areas_table import ROUTES
from web.languages.words import OTHERS
from web.page import SESSION_COOKIE

SETTINGS_PAGE = "see the settings, of an archived project too"
PROJECT = "/{account}/{project}"
NEEDS = {
    ("GET", "/"): ANYBODY,
    ("GET", "/peers"): ANYBODY,
    ("GET", "/design"): ANYBODY,
    ("GET", "/skill.md"): ANYBODY,
    ("GET", "/SKILL.md"): ANYBODY,
    ("GET", "/llms.txt"): ANYBODY,
    ("GET", "/robots.txt"): ANYBODY,
    ("GET", "/opensearch.xml"): ANYBODY,
    ("GET", "/sitemap.xml"): ANYBODY,
    ("GET", "/sitemap-{part}.xml"): ANYBODY,
    ("GET", "/docs"): ANYBODY,
    ("GET", "/docs/images/{image}"): ANYBODY,
    ("GET", "/docs/{shelf}"): ANYBODY,
    ("GET", "/docs/{shelf}/{document}"): ANYBODY,
    ("GET", "/api"): ANYBODY,
    ("GET", "/api/openapi.json"): ANYBODY,
    ("GET", "/changelog"): ANYBODY,
    ("GET", "/changelog.atom"): ANYBODY,
    ("GET", "/changelog/atom"): ANYBODY,
    ("GET", "/changelog/rss"): ANYBODY,
    ("GET", "/changelog/version/{version}"): ANYBODY,
    ("GET", "/legal"): ANYBODY,
    **{("GET", one.at(page)): ANYBODY for one in OTHERS for page in ("/", "/legal")},
    ("GET", "/terms"): ANYBODY,
    ("GET", "/privacy"): ANYBODY,
    ("GET", "/cookies"): ANYBODY,
    ("GET", "/impressum"): ANYBODY,
    ("GET", "/admin"): NODE,
    ("POST", "/theme"): ANYBODY,
    ("GET", "/sign-in"): ANYBODY,
    ("POST", "/sign-in"): ANYBODY,
    ("GET", "/sign-in/{token}"): ANYBODY,
    ("POST", "/sign-in/{token}"): ANYBODY,
    ("POST", "/sign-out"): ANYBODY,
    ("GET", "/device/auth"): ANYBODY,
    ("POST", "/device/auth/verify"): ANYBODY,
    ("GET", "/account"): SIGNED_IN,
    ("POST", "/account/profile"): SIGNED_IN,
    ("POST", "/account/picture"): SIGNED_IN,
    ("POST", "/account/models"): SIGNED_IN,
    ("POST", "/account/close"): SIGNED_IN,
    ("POST", "/account/close/undo"): SIGNED_IN,
    ("GET", "/account/devices"): SIGNED_IN,
    ("POST", "/account/devices/{device}/revoke"): SIGNED_IN,
    ("POST", "/account/browsers/{browser}/revoke"): SIGNED_IN,
    ("GET", "/account/tokens"): SIGNED_IN,
    ("POST", "/account/tokens"): SIGNED_IN,
    ("POST", "/account/tokens/{key}/revoke"): SIGNED_IN,
    ("GET", "/settings/tokens"): ANYBODY,
    ("GET", "/organizations"): SIGNED_IN,
    ("POST", "/organizations"): SIGNED_IN,
    ("GET", "/organizations/new"): SIGNED_IN,
    ("GET", "/organizations/{organization}/members"): ORGANIZATION,
    ("POST", "/organizations/{organization}/members"): MANAGE,
    ("POST", "/organizations/{organization}/members/remove"): MANAGE,
    ("POST", "/organizations/{organization}/invitations"): MANAGE,
    ("POST", "/organizations/{organization}/leave"): ORGANIZATION,
    ("GET", "/organizations/{organization}/settings"): MANAGE,
    ("POST", "/organizations/{organization}/settings"): MANAGE,
    ("POST", "/organizations/{organization}/profile"): MANAGE,
    ("POST", "/organizations/{organization}/picture"): MANAGE,
    ("POST", "/organizations/{organization}/models"): MANAGE,
    ("POST", "/organizations/{organization}/delete"): MANAGE,
    ("GET", "/invitations"): SIGNED_IN,
    ("POST", "/invitations/link"): NODE,
    ("POST", "/invitations/{invitation}/accept"): INVITED,
    ("POST", "/invitations/{invitation}/decline"): INVITED,
    ("POST", "/invitations/{invitation}/withdraw"): INVITER,
    ("GET", "/invite/{token}"): ANYBODY,
    ("POST", "/invite/{token}"): ANYBODY,
    ("GET", "/explore"): ANYBODY,
    ("GET", "/search"): ANYBODY,
    ("GET", "/projects"): SIGNED_IN,
    ("POST", "/projects"): SIGNED_IN,
    ("GET", "/projects/new"): SIGNED_IN,
    ("GET", "/projects/import"): SIGNED_IN,
    ("POST", "/projects/import"): SIGNED_IN,
    ("GET", "/projects/{account}/{project}"): READ,
    ("GET", "/projects/{account}/{project}/edit"): READ,
    ("GET", "/projects/{account}/{project}/sessions"): READ,
    ("GET", "/projects/{account}/{project}/sessions/{session}"): READ,
    ("GET", "/deleted"): SIGNED_IN,
    ("POST", "/deleted/{account}/{project}"): NAMESPACE,
    ("GET", "/feed"): SIGNED_IN,
    ("GET", "/notifications"): SIGNED_IN,
    ("POST", "/notifications/read"): SIGNED_IN,
    ("GET", "/images/{picture}.webp"): ANYBODY,
    ("GET", "/{account}.atom"): ANYBODY,
    ("GET", "/{account}"): ANYBODY,
    ("POST", "/{account}/follow"): SIGNED_IN,
    ("GET", "/{account}/export.zip"): NAMESPACE,
    ("GET", PROJECT): READ,
    ("GET", PROJECT + "/live"): READ,
    ("POST", PROJECT + "/star"): KNOWN,
    ("GET", PROJECT + "/badge.svg"): READ,
    ("GET", PROJECT + "/fork"): READ,
    ("POST", PROJECT + "/fork"): KNOWN,
    ("GET", PROJECT + "/sync"): READ,
    ("POST", PROJECT + "/sync"): LAND,
    ("GET", PROJECT + "/settings/import"): READ,
    ("GET", PROJECT + "/settings"): SETTINGS_PAGE,
    ("GET", PROJECT + "/settings/audit"): SETTINGS_PAGE,
    ("POST", PROJECT + "/settings"): SETTINGS,
    ("POST", PROJECT + "/settings/members"): OWN,
    ("POST", PROJECT + "/settings/members/remove"): OWN,
    ("POST", PROJECT + "/settings/archive"): OWN,
    ("POST", PROJECT + "/settings/transfer"): GIVE,
    ("POST", PROJECT + "/settings/delete"): OWN,
    ("GET", PROJECT + "/settings/tokens"): INSIDE,
    ("POST", PROJECT + "/settings/tokens"): INSIDE,
    ("POST", PROJECT + "/settings/tokens/{key}/revoke"): INSIDE,
    ("GET", PROJECT + "/@{position}"): READ,
    ("GET", PROJECT + "/landings"): READ,
    ("GET", PROJECT + "/landings.atom"): READ,
    ("GET", PROJECT + "/landings/{position}"): READ,
    ("GET", PROJECT + "/sessions"): READ,
    ("GET", PROJECT + "/sessions/{session}"): READ,
    ("POST", PROJECT + "/sessions/{session}/abandon"): LAND,
    ("GET", PROJECT + "/agents"): READ,
    ("GET", PROJECT + "/import/{id}"): READ,
    ("GET", PROJECT + "/tree"): READ,
    ("GET", PROJECT + "/tree/{path}"): READ,
    ("GET", PROJECT + "/blob/{path}"): READ,
    ("GET", PROJECT + "/blame/{path}"): READ,
    ("GET", PROJECT + "/raw/{path}"): READ,
    ("GET", PROJECT + "/compare"): READ,
    ("GET", PROJECT + "/find"): READ,
    ("GET", PROJECT + "/paths"): READ,
    ("GET", PROJECT + "/archive/latest.{kind}"): READ,
    ("GET", PROJECT + "/archive/{position}.{kind}"): READ,
}
FORMS = {
    "/account/tokens": {"name": "ci", "scope": "read", "days": "90"},
    PROJECT + "/settings/tokens": {"name": "ci", "scope": "read", "days": "90"},
    "/organizations": {"handle": "circle"},
    "/projects": {"handle": "fresh"},
    "/projects/import": {"url": "https://example.org/x.git", "handle": "imported"},
    PROJECT + "/fork": {"handle": "copy"},
    "/organizations/{organization}/members": {"handle": "otto", "role": "member"},
    "/organizations/{organization}/members/remove": {"handle": "nobody"},
    "/organizations/{organization}/invitations": {"handle": "bob", "role": "member"},
    "/organizations/{organization}/settings": {"name": "The guild"},
    "/organizations/{organization}/delete": {"confirm": GUILD},
    PROJECT + "/settings": {"description": "changed"},
    PROJECT + "/settings/members": {"handle": "bob", "role": "writer"},
    PROJECT + "/settings/members/remove": {"handle": "keeper"},
    PROJECT + "/settings/archive": {"archived": "yes"},
    PROJECT + "/settings/transfer": {"to": "keeper"},
}
# What changes who may do what stands last, in this order.
LAST = (
    PROJECT + "/settings/archive",
    PROJECT + "/settings/delete",
    "/invitations/{invitation}/withdraw",
    "/invitations/{invitation}/decline",
    "/organizations/{organization}/leave",
    "/sign-out",
)
SAYS = {
    "You need to sign in for this.": SIGN_IN,
    **{f"You may not {action.value} this.": NO for action in Action},
    "There is no such project, or it is not yours to see.": HIDDEN,
    "This project is archived: it can be read, and nothing changes.": FROZEN,
    "There is no such invitation": NOT_ASKED,
}
OWN_FORM = {"Sec-Fetch-Site": "same-origin"}


def plain(path):
    return re.sub(r"\{(\w+):[^}]*\}(?:\})?", r"{\1}", path)


def routes():
    """Yield method and path of every route, the ends last."""
    found = [(route.method, plain(route.path)) for route in ROUTES]
    # One invitation has one answer: declining stands for accepting.
    asked = [one for one in found if not one[1].endswith("/accept")]
    return sorted(
        asked, key=lambda one: LAST.index(one[1]) + 1 if one[0] == "POST" and one[1] in LAST else 0
    )


def filled(path, account, kind, company):
    names = {
        "account": account,
        "project": KINDS[kind],
        "organization": GUILD,
        "invitation": str(company.invitation),
        "position": "1",
        "path": "README.md",
        "id": "x",
        "session": "no-such-session",
        "token": "x",
        "picture": "0" * 64,
        "device": "999",
        "browser": "999",
        "key": "999",
        "kind": "zip",
        "part": "1",
        "image": "pages/landing-light-phone.png",
        "shelf": "how-to",
        "document": "run-a-node",
        "version": "next",
    }
    path = path.replace("/tree/{path}", "/tree/")
    return re.sub(r"\{(\w+)\}", lambda m: names[m[1]], path)


async def told(answer):
    """Return the code of the refusal that a page shows, if it refuses."""
    if answer.status < 400:
        return None
    text = (await answer.text()).replace("&#39;", "'")
    return next((code for words, code in SAYS.items() if words in text), None)


def meant(need, role, kind):
    if need != SETTINGS_PAGE:
        return refusal(need, role, kind)
    return None if role in OWNERS else refusal(SETTINGS, role, kind)


def test_the_table_names_every_route():
    assert {(route.method, plain(route.path)) for route in ROUTES} == set(NEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ROLES)
async def test_every_page_lets_in_whom_the_policy_names(forge, role, kind):
    said, wanted = {}, {}
    async with a_company(forge) as company:
        account = company.account(role)
        server = TestServer(application(forge))
        async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
            if account is not None:
                link = await signin.make_link(forge, account)
                cookie = await signin.redeem_link(forge, link)
                client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
            for method, path in routes():
                where = filled(path, ROLES[role][1], kind, company)
                form = {"confirm": KINDS[kind]} | FORMS.get(path, {})
                answer = await client.request(
                    method,
                    where,
                    data=form if method == "POST" else None,
                    headers=OWN_FORM,
                    allow_redirects=False,
                )
                said[method, path] = await told(answer)
                wanted[method, path] = meant(NEEDS[method, path], role, kind)
                # None of the projects is a fork.
                absent = (
                    "{token}" in path,
                    "{picture}" in path,
                    "{id}" in path,
                    "{session}" in path,
                    path.endswith("/sync"),
                )
                is_there = not any(absent)
                if method == "GET" and wanted[method, path] is None and is_there:
                    assert answer.status < 400, (path, await answer.text())
    assert said == wanted

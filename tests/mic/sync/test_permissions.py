"""Every route answers every role as the policy says, on public, private and archived projects.

The table below must name every route of the door: a new one without a line here fails.
"""

from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from mic.sync import edge, routes
from mic.sync.routes import ROUTES
from node.projects import peers
from node.projects import verbs as projects
from tests.support.roles import (
    ANYBODY,
    CHANGING,
    ELSEWHERE,
    GIVE,
    GUILD,
    HIDDEN,
    HOME,
    INSIDE,
    INVITED,
    INVITER,
    KINDS,
    KNOWN,
    LAND,
    MANAGE,
    MIRRORED,
    NAMESPACE,
    NO,
    ORGANIZATION,
    OWN,
    READ,
    REFUSALS,
    ROLES,
    SETTINGS,
    SIGN_IN,
    SIGNED_IN,
    WITHIN,
    a_company,
    mirrored,
    refusal,
    refusal_by_a_mirror,
)
from tests.support.wire import Door, a_token, session_id

NEEDS = {
    ("GET", "/node"): ANYBODY,
    ("GET", "/whoami"): ANYBODY,
    ("GET", "/search"): ANYBODY,  # it tells of what the asker may read
    ("POST", "/heads"): ANYBODY,  # it tells of what the asker may read
    ("POST", "/keys"): SIGNED_IN,
    ("POST", "/logout"): ANYBODY,
    ("GET", "/account/devices"): SIGNED_IN,
    ("DELETE", "/account/devices/{device}"): SIGNED_IN,
    ("GET", "/account/tokens"): SIGNED_IN,
    ("POST", "/account/tokens"): SIGNED_IN,
    ("DELETE", "/account/tokens/{token}"): SIGNED_IN,
    ("GET", "/accounts/{account}/projects"): ANYBODY,
    ("POST", "/accounts/{account}/projects"): NAMESPACE,
    ("POST", "/accounts/{account}/imports"): NAMESPACE,
    ("GET", "/accounts/{account}/imports/{id}"): ANYBODY,  # somebody else's is a missing one
    ("GET", "/accounts/{account}/deleted"): NAMESPACE,
    ("POST", "/accounts/{account}/restore"): NAMESPACE,
    ("GET", "/accounts/{account}/models"): WITHIN,
    ("PATCH", "/accounts/{account}/models"): NAMESPACE,
    ("GET", "/organizations"): SIGNED_IN,
    ("POST", "/organizations"): SIGNED_IN,
    ("GET", "/organizations/{organization}"): ORGANIZATION,
    ("PATCH", "/organizations/{organization}"): MANAGE,
    ("DELETE", "/organizations/{organization}"): MANAGE,
    ("GET", "/organizations/{organization}/members"): ORGANIZATION,
    ("POST", "/organizations/{organization}/members"): MANAGE,
    ("DELETE", "/organizations/{organization}/members/{member}"): MANAGE,
    ("POST", "/organizations/{organization}/leave"): ORGANIZATION,
    ("GET", "/organizations/{organization}/invitations"): MANAGE,
    ("POST", "/organizations/{organization}/invitations"): MANAGE,
    ("GET", "/invitations"): SIGNED_IN,
    ("POST", "/invitations/{invitation}/accept"): INVITED,
    ("POST", "/invitations/{invitation}/decline"): INVITED,
    ("DELETE", "/invitations/{invitation}"): INVITER,
    ("GET", "/by-id/{id}"): ANYBODY,  # an id that nobody may see is a missing one
    ("GET", ""): READ,
    ("PATCH", ""): SETTINGS,
    ("DELETE", ""): OWN,
    ("POST", "/fork"): KNOWN,
    ("POST", "/sync"): LAND,
    ("GET", "/members"): INSIDE,
    ("POST", "/members"): OWN,
    ("DELETE", "/members/{member}"): OWN,
    ("GET", "/peers"): INSIDE,
    ("POST", "/peers"): OWN,
    ("DELETE", "/peers/{peer}"): OWN,
    ("GET", "/tokens"): INSIDE,
    ("POST", "/tokens"): INSIDE,
    ("DELETE", "/tokens/{token}"): INSIDE,
    ("POST", "/archive"): OWN,
    ("POST", "/unarchive"): OWN,
    ("POST", "/transfer"): GIVE,
    ("GET", "/document"): READ,
    ("GET", "/head"): READ,
    ("GET", "/landings"): READ,
    ("POST", "/landings"): LAND,
    ("GET", "/landings/{position}"): READ,
    ("GET", "/records"): READ,
    ("GET", "/rollups"): READ,
    ("POST", "/objects/missing"): LAND,
    ("POST", "/objects"): LAND,
    ("POST", "/objects/fetch"): READ,
    ("GET", "/holders"): READ,
    ("GET", "/tags"): READ,
    ("GET", "/residue"): READ,
    ("POST", "/receipts"): READ,
    ("POST", "/challenges"): READ,
    ("POST", "/offers"): READ,  # the signature in the body says who lands
    ("GET", "/offers/{session}"): READ,
    ("GET", "/checkout"): READ,
    ("GET", r"/files/{path:[\s\S]+}"): READ,
    ("GET", "/tree"): READ,
    ("GET", r"/tree/{path:[\s\S]*}"): READ,
    ("GET", r"/blame/{path:[\s\S]+}"): READ,
    ("GET", "/diff"): READ,
    ("POST", "/sessions"): LAND,
    ("GET", "/sessions"): READ,
    ("GET", "/sessions/{session}"): READ,
    ("POST", "/sessions/{session}/notes"): LAND,
    ("POST", "/sessions/{session}/decisions"): LAND,
    ("POST", "/sessions/{session}/abandon"): LAND,
    ("POST", "/sessions/{session}/epochs"): LAND,
}
PROJECT = "/projects/{account}/{project}"
BODIES = {
    "/heads": {"stands": ""},
    "/keys": {"did": "did:key:z6Mk", "name": "x", "proof": "A" * 86 + "=="},
    "": {"description": "changed"},
    "/accounts/{account}/projects": {"handle": "another"},
    "/accounts/{account}/imports": {"url": "https://example.org/x.git", "handle": "imported"},
    "/accounts/{account}/restore": {"handle": "never"},
    "/accounts/{account}/models": {"llm_models": ["m-1"]},
    "/organizations": {"handle": "circle"},
    "/organizations/{organization}": {"name": "The guild"},
    "/organizations/{organization}/members": {"handle": "otto", "role": "member"},
    "/organizations/{organization}/invitations": {"handle": "bob"},
    "/account/tokens": {"name": "ci", "scopes": ["read"]},
    "/members": {"handle": "bob", "role": "writer"},
    "/peers": {"did": "did:key:z6MkrEVGLPYHhLGBQ25Bh5DXSakRiDpdoj7fdsNZSqYPcUGt"},
    "/tokens": {"name": "ci", "scopes": ["read"]},
    "/fork": {"handle": "copy"},
    "/sync": {},
    "/transfer": {"to": "keeper"},
    "/sessions": {"id": session_id(50), "goal": "Work", "base": 1},
    "/sessions/{session}/notes": {"role": "human", "text": "Hello", "at": 1},
    "/sessions/{session}/decisions": {"text": "So", "why": "it is", "at": 1},
    "/sessions/{session}/epochs": {"epoch": 1, "changes": {"id": "0" * 64, "size": 1}},
}
# What changes who may do what stands last, in this order.
LAST = (
    ("POST", "/archive"),
    ("POST", "/unarchive"),
    ("DELETE", ""),
    ("DELETE", "/invitations/{invitation}"),
    ("POST", "/invitations/{invitation}/decline"),
    ("POST", "/organizations/{organization}/leave"),
    ("POST", "/logout"),
)
GONE_WITH_THE_FIRST = ("POST", "/invitations/{invitation}/accept")


def short(path):
    return path.removeprefix(PROJECT)


def in_order():
    """Yield method, short and whole path of every route that is asked, the ends last."""
    routes = [(method, short(path), path) for method, path, _ in ROUTES]
    routes.sort(key=lambda one: LAST.index(one[:2]) + 1 if one[:2] in LAST else 0)
    # One invitation has one answer: declining stands for accepting.
    return [one for one in routes if one[:2] != GONE_WITH_THE_FIRST]


# Asked for by an id that nothing here has.
NOT_THERE = {
    ("GET", "/accounts/{account}/imports/{id}"),
    ("GET", "/offers/{session}"),
    ("GET", "/by-id/{id}"),
}


def filled(path, account, kind, company):
    """Return a path with everything in it named."""
    names = {
        "{account}": account,
        "{project}": KINDS[kind],
        "{organization}": GUILD,
        "{member}": "keeper",
        "{invitation}": str(company.invitation),
        "{position}": "1",
        "{device}": "999",
        "{peer}": "did:key:z6MkNobody",
        "{id}": "999",
        "{token}": "999",
        "{session}": session_id(list(KINDS).index(kind)),
        r"{path:[\s\S]+}": "README.md",
        r"{path:[\s\S]*}": "",
    }
    for name, value in names.items():
        path = path.replace(name, value)
    return path + ("?from=0" if path.endswith("/diff") else "")


def test_the_table_names_every_route():
    assert {(method, short(path)) for method, path, _ in ROUTES} == set(NEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ROLES)
async def test_every_route_lets_in_whom_the_policy_names(forge, role, kind):
    told, meant = {}, {}
    async with a_company(forge) as company:
        door = company.as_(role)
        for method, name, path in in_order():
            need = NEEDS[method, name]
            body = {"json": BODIES[name]} if name in BODIES and method in {"POST", "PATCH"} else {}
            where = filled(path, ROLES[role][1], kind, company)
            answer = await door.ask(method, where, **body)
            failed = answer.status >= 400 and (method, name) not in NOT_THERE
            told[method, name] = answer.code if failed and answer.code in REFUSALS else None
            is_told = (method, name) not in NOT_THERE
            meant[method, name] = refusal(need, role, kind) if is_told else None
            is_there = answer.status == 200 or not is_told
            assert is_there or meant[method, name] or method != "GET", answer.body
    assert told == meant


# Landings may be offered to a mirror, which sends them on; sessions are begun at home.
OF_SESSIONS = frozenset(name for (_, name), need in NEEDS.items() if "/sessions" in name)
# Asks first whose role it is.
GIVE_BACK = ("DELETE", "/members/{member}")


@pytest.mark.slow
@pytest.mark.parametrize("kind", MIRRORED)
@pytest.mark.parametrize("role", ROLES)
async def test_every_route_reads_a_mirror_as_at_home_and_changes_none(forge, role, kind):
    told, meant = {}, {}
    async with a_company(forge) as company:
        await mirrored(forge)
        door = company.as_(role)
        for method, name, path in in_order():
            need = NEEDS[method, name]
            # A fork of a mirror is a project of this node.
            if need not in {READ, KNOWN, *CHANGING - {LAND}} and name not in OF_SESSIONS | {
                "/sync"
            }:
                continue
            body = {"json": BODIES[name]} if name in BODIES and method in {"POST", "PATCH"} else {}
            answer = await door.ask(method, filled(path, ROLES[role][1], kind, company), **body)
            code = answer.code if answer.status >= 400 else None
            told[method, name] = code if code in REFUSALS | {ELSEWHERE} else None
            hidden = refusal(READ, role, kind)
            meant[method, name] = refusal_by_a_mirror(need, role, kind)
            if role == "anonymous" and (method, name) == GIVE_BACK:
                meant[method, name] = hidden or SIGN_IN
    assert told == meant


@asynccontextmanager
async def a_door_of_peers(forge, did):
    """The sync door as a node comes in that has proven its key."""

    @web.middleware
    async def proven(request, handler):
        request[edge.PEER] = did
        return await handler(request)

    app = web.Application(middlewares=[proven])
    routes.add_routes(app, forge)
    async with TestServer(app) as server, ClientSession() as session:
        yield Door(str(server.make_url("")).rstrip("/"), session)


@pytest.mark.slow
@pytest.mark.parametrize("is_named", [True, False])
async def test_a_node_reads_what_its_policy_gives_it_by_every_route_and_changes_nothing(
    forge, is_named
):
    told, meant = {}, {}
    async with a_company(forge) as company, a_door_of_peers(forge, HOME) as door:
        ada = company.account("owner")
        if is_named:
            diary = await projects.get(forge, ada.party, "ada", "diary")
            await peers.add_peer(forge, ada.party, diary, HOME)
        for method, name, path in in_order():
            need = NEEDS[method, name]
            if need != READ and need not in CHANGING - {LAND} and name not in OF_SESSIONS:
                continue
            body = {"json": BODIES[name]} if name in BODIES and method in {"POST", "PATCH"} else {}
            answer = await door.ask(method, filled(path, "ada", "private", company), **body)
            code = answer.code if answer.status >= 400 else None
            told[method, name] = code if code in REFUSALS else None
            meant[method, name] = (NO if need in CHANGING else None) if is_named else HIDDEN
            if is_named and (method, name) == GIVE_BACK:
                meant[method, name] = SIGN_IN
    assert told == meant


async def test_whoever_is_invited_may_accept(forge):
    async with a_company(forge) as company:
        where = f"/invitations/{company.invitation}/accept"
        for role in ROLES:
            answer = await company.as_(role).post(where)
            meant = refusal(INVITED, role, "public")
            assert (answer.code if answer.status >= 400 else None) == meant, role
        joined = (await company.as_("invited").get("/organizations")).json["organizations"]
        assert [(one["handle"], one["role"]) for one in joined] == [(GUILD, "member")]


async def test_a_token_that_may_only_read_cannot_land(world):
    reader = world.door.as_(await a_token(world.forge, world.ada, "read"))
    parts = world.hand.landing(session_id(4), {"x": b"x"}, base=1)
    answer = await reader.post(f"{world.path}/landings", parts.body())
    assert (answer.status, answer.code) == (403, "access.missing-scope")
    assert (await world.head())[0] == 1
    assert (await reader.get(f"{world.private_path}/head")).status == 200

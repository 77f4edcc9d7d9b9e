"""The API answers as its document says, lets in whom the policy names, and believes nobody."""

import json
import re

import jsonschema
import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from node.daemon.http import application
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.roles import KINDS, ROLES, a_company
from tests.support.wire import a_token
from web.api.edge import Door
from web.api.model import ANYBODY, PREFIX
from web.api.table import OPERATIONS
from web.page import SESSION_COOKIE

NOW = {"path": "src/one.txt", "position": "1", "account": "ada", "project": "book"}
BOOK = "/projects/ada/book"


class Caller:
    """A program that asks the API, and holds each answer against the document."""

    def __init__(self, client, forge):
        self.client, self.forge, self.token, self.document = client, forge, None, None

    async def described(self):
        if self.document is None:
            self.document = await (await self.client.get("/api/openapi.json")).json()
        return self.document

    async def ask(self, method, path, body=None, **more):
        headers = more.pop("headers", {})
        if self.token:
            headers = headers | {"Authorization": f"Bearer {self.token}"}
        answer = await self.client.request(
            method, PREFIX + path, json=body, headers=headers, **more
        )
        await self.check(answer)
        return answer

    async def get(self, path, **more):
        return await self.ask("GET", path, **more)

    async def check(self, answer):
        """Fail unless an answer is one that the document knows."""
        document, route = await self.described(), answer.request_info
        told = next(
            (
                one[route.method.lower()]
                for path, one in document["paths"].items()
                if path.startswith(PREFIX)
                and route.method.lower() in one
                and matches(path, route.url.raw_path)
            ),
            None,
        )
        if told is None:
            assert answer.status in {404, 405}
            schema = {"$ref": "#/components/schemas/Problem"}
        else:
            known = told["responses"].get(str(answer.status), told["responses"]["default"])
            if answer.status in {204, 304}:
                return
            schema = known["content"][answer.content_type]["schema"]
        components = {"components": document["components"]}
        jsonschema.Draft202012Validator(components | schema).validate(
            await answer.json(content_type=None)
        )


def matches(path, asked):
    parts = re.split(r"\{(\w+)\}", path)
    shape = "".join(
        re.escape(part) if at % 2 == 0 else (".+" if part == "path" else "[^/]+")
        for at, part in enumerate(parts)
    )
    return re.fullmatch(shape, asked)


@pytest.fixture
async def caller(forge):
    ada = await an_account(forge, "ada")
    project = await a_project(forge, ada)
    await a_landing(forge, ada, project, {"src/one.txt": b"one\n", "a.bin": b"\0\1"}, goal="Begin")
    server = TestServer(application(forge))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        yield Caller(client, forge)


@pytest.mark.slow
async def test_the_document_is_a_valid_one_and_lists_every_route(caller):
    document = await caller.described()
    validate(document)
    told = {(m.upper(), path) for path, one in document["paths"].items() for m in one}
    app = caller.client.server.app
    there = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method not in {"*", "HEAD"}
    }
    assert told == there
    assert {"/mic/v1/node", "/{account}/{project}", "/up"} <= set(document["paths"])
    assert any(path.endswith("/info/refs") for path in document["paths"])


async def test_every_operation_is_told_in_full(caller):
    document = await caller.described()
    for one in OPERATIONS:
        told = document["paths"][one.address][one.method.lower()]
        assert told["operationId"] == one.name
        assert all(part["description"] for part in told["parameters"]), one.address
        assert ({} in told["security"]) == (one.scope == ANYBODY)
    assert len({one.name for one in OPERATIONS}) == len(OPERATIONS)
    routes = caller.client.server.app.router.routes()
    assert sum(
        isinstance(getattr(route.handler, "__self__", None), Door) for route in routes
    ) >= len(OPERATIONS)


@pytest.mark.parametrize(
    "path",
    [
        "/node",
        "/me",
        "/peers",
        "/projects?sort=recent",
        "/search?q=book",
        "/search?q=%22+OR+*+NEAR(&scope=code",
        BOOK,
        f"{BOOK}/star",
        f"{BOOK}/languages",
        f"{BOOK}/forks",
        f"{BOOK}/tree",
        f"{BOOK}/tree/src?at=1",
        f"{BOOK}/files/src/one.txt",
        f"{BOOK}/files/a.bin",
        f"{BOOK}/blame/src/one.txt",
        f"{BOOK}/compare?old=0&new=1",
        f"{BOOK}/landings?path=src",
        f"{BOOK}/landings/1",
        f"{BOOK}/landings/1/diff",
        f"{BOOK}/sessions",
        "/accounts/ada",
        "/accounts/ada/projects",
        "/accounts/ada/stars",
    ],
)
async def test_what_is_public_is_read_by_anybody_and_from_anywhere(caller, path):
    answer = await caller.get(path)
    assert answer.status == 200, await answer.text()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    again = await caller.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


async def test_files_and_differences_say_what_there_is(caller):
    found = await (await caller.get(f"{BOOK}/files/src/one.txt")).json()
    assert (found["text"], found["base64"], found["position"]) == ("one\n", None, 1)
    binary = await (await caller.get(f"{BOOK}/files/a.bin")).json()
    assert (binary["text"], binary["base64"]) == (None, "AAE=")
    diff = await (await caller.get(f"{BOOK}/landings/1/diff")).json()
    assert diff["is_whole"]
    assert [one["note"] for one in diff["files"]] == ["Binary.", ""]
    assert diff["files"][1]["lines"] == [{"kind": "added", "number": 1, "text": "one"}]


async def test_lists_go_on_where_they_say(caller, forge):
    ada = await an_account(forge, "ada")
    for number in range(4):
        await a_project(forge, ada, f"p{number}")
    seen, path = [], "/projects?limit=2&sort=recent"
    for _ in range(3):
        answer = await caller.get(path)
        seen += [one["project"]["handle"] for one in (await answer.json())["projects"]]
        if "next" not in answer.links:
            break
        path = answer.links["next"]["url"].path_qs.removeprefix(PREFIX)
    assert sorted(seen) == ["book", "p0", "p1", "p2", "p3"]


async def test_a_token_writes_within_its_scopes(caller, forge):
    ada = await an_account(forge, "ada")
    caller.token = await a_token(forge, ada)
    made = await caller.ask("POST", "/accounts/ada/projects", {"handle": "leaf"})
    assert made.status == 201
    assert made.headers["Location"].endswith("/api/v1/projects/ada/leaf")
    assert "Access-Control-Allow-Origin" not in made.headers
    changed = await caller.ask("PATCH", "/projects/ada/leaf", {"description": "Green", "site": ""})
    assert (await changed.json())["description"] == "Green"
    starred = await caller.ask("PUT", f"{BOOK}/star")
    assert (await starred.json())["is_starred"]
    await caller.ask("DELETE", f"{BOOK}/star")
    group = await caller.ask("POST", "/organizations", {"handle": "guild"})
    assert group.status == 201
    assert (await caller.get("/organizations/guild/members")).status == 200
    assert (await caller.ask("DELETE", "/organizations/guild")).status == 204
    assert (await caller.ask("POST", "/projects/ada/leaf/archive")).status == 200
    assert (await caller.ask("DELETE", "/projects/ada/leaf")).status == 204
    assert (await caller.get("/projects/ada/leaf")).status == 404


async def test_an_account_says_which_models_its_projects_name(caller, forge):
    caller.token = await a_token(forge, await an_account(forge, "ada"))
    where = "/accounts/ada/models"
    assert await (await caller.get(where)).json() == {"llm_models": [], "llm_default_model": ""}
    body = {"llm_models": ["m-1", "m-2"], "llm_default_model": "m-1"}
    assert await (await caller.ask("PATCH", where, body)).json() == body
    changed = await caller.ask("PATCH", where, {"llm_default_model": "m-2"})
    assert await changed.json() == body | {"llm_default_model": "m-2"}
    refused = await caller.ask(
        "POST", "/accounts/ada/projects", {"handle": "leaf", "llm_model": "m-3"}
    )
    said = await refused.json(content_type=None)
    assert (refused.status, said["code"]) == (400, "project.unsupported-model")
    assert said["details"] == {"model": "m-3", "allowed": ["m-1", "m-2"]}
    made = await caller.ask("POST", "/accounts/ada/projects", {"handle": "leaf"})
    assert (await made.json())["llm_model"] == "m-2"


async def test_a_cookie_reads_and_never_writes(caller, forge):
    ada = await an_account(forge, "ada")
    await a_project(forge, ada, "diary", visibility="private")
    cookie = await signin.redeem_link(forge, await signin.make_link(forge, ada))
    caller.client.session.cookie_jar.update_cookies({SESSION_COOKIE: cookie})
    seen = await caller.get("/projects/ada/diary")
    assert seen.status == 200
    assert "Access-Control-Allow-Origin" not in seen.headers
    forged = await caller.ask("DELETE", BOOK)
    assert forged.status == 401
    assert forged.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await caller.get(BOOK)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/projects/ada/none", 404, "project.missing"),
        ("GET", "/nowhere", 404, "route.missing"),
        ("GET", "/", 404, "route.missing"),
        ("DELETE", "/node", 405, "request.method"),
        ("GET", f"{BOOK}/landings/9", 404, None),
        ("GET", f"{BOOK}/landings/x", 400, "request.bad-number"),
        ("GET", f"{BOOK}/landings/-1", 400, "request.bad-number"),
        ("GET", f"{BOOK}/landings/" + "9" * 40, 400, "request.bad-number"),
        ("GET", f"{BOOK}/landings?cursor=';drop", 400, "page.cursor"),
        ("GET", f"{BOOK}/landings?limit=0", 400, "request.malformed"),
        ("GET", f"{BOOK}/landings?limit=101", 400, "request.malformed"),
        ("GET", f"{BOOK}/landings?limit=1&limit=2", 400, "request.malformed"),
        ("GET", f"{BOOK}/landings?unknown=1", 400, "request.malformed"),
        ("GET", f"{BOOK}/tree?at=x", 400, "request.malformed"),
        ("GET", f"{BOOK}/tree?at=99999999999999999999", 400, "request.malformed"),
        ("GET", f"{BOOK}/compare?old=x", 400, "request.malformed"),
        ("GET", "/search", 400, "request.malformed"),
        ("GET", "/search?q=x&scope=secrets", 400, "request.malformed"),
        ("GET", "/search?q=" + "x" * 201, 400, "request.malformed"),
        ("GET", f"{BOOK}/files/../../etc/passwd", 404, None),
        ("GET", f"{BOOK}/files/src", 400, "path.not-a-file"),
        ("GET", f"{BOOK}/sessions/none", 404, None),
        ("GET", f"{BOOK}/members", 401, "auth.required"),
        ("GET", "/accounts/nobody", 404, "account.missing"),
        ("GET", "/organizations", 401, "auth.required"),
        ("POST", "/organizations", 401, "auth.required"),
    ],
)
async def test_a_refusal_is_a_problem_with_a_code(caller, method, path, status, code):
    body = {"handle": "guild"} if method == "POST" else None
    answer = await caller.ask(method, path, body)
    said = json.loads(await answer.text())
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert said["status"] == status
    assert code in {None, said["code"]}
    if status == 405:
        assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 5000,
        b'{"handle": 1}',
        b'{"handle": "x", "owner": "root"}',
        b'{"handle": "../x"}',
        b'{"handle": "x", "visibility": "secret"}',
    ],
)
async def test_a_body_that_is_none_is_refused(caller, forge, body):
    token = await a_token(forge, await an_account(forge, "ada"))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    where = PREFIX + "/accounts/ada/projects"
    answer = await caller.client.post(where, data=body, headers=headers)
    assert answer.status == 400, await answer.text()
    assert answer.content_type == "application/problem+json"


async def test_a_body_that_cannot_be_unpacked_is_refused(caller, forge):
    token = await a_token(forge, await an_account(forge, "ada"))
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    where = PREFIX + "/accounts/ada/projects"
    answer = await caller.client.post(where, data=b"{}", headers=headers)
    assert answer.status == 400
    assert (await answer.json(content_type=None))["code"] == "request.malformed"


async def test_a_body_that_is_too_large_or_of_another_kind_is_refused(caller, forge):
    token = await a_token(forge, await an_account(forge, "ada"))
    headers = {"Authorization": f"Bearer {token}"}
    where = PREFIX + "/accounts/ada/projects"
    large = await caller.client.post(where, json={"description": "x" * 70_000}, headers=headers)
    assert large.status == 413
    form = await caller.client.post(where, data={"handle": "x"}, headers=headers)
    assert (await form.json(content_type=None))["code"] == "request.not-json"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer nope", "Basic eDp5", "Bearer " + "x" * 999]
)
async def test_a_token_that_is_none_is_refused(caller, header):
    answer = await caller.client.get(PREFIX + "/node", headers={"Authorization": header})
    assert answer.status == 401
    assert "Access-Control-Allow-Origin" not in answer.headers


NEEDS_NO_PROJECT = ("/accounts/{account}", "/organizations", "/node", "/me", "/peers")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ROLES)
async def test_each_role_reads_what_it_reads_on_pages(forge, role, kind):
    async with a_company(forge) as company, TestClient(TestServer(application(forge))) as client:
        token = company.tokens.get(ROLES[role][0] or "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        names = {"account": ROLES[role][1], "project": KINDS[kind], "position": "1"}
        may = (
            await client.get(
                f"/mic/v1/projects/{names['account']}/{names['project']}", headers=headers
            )
        ).status == 200
        for one in OPERATIONS:
            if "{project}" not in one.path or one.method != "GET" or one.scope != ANYBODY:
                continue
            if "{session}" in one.path:
                continue
            path = one.address.replace("/tree/{path}", "/tree").replace("{path}", "README.md")
            answer = await client.get(path.format(**names), headers=headers)
            assert answer.status == (200 if may else 404), (path, await answer.text())


async def test_the_page_tells_every_operation_and_runs_nothing(caller):
    text = await (await caller.client.get("/api")).text()
    for one in OPERATIONS:
        assert one.address in text
        assert one.summary.replace("'", "&#39;") in text
    assert "curl" in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


OPEN_TO_STRANGERS = ("/star", "/forks")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["anonymous", "stranger", "node's admin"])
async def test_no_stranger_changes_a_project(forge, role, kind):
    bodies = {one.path: dict(one.example) for one in OPERATIONS if one.example}
    async with a_company(forge) as company, TestClient(TestServer(application(forge))) as client:
        token = company.tokens.get(ROLES[role][0] or "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        names = {"account": ROLES[role][1], "project": KINDS[kind], "member": "bob"}
        for one in OPERATIONS:
            is_open = one.path.endswith(OPEN_TO_STRANGERS) and token and kind != "private"
            if "{project}" not in one.path or one.method == "GET" or is_open:
                continue
            where = one.address.format(**names)
            body = bodies.get(one.path, {})
            answer = await client.request(one.method, where, json=body, headers=headers)
            said = await answer.json(content_type=None)
            wanted = 404 if kind == "private" else 403 if token else 401
            assert answer.status == wanted, (one.method, where, said)

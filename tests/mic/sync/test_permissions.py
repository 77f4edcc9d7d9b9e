"""Every route answers the anonymous, the stranger and the owner as the policy says.

The table below must name every route of the door: a new one without a line here fails.
"""

import pytest

from mic.sync.routes import ROUTES
from tests.support.wire import a_token, session_id

ANYBODY = "anybody"  # public node facts, whoever asks
READ = "read"  # public: all; private: its owner, and for others it does not exist
WRITE = "write"  # the owner only
SIGNED_IN = "signed in"  # anybody with an account

NEEDS = {
    ("GET", "/node"): ANYBODY,
    ("GET", "/whoami"): ANYBODY,
    ("POST", "/keys"): SIGNED_IN,
    ("POST", "/logout"): ANYBODY,
    ("GET", "/accounts/{account}/projects"): ANYBODY,
    ("POST", "/accounts/{account}/projects"): WRITE,
    ("GET", ""): READ,
    ("PATCH", ""): WRITE,
    ("DELETE", ""): WRITE,
    ("GET", "/document"): READ,
    ("GET", "/head"): READ,
    ("GET", "/landings"): READ,
    ("POST", "/landings"): WRITE,
    ("GET", "/landings/{position}"): READ,
    ("GET", "/records"): READ,
    ("GET", "/rollups"): READ,
    ("POST", "/objects/missing"): WRITE,
    ("POST", "/objects"): WRITE,
    ("POST", "/objects/fetch"): READ,
    ("GET", "/checkout"): READ,
    ("GET", "/files/{path:.+}"): READ,
    ("GET", "/tree"): READ,
    ("GET", "/tree/{path:.*}"): READ,
    ("GET", "/blame/{path:.+}"): READ,
    ("GET", "/diff"): READ,
    ("POST", "/sessions"): WRITE,
    ("GET", "/sessions"): READ,
    ("GET", "/sessions/{session}"): READ,
    ("POST", "/sessions/{session}/notes"): WRITE,
    ("POST", "/sessions/{session}/decisions"): WRITE,
    ("POST", "/sessions/{session}/abandon"): WRITE,
    ("POST", "/sessions/{session}/epochs"): WRITE,
}
PROJECT = "/projects/{account}/{project}"
BODIES = {
    "/keys": {"did": "did:key:z6Mk", "name": "x", "proof": "A" * 86 + "=="},
    "": {"description": "changed"},
    "/accounts/{account}/projects": {"handle": "another"},
    "/sessions": {"id": session_id(50), "goal": "Work", "base": 1},
    "/sessions/{session}/notes": {"role": "human", "text": "Hello", "at": 1},
    "/sessions/{session}/decisions": {"text": "So", "why": "it is", "at": 1},
    "/sessions/{session}/epochs": {"epoch": 1, "changes": {"id": "0" * 64, "size": 1}},
}


def short(path):
    return path.removeprefix(PROJECT)


def test_the_table_names_every_route():
    assert {(method, short(path)) for method, path, _ in ROUTES} == set(NEEDS)


def expected(need, who, visibility):
    """What each may meet; None stands for "let in": the policy does not stand in the way."""
    if need == ANYBODY or who == "owner":
        return None
    if need == SIGNED_IN:
        return 401 if who == "anonymous" else None
    if visibility == "private":
        return 404
    if need == READ:
        return None
    return 401 if who == "anonymous" else 403


@pytest.mark.parametrize("visibility", ["public", "private"])
@pytest.mark.parametrize("who", ["anonymous", "stranger", "owner"])
async def test_every_route_lets_in_whom_the_policy_names(world, who, visibility):
    door = {"anonymous": world.door, "stranger": world.stranger, "owner": world.owner}[who]
    project, name = ("book", session_id(1)) if visibility == "public" else ("diary", session_id(2))
    file = "README.md" if visibility == "public" else "diary.txt"
    # What ends something stands last.
    last = {("DELETE", ""): 2, ("POST", "/logout"): 1}
    for method, path, _ in sorted(ROUTES, key=lambda one: last.get((one[0], short(one[1])), 0)):
        key = (method, short(path))
        where = path.replace("{account}", "ada").replace("{project}", project)
        where = where.replace("{position}", "1").replace("{session}", name)
        where = where.replace("{path:.+}", file).replace("{path:.*}", "")
        if key == ("GET", "/diff"):
            where += "?from=0"
        options = (
            {"json": BODIES[key[1]]} if key[1] in BODIES and method in {"POST", "PATCH"} else {}
        )
        visible = "public" if key[1].startswith("/accounts") else visibility
        answer = await (door if key != ("POST", "/logout") else world.door).ask(
            method, where, **options
        )
        want = expected(NEEDS[key], who, visible)
        if want is None:
            assert answer.status not in {401, 403}, (key, answer.body)
            assert answer.status == 200 or method != "GET", (key, answer.body)
        else:
            assert answer.status == want, (key, answer.status, answer.body)


async def test_a_token_that_may_only_read_cannot_land(world):
    reader = world.door.as_(await a_token(world.forge, world.ada, "read"))
    parts = world.hand.landing(session_id(4), {"x": b"x"}, base=1)
    answer = await reader.post(f"{world.path}/landings", parts.body())
    assert (answer.status, answer.code) == (403, "access.missing-scope")
    assert (await world.head())[0] == 1
    assert (await reader.get(f"{world.private_path}/head")).status == 200

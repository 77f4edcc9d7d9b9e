"""Behind no address of the node is there a way round the policy, and every fault has an answer."""

import re

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import make_mocked_request

from node.daemon import http
from store.digest import digest_of
from tests.support.worlds import SECRET

FILLS = {
    "position": "1",
    "path": "diary.txt",
    "token": "x",
    "session": "x",
    "id": "x",
    "kind": "zip",
}


@pytest.fixture
async def node(world):
    """The whole application of a node on a free port: its address, a client, its routes."""
    app = http.application(world.forge)
    runner = http.runner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with ClientSession(f"http://{host}:{port}") as client:
            yield client, app
    finally:
        await runner.cleanup()


def addresses(app, project):
    """Every GET address that names a project, filled in for `project`."""
    for resource in app.router.resources():
        pattern = resource.canonical
        if "{project}" not in pattern or not any(r.method == "GET" for r in resource):
            continue
        filled = FILLS | {"account": "ada", "project": project}
        yield re.sub(r"{(\w+)(?::[^}]*)?}", lambda m: filled[m.group(1)], pattern)  # noqa: B023


async def test_no_address_shows_a_private_project_to_others(node, world):
    client, app = node
    asked = list(addresses(app, "diary"))
    assert len(asked) > 20
    for headers in ({}, {"Authorization": f"Bearer {world.bobs_token}"}):
        for address in asked:
            async with client.get(address, headers=headers) as answer:
                body = await answer.read()
                # git asks for a password only where it is told to; for what is not there as well.
                asks = not headers and address.endswith("/info/refs")
                assert answer.status == (401 if asks else 404), address
                for told in (*SECRET.values(), world.diary.id.encode()):
                    assert told not in body, address
                assert digest_of(SECRET["diary.txt"]).hex().encode() not in body, address


async def test_a_fault_that_nobody_foresaw_is_answered_and_told_to_the_log_only(caplog):
    async def broken(_request):
        raise ValueError("the secret reason")

    answer = await http.fence(make_mocked_request("GET", "/x"), broken)
    assert answer.status == 500
    assert b"secret reason" not in answer.body
    assert "the secret reason" in caplog.text


@pytest.mark.parametrize(
    ("address", "status", "kind"),
    [
        ("/mic/v2/anything", 404, "application/json"),
        ("/mic/v1/anything", 404, "application/json"),
        ("/nobody/nothing/at/all", 404, "text/html"),
        ("/up", 200, "application/json"),
        ("/metrics", 200, "text/plain"),
    ],
)
async def test_each_address_answers_in_its_own_language(node, address, status, kind):
    async with node[0].get(address) as answer:
        assert (answer.status, answer.content_type) == (status, kind)
        assert answer.headers["Server"] == "Micelio"

"""Over the loopback the node answers to its own names only, so that no other site's page reads it."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon import naming
from node.daemon.http import application
from tests.support.forges import a_forge

OWN = "forge.example"


@pytest.fixture
async def client(tmp_path):
    async with (
        a_forge(tmp_path / "data", url=f"https://{OWN}") as forge,
        TestClient(TestServer(application(forge))) as made,
    ):
        yield made


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:7070",
        "[::1]:7070",
        "192.168.1.7",
        "localhost",
        "LOCALHOST:7070",
        "spore.localhost:7070",
        OWN,
        f"{OWN.upper()}:443",
        "",
    ],
)
async def test_the_node_answers_to_its_own_names(client, host):
    assert (await client.get("/explore", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7070",
        f"{OWN}.evil.example",
        f"x.{OWN}",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::1",
        "user@evil.example",
        "2130706433.example",
    ],
)
@pytest.mark.parametrize("path", ["/", "/explore", "/mic/v1/node", "/api/v1/projects", "/up"])
async def test_a_name_that_was_made_to_lead_here_gets_nothing(client, host, path):
    answer = await client.get(path, headers={"Host": host})
    assert answer.status == 421
    said = await answer.json()
    assert said["error"]["code"] == "node.other-name"
    assert f"https://{OWN}" in said["error"]["message"]
    assert len(await answer.read()) < 600


def test_names_are_compared_whole():
    assert not naming.is_misnamed("fen", "fen")
    assert naming.is_misnamed("fe", "fen")
    assert naming.is_misnamed("fen", "")

"""What peers are answered: the sync protocol and nothing else, as whom they have proven to be."""

import asyncio
import json

import pytest
from aiohttp import web

from keys.ed25519 import PrivateKey
from mic.sync import edge
from node.daemon import http, peering
from node.daemon.health import Metrics
from node.replication import peering as peers
from p2p.door import Door
from p2p.transport.network import Network
from tests.support.forges import a_project, an_account

pytestmark = pytest.mark.slow
HERE = ("/ip4/127.0.0.1/tcp/0",)


async def tell(_forge, who, _request):
    return web.json_response({"peer": who.peer, "handle": who.handle})


async def break_off(_forge, _who, request):
    """Announce a thousand bytes, give ten, and leave."""
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b"ten bytes.")
    request.transport.abort()
    return answer


@pytest.fixture
async def asking(forge):
    """Ask a node over libp2p: `asking(request)` returns head and body as they come."""
    app = peering.application(forge, Metrics())
    app.router.add_get("/who", edge.door(forge, tell))
    app.router.add_get("/broken", edge.door(forge, break_off))
    runner = http.runner(app, forge.limits)
    await runner.setup()
    door = Door(runner.server)
    async with (
        Network.open(forge.node.key, HERE, door.serve) as ann,
        Network.open(PrivateKey.generate(), (), nobody) as bob,
    ):

        async def ask(*lines, body=b""):
            sock = await bob.dial(ann.addresses[0])
            reader, writer = await asyncio.open_connection(sock=sock)
            head = "\r\n".join([*lines, "Host: localhost", "Connection: close", "", ""])
            writer.write(head.encode() + body)
            heard = await reader.read()
            writer.close()
            await writer.wait_closed()
            head, _, rest = heard.partition(b"\r\n\r\n")
            return int(head.split()[1]), rest

        ask.did = bob._key.did
        yield ask
    await runner.cleanup()


async def nobody(sock, _did):
    sock.close()


async def test_a_peer_asks_as_others_ask_over_http(asking, forge):
    status, body = await asking("GET /mic/v1/node HTTP/1.1")
    assert (status, json.loads(body)["did"]) == (200, forge.node.did)


@pytest.mark.parametrize("path", ["/", "/up", "/metrics", "/ada", "/ada/x.git/info/refs"])
async def test_nothing_else_is_open_to_peers(asking, path):
    assert (await asking(f"GET {path} HTTP/1.1"))[0] == 404


async def test_who_asks_is_who_has_proven_it_whatever_they_say(asking):
    liar = PrivateKey.generate().did
    status, body = await asking("GET /who HTTP/1.1", f"peer: {liar}", f"X-Peer: {liar}")
    assert (status, json.loads(body)) == (200, {"peer": asking.did, "handle": None})


async def test_a_bearer_token_that_is_none_is_refused_as_ever(asking):
    assert (await asking("GET /who HTTP/1.1", "Authorization: Bearer nonsense"))[0] == 401


async def test_a_body_that_announces_ten_gigabytes_is_refused_unread(asking):
    status, _ = await asking(
        "POST /mic/v1/projects/ada/x/objects/missing HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {10 << 30}",
        body=bytes(10_000),
    )
    assert status in {404, 413}


async def test_an_answer_that_breaks_off_is_shorter_than_it_said(asking):
    status, body = await asking("GET /broken HTTP/1.1")
    assert status == 200
    assert len(body) < 1000


def chunked(size):
    return b"%x\r\n" % size + bytes(size) + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("way", ["announced", "sent", "chunked"])
@pytest.mark.parametrize(
    ("path", "name", "size"),
    [
        ("/projects/ada/book/objects/fetch", "want-list", 6_400_032),
        ("/heads", "oversize", (1 << 20) + 1),
    ],
)
async def test_millions_of_ids_are_refused_and_held_against_who_sends_them(
    asking, forge, way, path, name, size
):
    await a_project(forge, await an_account(forge, "ada"), "book")
    how, body = {
        "announced": (f"Content-Length: {1 << 31}", b""),
        "sent": (f"Content-Length: {size}", bytes(size)),
        "chunked": ("Transfer-Encoding: chunked", chunked(size)),
    }[way]
    status, said = await asking(f"POST /mic/v1{path} HTTP/1.1", how, body=body)
    code = "want-list.too-long" if name == "want-list" else "request.too-large"
    assert (status, json.loads(said)["error"]["code"]) == (413, code)
    (asker,) = [one for one in await peers.peers(forge) if one.did == asking.did]
    assert (asker.score, asker.reason) == (50, name)

"""Why a holder does not answer is said in words."""

import asyncio
import socket
from functools import partial

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from keys.ed25519 import PrivateKey
from p2p.client import Way, asking
from p2p.faults import HolderFault
from p2p.transport import addresses
from p2p.transport.network import Network
from tests.support.neighbours import HERE


async def told(forge, address, network=None):
    with pytest.raises(HolderFault) as fault:
        async with asking(forge, network, Way(address, is_trusted=True)) as holder:
            await holder.get("/node", dict)
    return fault.value.message


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


async def test_nobody_listens(forge):
    url = f"http://127.0.0.1:{free_port()}"
    assert await told(forge, url) == f"{url} does not answer: Connection refused."


async def test_somebody_speaks_another_protocol(forge):
    async def greet(_reader, writer):
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as door:
        url = f"http://127.0.0.1:{door.sockets[0].getsockname()[1]}"
        assert await told(forge, url) == f"{url} does not answer: it speaks no HTTP."


async def test_the_server_is_no_node(forge):
    async with TestServer(web.Application()) as door:
        url = f"http://127.0.0.1:{door.port}"
        assert await told(forge, url) == (
            f"{url} refused: status 404, not as a node of Micelio does."
        )


@pytest.mark.slow
async def test_a_peer_is_gone_and_its_port_is_no_url(forge):
    async def serve(sock, _did):
        sock.close()

    opened = partial(Network.open, serve=serve)
    async with opened(forge.node.key, [HERE]) as ours:
        async with opened(PrivateKey.generate(), [HERE]) as theirs:
            url = f"http://127.0.0.1:{theirs.listens_on[0].port}"
            assert await told(forge, url) == (
                f"{url} does not answer: that is its port for peers, not for HTTP."
            )
        gone = addresses.peer_id(PrivateKey.generate().did)
        address = f"/ip4/127.0.0.1/tcp/{free_port()}/p2p/{gone}"
        assert await told(forge, address, ours) == (
            f"{address} does not answer: Nobody answers there."
        )

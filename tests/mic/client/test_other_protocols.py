"""A port that speaks something else than HTTP is said to, at once and in words."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from keys.ed25519 import PrivateKey
from mic.client.connection import Connection
from mic.errors import MicFault
from mic.wire.messages import Head
from p2p.transport.network import Network
from tests.support.neighbours import HERE


def asked(port):
    """What a person reads who takes a port for that of the pages."""
    connection = Connection(f"http://127.0.0.1:{port}", sleep=never)
    try:
        with pytest.raises(MicFault) as told:
            connection.get("/projects/ada/book/head", Head)
    finally:
        connection.close()
    return told.value


def never(_seconds):
    raise AssertionError("asked again")


@pytest.mark.slow
async def test_the_port_for_peers_speaks_libp2p():
    async def serve(sock, _did):
        sock.close()

    async with Network.open(PrivateKey.generate(), [HERE], serve) as network:
        port = network.listens_on[0].port
        fault = await asyncio.to_thread(asked, port)
    assert fault.code == "answer.not-http"
    assert fault.message == f"What answers at http://127.0.0.1:{port} speaks libp2p, not HTTP."
    assert "/ip4/ADDRESS/tcp/PORT/p2p/ID" in fault.hint


async def test_a_server_of_something_else_is_no_node():
    async with TestServer(web.Application()) as door:
        port = door.port
        fault = await asyncio.to_thread(asked, port)
    assert fault.message == (
        f"The server at http://127.0.0.1:{port} answered with status 404,"
        " not as a node of Micelio does."
    )


async def test_whoever_answers_in_another_protocol_is_no_node():
    async def greet(_reader, writer):
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as door:
        port = door.sockets[0].getsockname()[1]
        fault = await asyncio.to_thread(asked, port)
    assert fault.code == "answer.not-http"
    assert fault.message == f"What answers at http://127.0.0.1:{port} does not speak HTTP."

"""Hosts of libp2p that are no node of ours, and whose doors say what a test gives them."""

import asyncio
from base64 import b64encode
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from keys.ed25519 import PrivateKey
from mic.wire import heads as wire
from mic.wire.heads import Heads, HeadsAsked
from p2p.transport.limits import Settings
from p2p.transport.network import Network
from tests.support.neighbours import HERE


class Liar:
    """A host of libp2p whose door answers `/heads` and gossip with what a test gives it."""

    def __init__(self, key, network):
        self.key, self.network = key, network
        self.heads = []
        self.entry = None
        self.asked = asyncio.Event()

    @property
    def did(self):
        return self.key.did

    async def introduce(self, _request):
        """Say who this is, and show an entry of the address book."""
        told = {"name": "liar", "url": "", "did": self.did, "version": "1"}
        return web.json_response(told | {"entry": b64encode(self.entry or b"").decode() or None})

    async def answer(self, request):
        """Say that all is held and all differs; then show the lies."""
        asked = msgspec.json.decode(await request.read(), type=HeadsAsked)
        if asked.stands is not None:
            self.asked.set()
            return said(Heads(answer="differs", heads=self.heads))
        if asked.ids is None:
            return said(Heads(answer="unknown"))
        ids = wire.split_ids(asked.ids)
        bits = wire.bitmap(ids, frozenset(ids))
        return said(Heads(answer="differs", held=bits, buckets=bytes(wire.PRINT)))


def said(message):
    return web.Response(body=msgspec.json.encode(message), content_type="application/json")


@asynccontextmanager
async def a_liar():
    key = PrivateKey.generate()
    app = web.Application(client_max_size=1 << 24)
    runner = web.AppRunner(app)

    async def serve(sock, _did):
        await asyncio.get_running_loop().connect_accepted_socket(runner.server, sock)

    async with Network.open(key, [HERE], serve, settings=Settings()) as network:
        liar = Liar(key, network)
        app.router.add_post("/mic/v1/heads", liar.answer)
        app.router.add_get("/mic/v1/node", liar.introduce)
        await runner.setup()
        try:
            yield liar
        finally:
            await runner.cleanup()

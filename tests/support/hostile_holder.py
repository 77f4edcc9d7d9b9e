"""A holder that has everything, and lies in one answer: what it sends is what a test makes of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web

from keys.ed25519 import PrivateKey
from tests.support.mirrors import Home

Lie = Callable[[bytes], bytes | Awaitable[bytes]]


@asynccontextmanager
async def a_liar(home: Home, ends_with: str, lie: Lie) -> AsyncIterator[str]:
    """Pass on all that the home says; make of answers under paths that end so what `lie` makes."""
    own = PrivateKey.generate().did
    async with ClientSession() as session:

        async def answer(request: web.Request) -> web.StreamResponse:
            url = home.door.url + request.path_qs
            body = await request.read()
            async with session.request(request.method, url, data=body or None) as true:
                said = await true.read()
                if request.path.endswith("/node"):
                    said = said.replace(home.forge.node.did.encode(), own.encode())
                is_lie = request.path.endswith(ends_with)
                told = lie(said) if is_lie else said
                return web.Response(
                    status=true.status, body=told if isinstance(told, bytes) else await told
                )

        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{rest:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}/{home.project.address}"
        finally:
            await runner.cleanup()

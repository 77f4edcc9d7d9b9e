"""Nodes whose pages are really served, and hosts that say of themselves what a test gives them."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from activitypub import vocabulary, webfinger
from keys.ed25519 import PrivateKey
from node.daemon.http import application
from node.kernel.forge import Forge
from tests.support.forges import HeldClock, a_forge

NOW = 1_790_000_000_000
KEY = PrivateKey(bytes([7] * 32))


def a_port() -> socket.socket:
    """A socket on loopback that nobody listens on yet."""
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    return door


def url_of(door: socket.socket) -> str:
    """The URL of what listens on it."""
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@asynccontextmanager
async def served(app: web.Application, door: socket.socket) -> AsyncIterator[None]:
    """Serve `app` for the length of the block."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, door).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_face(
    directory: Path, *, name: str = "grove", now: HeldClock | None = None
) -> AsyncIterator[Forge]:
    """A node that answers at its own URL."""
    door = a_port()
    async with (
        a_forge(directory, now=now, url=url_of(door), name=name) as forge,
        served(application(forge), door),
    ):
        yield forge


def a_document(url: str, key: PrivateKey = KEY, /, *addresses: str, **more: object) -> bytes:
    """The actor document of a node at `url`, with other fields before it is signed."""
    made = vocabulary.described(key, url, "grove", addresses, NOW)
    if more:
        del made["proof"]
        method = made["assertionMethod"][0]["id"]
        made = vocabulary.integrity.prove(made | more, key, method, "2026-09-21T13:00:00Z")
    return json.dumps(made).encode()


@dataclass
class Stranger:
    """A host; `answers` are status, headers and body by path, with its query or without.

    `asked` are the paths in their order.
    """

    url: str
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def shows(self, path: str, body: bytes, kind: str = vocabulary.JSON, **more: str) -> None:
        """Answer `body` at a path."""
        self.answers[path] = 200, {"Content-Type": kind, **more}, body

    def moves(self, path: str, where: str) -> None:
        """Lead elsewhere from a path."""
        self.answers[path] = 302, {"Location": where}, b""

    def shows_actor(self, key: PrivateKey = KEY, *addresses: str, **more: object) -> None:
        """Be a node of that key."""
        self.shows(vocabulary.PATH, a_document(self.url, key, *addresses, **more))
        told = json.dumps(webfinger.told(self.url, ())).encode()
        self.shows(webfinger.ADDRESS, told, webfinger.KIND)

    async def answer(self, request: web.Request) -> web.Response:
        """Say what the test wants."""
        self.asked.append(request.path)
        found = self.answers.get(request.path_qs) or self.answers.get(request.path)
        status, headers, body = found or (404, {}, b"")
        return web.Response(status=status, headers=headers, body=body)


@asynccontextmanager
async def a_stranger() -> AsyncIterator[Stranger]:
    """A host that is no node of ours."""
    door = a_port()
    made = Stranger(url_of(door))
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    async with served(app, door):
        yield made

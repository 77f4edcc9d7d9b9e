"""Two networks on loopback, of real libp2p, for a module; nothing of them is left behind."""

import asyncio
import contextlib
import gc
import threading

import pytest
import pytest_asyncio

from keys.ed25519 import PrivateKey
from p2p.transport import blocking
from p2p.transport.limits import Settings
from p2p.transport.network import Network

HERE = "/ip4/127.0.0.1/tcp/0"


class Answering:
    """What a peer's streams are answered by: for each test another."""

    def __init__(self):
        self.by = echo
        self.asked_by = []

    async def serve(self, sock, did):
        self.asked_by.append(did)
        await self.by(*await asyncio.open_connection(sock=sock))


async def echo(reader, writer):
    """Say what is said, and end when it ends."""
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except ConnectionError:
        pass
    finally:
        await closed(writer)


async def until(holds, seconds=30):
    """Return when `holds()`, which may be a coroutine, is true."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  it happens in another thread
            await asyncio.sleep(0.02)


async def closed(writer):
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


class Pair:
    """`ann` listens and answers; `bob` dials."""

    def __init__(self, ann, bob, answering):
        self.ann, self.bob, self.answering = ann, bob, answering

    @property
    def address(self):
        return self.ann.addresses[0]

    async def opened(self):
        """A stream of bob's to ann, as reader and writer."""
        return await asyncio.open_connection(sock=await self.bob.dial(self.address))

    async def opened_and_closed(self):
        """Have a connection."""
        _, writer = await self.opened()
        await closed(writer)


@contextlib.asynccontextmanager
async def running(key=None, listen=(HERE,), serve=None, **settings):
    """A network; by default one that answers nobody."""

    async def refuse(sock, _did):
        sock.close()

    made = Settings(**settings)
    opened = Network.open(key or PrivateKey.generate(), listen, serve or refuse, settings=made)
    async with opened as network:
        yield network


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair():
    answering = Answering()
    async with running(serve=answering.serve) as ann, running() as bob:
        yield Pair(ann, bob, answering)


@pytest.fixture(autouse=True)
def answers_as_ever(request):
    yield
    if "pair" in request.fixturenames:
        made = request.getfixturevalue("pair").answering
        made.by, made.asked_by = echo, []


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left():
    before = set(threading.enumerate())
    yield
    blocking.stop()
    gc.collect()
    left = {one.name for one in set(threading.enumerate()) - before}
    # Workers that look names up end by themselves, some seconds after their last.
    assert {one for one in left if not one.startswith("Trio thread")} <= {"asyncio_0"}

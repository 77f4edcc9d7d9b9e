"""The face for a program without a loop."""

import asyncio
import threading

import pytest
import pytest_asyncio

from keys.ed25519 import PrivateKey
from p2p.transport import addresses, blocking
from p2p.transport.errors import BadAddress, PeerUnreachable, WrongPeer

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def stopped():
    yield
    blocking.stop()


async def in_a_thread(work, *arguments):
    return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)


def asked(address, key=None):
    with blocking.dial(address, key) as sock:
        sock.sendall(b"hello")
        sock.shutdown(1)
        heard = b""
        while data := sock.recv(1000):
            heard += data
        return heard


async def test_a_plain_thread_asks_a_peer(pair):
    assert await in_a_thread(asked, pair.address) == b"hello"
    assert await in_a_thread(asked, pair.address) == b"hello"
    assert len(set(pair.answering.asked_by)) == 1
    assert [one.name for one in threading.enumerate()].count("libp2p") == 3


async def test_a_key_of_ones_own_is_shown_to_the_peer(pair):
    key = PrivateKey.generate()
    assert await in_a_thread(asked, pair.address, key) == b"hello"
    assert pair.answering.asked_by == [key.did]


async def test_what_is_wrong_is_said_in_the_same_words(pair):
    other = addresses.peer_id(PrivateKey.generate().did)
    with pytest.raises(WrongPeer):
        await in_a_thread(asked, pair.address.rpartition("/")[0] + "/" + other)
    with pytest.raises(PeerUnreachable):
        await in_a_thread(asked, f"/ip4/127.0.0.1/tcp/1/p2p/{other}")
    with pytest.raises(BadAddress):
        await in_a_thread(asked, "https://example.org")


async def test_after_the_end_it_starts_anew(pair):
    assert await in_a_thread(asked, pair.address) == b"hello"
    await in_a_thread(blocking.stop)
    assert await in_a_thread(asked, pair.address) == b"hello"


async def test_a_socket_ends_when_libp2p_does(pair):
    sock = await in_a_thread(blocking.dial, pair.address)
    await in_a_thread(blocking.stop)
    assert await in_a_thread(sock.recv, 1) == b""
    sock.close()

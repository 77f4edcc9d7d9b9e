"""Two networks: who is dialled, who is not, and what is heard."""

import asyncio
import socket

import pytest

from keys.ed25519 import PrivateKey
from p2p.transport import addresses
from p2p.transport.errors import BadAddress, PeerBanned, PeerUnreachable, WrongPeer
from tests.p2p.transport.conftest import closed, running, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


def stranger():
    return addresses.peer_id(PrivateKey.generate().did)


def elsewhere(address, peer):
    return address.rpartition("/p2p/")[0] + "/p2p/" + peer


async def asked(pair, said=b"hello"):
    reader, writer = await pair.opened()
    writer.write(said)
    writer.write_eof()
    heard = await reader.read()
    await closed(writer)
    return heard


async def test_a_stream_carries_bytes_both_ways_and_says_who_asks(pair):
    assert await asked(pair) == b"hello"
    assert pair.answering.asked_by == [addresses.did_of(pair.bob.peer_id)]


async def test_a_peer_that_is_connected_is_dialled_by_its_id(pair):
    await asked(pair)
    sock = await pair.bob.dial(f"/p2p/{pair.ann.peer_id}")
    sock.close()
    dids = {one.did for one in await pair.bob.connected()}
    assert dids == {addresses.did_of(pair.ann.peer_id)}
    (seen,) = await pair.ann.connected()
    assert (seen.did, seen.direction) == (addresses.did_of(pair.bob.peer_id), "in")


async def test_both_ends_hold_one_connection_however_many_streams(pair):
    await asyncio.gather(*(asked(pair) for _ in range(20)))
    assert (len(await pair.ann.connected()), len(await pair.bob.connected())) == (1, 1)


async def test_somebody_else_at_the_address_is_not_spoken_to(pair):
    async with running(listen=()) as eve:
        with pytest.raises(WrongPeer):
            await eve.dial(elsewhere(pair.address, stranger()))


async def test_nobody_at_the_address_is_said_and_not_asked_again_at_once(pair):
    nowhere = f"/ip4/127.0.0.1/tcp/1/p2p/{stranger()}"
    with pytest.raises(PeerUnreachable, match="Nobody answers"):
        await pair.bob.dial(nowhere)
    with pytest.raises(PeerUnreachable, match="a moment ago"):
        await pair.bob.dial(nowhere)


@pytest.mark.parametrize("kind", ["dns", "dns4"])
async def test_a_host_is_found_by_the_name_that_the_system_knows(pair, kind):
    async with running(listen=()) as eve:
        by_name = pair.address.replace("/ip4/127.0.0.1/", f"/{kind}/localhost/")
        sock = await eve.dial(by_name)
        sock.close()
        assert [one.did for one in await eve.connected()] == [addresses.did_of(pair.ann.peer_id)]


async def test_a_name_that_nobody_has_is_said(pair):
    with pytest.raises(PeerUnreachable, match="Nobody answers"):
        await pair.bob.dial(f"/dns4/nobody.invalid/tcp/1/p2p/{stranger()}")


async def test_an_address_that_says_nobody_is_refused(pair):
    with pytest.raises(BadAddress):
        await pair.bob.dial("/ip4/127.0.0.1/tcp/1")


async def test_it_works_over_ipv6():
    six = running(listen=("/ip6/::1/tcp/0",), serve=refuse_politely)
    async with six as ann, running(listen=()) as bob:
        reader, writer = await asyncio.open_connection(sock=await bob.dial(ann.addresses[0]))
        assert await reader.read() == b"no"
        await closed(writer)


async def refuse_politely(sock, _did):
    _, writer = await asyncio.open_connection(sock=sock)
    writer.write(b"no")
    await closed(writer)


async def test_a_banned_peer_is_cut_off_and_comes_back_when_the_ban_is_lifted(pair):
    await asked(pair)
    did = addresses.did_of(pair.bob.peer_id)
    await pair.ann.ban(did, 1 << 45)
    assert await pair.ann.connected() == []
    with pytest.raises(PeerUnreachable):
        await pair.opened()
    with pytest.raises(PeerBanned):
        await pair.ann.dial(pair.bob.addresses[0])
    await pair.ann.ban(did, 0)
    await patiently(lambda: asked(pair))


async def patiently(work):
    """Do `work` until the pause after a dial that failed is over."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await work()
            except PeerUnreachable:
                await asyncio.sleep(0.1)


async def heard(network, topic):
    async with asyncio.timeout(10):
        while (gossip := await anext(network.messages)).topic != topic:
            pass
        return gossip


async def subscribed(one, other, topic):
    """Return when `one` knows that `other` is subscribed."""
    peer = other.peer_id

    async def known(host):
        return peer in {str(p) for p in host.gossip._pubsub.peer_topics.get(topic, ())}

    await until(lambda: one.call(known, 5))


async def test_what_is_said_on_a_topic_is_heard_with_who_signed_it(pair):
    await asked(pair)
    await pair.ann.subscribe("micelio/1/x")
    await subscribed(pair.bob, pair.ann, "micelio/1/x")
    await pair.bob.publish("micelio/1/x", b"news")
    gossip = await heard(pair.ann, "micelio/1/x")
    assert (gossip.data, gossip.sender_did) == (b"news", addresses.did_of(pair.bob.peer_id))
    await pair.ann.unsubscribe("micelio/1/x")


async def test_a_taken_port_is_said():
    async with running() as ann:
        taken = ann.addresses[0].rpartition("/p2p/")[0]
        with pytest.raises(Exception, match="cannot be listened on"):
            async with running(listen=(taken,), start_seconds=1):
                pass


async def test_an_empty_list_of_addresses_listens_on_nothing():
    async with running(listen=()) as bob:
        assert bob.addresses == ()


async def test_a_stream_that_comes_while_it_ends_is_closed():
    ours, theirs = socket.socketpair()
    first = socket.socketpair()
    is_served = asyncio.Event()

    async def serve(_sock, _did):
        is_served.set()
        try:
            await asyncio.Event().wait()
        finally:
            ann._start_serving(theirs, "did:key:zNobody")

    with ours, theirs, first[0], first[1]:
        async with asyncio.timeout(20), running(serve=serve) as ann:
            ann._hand_over(first[1], "did:key:zNobody")
            await is_served.wait()
        assert ours.recv(1) == b""

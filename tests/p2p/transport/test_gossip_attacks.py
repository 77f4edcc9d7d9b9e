"""What peers say on the streams of gossip: nothing of it ends libp2p, or fills the memory."""

import asyncio
import contextlib

import pytest
import pytest_asyncio

from p2p.transport import addresses
from p2p.transport.limits import Limits
from tests.p2p.transport.conftest import running, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

TOPIC = "news"
MESH = "/meshsub/1.2.0"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ann():
    async with running() as network:
        await network.subscribe(TOPIC)
        yield network


@pytest_asyncio.fixture(loop_scope="module")
async def eve(ann):
    async with running(listen=()) as network:
        yield Eve(network, ann.addresses[0])


class Eve:
    """Whoever attacks ann, on a stream of gossip."""

    def __init__(self, network, address):
        self.network, self.where = network, addresses.of_peer(address)

    async def say(self, *payloads):
        """Send payloads as they are, each as one message of the protocol."""

        async def attack(host):
            from libp2p.peer.id import ID
            from libp2p.utils.varint import encode_varint_prefixed

            peer = ID.from_string(self.where.peer_id)
            await host._connect(peer, self.where)
            stream = await host._host.new_stream(peer, [MESH])
            with contextlib.suppress(Exception):
                for one in payloads:
                    await stream.write(encode_varint_prefixed(one))

        await self.network.call(attack, 30)

    async def call(self, work):
        return await self.network.call(work, 30)


async def still_hears(ann, restarts):
    """Whoever says something to ann is heard, and ann did not have to be started again."""
    async with running(listen=()) as bob:
        (await bob.dial(ann.addresses[0])).close()
        await bob.subscribe(TOPIC)

        async def heard():
            await bob.publish(TOPIC, b"hello")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    return (await anext(ann.messages)).data == b"hello"
            return False

        await until(heard)
    assert ann.state.restarts == restarts


def rpc():
    from libp2p.pubsub.pb import rpc_pb2

    return rpc_pb2.RPC()


def a_message(**fields):
    made = rpc()
    said = {"data": b"x", "topicIDs": [TOPIC], "from_id": b"?", "seqno": b"1", "signature": b"s"}
    made.publish.add(**(said | fields))
    return made.SerializeToString()


def a_control(**fields):
    made = rpc()
    for name, values in fields.items():
        getattr(made.control, name).add(**values)
    return made.SerializeToString()


HOSTILE = {
    "no message": lambda: b"\xff" * 40,
    "a key that is none": lambda: a_message(key=b"\x08\x01\x12\x04abcd"),
    "a key of no kind": lambda: a_message(key=b"\x08\x63\x12\x00"),
    "no topic": lambda: a_message(topicIDs=[]),
    "no sender": lambda: a_message(from_id=b""),
    "a sender without end": lambda: a_message(from_id=b"\x00" * 100_000),
    "an id that is none": lambda: a_control(ihave={"topicID": TOPIC, "messageIDs": [b"abc"]}),
    "a pause without end": lambda: a_control(prune={"topicID": TOPIC, "backoff": (1 << 64) - 1}),
    "strangers to meet": lambda: a_control(
        prune={"topicID": TOPIC, "peers": [{"peerID": b"?", "signedPeerRecord": b"?"}]}
    ),
    "a record that is none": lambda: rpc_with_record(b"\xff\xff"),
}


def rpc_with_record(data):
    made = rpc()
    made.senderRecord = data
    return made.SerializeToString()


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_cannot_be_understood_ends_nothing(ann, eve, name):
    restarts = ann.state.restarts
    await eve.say(HOSTILE[name]())
    await still_hears(ann, restarts)


async def of_ann(ann, read):
    """What `read` says of ann's gossip, in libp2p's thread."""

    async def work(host):
        return read(host.gossip._pubsub)

    return await ann.call(work, 30)


async def test_what_is_said_about_topics_of_nobody_here_is_not_kept(ann, eve):
    restarts = ann.state.restarts
    prunes, grafts, haves = rpc(), rpc(), rpc()
    for number in range(900):
        prunes.control.prune.add(topicID=f"other {number}", backoff=60)
        grafts.control.graft.add(topicID=f"other {number}")
        haves.control.ihave.add(topicID=f"other {number}", messageIDs=[b"id"])
    await eve.say(*(one.SerializeToString() for one in (prunes, grafts, haves)))
    await still_hears(ann, restarts)

    def kept(pubsub):
        tracked = pubsub.router.graft_flood_tracking, pubsub.router.ihave_message_limits
        counts = [len(of_peer) for kind in tracked for of_peer in kind.values()]
        return max([0, *counts, *(len(pubsub.router.back_off),)])

    assert await of_ann(ann, kept) <= 1


async def test_topics_are_short_and_of_all_peers_together_so_many(eve):
    async with running(limits=Limits(topics_known=20)) as ann:
        await ann.subscribe(TOPIC)
        said = rpc()
        said.subscriptions.add(subscribe=True, topicid="x" * 1000)
        for number in range(100):
            said.subscriptions.add(subscribe=True, topicid=f"other {number}")
        said.subscriptions.add(subscribe=True, topicid=TOPIC)
        eve.where = addresses.of_peer(ann.addresses[0])
        await eve.say(said.SerializeToString())

        async def is_there():
            return await of_ann(ann, lambda pubsub: len(pubsub.peer_topics.get(TOPIC, ()))) == 1

        await until(is_there)
        topics = await of_ann(ann, lambda pubsub: list(pubsub.peer_topics))
        assert len(topics) == 21
        assert max(map(len, topics)) < 100


def cleaned(**fields):
    """What a router that takes part in TOPIC does of what a peer asks for."""
    from libp2p.pubsub.pb import rpc_pb2

    from p2p.transport.router import LimitedRouter

    router = LimitedRouter(["/meshsub/1.2.0"], 6, 4, 12)
    router.mesh[TOPIC] = set()
    asked = rpc_pb2.ControlMessage()
    for name, values in fields.items():
        getattr(asked, name).add(**values)
    return router._cleaned(asked)


async def test_a_message_that_is_asked_for_a_thousand_times_is_sent_once():
    (iwant,) = cleaned(iwant={"messageIDs": [b"one"] * 1000 + [b"two"]}).iwant
    assert list(iwant.messageIDs) == [b"one", b"two"]


async def test_whoever_prunes_names_nobody_to_be_dialled_and_no_time_without_end():
    (prune,) = cleaned(
        prune={"topicID": TOPIC, "backoff": 1 << 60, "peers": [{"peerID": b"stranger"}]}
    ).prune
    assert not prune.peers
    assert prune.backoff <= 60


async def test_what_one_floods_is_not_handed_on_for_ever():
    """Else those who are told take whoever hands on for the one who floods."""
    limits = Limits(handed_on_per_second=0.001, handed_on_burst=5.0)
    async with running(limits=limits) as ann, running(listen=()) as bob, running(listen=()) as eve:
        for one in (ann, bob, eve):
            await one.subscribe(TOPIC)
        for one in (bob, eve):
            (await one.dial(ann.addresses[0])).close()

        async def meshed():
            return await of_ann(ann, lambda pubsub: len(pubsub.router.mesh.get(TOPIC, ()))) == 2

        await until(meshed)
        numbers, heard, told = iter(range(1000)), set(), set()

        async def ann_has_heard():
            await eve.publish(TOPIC, b"%d" % next(numbers))
            heard.update(await some(ann))
            return len(heard) >= 30

        async def bob_is_told():
            await ann.publish(TOPIC, b"the last")
            told.update(await some(bob))
            return b"the last" in told

        await until(ann_has_heard)
        await until(bob_is_told)
        assert len(told) <= 1 + limits.handed_on_burst


async def some(network):
    """What was heard by now, perhaps nothing yet."""
    heard = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.05):
            async for one in network.messages:
                heard.append(one.data)  # noqa: PERF401  it never ends
    return heard

"""libp2p ends, stalls or cannot start: the rest goes on, and it is started again."""

import asyncio
import contextlib
import threading

import pytest

from keys.ed25519 import PrivateKey
from p2p.transport.errors import NotRunning, PeerUnreachable, TransportFault
from p2p.transport.limits import Limits, Settings
from p2p.transport.network import Network
from tests.p2p.transport.conftest import HERE, Answering, closed, running, until

pytestmark = pytest.mark.slow
SOON = {"first_pause": 0.05, "watch_seconds": 0.1, "stall_seconds": 0.3}


async def crash(host):
    """Have libp2p end as it does when one of its own tasks fails."""

    async def fail():
        raise ZeroDivisionError

    host._nursery.start_soon(fail)


async def ask(network, address):
    reader, writer = await asyncio.open_connection(sock=await network.dial(address))
    writer.write(b"hello")
    writer.write_eof()
    heard = await reader.read()
    await closed(writer)
    return heard


async def restarted(network, times=1):
    async def holds():
        return network.state.is_up and network.state.restarts >= times

    await until(holds)


async def test_after_a_crash_it_is_there_again_at_the_same_address():
    answering = Answering()
    async with running(serve=answering.serve, **SOON) as ann, running(listen=()) as bob:
        address = ann.addresses[0]
        assert await ask(bob, address) == b"hello"
        await ann.subscribe("news")
        await ann.call(crash, 5)
        await restarted(ann)
        assert "ZeroDivisionError" in ann.state.reason
        assert ann.addresses[0] == address

        async def answers():
            try:
                return await ask(bob, address) == b"hello"
            except PeerUnreachable:
                return False

        await until(answers)

        async def subscribed(host):
            return "news" in host.gossip._pubsub.topic_ids

        assert await ann.call(subscribed, 5)


async def test_while_it_is_down_calls_say_so():
    async with running(first_pause=1000.0) as ann:
        await ann.call(crash, 5)

        async def is_down():
            return not ann.state.is_up

        await until(is_down)
        with pytest.raises(NotRunning, match="ZeroDivisionError"):
            await ann.connected()
        await ann.subscribe("later")  # it is done when libp2p runs again


async def test_a_thread_that_does_not_answer_is_left_behind_and_another_takes_its_port():
    answering, stuck = Answering(), threading.Event()

    async def stall(_host):
        stuck.wait()

    async with running(serve=answering.serve, stop_seconds=0.2, **SOON) as ann:
        address = ann.addresses[0]
        with pytest.raises((NotRunning, PeerUnreachable)):
            await ann.call(stall, 0.1)
        await restarted(ann)
        assert ann.addresses[0] == address
        async with running(listen=()) as bob:
            assert await ask(bob, address) == b"hello"
        stuck.set()


@pytest.mark.parametrize("end", [SystemExit, KeyboardInterrupt, MemoryError, GeneratorExit])
async def test_whatever_ends_the_thread_ends_nothing_else(end):
    async def fail():
        raise end

    async def work(host):
        host._nursery.start_soon(fail)

    async with running(**SOON) as ann:
        await ann.call(work, 5)
        await restarted(ann)
        assert end.__name__ in ann.state.reason


async def test_whatever_keeps_it_from_starting_keeps_its_owner_from_nothing(monkeypatch):
    import trio

    def fail(*_arguments):
        raise SystemExit("no more of it")

    with monkeypatch.context() as broken:
        broken.setattr(trio, "run", fail)
        async with Network.open(
            PrivateKey.generate(), [HERE], nobody, waits=False, settings=Settings(**SOON)
        ) as ann:

            async def has_failed():
                return ann.state.restarts >= 1

            await until(has_failed)
            assert "no more of it" in ann.state.reason
            broken.undo()
            await ann.up(30)


async def test_where_no_thread_can_be_started_it_is_tried_again(monkeypatch):
    def fail(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as broken:
        broken.setattr(threading.Thread, "start", fail)
        async with Network.open(
            PrivateKey.generate(), [HERE], nobody, waits=False, settings=Settings(**SOON)
        ) as ann:

            async def has_failed():
                return ann.state.restarts >= 1

            await until(has_failed)
            assert "can't start new thread" in ann.state.reason
            broken.undo()
            await ann.up(30)


async def test_a_thread_that_is_stuck_is_noticed_however_many_wait_for_it():
    stuck = threading.Event()

    async def stall(_host):
        stuck.wait()

    async def wait_for(network):
        with contextlib.suppress(TransportFault):
            await network.call(stall, 60)

    limits = Limits(calls=2)
    quick = running(stop_seconds=0.2, limits=limits, **SOON)
    async with quick as ann, asyncio.TaskGroup() as group:
        waiting = [group.create_task(wait_for(ann)) for _ in range(2)]
        await restarted(ann)
        stuck.set()
        for one in waiting:
            one.cancel()


async def test_a_network_that_cannot_start_says_why_and_its_owner_goes_on():
    async with running() as ann:
        taken = ann.addresses[0].rpartition("/p2p/")[0]
        opened = Network.open(PrivateKey.generate(), [taken], nobody, waits=False)
        async with opened as bob:
            with pytest.raises(NotRunning):
                await bob.up(0.05)
            with pytest.raises(NotRunning):
                await bob.dial(ann.addresses[0])


async def nobody(sock, _did):
    sock.close()


async def test_who_does_not_wait_is_told_when_it_is_up():
    told, up = [], asyncio.Event()

    def tell(network):
        told.append(network.state.is_up)
        up.set()

    key = PrivateKey.generate()
    async with Network.open(key, [HERE], nobody, told=tell, waits=False) as ann:
        assert ann.addresses == ()
        await asyncio.wait_for(up.wait(), 30)
        assert told == [True]
        assert ann.addresses[0].endswith(ann.peer_id)

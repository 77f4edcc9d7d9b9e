"""The doorkeeper: who is banned gets nothing more, also where the connection lingers."""

import time

import trio

from p2p.transport import doorkeeper
from p2p.transport.doorkeeper import Doorkeeper
from p2p.transport.limits import Limits


def in_trio(work):
    async def run():
        return work(Doorkeeper(Limits(), lambda _peer, _what: None))

    return trio.run(run)


def test_who_is_banned_opens_no_stream_and_says_nothing_on_a_connection_that_is_left():
    def work(door):
        assert door.opens("eve")
        assert door.says("eve")
        door.ban("eve", time.time() + 60)
        return door.opens("eve"), door.says("eve"), door.opens("bob"), door.says("bob")

    assert in_trio(work) == (False, False, True, True)


def test_bans_that_are_over_are_forgotten(monkeypatch):
    monkeypatch.setattr(doorkeeper, "PEERS_REMEMBERED", 10)

    def work(door):
        door.ban("eve", time.time() + 60)
        for number in range(50):
            door.ban(f"over {number}", time.time() - 1)
        return len(door._bans) <= 11, door.is_banned("eve")

    assert in_trio(work) == (True, True)

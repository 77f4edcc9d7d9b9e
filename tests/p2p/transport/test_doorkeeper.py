"""The doorkeeper: who is banned gets nothing more, also where the connection lingers."""

import time

import pytest
import trio

from p2p.transport import doorkeeper
from p2p.transport.doorkeeper import Doorkeeper
from p2p.transport.limits import Limits


def in_trio(work, limits=Limits()):  # noqa: B008  it is frozen
    async def run():
        return work(Doorkeeper(limits, lambda _peer, _what: None))

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


def test_a_ban_that_is_lifted_takes_no_room():
    def work(door):
        for number in range(50):
            door.ban(str(number), time.time() + 60)
            door.ban(str(number), 0)
        return len(door._bans), door.is_banned("0")

    assert in_trio(work) == (0, False)


def test_who_opens_and_closes_without_end_is_refused_too():
    def work(door):
        allowed = 0
        for _ in range(50):
            if door.opens("eve"):
                door.closes("eve")
                allowed += 1
        return allowed, door.opens("bob")

    assert in_trio(work, Limits(new_streams_burst=20, new_streams_per_second=0.001)) == (20, True)


def test_streams_are_counted_by_host_and_in_all_whatever_keys_they_come_with():
    def work(door):
        for number in range(3):
            assert not door.is_full("192.0.2.1")
            assert door.opens(f"key {number}", "192.0.2.1")
        full = door.is_full("192.0.2.1"), door.is_full("192.0.2.2")
        for number in range(2):
            assert door.opens(f"other {number}", "192.0.2.2")
        in_all = door.is_full("192.0.2.3")
        door.closes("key 0", "192.0.2.1")
        return full, in_all, door.is_full("192.0.2.1")

    assert in_trio(work, Limits(streams=5, streams_per_host=3)) == ((True, False), True, False)


def test_who_holds_more_than_a_share_of_too_much_is_cut():
    from libp2p.network.exceptions import SwarmException

    from p2p.transport.swarm import Buffers

    limits = Limits(buffered=1000, buffered_in_all=2000, buffered_share=100)
    cut, made = [], {}
    for number in range(4):
        made[number] = Buffers(limits, made, lambda one=number: cut.append(one))
        made[number][1] = bytearray()
    for number in range(2):
        made[number][1].extend(bytes(950))
    made[2][1].extend(bytes(90))
    with pytest.raises(SwarmException):
        made[3][1].extend(bytes(400))
    assert cut == [3]
    del made[0][1][:]  # it was read
    made[2][1].extend(bytes(400))
    assert cut == [3]

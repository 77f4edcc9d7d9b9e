"""Bytes in, the same bytes out, in order, whatever fits in memory."""

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.transport.queue import Latest
from p2p.transport.rates import Bucket
from p2p.transport.spool import Room, Spool

STEPS = st.lists(st.one_of(st.binary(max_size=40), st.integers(min_value=1, max_value=50)))


@given(STEPS)
def test_what_goes_in_comes_out_in_order(steps):
    put = taken = b""
    with closing(Spool(memory=30, file=1000)) as spool:
        for step in steps:
            if isinstance(step, bytes):
                spool.put(step)
                put += step
            else:
                taken += spool.take(step)
            assert len(spool) == len(put) - len(taken)
        while data := spool.take(7):
            taken += data
    assert taken == put


def test_it_says_when_it_is_full_and_when_there_is_room_again():
    spool = Spool(memory=10, file=20)
    spool.put(bytes(10))
    assert not spool.is_full
    spool.put(bytes(20))
    assert spool.is_full
    spool.take(1)
    assert not spool.is_full
    spool.close()
    assert len(spool) == 0


def test_a_bucket_gives_a_burst_and_then_a_rate():
    bucket = Bucket(rate=2.0, burst=3.0, now=0.0)
    assert [bucket.take(1, 0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(1, 1.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(1, 100.0) for _ in range(4)] == [True, True, True, False]


def test_who_owes_waits():
    bucket = Bucket(rate=10.0, burst=10.0, now=0.0)
    assert bucket.owe(10, 0.0) == 0.0
    assert bucket.owe(20, 0.0) == pytest.approx(2.0)
    assert bucket.owe(0, 2.0) == pytest.approx(0.0)


async def test_the_latest_are_kept_when_nobody_listens():
    latest = Latest(2)
    for number in range(5):
        latest.put(number)
    assert [await anext(latest), await anext(latest)] == [3, 4]


def test_all_together_hold_so_much_and_each_its_share():
    room = Room(most=100, share=10)
    first, second = Spool(20, 1000, room), Spool(20, 1000, room)
    first.put(bytes(100))
    assert first.is_full
    assert not second.is_full
    second.put(bytes(10))
    assert second.is_full
    first.take(50)
    first.take(50)
    assert room.held <= 60
    assert not second.is_full
    first.close()
    second.close()
    assert room.held == 0

"""A hybrid clock never goes back and orders what it heard before what it says next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.clock import HybridClock, Stamp
from node.kernel.errors import Invalid

walls = st.integers(0, 2**45)
stamps = st.builds(
    Stamp, st.integers(0, 2**45), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)
)


@given(st.lists(walls, min_size=2))
def test_ticks_grow_whatever_the_wall_clock_does(times):
    clock = HybridClock(7)
    made = [clock.tick(now) for now in times]
    assert made == sorted(set(made))


@given(stamps, walls)
def test_what_was_heard_comes_before_what_is_said(heard, now):
    clock = HybridClock(7)
    if heard.physical > now + 60_000:
        with pytest.raises(Invalid):
            clock.receive(heard, now)
        return
    said = clock.receive(heard, now)
    assert (heard.physical, heard.logical) < (said.physical, said.logical)
    assert said < clock.tick(now)


@given(stamps)
def test_both_encodings_are_inverse(stamp):
    assert Stamp.from_bytes(stamp.to_bytes()) == stamp
    assert Stamp.parse(str(stamp)) == stamp


@pytest.mark.parametrize("text", ["", "1", "1.2", "1@2", "a.b@c", "1.2@3@4"])
def test_what_is_no_stamp_is_refused(text):
    with pytest.raises(Invalid):
        Stamp.parse(text)


def test_sixteen_bytes_big_endian():
    assert Stamp(1, 2, 3).to_bytes().hex() == "00000000000000010000000200000003"

"""A filter never denies a key that was added, and errs about as often as it promised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.bloom import Bloom
from store.errors import BadRecord

keys = st.sets(st.binary(max_size=20), max_size=40)


def filled(some, count=40, rate=0.01):
    bloom = Bloom.sized(count, rate)
    for key in some:
        bloom.add(key)
    return bloom


@given(keys)
def test_every_key_that_was_added_may_be_there(some):
    assert all(map(filled(some).may_contain, some))


def test_false_positives_are_as_rare_as_promised():
    bloom = filled([b"in %d" % n for n in range(2000)], 2000)
    wrong = sum(bloom.may_contain(b"out %d" % n) for n in range(20_000))
    assert wrong < 20_000 * 0.015


@given(keys, keys)
def test_a_merge_holds_both_sets_and_is_a_superset_of_each(some, more):
    one, other = filled(some), filled(more)
    before = bytes(one.bits)
    both = filled(some | more)
    one.merge(other)
    assert one.bits == both.bits
    assert other.is_subset(one)
    assert Bloom(bytearray(before), one.hashes).is_subset(one)


@given(keys, keys)
def test_sets_that_share_a_key_intersect(some, more):
    one, other = filled(some), filled(more)
    assert one.intersects(other) or not some & more


def test_filters_that_are_not_alike_may_always_intersect_and_never_merge():
    one, other = Bloom.sized(10, 0.01), Bloom.sized(1000, 0.01)
    assert one.intersects(other)
    for operation in (one.merge, one.is_subset, one.jaccard):
        with pytest.raises(ValueError, match="different"):
            operation(other)


def test_counts_are_estimated():
    bloom = filled([b"%d" % n for n in range(500)], 500)
    assert bloom.estimated_count() == pytest.approx(500, rel=0.1)
    assert 0.4 < bloom.fill_ratio() < 0.6
    assert bloom.jaccard(bloom) == 1
    bloom.clear()
    assert bloom.fill_ratio() == bloom.estimated_count() == 0
    assert bloom.jaccard(bloom) == 1
    assert Bloom(bytearray(b"\xff" * 8), 3).estimated_count() == float("inf")


@given(keys)
def test_a_filter_decodes_to_what_was_encoded(some):
    bloom = filled(some)
    again = Bloom.decode(bloom.encode())
    assert (again.bits, again.hashes) == (bloom.bits, bloom.hashes)


@pytest.mark.parametrize(
    "data", [b"", b"\1\0\0\0", b"\1\0\0\0" + bytes(7), bytes(12), b"\x41" + bytes(11)]
)
def test_what_is_no_filter_is_refused(data):
    with pytest.raises(BadRecord):
        Bloom.decode(data)


def test_a_filter_has_at_least_64_bits_and_one_hash():
    assert Bloom.sized(0, 0.5).size == 64
    assert Bloom.sized(10_000, 0.9).hashes == 1
    with pytest.raises(ValueError, match="too many"):
        Bloom.sized(1 << 30, 0.01)

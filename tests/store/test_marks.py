"""What a sweep remembers lies on disk, without a name, and vanishes with it."""

import pytest

from store import marks
from store.digest import digest_of
from store.records import Kind


@pytest.fixture
def marked(tmp_path):
    with marks.opened(tmp_path) as made:
        yield made


def ids(count):
    return [digest_of(b"%d" % n) for n in range(count)]


def test_a_digest_is_in_the_set_it_was_put_into_and_in_no_other(marked):
    one, two = ids(2)
    assert marked.live.add(one)
    assert not marked.live.add(one)
    assert one in marked.live
    assert two not in marked.live
    assert one not in marked.walked
    assert (len(marked.live), len(marked.walked)) == (1, 0)


def test_roots_come_back_in_their_order_and_with_repetitions(marked):
    found = [(digest, Kind.BLOB, 1 << 40) for digest in ids(2500)] * 2
    marked.put_roots(iter(found))
    assert list(marked.roots()) == found


def test_places_come_back_in_the_order_of_the_packs(marked):
    first, second, third = ids(3)
    marked.put_places([(2, 0, first, 1), (1, 90, second, 2), (1, 0, third, 3)])
    assert [place[2] for place in marked.places()] == [third, second, first]


def test_nothing_is_left_while_or_after_it_is_used(tmp_path):
    with marks.opened(tmp_path) as marked:
        for digest in ids(1000):
            marked.live.add(digest)
        assert list(tmp_path.glob(".marks*")) == []
    assert list(tmp_path.glob(".marks*")) == []


def test_two_sweeps_know_nothing_of_each_other(tmp_path):
    with marks.opened(tmp_path) as one, marks.opened(tmp_path) as two:
        one.live.add(ids(1)[0])
        assert ids(1)[0] not in two.live

"""How much a peer may ask at the door, and who is blamed."""

from p2p.buckets import Bucket, Rate
from p2p.conduct import REMEMBERED, Conduct, blamed
from p2p.scores import Offence


def test_a_peer_may_ask_so_much_at_once_and_so_much_a_second():
    conduct = Conduct(Rate(10, 20))
    assert [conduct.may_ask("ann", 0) for _ in range(21)] == [True] * 20 + [False]
    assert [conduct.may_ask("ann", 500) for _ in range(6)] == [True] * 5 + [False]
    assert conduct.may_ask("bob", 0)


def test_each_fifth_refusal_costs_a_point():
    conduct = Conduct(Rate(1, 1))
    assert [conduct.refused("ann") for _ in range(5)] == [None] * 4 + [Offence.FLOOD]


def test_only_what_is_too_large_is_blamed_by_its_answer():
    assert blamed(413) is Offence.OVERSIZE
    assert blamed(413, "want-list.too-long") is Offence.WANT_LIST
    assert blamed(400, "want-list.too-long") is None
    assert [blamed(status) for status in (200, 400, 404, 429, 500)] == [None] * 5


def test_the_oldest_are_forgotten():
    conduct = Conduct(Rate(1, 1))
    for number in range(REMEMBERED + 1):
        assert conduct.may_ask(str(number), 0)
    assert conduct.may_ask("0", 0)
    assert not conduct.may_ask(str(REMEMBERED), 0)


def test_a_clock_that_goes_back_fills_no_bucket():
    bucket = Bucket(Rate(1, 1), 1_000)
    assert bucket.take(1, 1_000)
    assert not bucket.take(1, 0)
    assert bucket.take(1, 2_000)

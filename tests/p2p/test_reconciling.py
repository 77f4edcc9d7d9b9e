"""Two nodes compare heads: whatever they hold, what differs is found, in few and small requests."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mic.wire import heads as wire
from mic.wire.heads import BadHeads, Heads, HeadsAsked, SignedHead, Stand
from p2p import reconciling
from p2p.judging import Held


def project(number: int) -> str:
    return wire.spelled_id(hashlib.sha256(b"%d" % number).digest())


def held(number: int, position: int) -> Held:
    newest = hashlib.sha256(b"%d@%d" % (number, position)).digest() if position else None
    return Held(project=project(number), epoch=1, position=position, record=newest)


class Other:
    """The answering side, which holds `found` and remembers sets or not."""

    def __init__(self, found, *, remembers=True):
        self.found = {wire.raw_id(one.project): reconciling.stand(one) for one in found}
        self.told = {} if remembers else None
        self.requests = []

    def __call__(self, asked: HeadsAsked) -> Heads:
        sent = msgspec.json.encode(asked)
        self.requests.append(len(sent))
        return msgspec.json.decode(
            msgspec.json.encode(self.answer(msgspec.json.decode(sent, type=HeadsAsked))), type=Heads
        )

    def answer(self, asked):
        if asked.stands is not None:
            stands = wire.unpack(asked.stands)
            news = wire.news(stands, self.found)
            return Heads(answer="differs", heads=[head(ours) for _, ours in news])
        ids = wire.split_ids(asked.ids) if asked.ids is not None else self.remembered(asked)
        if ids is None:
            return Heads(answer="unknown")
        if self.told is not None:
            self.told[asked.set] = ids
        return wire.compared(asked, ids, {one: self.found[one] for one in ids if one in self.found})

    def remembered(self, asked):
        return None if self.told is None else self.told.get(asked.set)


def head(stand: Stand) -> SignedHead:
    return SignedHead(
        project=wire.spelled_id(stand.project), epoch=stand.epoch, position=stand.position
    )


def compare(interest, other, believed=frozenset()):
    """Run all comparisons to their end."""
    whole = reconciling.Compared()
    for stands in reconciling.sets(interest):
        asking = reconciling.comparison(stands, believed)
        asked = next(asking)
        while True:
            try:
                asked = asking.send(other(asked))
            except StopIteration as end:
                whole.held |= end.value.held
                whole.heads += end.value.heads
                break
    return whole


holdings = st.dictionaries(st.integers(0, 60), st.integers(0, 5), max_size=40)


@given(holdings, holdings, st.sets(st.integers(0, 60)), st.booleans())
def test_exactly_what_differs_is_found(ours, theirs, believed, remembers):
    interest = [held(*one) for one in ours.items()]
    other = Other([held(*one) for one in theirs.items()], remembers=remembers)
    for _ in range(2):
        found = compare(interest, other, frozenset(map(project, believed)))
        both = ours.keys() & theirs.keys()
        assert found.held == {project(one) for one in both}
        differ = {project(one): theirs[one] for one in both if ours[one] != theirs[one]}
        assert {one.project: one.position for one in found.heads} == differ
        believed = both


@pytest.mark.parametrize("count", [1, 100, 3_000])
def test_without_news_it_is_one_small_request(count):
    same = [held(number, 3) for number in range(count)]
    other = Other(same)
    believed = frozenset(compare(same, other).held)
    other.requests.clear()
    assert compare(same, other, believed).heads == []
    assert [size < 200 for size in other.requests] == [True]


def test_one_difference_among_many_takes_two_requests_of_which_none_is_long():
    ours = [held(number, 3) for number in range(3_000)]
    other = Other([*ours[1:], held(0, 4)])
    believed = frozenset(compare(ours, other).held)
    other.requests.clear()
    (found,) = compare(ours, other, believed).heads
    assert (found.project, found.position) == (project(0), 4)
    assert len(other.requests) == 2
    assert max(other.requests) < 4_000


@pytest.mark.slow
def test_who_is_interested_in_very_many_asks_about_several_sets():
    interest = [held(number, 0) for number in range(10_000)]
    sets = list(reconciling.sets(interest))
    assert len(sets) > 1
    assert max(map(len, sets)) <= wire.SET
    assert sum(map(len, sets)) == 10_000


@pytest.mark.parametrize(
    "answers",
    [
        [Heads(answer="unknown"), Heads(answer="unknown")],
        [Heads(answer="differs", held=b"\xff\xff")],
        [Heads(answer="differs", held=b"\x01", bits=4, buckets=b"")],
        [
            Heads(answer="differs", held=b"\x01", buckets=bytes(16)),
            Heads(answer="differs", heads=[head(Stand(bytes(32), 1, 1))]),
        ],
        [
            Heads(answer="differs", held=b"\x01", buckets=bytes(16)),
            Heads(answer="differs", next=0),
        ],
        [
            Heads(answer="differs", held=b"\x01", buckets=bytes(16)),
            Heads(answer="differs", next=2),
        ],
    ],
)
def test_an_answer_that_does_not_fit_is_refused(answers):
    left = iter(answers)
    with pytest.raises(BadHeads):
        compare([held(1, 1)], lambda _asked: next(left))

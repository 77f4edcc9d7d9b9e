"""The policy step by step: whom it asks, what it fetches, what it holds against whom."""

from random import Random

import pytest

from keys.statements.landing import record_id
from mic.wire.heads import SignedHead
from p2p import messages
from p2p.judging import Held, Tenure
from p2p.knowledge import Settings
from p2p.outputs import Announce, Ask, Compare, Fetch, Recover, Scored, Subscribe
from p2p.policy import Policy
from p2p.scores import BAN_MS, Offence
from tests.support.simulator import key, opened, project_id, record

ME, HOME, PEER, LIAR = key(0).did, key(1).did, key(2).did, key(3).did
BOOK = project_id(1)
FIRST = record(BOOK, 1, None, "one", key(1))
SECOND = record(BOOK, 2, record_id(FIRST), "two", key(1))
START = 1_000_000


def held(position: int = 1, **told) -> Held:
    newest = record_id((FIRST, SECOND)[position - 1]) if position else None
    return Held(
        **{
            "project": BOOK, "epoch": 1, "position": position, "record": newest,
            "homes": (Tenure(0, HOME),),
        } | told
    )  # fmt: skip


def a_policy(**settings) -> Policy:
    return Policy(ME, Random(1), START, Settings(**settings), opened=opened)


@pytest.fixture
def policy() -> Policy:
    made = a_policy()
    made.hold(held(), START)
    return made


def news(number: int = 1, **told) -> bytes:
    head = {"project": BOOK, "epoch": 1, "position": 2, "record": SECOND} | told
    return messages.announce(SignedHead(**head), number)


def hear(policy, data, sender=PEER, now=START, project=BOOK):
    return policy.heard(sender, messages.topic(project), data, now)


def test_what_is_wanted_is_listened_to_and_its_home_is_asked(policy):
    fresh = a_policy()
    assert fresh.hold(held(), START) == [Subscribe(BOOK)]
    assert policy.due(START + 3_000) == [Ask(HOME)]
    assert policy.due(START + 3_000) == []


def test_who_speaks_of_what_nobody_wants_takes_no_place_among_the_peers(policy):
    known = set(policy.timetable.peers)
    assert hear(policy, news(project=project_id(9)), project=project_id(9)) == []
    assert set(policy.timetable.peers) == known


def test_a_home_asks_for_documents_that_are_newer_than_its_own_and_for_nothing_else():
    policy = a_policy()
    policy.hold(held(is_ours=True, homes=(Tenure(0, ME),)), START)
    told = record(BOOK, 2, record_id(FIRST), "two", key(2))
    assert hear(policy, news(epoch=2, record=told)) == [Fetch(BOOK, (PEER,), 2, 2)]
    assert policy.fetched(BOOK, {PEER: Offence.FAILED}, START) == []
    policy.hold(held(epoch=2, is_ours=True, homes=(Tenure(0, ME),)), START)
    assert hear(policy, news(2, epoch=2, record=None)) == []


def test_of_a_private_project_nothing_is_heard_and_strangers_are_not_asked():
    policy = a_policy()
    assert policy.hold(held(is_private=True, peers=frozenset({PEER})), START) == []
    policy.meet(LIAR, START)
    assert {one.peer for one in policy.due(START + 3_000)} == {HOME, PEER}
    assert policy.interest(LIAR) == []


def test_a_project_that_becomes_private_is_no_longer_announced(policy):
    assert policy.hold(held(epoch=2, is_private=True), START) == [Subscribe(BOOK, False)]


def test_news_are_fetched_from_who_tells_them(policy):
    assert hear(policy, news()) == [Fetch(BOOK, (PEER,), 1, 2, 2)]
    assert hear(policy, news(), HOME) == []  # one fetch at a time
    policy.hold(held(2), START)
    assert policy.fetched(BOOK, {}, START) == []


def test_a_fetch_that_failed_is_tried_elsewhere_and_later_again(policy):
    hear(policy, news())
    hear(policy, news(), HOME)
    assert policy.fetched(BOOK, {PEER: Offence.FAILED}, START) == [Fetch(BOOK, (HOME,), 1, 2, 2)]
    assert policy.fetched(BOOK, {HOME: Offence.FAILED}, START) == []
    again = policy.next_at(START)
    assert START < again <= START + 7_000
    (fetch,) = [one for one in policy.due(START + 10_000) if isinstance(one, Fetch)]
    assert set(fetch.peers) == {PEER, HOME}


def test_who_claims_what_it_cannot_deliver_boasts(policy):
    hear(policy, news(position=9, record=None))
    (scored,) = policy.fetched(BOOK, {}, START)
    assert (scored.peer, scored.offence) == (PEER, Offence.BOAST)


def test_only_what_the_home_has_signed_proves_how_far_it_is():
    policy = a_policy(fetches_at_once=0)
    policy.hold(held(), START)
    hear(policy, news(position=99, record=None), LIAR)
    assert policy.wanted[BOOK].proven == 0
    hear(policy, news())
    assert policy.wanted[BOOK].proven == 2
    policy.settings = Settings()
    (fetch,) = policy.due(START)
    assert (fetch.peers, fetch.position, fetch.proven) == ((LIAR, PEER), 99, 2)


def test_what_a_former_home_has_signed_proves_nothing_under_the_next_one(policy):
    hear(policy, news())
    policy.hold(held(epoch=2, homes=(Tenure(0, HOME), Tenure(1, PEER))), START)
    assert policy.wanted[BOOK].proven == 0


def test_who_is_where_it_said_has_not_failed_because_another_one_boasted():
    policy = a_policy(fetches_at_once=0)
    policy.hold(held(), START)
    hear(policy, news(position=99, record=None), LIAR)
    hear(policy, news())
    policy.settings = Settings()
    (fetch,) = policy.due(START)
    policy.hold(held(2), START)
    policy.fetched(BOOK, dict.fromkeys(fetch.peers, Offence.FAILED), START)
    holders = policy.wanted[BOOK].holders
    assert (holders[PEER].tries, holders[LIAR].tries) == (0, 1)


def test_only_as_much_is_fetched_at_once_as_there_is_room_for():
    policy = a_policy(fetches_at_once=2)
    for number in range(5):
        policy.hold(Held(project=project_id(number)), START)
    out = []
    for number in range(5):
        said = news(number + 1, project=project_id(number), position=1, record=None)
        out += hear(policy, said, project=project_id(number))
    assert len(out) == 2
    policy.hold(Held(project=out[0].project, epoch=1, position=1), START)
    assert len(policy.fetched(out[0].project, {}, START)) == 1


@pytest.mark.parametrize(
    ("data", "offence"),
    [
        (b"x" * (messages.ANNOUNCEMENT + 1), Offence.OVERSIZE),
        (b"{}", Offence.MALFORMED),
        (b'{"v":0}', Offence.DOWNGRADE),
        (news(project=project_id(2)), Offence.GRAFT),
        (news(position=3), Offence.REPLAY),
        (news(record=record(BOOK, 2, record_id(FIRST), "x", key(3))), Offence.FORGED_AUTHOR),
    ],
)
def test_an_announcement_that_lies_costs_its_sender(policy, data, offence):
    (scored,) = hear(policy, data, LIAR)
    assert (scored.peer, scored.offence) == (LIAR, offence)
    assert scored.mark.is_banned(START) == (offence.points >= 100)


def test_what_is_newer_than_we_are_costs_nobody(policy):
    assert hear(policy, b'{"v":2}', LIAR) == []


def test_a_banned_peer_is_neither_heard_nor_asked_until_the_ban_ends(policy):
    hear(policy, news(position=3), LIAR)
    assert hear(policy, news(2), LIAR) == []
    policy.meet(LIAR, START)
    assert Ask(LIAR) not in policy.due(START + 3_000)
    later = START + BAN_MS
    assert hear(policy, news(3), LIAR, later) == [Fetch(BOOK, (LIAR,), 1, 2, 2)]


def test_whom_the_operator_allows_is_never_banned():
    policy = Policy(ME, Random(1), START, allowed=[LIAR], opened=opened)
    policy.hold(held(), START)
    for number in range(1, 4):
        (scored,) = hear(policy, news(number, position=3), LIAR)
        assert not scored.mark.is_banned(START)


def test_points_are_forgiven_one_a_minute(policy):
    policy.offended(LIAR, Offence.BOAST, START)
    policy.offended(LIAR, Offence.BOAST, START)
    mark = policy.scores.mark(LIAR)
    assert mark.score_at(START + 30 * 60_000) == 50
    (scored,) = policy.offended(LIAR, Offence.BOAST, START + 30 * 60_000)
    assert not scored.mark.is_banned(START + 30 * 60_000)


def test_who_announces_without_end_is_banned(policy):
    out = []
    for number in range(1, 10_001):
        out += hear(policy, news(number, position=1, record=FIRST), LIAR, START + number // 10)
        if policy.scores.is_banned(LIAR, START + number // 10):
            break
    assert number < 2_000
    assert {one.offence for one in out if isinstance(one, Scored)} == {Offence.FLOOD}


def test_what_others_repeat_of_a_peer_is_not_held_against_it(policy):
    for _ in range(5_000):
        hear(policy, news(7))
    assert policy.scores.mark(PEER).score == 0


def test_a_contradiction_is_compared_once_and_stops_the_project_until_a_new_document(policy):
    other = record(BOOK, 1, None, "another one", key(1))
    data = news(position=1, record=other)
    assert hear(policy, data) == [Compare(BOOK, 1, other, PEER)]
    assert hear(policy, news(2, position=1, record=other), HOME) == []
    (scored,) = policy.contradicted(BOOK, HOME, START)
    assert (scored.peer, scored.offence) == (HOME, Offence.EQUIVOCATION)
    assert policy.scores.mark(PEER).score == 0
    assert hear(policy, news(3)) == []
    assert hear(policy, news(4, epoch=2)) == [Fetch(BOOK, (PEER,), 2, 2, 2)]


def test_a_peer_is_asked_ever_more_rarely_while_it_has_no_news(policy):
    now, pauses = START + 3_000, []
    assert policy.due(now) == [Ask(HOME)]
    for _ in range(8):
        policy.answered(HOME, {BOOK}, [], now)
        at = policy.timetable.peers[HOME].ask_at
        pauses.append(at - now)
        now = at
        assert Ask(HOME) in policy.due(now)
    assert pauses[0] < 3_000
    assert pauses[-1] > 45_000
    assert max(pauses) <= 75_000


def test_a_peer_that_is_gone_is_tried_ever_more_rarely(policy):
    now, pauses = START + 3_000, []
    policy.due(now)
    for _ in range(300):
        policy.unanswered(HOME, now)
        at = policy.timetable.peers[HOME].ask_at
        pauses.append(at - now)
        now = at
        policy.due(now)
    assert max(pauses[:8]) <= 25_000
    assert 3_600_000 * 0.75 <= pauses[-1] <= 3_600_000 * 1.25
    policy.unanswered(HOME, now)
    policy.meet(HOME, now)
    assert policy.timetable.peers[HOME].ask_at > now + 1_250
    policy.meet(HOME, now, is_seen=True)
    assert policy.timetable.peers[HOME].ask_at <= now + 1_250


def test_heads_that_nobody_else_tells_are_told_again(policy):
    later = START + 200_000
    assert Announce(BOOK) in policy.due(later)
    for number, sender in enumerate((HOME, PEER), 1):
        hear(policy, news(number, position=1, record=FIRST), sender, later)
    assert Announce(BOOK) not in policy.due(later + 200_000)


def test_one_does_not_fetch_what_one_orders():
    policy = a_policy()
    policy.hold(held(is_ours=True), START)
    assert hear(policy, news(record=None)) == []


def test_one_hears_of_what_one_has_signed_and_does_not_remember():
    policy = a_policy()
    policy.hold(held(is_ours=True), START)
    assert hear(policy, news()) == [Recover(BOOK, 2, PEER)]
    assert hear(policy, news(2, epoch=2)) == [Recover(BOOK, 2, PEER)]
    policy.hold(held(2, is_ours=True), START)
    assert hear(policy, news(3)) == []


def test_peers_are_asked_about_what_one_orders_too(policy):
    ours = held(is_ours=True, homes=(Tenure(0, ME),))
    policy.hold(ours, START)
    assert policy.interest(PEER) == [ours]
    policy.hold(held(is_ours=True, is_private=True, homes=(Tenure(0, ME),)), START)
    assert policy.interest(PEER) == []


def test_peers_and_holders_are_bounded():
    policy = a_policy(peers=10, holders=5)
    policy.hold(held(), START)
    for number in range(50):
        hear(policy, news(number + 1), key(100 + number).did)
    assert len(policy.timetable.peers) <= 10
    assert len(policy.wanted[BOOK].holders) <= 5


def test_what_is_dropped_is_forgotten(policy):
    assert policy.drop(BOOK) == [Subscribe(BOOK, False)]
    assert hear(policy, news()) == []
    assert policy.fetched(BOOK, {}, START) == []

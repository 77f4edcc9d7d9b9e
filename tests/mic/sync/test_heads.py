"""`POST heads`: what is asked step by step, and what a stranger learns of private projects."""

import msgspec
import pytest

from keys.statements.landing import record_id
from mic.sync import heads as door
from mic.wire import heads as wire
from mic.wire.heads import Heads, HeadsAsked
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from p2p import reconciling
from p2p.judging import Held
from tests.support.wire import session_id


async def compare(asker, interest, believed=frozenset()):
    """Ask as a node does; return what was found, and how many requests it took."""
    (stands,) = reconciling.sets(interest)
    asking, count = reconciling.comparison(stands, believed), 0
    asked = next(asking)
    while True:
        count += 1
        answer = await asker.post("/heads", asked)
        assert answer.status == 200, answer.body
        try:
            asked = asking.send(msgspec.json.decode(answer.body, type=Heads))
        except StopIteration as end:
            return end.value, count


def wanted(*ids):
    return [Held(project=one) for one in ids]


async def test_a_newcomer_is_told_the_signed_head_of_what_it_wants(world):
    found, count = await compare(world.door, wanted(world.book.id))
    assert count == 3
    assert found.held == {world.book.id}
    (head,) = found.heads
    assert (head.epoch, head.position) == (1, 1)
    answer = await world.door.get(f"{world.path}/head")
    assert record_id(head.record).hex() == answer.json["id"]


async def test_who_stands_at_the_same_place_asks_once(world):
    found, _ = await compare(world.door, wanted(world.book.id))
    (head,) = found.heads
    held = Held(project=head.project, epoch=1, position=1, record=record_id(head.record))
    again, count = await compare(world.door, [held], frozenset(found.held))
    assert (again.heads, again.held, count) == ([], {world.book.id}, 1)


async def test_a_new_document_is_news_without_a_landing(world):
    found, _ = await compare(world.door, wanted(world.book.id))
    held = Held(project=world.book.id, epoch=1, position=1, record=record_id(found.heads[0].record))
    changes = ProjectChanges(visibility="private")
    await projects.update(world.forge, world.ada.party, "ada", "book", changes)
    again, _ = await compare(world.owner, [held], frozenset(found.held))
    assert [(one.epoch, one.position) for one in again.heads] == [(2, 1)]


@pytest.mark.parametrize("asker", ["door", "stranger"])
async def test_a_private_project_looks_like_one_that_is_not_here(world, asker):
    nowhere = wire.spelled_id(bytes([7] * 32))
    found, _ = await compare(getattr(world, asker), wanted(world.diary.id, nowhere))
    assert (found.held, found.heads) == (set(), [])


async def test_who_may_read_a_private_project_is_told(world):
    found, _ = await compare(world.owner, wanted(world.diary.id, world.book.id))
    assert found.held == {world.diary.id, world.book.id}


async def test_what_one_asker_told_is_unknown_from_another(world):
    await compare(world.owner, wanted(world.diary.id))
    asked = HeadsAsked(
        set=wire.set_digest([wire.raw_id(world.diary.id)]), fingerprint=wire.fingerprint([])
    )
    for asker in (world.door, world.stranger):
        assert (await asker.post("/heads", asked)).json == {"answer": "unknown"}


async def test_projects_without_landings_stand_at_zero(empty):
    found, _ = await compare(empty.door, wanted(empty.book.id))
    (head,) = found.heads
    assert (head.position, head.record) == (0, None)


async def test_an_answer_of_many_heads_goes_on_where_it_ended(world, monkeypatch):
    parts = world.hand.landing(session_id(9), {"more.txt": b"more"}, base=1)
    assert (await world.owner.post(f"{world.path}/landings", parts.body())).status == 201
    monkeypatch.setattr(wire, "ANSWERED", 10)
    found, count = await compare(world.owner, wanted(world.book.id, world.diary.id))
    assert {one.project for one in found.heads} == {world.book.id, world.diary.id}
    assert count == 4


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "heads.malformed"),
        (b'{"v":2,"stands":""}', "heads.version"),
        (b'{"stands":"AAAA"}', "heads.malformed"),
        (b'{"set":7}', "request.malformed"),
        (b"no", "request.malformed"),
    ],
)
async def test_what_means_nothing_is_refused_by_name(world, body, code):
    answer = await world.door.post("/heads", body)
    assert (answer.status, answer.code) == (400, code)


async def test_ids_of_another_set_are_refused(world):
    asked = HeadsAsked(set="0" * 64, fingerprint="0" * 64, ids=bytes(32))
    assert (await world.door.post("/heads", asked)).code == "heads.malformed"


async def test_a_body_is_refused_by_its_length(world):
    answer = await world.door.post("/heads", b" " * (1 << 21))
    assert answer.code == "request.too-large"


def test_sets_are_forgotten_in_their_order():
    told = door.Told(ids=10, sets_of_one=2)
    for number in range(3):
        told.keep("a", str(number), [bytes(32)])
    assert [told.get("a", str(number)) is None for number in range(3)] == [True, False, False]
    told.keep("b", "large", [bytes(32)] * 8)
    assert told.get("b", "large") is not None
    assert told.get("a", "1") is None

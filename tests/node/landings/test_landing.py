"""A land never loses work: what others moved is refused by name, what they did not stays beside it."""

import asyncio
import dataclasses

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.descriptor import Descriptor
from keys.statements.landing import open_landing
from node.kernel import events
from node.kernel.errors import Denied, Missing
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.landings.model import BadDraft, NoSuchPosition, ObjectsMissing, PathsMoved
from node.trees import verbs as trees
from store import tree
from store.digest import digest_of
from store.tree import Mode
from tests.support.drafts import a_draft, a_landing, an_entry
from tests.support.forges import a_project, an_account


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada)


async def content(forge, who, project, path, at=None):
    return await trees.read(forge, who.party, project, at, path)


async def kinds(forge):
    return [e.kind for e in await forge.db.read(lambda tx: events.after(tx, 0))]


async def test_positions_count_from_one_and_each_names_the_record_before(forge, ada, book):
    first = await a_landing(forge, ada, book, {"a": b"1"})
    second = await a_landing(forge, ada, book, {"b/c": b"2"})
    assert [first.position, second.position] == [1, 2]
    details = [await landings.detail(forge, ada.party, book, n) for n in (1, 2)]
    records = [open_landing(d.record) for d in details]
    assert [r.previous for r, _ in records] == [None, first.id]
    assert {home for _, home in records} == {forge.node.did}
    assert all(d.verified for d in details)


async def test_overlapping_paths_are_refused_all_named_and_leave_no_event(forge, ada, book):
    await a_landing(forge, ada, book, {"a": b"1", "b": b"1", "c": b"1"})
    await a_landing(forge, ada, book, {"a": b"2", "b": b"2"})
    before = await kinds(forge)
    stale = await a_draft(forge, ada, book, {"a": b"3", "b": b"3", "c": b"3"}, base=1)
    with pytest.raises(PathsMoved) as refused:
        await landings.land(forge, ada.party, book, stale)
    assert refused.value.details["paths"] == ["a", "b"]
    assert await kinds(forge) == before
    assert (await landings.head(forge, ada.party, book)).position == 2
    assert await content(forge, ada, book, "c") == b"1"


async def test_disjoint_paths_from_one_base_both_stay(forge, ada, book):
    await a_landing(forge, ada, book, {"a": b"1", "b": b"1"})
    drafts = [await a_draft(forge, ada, book, {path: b"2"}, base=1) for path in "ab"]
    for draft in drafts:
        await landings.land(forge, ada.party, book, draft)
    assert [await content(forge, ada, book, path) for path in "ab"] == [b"2", b"2"]


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [("d", "d/e"), ("d/e", "d"), ("d/e/f", "d"), ("d", "d/e/f")],
)
async def test_a_file_clashes_with_a_directory_of_its_name(forge, ada, book, theirs, mine):
    await a_landing(forge, ada, book, {"x": b"1"})
    draft = await a_draft(forge, ada, book, {mine: b"m"}, base=1)
    await a_landing(forge, ada, book, {theirs: b"t"})
    with pytest.raises(PathsMoved) as refused:
        await landings.land(forge, ada.party, book, draft)
    assert refused.value.details["paths"] == [mine]


async def test_neighbours_in_a_directory_do_not_clash(forge, ada, book):
    await a_landing(forge, ada, book, {"d/a": b"1"})
    draft = await a_draft(forge, ada, book, {"d/b": b"m"}, base=1)
    await a_landing(forge, ada, book, {"d/c": b"t", "d-b": b"t"})
    assert (await landings.land(forge, ada.party, book, draft)).position == 3


async def test_forty_at_once_leave_no_gap_and_lose_nothing(forge, ada, book):
    await a_landing(forge, ada, book, {"seed": b"0"})
    drafts = [await a_draft(forge, ada, book, {f"f{n}": b"%d" % n}) for n in range(40)]
    done = await asyncio.gather(*(landings.land(forge, ada.party, book, d) for d in drafts))
    assert sorted(landing.position for landing in done) == list(range(2, 42))
    assert [await content(forge, ada, book, f"f{n}") for n in range(40)] == [
        b"%d" % n for n in range(40)
    ]


async def test_of_twenty_on_one_path_exactly_one_lands(forge, ada, book):
    drafts = [await a_draft(forge, ada, book, {"same": b"%d" % n}) for n in range(20)]
    outcomes = await asyncio.gather(
        *(landings.land(forge, ada.party, book, d) for d in drafts), return_exceptions=True
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["Landing"] + ["PathsMoved"] * 19


async def test_asking_again_returns_the_same_landing(forge, ada, book):
    draft = await a_draft(forge, ada, book, {"a": b"1"})
    first = await landings.land(forge, ada.party, book, draft)
    assert await landings.land(forge, ada.party, book, draft) == first
    assert (await landings.head(forge, ada.party, book)).position == 1


async def test_removed_and_replaced_by_a_directory(forge, ada, book):
    await a_landing(forge, ada, book, {"a": b"1", "keep": b"1"})
    await a_landing(forge, ada, book, {"a": None, "a/b": b"2"})
    assert [name for name, _ in await trees.listing(forge, ada.party, book, None)] == ["a", "keep"]
    assert await content(forge, ada, book, "a/b") == b"2"
    await a_landing(forge, ada, book, {"a/b": None})
    with pytest.raises(Missing):
        await trees.entry(forge, ada.party, book, None, "a")


async def test_binary_files_land_byte_for_byte(forge, ada, book):
    data = bytes(range(256)) * 40
    await a_landing(forge, ada, book, {"bin": data}, mode=Mode.EXECUTABLE)
    assert await content(forge, ada, book, "bin") == data
    assert (await trees.entry(forge, ada.party, book, None, "bin")).mode is Mode.EXECUTABLE


async def test_a_missing_statement_is_unknown_never_human(forge, ada, book):
    landing = await a_landing(forge, ada, book, {"a": b"1"}, signed=False)
    assert (landing.origin, landing.author_did) == ("unknown", None)
    assert not (await landings.detail(forge, ada.party, book, 1)).verified


@pytest.mark.parametrize(
    ("altered", "field"),
    [
        ({"project": "mic:zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e"}, "project"),
        ({"base_position": 0}, "base"),
        ({"changes": Descriptor(bytes(32), 7)}, "changes"),
        ({"origin": "ai-generated"}, "origin"),
        ({"model": "larch-3"}, "model"),
        ({"base_tree": bytes(32)}, "base tree"),
    ],
)
async def test_a_statement_about_something_else_is_refused(forge, ada, book, altered, field):
    await a_landing(forge, ada, book, {"x": b"1"})
    draft = await a_draft(forge, ada, book, {"a": b"1"}, altered=altered)
    with pytest.raises(BadDraft) as refused:
        await landings.land(forge, ada.party, book, draft)
    assert refused.value.code == "landing.statement-mismatch"
    assert refused.value.details["field"] == field


async def test_a_statement_by_a_key_of_nobody_is_refused(forge, ada, book):
    draft = await a_draft(forge, ada, book, {"a": b"1"}, key=PrivateKey.generate())
    with pytest.raises(Denied) as refused:
        await landings.land(forge, ada.party, book, draft)
    assert refused.value.code == "landing.unknown-key"


async def test_an_altered_statement_is_refused(forge, ada, book):
    draft = await a_draft(forge, ada, book, {"a": b"1"})
    broken = draft.statement.replace(b'"sig":"', b'"sig":"AAAA', 1)
    with pytest.raises(BadDraft) as refused:
        await landings.land(forge, ada.party, book, dataclasses.replace(draft, statement=broken))
    assert refused.value.code == "landing.bad-statement"


async def test_content_that_was_never_sent_is_named(forge, ada, book):
    draft = await a_draft(forge, ada, book, {"a": b"1", "b": b"2"})
    fresh = {d: v for d, v in draft.fresh.items() if d != digest_of(b"2")}
    with pytest.raises(ObjectsMissing) as refused:
        await landings.land(forge, ada.party, book, dataclasses.replace(draft, fresh=fresh))
    assert refused.value.details["paths"] == ["b"]
    assert await kinds(forge) == await kinds(forge)
    assert (await landings.head(forge, ada.party, book)).position == 0


async def test_a_base_in_the_future_is_refused(forge, ada, book):
    draft = await a_draft(forge, ada, book, {"a": b"1"}, signed=False)
    with pytest.raises(NoSuchPosition):
        await landings.land(forge, ada.party, book, dataclasses.replace(draft, base=9))


async def test_strangers_and_nobody_cannot_land(forge, ada, book):
    stranger = await an_account(forge, "sam")
    draft = await a_draft(forge, ada, book, {"a": b"1"})
    for who in (stranger.party, ANONYMOUS):
        with pytest.raises(Denied):
            await landings.land(forge, who, book, draft)


async def test_the_log_is_newest_first_and_by_path(forge, ada, book):
    for n, path in enumerate(["a/x", "b", "a/y", "b"]):
        await a_landing(forge, ada, book, {path: b"%d" % n}, goal=f"goal {n}")
    everything = await landings.log(forge, ada.party, book)
    below_a = await landings.log(forge, ada.party, book, path="a")
    older = await landings.log(forge, ada.party, book, before=3, limit=1)
    assert [x.position for x in everything] == [4, 3, 2, 1]
    assert [x.position for x in below_a] == [3, 1]
    assert [x.goal for x in older] == ["goal 1"]


async def test_the_newest_landing_of_each_entry(forge, ada, book):
    for path in ["a/x", "b", "a/y"]:
        await a_landing(forge, ada, book, {path: path.encode()})
    now = await landings.last_touch(forge, ada.party, book, 3, ["a", "b", "nothing"])
    then = await landings.last_touch(forge, ada.party, book, 2, ["a"])
    assert {path: x.position for path, x in now.items()} == {"a": 3, "b": 2}
    assert then["a"].position == 1


async def test_the_tree_is_the_one_built_from_scratch(forge, ada, book):
    files = {f"d{n % 7}/e{n % 3}/f{n}": b"%d" % n for n in range(400)}
    await a_landing(forge, ada, book, files)
    await a_landing(forge, ada, book, {"d1/e1/f1": None, "wide": b"w"})
    files.pop("d1/e1/f1")
    files["wide"] = b"w"
    kept = {}
    root = tree.build(
        ((path, an_entry(data)) for path, data in files.items()),
        lambda raw, _: kept.setdefault(digest_of(raw), digest_of(raw)),
    )
    assert (await landings.head(forge, ada.party, book)).tree == root


async def test_the_newest_are_counted_by_origin(forge, ada, book):
    for number, origin in enumerate(["human", "human", "ai-assisted", "human"]):
        await a_landing(forge, ada, book, {"a": b"%d" % number}, origin=origin)
    for before, count, wanted in (
        (5, 9, {"human": 3, "ai-assisted": 1}),
        (5, 2, {"human": 1, "ai-assisted": 1}),
        (3, 9, {"human": 2}),
        (1, 9, {}),
    ):
        assert await landings.origins(forge, ada.party, book, before, count) == wanted

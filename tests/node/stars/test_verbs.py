"""Stars count once, for who may see the project; lists are in the order that they say."""

import asyncio
import dataclasses

import pytest

from node.access.model import NoProject, SignInRequired
from node.audit import verbs as audit
from node.kernel import events
from node.kernel.parties import ANONYMOUS
from node.projects import verbs as projects
from node.stars import verbs as stars
from node.stars.model import Sort
from node.stars.rules import DAY_MS
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account, the_keeper


@pytest.fixture
async def book(forge):
    return await a_project(forge, await an_account(forge))


async def names(forge, who, sort, page=1, size=6):
    found = await stars.explore(forge, who, sort, page, size)
    return [one.project.handle for one in found.items]


async def test_a_star_is_given_and_taken_back(forge, book):
    bob = (await an_account(forge, "bob")).party
    given = await stars.set_star(forge, bob, book)
    assert (given.stars, given.is_starred) == (1, True)
    assert await stars.standing(forge, bob, book) == given
    assert not (await stars.standing(forge, ANONYMOUS, book)).is_starred
    assert (await stars.set_star(forge, bob, book, starred=True)).stars == 1
    assert (await stars.set_star(forge, bob, book)).stars == 0
    assert (await stars.set_star(forge, bob, book, starred=False)).stars == 0


async def test_stars_given_at_once_count_once_each(forge, book):
    people = [(await an_account(forge, name)).party for name in ("bob", "eve", "ivy")]
    again = [stars.set_star(forge, who, book, starred=True) for who in people for _ in range(5)]
    await asyncio.gather(*again)
    assert (await stars.standing(forge, people[0], book)).stars == 3
    told = await forge.db.read(lambda tx: events.after(tx, 0))
    assert sum(event.kind == "project.starred" for event in told) == 3


async def test_a_star_is_in_the_audit_log(forge, book):
    await stars.set_star(forge, (await an_account(forge, "bob")).party, book)
    keeper = (await the_keeper(forge)).party
    newest = (await audit.listed(forge, keeper, limit=1))[0]
    assert (newest.action, newest.handle, newest.project) == ("project.starred", "bob", book.key)


async def test_nobody_stars_what_they_cannot_see_or_without_a_name(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    diary = await a_project(forge, ada, "diary", visibility="private")
    with pytest.raises(NoProject):
        await stars.set_star(forge, bob.party, diary)
    with pytest.raises(NoProject):
        await stars.set_star(forge, ANONYMOUS, diary)
    book = await a_project(forge, ada)
    with pytest.raises(SignInRequired):
        await stars.set_star(forge, ANONYMOUS, book)
    await projects.delete(forge, ada.party, "ada", "book")
    with pytest.raises(NoProject):
        await stars.set_star(forge, bob.party, book)


async def test_what_somebody_looked_at_comes_first_and_is_written_once_a_minute(forge, clock):
    ada = await an_account(forge)
    first, second = await a_project(forge, ada, "first"), await a_project(forge, ada, "second")
    await stars.viewed(forge, ada.party, first)
    clock.move(1000)
    await stars.viewed(forge, ada.party, second)
    assert [one.project for one in await stars.recent(forge, ada.party)] == [second, first]
    written = await _written(forge)
    clock.move(58_000)
    await stars.viewed(forge, ada.party, first)
    await stars.viewed(forge, ANONYMOUS, first)
    assert await _written(forge) == written
    clock.move(1000)
    await asyncio.gather(*(stars.viewed(forge, ada.party, first) for _ in range(5)))
    assert [one.project for one in await stars.recent(forge, ada.party)] == [first, second]
    assert await _written(forge) == written + 1


async def _written(forge):
    """Return how many interactions are counted."""

    def read(tx):
        return tx.execute("select sum(count) from project_interactions").fetchone()[0]

    return await forge.db.read(read)


async def test_what_is_not_to_be_seen_any_more_leaves_the_lists(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    book = await a_project(forge, ada)
    await stars.viewed(forge, bob.party, book)
    await stars.set_star(forge, bob.party, book)
    assert len(await stars.recent(forge, bob.party)) == 1
    changes = projects.ProjectChanges(visibility="private")
    await projects.update(forge, ada.party, "ada", "book", changes)
    assert await stars.recent(forge, bob.party) == []
    assert await stars.starred(forge, ada.party, bob.key) == await stars.facts(
        forge, [await projects.get(forge, ada.party, "ada", "book")]
    )
    assert await stars.starred(forge, bob.party, bob.key) == []
    assert await names(forge, bob.party, Sort.POPULAR) == []


async def test_popular_is_by_stars_then_by_age_trending_by_the_last_week(forge, clock):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    for handle in ("old", "loved", "young"):
        await a_project(forge, ada, handle)
        clock.move(1000)
    loved = await projects.get(forge, ANONYMOUS, "ada", "loved")
    for who in (ada, bob):
        await stars.set_star(forge, who.party, loved)
    assert await names(forge, ANONYMOUS, Sort.POPULAR) == ["loved", "young", "old"]
    clock.move(8 * DAY_MS)
    old = await projects.get(forge, ANONYMOUS, "ada", "old")
    await a_landing(forge, ada, old, {"a": b"1"})
    assert await names(forge, ANONYMOUS, Sort.TRENDING) == ["old", "loved", "young"]
    assert await names(forge, ANONYMOUS, Sort.RECENT) == ["old", "young", "loved"]
    assert await names(forge, ANONYMOUS, Sort.POPULAR) == ["loved", "young", "old"]


async def test_pages_are_whole_and_bounded(forge):
    ada = await an_account(forge)
    for number in range(7):
        await a_project(forge, ada, f"p{number}")
    await a_project(forge, ada, "hidden", visibility="private")
    page = await stars.explore(forge, ANONYMOUS, Sort.RECENT, page=2, size=6)
    assert ([one.project.handle for one in page.items], page.total, page.pages) == (["p0"], 7, 2)
    for beyond in (99, -1, 0, 1 << 70):
        assert len((await stars.explore(forge, ANONYMOUS, Sort.POPULAR, page=beyond)).items) in {
            1,
            6,
        }
    assert (await stars.explore(forge, ada.party, Sort.TRENDING)).total == 8


async def test_a_landing_is_counted_and_what_is_forgotten_is_not(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a.py": b"1"})
    await a_landing(forge, ada, book, {"b.py": b"1"})
    (one,) = await stars.facts(forge, [book])
    assert (one.landings, one.active_at) == (2, forge.now())
    await forge.db.write(
        lambda tx: tx.execute(
            "delete from landings where project = ? and position > 1", (book.key,)
        )
    )
    (one,) = await stars.facts(forge, [book])
    assert one.landings == 1


async def test_trending_pages_hold_each_project_once_in_the_order_of_the_formula(forge, clock):
    ada = await an_account(forge)
    people = [await an_account(forge, f"p{number}") for number in range(4)]
    made = []
    for number in range(9):
        made.append(await a_project(forge, ada, f"b{number}"))
        clock.move(1000)
    for number, project in enumerate(made):
        for person in people[: number % 5]:
            await stars.set_star(forge, person.party, project)
    clock.move(8 * DAY_MS)
    await stars.set_star(forge, ada.party, made[0])
    await a_landing(forge, ada, made[5], {"a": b"1"})
    await a_landing(forge, ada, made[5], {"a": b"2"})
    found = []
    for page in range(1, 6):
        found += await names(forge, ANONYMOUS, Sort.TRENDING, page, 2)
    # Both have 4: two landings, or a new star and the log of it. Then by stars, the newest first.
    assert found == ["b5", "b0", "b4", "b8", "b3", "b7", "b2", "b6", "b1"]


@pytest.mark.parametrize("sort", Sort)
async def test_a_limited_token_learns_of_no_private_project_but_its_own(forge, sort):
    ada = await an_account(forge)
    made = {name: await a_project(forge, ada, name, visibility="private") for name in "abc"}
    await a_project(forge, ada, "book")
    for project in made.values():
        await stars.set_star(forge, ada.party, project, starred=True)
    cases = (
        (ada.party, {"a", "b", "c", "book"}),
        (dataclasses.replace(ada.party, only=made["b"].key), {"b", "book"}),
        (dataclasses.replace(ada.party, scopes=frozenset()), {"book"}),
        (ANONYMOUS, {"book"}),
    )
    for who, seen in cases:
        first = await stars.explore(forge, who, sort, size=1)
        assert (first.total, len(first.items)) == (len(seen), 1)
        every = [await names(forge, who, sort, page, size=1) for page in range(1, len(seen) + 1)]
        assert {name for one in every for name in one} == seen
        listed = await stars.starred(forge, who, ada.key, limit=2)
        assert len(listed) == min(len(seen) - 1, 2)
        assert {one.project.handle for one in listed} <= seen


async def test_stars_on_what_is_hidden_take_no_place_in_a_list(forge, clock, book):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    await stars.set_star(forge, ada.party, book)
    for name in "abc":
        clock.move(1)
        hidden = await a_project(forge, ada, name, visibility="private")
        await stars.set_star(forge, ada.party, hidden)
    listed = await stars.starred(forge, bob.party, ada.key, limit=2)
    assert [one.project.handle for one in listed] == ["book"]

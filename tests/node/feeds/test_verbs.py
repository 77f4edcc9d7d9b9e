"""Feeds say what people did, once, to whom may see it."""

import random

import pytest

from node.access.model import SignInRequired
from node.accounts.model import NoAccount
from node.feeds import rows
from node.feeds import verbs as feeds
from node.feeds.model import NEWEST, Following
from node.kernel.errors import Invalid
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.organizations import verbs as organizations
from node.projects import verbs as projects
from node.projects.model import NewProject
from node.stars import verbs as stars
from tests.support.drafts import a_draft, a_landing
from tests.support.features import settled
from tests.support.forges import START_MS, a_project, an_account
from tests.support.roles import acting

TODAY = START_MS // 86_400_000


async def told(forge, handle="ada"):
    await settled(forge, feeds.FEATURE)
    found = await feeds.of_account(forge, handle)
    return [(one.kind, one.project, one.position) for one in found.items]


async def heard(forge, who):
    await settled(forge, feeds.FEATURE)
    found = await feeds.followed(forge, who)
    return [(one.kind, one.account, one.project, one.position) for one in found.items]


async def test_what_somebody_did_stands_newest_first(forge, clock):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    clock.move(1000)
    await a_landing(forge, ada, book, {"a": b"1"}, goal="Say more\n\nand why")
    clock.move(1000)
    await stars.set_star(forge, ada.party, book)
    whole = [("starred", "ada/book", 0), ("landed", "ada/book", 1), ("created", "ada/book", 0)]
    assert await told(forge) == whole
    assert await told(forge) == whole
    landed = (await feeds.of_account(forge, "ada")).items[1]
    assert (landed.title, landed.origin, landed.account, landed.by) == (
        "Say more",
        "human",
        "ada",
        "ada",
    )
    await stars.set_star(forge, ada.party, book)
    assert await told(forge) == whole[1:]


async def test_a_project_that_goes_private_leaves_at_once_and_comes_back(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a": b"1"})
    await stars.set_star(forge, bob.party, book)
    await settled(forge, feeds.FEATURE)

    async def seen():
        mine = await feeds.of_account(forge, "ada")
        his = await feeds.followed(forge, bob.party)
        days = await feeds.activity(forge, "ada", TODAY, TODAY)
        return len(mine.items), len(his.items), days

    assert await seen() == (2, 1, {TODAY: 1})
    for visibility, wanted in (("private", (0, 0, {})), ("public", (2, 1, {TODAY: 1}))):
        changes = projects.ProjectChanges(visibility=visibility)
        await projects.update(forge, ada.party, "ada", "book", changes)
        assert await seen() == wanted
    await projects.delete(forge, ada.party, "ada", "book")
    assert await seen() == (0, 0, {})


async def test_a_feed_goes_on_where_it_stopped_at_one_moment_too(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    for number in range(7):
        await a_landing(forge, ada, book, {"a": b"%d" % number})
    await settled(forge, feeds.FEATURE)
    found, before = [], NEWEST
    while before is not None:
        part = await feeds.of_account(forge, "ada", before, size=3)
        found += [one.position for one in part.items]
        before = part.older
    assert sorted(found) == list(range(8))


async def test_one_follows_people_and_starred_projects(forge, clock):
    ada, bob, eve = [await an_account(forge, name) for name in ("ada", "bob", "eve")]
    book, other = await a_project(forge, ada), await a_project(forge, ada, "other")
    await a_landing(forge, ada, book, {"a": b"1"})
    assert await heard(forge, bob.party) == []
    await stars.set_star(forge, bob.party, book)
    assert await heard(forge, bob.party) == [("landed", "ada", "ada/book", 1)]
    clock.move(1000)
    await stars.set_star(forge, eve.party, other)
    await feeds.follow(forge, bob.party, "eve", wanted=True)
    assert await heard(forge, bob.party) == [
        ("starred", "eve", "ada/other", 0),
        ("landed", "ada", "ada/book", 1),
    ]
    assert await feeds.following(forge, bob.party, "eve") == Following(1, 0, True)
    assert await feeds.following(forge, ANONYMOUS, "bob") == Following(0, 1, False)
    assert not await feeds.follow(forge, bob.party, "eve", wanted=True)
    assert await feeds.follow(forge, bob.party, "eve", wanted=False)
    assert [one[1] for one in await heard(forge, bob.party)] == ["ada"]


async def test_an_organization_is_what_landed_on_its_projects(forge, clock):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    await organizations.create(forge, ada.party, "guild")
    inside = await acting(forge, ada)
    for handle, visibility in (("plan", "private"), ("map", "public")):
        new = NewProject(handle=handle, visibility=visibility)
        made = await projects.create(forge, inside, "guild", new)
    clock.move(1000)
    await landings.land(forge, inside, made, await a_draft(forge, ada, made, {"a": b"1"}))
    await feeds.follow(forge, bob.party, "guild", wanted=True)
    whole = [("landed", "guild/map", 1), ("created", "guild/map", 0)]
    assert await told(forge, "guild") == whole
    assert await told(forge, "ada") == whole
    assert await heard(forge, bob.party) == [("landed", "ada", "guild/map", 1)]


async def test_nobody_follows_themselves_or_nobody_or_without_a_name(forge):
    ada = await an_account(forge)
    with pytest.raises(Invalid, match="themselves"):
        await feeds.follow(forge, ada.party, "ada", wanted=True)
    with pytest.raises(NoAccount):
        await feeds.follow(forge, ada.party, "nobody", wanted=True)
    with pytest.raises(SignInRequired):
        await feeds.follow(forge, ANONYMOUS, "ada", wanted=True)
    with pytest.raises(SignInRequired):
        await feeds.followed(forge, ANONYMOUS)


async def test_a_private_project_is_in_the_feed_of_its_members_alone(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    diary = await a_project(forge, ada, "diary", visibility="private")
    await a_landing(forge, ada, diary, {"a": b"1"})
    await stars.set_star(forge, ada.party, diary)
    await feeds.follow(forge, bob.party, "ada", wanted=True)
    assert await heard(forge, ada.party) == [("landed", "ada", "ada/diary", 1)]
    assert await heard(forge, bob.party) == []
    assert await told(forge) == []


async def written(forge):
    """Return all that is written of feeds."""

    def read(tx):
        items = "select account, project, kind, position, at from feed_items order by 1, 2, 3, 4"
        days = "select account, day, project, landings from feed_days order by 1, 2, 3"
        counts = "select project, position from feed_counts order by 1"
        return [tx.execute(one).fetchall() for one in (items, days, counts)]

    return await forge.db.read(read)


def erase(tx):
    for table in ("feed_items", "feed_days", "feed_counts"):
        tx.execute(f"delete from {table}")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_feeds_after_any_events_are_as_if_built_anew(forge, clock, monkeypatch, seed):
    monkeypatch.setattr(feeds, "STEP", 2)
    dice = random.Random(seed)
    people = [await an_account(forge, name) for name in ("ada", "bob")]
    made = [await a_project(forge, people[0])]
    for step in range(24):
        clock.move(dice.randrange(86_400_000))
        who, project = dice.choice(people), dice.choice(made)
        match dice.randrange(4):
            case 0:
                await stars.set_star(forge, who.party, project)
            case 1:
                made.append(await a_project(forge, who, f"p{step}"))
            case 2:
                owner = next(one for one in people if one.key == project.owner)
                await a_landing(forge, owner, project, {"a": b"%d" % step})
            case 3:
                await settled(forge, feeds.FEATURE)
    await settled(forge, feeds.FEATURE)
    after = await written(forge)
    await forge.db.write(erase)
    for project in made:
        await feeds.write(forge, project.key)
    assert await written(forge) == after
    assert after[0]


async def test_what_is_forgotten_of_a_project_leaves_the_feeds(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a": b"1"})
    await settled(forge, feeds.FEATURE)
    await forge.db.write(lambda tx: rows.forget_landings(tx, book.key))
    assert [one.kind for one in (await feeds.of_account(forge, "ada")).items] == ["created"]
    assert await feeds.activity(forge, "ada", 0, TODAY) == {}
    assert await told(forge) == [("landed", "ada/book", 1), ("created", "ada/book", 0)]

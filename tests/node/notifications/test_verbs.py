"""Who is told of what, once, and no more than they may see."""

import pytest

from node.access.model import SignInRequired
from node.feeds import verbs as feeds
from node.forks import verbs as forks
from node.forks.model import NewFork
from node.invitations import verbs as invitations
from node.kernel import events
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.notifications import verbs as notifications
from node.notifications.model import NoNotification
from node.organizations import verbs as organizations
from node.projects import members
from node.projects import verbs as projects
from node.projects.model import NewProject, ProjectChanges
from node.stars import verbs as stars
from tests.support.drafts import a_draft, a_landing
from tests.support.features import settled
from tests.support.forges import a_project, an_account
from tests.support.roles import acting


async def told(forge, account):
    await settled(forge, notifications.FEATURE)
    found = await notifications.listed(forge, account.party)
    return [(one.kind, one.actor, one.project, one.text) for one in found]


async def unread(forge, account):
    return await forge.db.read(lambda tx: notifications.unread(tx, account.key))


async def test_the_owner_is_told_what_others_do_and_nothing_of_their_own(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    book = await a_project(forge, ada)
    await a_landing(forge, ada, book, {"a": b"1"})
    await stars.set_star(forge, ada.party, book)
    await members.set_member(forge, ada.party, book, "bob", "writer")
    inside = await acting(forge, bob)
    draft = await a_draft(forge, bob, book, {"b": b"1"}, goal="Say more\n\nwhy")
    await landings.land(forge, inside, book, draft)
    await stars.set_star(forge, bob.party, book)
    await forks.fork(forge, bob.party, book, NewFork())
    await feeds.follow(forge, bob.party, "ada", wanted=True)
    whole = [
        ("account.followed", "bob", "", ""),
        ("project.forked", "bob", "ada/book", ""),
        ("project.starred", "bob", "ada/book", ""),
        ("landing.landed", "bob", "ada/book", ""),
    ]
    assert await told(forge, ada) == whole
    assert await told(forge, ada) == whole
    landed = (await notifications.listed(forge, ada.party))[-1]
    assert (landed.title, landed.position, landed.is_read) == ("Say more", 2, False)
    assert await told(forge, bob) == [("member.set", "ada", "ada/book", "writer")]


async def test_the_admins_of_an_organization_are_told(forge):
    ada, bob, eve = [await an_account(forge, name) for name in ("ada", "bob", "eve")]
    await organizations.create(forge, ada.party, "guild")
    await invitations.invite(forge, ada.party, "guild", "bob", "member")
    (asked,) = await invitations.mine(forge, bob.party)
    await invitations.accept(forge, bob.party, asked.key)
    inside = await acting(forge, ada)
    new = NewProject(handle="map", visibility="public")
    made = await projects.create(forge, inside, "guild", new)
    await organizations.set_role(forge, inside, "guild", "bob", "admin")
    await stars.set_star(forge, eve.party, made)
    assert await told(forge, ada) == [
        ("project.starred", "eve", "guild/map", ""),
        ("invitation.accepted", "bob", "", "guild"),
    ]
    assert await told(forge, bob) == [
        ("project.starred", "eve", "guild/map", ""),
        ("member.set", "ada", "", "guild"),
        ("invitation.made", "ada", "", "guild"),
    ]


async def test_what_one_may_not_see_any_more_is_not_told_any_more(forge):
    ada, bob = await an_account(forge), await an_account(forge, "bob")
    book = await a_project(forge, ada)
    await members.set_member(forge, ada.party, book, "bob", "writer")
    assert len(await told(forge, bob)) == await unread(forge, bob) == 1
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(visibility="private"))
    assert len(await told(forge, bob)) == 1
    await members.remove_member(forge, ada.party, book, "bob")
    assert await told(forge, bob) == [("member.removed", "ada", "", "ada/book")]
    assert await unread(forge, bob) == 1


async def test_they_are_read_one_by_one_and_all_up_to_one(forge):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    for name in ("bob", "eve", "ivy"):
        await stars.set_star(forge, (await an_account(forge, name)).party, book)
    assert len(await told(forge, ada)) == await unread(forge, ada) == 3
    newest, middle, _ = await notifications.listed(forge, ada.party)
    await notifications.read(forge, ada.party, newest.event)
    assert await unread(forge, ada) == 2
    await notifications.read_until(forge, ada.party, middle.event)
    assert await unread(forge, ada) == 0
    bob = await an_account(forge, "bob")
    with pytest.raises(NoNotification):
        await notifications.read(forge, bob.party, newest.event)
    with pytest.raises(SignInRequired):
        await notifications.listed(forge, ANONYMOUS)
    assert len(await notifications.listed(forge, ada.party, newest.event)) == 2


async def test_only_the_newest_are_kept(forge, monkeypatch):
    monkeypatch.setattr(notifications, "MOST", 2)
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    for name in ("bob", "eve", "ivy"):
        await stars.set_star(forge, (await an_account(forge, name)).party, book)
    newest = [("project.starred", name, "ada/book", "") for name in ("ivy", "eve")]
    assert await told(forge, ada) == newest
    assert await told(forge, ada) == newest


async def test_what_became_of_what_one_asked_for_is_told(forge, clock):
    ada = await an_account(forge)
    book = await a_project(forge, ada)
    for kind in ("import.completed", "import.failed", "offer.landed", "offer.refused"):
        facts = {"account": ada.key, "message": "because"}
        await forge.db.write(
            lambda tx, kind=kind, facts=facts: events.append(tx, kind, book.key, facts, clock())
        )
    assert [(kind, text) for kind, _, _, text in await told(forge, ada)] == [
        ("offer.refused", "because"),
        ("offer.landed", "because"),
        ("import.failed", "because"),
        ("import.completed", "because"),
    ]

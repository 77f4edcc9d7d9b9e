"""A project is kept as it is, taken away and brought back, and worked on by those let in."""

import pytest

from node.access.model import Archived, BadRole, NoMember, NoProject, NotAllowed, OtherProject
from node.accounts.model import NoAccount, NotAPerson
from node.kernel import jobs
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.organizations import verbs as organizations
from node.projects import jobs as project_jobs
from node.projects import members, moves, rules
from node.projects import verbs as projects
from node.projects.model import AlreadyOwner, NewProject, NotDeleted, ProjectChanges, ProjectTaken
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.roles import acting


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada, "book", visibility="private")


async def test_an_archived_project_is_read_and_nothing_changes(forge, ada):
    open_book = await a_project(forge, ada, "open")
    await a_landing(forge, ada, open_book, {"a": b"a"})
    await sessions.start(forge, ada.party, open_book, NewSession(goal="Go on", id="s" * 22))
    kept = await moves.archive(forge, ada.party, "ada", "open")
    assert kept.is_archived
    assert (await landings.head(forge, ada.party, kept)).position == 1
    for refused in (
        a_landing(forge, ada, kept, {"b": b"b"}),
        projects.update(forge, ada.party, "ada", "open", ProjectChanges(name="Other")),
        sessions.note(forge, ada.party, kept, "s" * 22, "human", "x"),
        # Read before it was archived, and let in then: refused all the same.
        a_landing(forge, ada, open_book, {"b": b"b"}),
        sessions.note(forge, ada.party, open_book, "s" * 22, "human", "x"),
    ):
        with pytest.raises(Archived):
            await refused
    again = await moves.archive(forge, ada.party, "ada", "open", is_archived=False)
    assert await a_landing(forge, ada, again, {"b": b"b"}, base=1)


async def test_to_archive_twice_changes_nothing(forge, ada, book):
    first = await moves.archive(forge, ada.party, "ada", "book")
    assert await moves.archive(forge, ada.party, "ada", "book") == first
    kinds = [row.action for row in await projects.history(forge, *of(ada, book))]
    assert kinds.count("project.archived") == 1


def of(account, project):
    return account.party, project


async def test_a_deleted_project_comes_back_whole(forge, ada, bob, book):
    landed = await a_landing(forge, ada, book, {"a": b"a"})
    await members.set_member(forge, ada.party, book, "bob", "writer")
    await projects.delete(forge, ada.party, "ada", "book")
    with pytest.raises(NoProject):
        await projects.get(forge, ada.party, "ada", "book")
    (gone,) = await moves.deleted(forge, ada.party, "ada")
    assert gone.gone_at - gone.deleted_at == rules.GRACE_MS
    back = await moves.restore(forge, ada.party, "ada", "BOOK")
    assert back == book
    assert (await landings.head(forge, await acting(forge, bob), back)).id == landed.id
    assert await moves.deleted(forge, ada.party, "ada") == []


@pytest.mark.usefixtures("book")
async def test_after_its_days_it_is_gone_for_good(forge, ada, clock):
    await projects.delete(forge, ada.party, "ada", "book")
    clock.move(rules.GRACE_MS)
    with pytest.raises(NotDeleted):
        await moves.restore(forge, ada.party, "ada", "book")
    assert await moves.deleted(forge, ada.party, "ada") == []


async def test_to_delete_anew_begins_the_days_anew(forge, ada, book, clock):
    await projects.delete(forge, ada.party, "ada", "book")
    clock.move(rules.GRACE_MS // 2)
    await moves.restore(forge, ada.party, "ada", "book")
    await projects.delete(forge, ada.party, "ada", "book")
    clock.move(rules.GRACE_MS // 2)
    await run_due(forge)
    assert (await moves.restore(forge, ada.party, "ada", "book")).id == book.id
    await projects.delete(forge, ada.party, "ada", "book")
    clock.move(rules.GRACE_MS)
    await run_due(forge)
    gone = await forge.db.read(lambda tx: moves.has_any(tx, ada.key))
    assert not gone


async def run_due(forge):
    """Do what is owed by now."""
    while (job := await forge.db.write(lambda tx: jobs.take(tx, forge.now()))) is not None:
        await project_jobs.forget(forge, job)
        await forge.db.write(lambda tx, job=job: jobs.finish(tx, job))


async def test_it_does_not_come_back_over_another_of_its_name(forge, ada, bob, book):
    await projects.delete(forge, ada.party, "ada", "book")
    await a_project(forge, ada, "Book")
    with pytest.raises(ProjectTaken):
        await moves.restore(forge, ada.party, "ada", book.handle)
    with pytest.raises(NotAllowed):
        await moves.restore(forge, bob.party, "ada", "book")
    with pytest.raises(NotAllowed):
        await moves.deleted(forge, bob.party, "ada")


async def test_of_two_deleted_ones_the_last_comes_back(forge, ada, book, clock):
    await projects.delete(forge, ada.party, "ada", "book")
    clock.move(1)
    second = await a_project(forge, ada, "book")
    await projects.delete(forge, ada.party, "ada", "book")
    assert (await moves.restore(forge, ada.party, "ada", "book")).id == second.id
    assert book.id != second.id


async def test_a_writer_sees_and_lands_and_a_maintainer_sets(forge, ada, bob, book):
    with pytest.raises(NoProject):
        await projects.get(forge, bob.party, "ada", "book")
    await members.set_member(forge, ada.party, book, "bob", "writer")
    writer = await acting(forge, bob)
    assert await projects.get(forge, writer, "ada", "book") == book
    assert book in await projects.visible(forge, writer)
    assert [one.handle for one in await members.members(forge, writer, book)] == ["bob"]
    change = ProjectChanges(name="Other")
    with pytest.raises(NotAllowed):
        await projects.update(forge, writer, "ada", "book", change)
    await members.set_member(forge, ada.party, book, "bob", "maintainer")
    maintainer = await acting(forge, bob)
    assert (await projects.update(forge, maintainer, "ada", "book", change)).name == "Other"
    for refused in (
        members.set_member(forge, maintainer, book, "bob", "writer"),
        moves.archive(forge, maintainer, "ada", "book"),
        projects.delete(forge, maintainer, "ada", "book"),
    ):
        with pytest.raises(NotAllowed):
            await refused


async def test_a_role_is_given_back_by_whoever_has_it(forge, ada, bob, book):
    await members.set_member(forge, ada.party, book, "bob", "writer")
    writer = await acting(forge, bob)
    await members.remove_member(forge, writer, book, "bob")
    with pytest.raises(NoProject):
        await members.remove_member(forge, writer, book, "bob")
    with pytest.raises(NoMember):
        await members.remove_member(forge, ada.party, book, "bob")


async def test_roles_are_for_people_who_do_not_own_it(forge, ada, bob, book):
    await organizations.create(forge, bob.party, "guild")
    for handle, fault in (("ada", AlreadyOwner), ("guild", NotAPerson), ("nobody-here", NoAccount)):
        with pytest.raises(fault):
            await members.set_member(forge, ada.party, book, handle, "writer")
    with pytest.raises(BadRole):
        await members.set_member(forge, ada.party, book, "bob", "owner")


async def test_a_role_that_was_taken_away_meanwhile_lands_nothing(forge, ada, bob, book):
    await members.set_member(forge, ada.party, book, "bob", "writer")
    as_let_in = await acting(forge, bob)
    await members.remove_member(forge, ada.party, book, "bob")
    with pytest.raises(NoProject):
        await sessions.start(forge, as_let_in, book, NewSession(goal="x"))
    with pytest.raises(NoProject):
        await projects.update(forge, as_let_in, "ada", "book", ProjectChanges(name="x"))


async def test_an_admin_who_was_made_a_member_meanwhile_makes_nothing(forge, ada, bob):
    await organizations.create(forge, ada.party, "guild")
    from node.invitations import verbs as invitations

    asked = await invitations.invite(forge, ada.party, "guild", "bob", "admin")
    await invitations.accept(forge, bob.party, asked.key)
    as_let_in = await acting(forge, bob)
    await organizations.set_role(forge, ada.party, "guild", "bob", "member")
    with pytest.raises(NotAllowed):
        await projects.create(forge, as_let_in, "guild", NewProject("book"))


async def test_a_token_for_one_project_ends_and_moves_nothing(forge, ada, book):
    token = Party(ada.key, "ada", scopes=frozenset({"read", "write"}), only=book.key)
    assert await projects.get(forge, token, "ada", "book") == book
    for refused in (
        projects.delete(forge, token, "ada", "book"),
        moves.archive(forge, token, "ada", "book"),
        members.set_member(forge, token, book, "keeper", "writer"),
        projects.create(forge, token, "ada", NewProject("other")),
    ):
        with pytest.raises(NotAllowed):
            await refused
    with pytest.raises(OtherProject):
        await organizations.create(forge, token, "guild")

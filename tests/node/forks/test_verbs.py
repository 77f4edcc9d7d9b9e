"""A fork has all of its origin's log, as it was signed, and goes on by itself."""

import asyncio

import pytest

from keys.statements.landing import open_landing
from keys.statements.project import open_chain
from node.access.model import NoProject, NotAllowed, SignInRequired
from node.audit import verbs as audit
from node.daemon import fsck
from node.forks import verbs as forks
from node.forks.model import MustBePrivate, NewFork, NothingToFork
from node.holdings import verbs as holdings
from node.kernel.parties import ANONYMOUS
from node.landings import jobs as landing_jobs
from node.landings import verbs as landings
from node.languages import verbs as languages
from node.organizations import verbs as organizations
from node.projects import verbs as projects
from node.projects.model import (
    BadProject,
    OriginPrivate,
    ProjectChanges,
    ProjectLimit,
    ProjectTaken,
)
from node.sessions import verbs as sessions
from node.stars import verbs as stars
from node.trees import verbs as trees
from store.digest import digest_of
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.forges import a_project, an_account
from tests.support.roles import acting


@pytest.fixture
async def ada(forge):
    return await an_account(forge)


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


@pytest.fixture
async def book(forge, ada):
    made = await a_project(forge, ada)
    await a_landing(forge, ada, made, {"a.py": b"one\n"}, goal="Begin")
    await a_landing(forge, ada, made, {"a.py": b"one\ntwo\n", "b.md": b"B\n"}, goal="Go on")
    return made


async def log(forge, project):
    found = await landings.log(forge, ANONYMOUS, project, limit=50)
    return [(one.position, one.title, one.author) for one in reversed(found)]


async def test_a_fork_has_the_log_of_its_origin_and_a_landing_that_says_so(forge, book, bob):
    made = await forks.fork(forge, bob.party, book, NewFork())
    assert (made.address, made.name, made.id != book.id) == ("bob/book", "book", True)
    assert await log(forge, made) == [
        (1, "Begin", "ada"),
        (2, "Go on", "ada"),
        (3, "Fork ada/book at @2", "bob"),
    ]
    for position in (1, 2):
        ours = await landings.detail(forge, ANONYMOUS, made, position)
        theirs = await landings.detail(forge, ANONYMOUS, book, position)
        assert (ours, ours.verified) == (theirs, True)
    head = await landings.head(forge, ANONYMOUS, made)
    assert head.tree == (await landings.head(forge, ANONYMOUS, book)).tree
    lineage = await forks.lineage(forge, ANONYMOUS, made)
    assert (lineage.origin, lineage.root.position, lineage.behind) == (book, 2, 0)
    assert await forks.lineage(forge, ANONYMOUS, book) is None
    assert await forks.forks(forge, ANONYMOUS, book) == [made]


async def test_its_documents_prove_where_each_landing_comes_from(forge, book, bob):
    made = await forks.fork(forge, bob.party, book, NewFork())
    chain = open_chain(await projects.documents(forge, ANONYMOUS, made))
    assert (chain.id, chain.id_at(2), chain.id_at(3)) == (made.id, book.id, made.id)
    records = [(await landings.detail(forge, ANONYMOUS, made, n)).record for n in (2, 3)]
    assert chain.origins[0].record == digest_of(records[0])
    said = open_landing(records[1])[0]
    assert (said.project, said.previous) == (made.id, digest_of(records[0]))
    again = await forks.fork(forge, bob.party, made, NewFork(handle="again"))
    chain = open_chain(await projects.documents(forge, ANONYMOUS, again))
    assert [chain.id_at(n) for n in (1, 2, 3, 4)] == [book.id, book.id, made.id, again.id]


async def test_blame_names_whoever_wrote_a_line_and_both_sides_go_on(forge, book, ada, bob):
    made = await forks.fork(forge, bob.party, book, NewFork())
    await a_landing(forge, bob, made, {"a.py": b"one\ntwo\nthree\n"}, goal="Add three")
    await a_landing(forge, ada, book, {"b.md": b"C\n"})
    found = await trees.blame(forge, ANONYMOUS, made, None, "a.py")
    assert [(one.reason.author, one.reason.position) for one in found] == [
        ("ada", 1),
        ("ada", 2),
        ("bob", 4),
    ]
    lineage = await forks.lineage(forge, ANONYMOUS, made)
    assert lineage.behind == 1


async def test_nothing_is_copied_and_the_whole_node_is_sound(forge, book, bob):
    def count(tx):
        return tx.execute("select count(*) from objects").fetchone()[0]

    before = await forge.db.read(count)
    made = await forks.fork(forge, bob.party, book, NewFork())
    # Its first document, and the record, the transcript and the empty change list of a landing.
    assert await forge.db.read(count) - before <= 4
    await projects.delete(forge, (await an_account(forge)).party, "ada", "book")
    assert await fsck.meaning(forge) == []
    await settled(forge, languages.FEATURE, landing_jobs.FEATURE)
    missing = await holdings.missing(forge, bob.party, made, [digest_of(b"one\n")])
    assert missing == []


async def test_what_was_sent_and_never_landed_is_not_held_by_a_fork(forge, book, bob):
    secret = digest_of(b"a draft")
    await forge.db.write(lambda tx: holdings.add(tx, book.key, [secret]))
    made = await forks.fork(forge, bob.party, book, NewFork())
    await settled(forge, landing_jobs.FEATURE)
    assert await holdings.missing(forge, bob.party, made, [secret]) == [secret]


async def test_its_sessions_and_languages_come_with_it_and_nobody_landed_twice(forge, book, bob):
    await settled(forge, languages.FEATURE)
    made = await forks.fork(forge, bob.party, book, NewFork())
    found = await sessions.listed(forge, bob.party, made)
    assert sorted(one.author_handle for one in found) == ["ada", "ada", "bob"]
    await settled(forge, languages.FEATURE)
    assert await languages.shares(forge, ANONYMOUS, made) == await languages.shares(
        forge, ANONYMOUS, book
    )
    (one,) = await stars.facts(forge, [made])
    assert one.landings == 3

    def days(tx):
        return tx.execute(
            "select landings from project_days where project = ?", (made.key,)
        ).fetchall()

    assert await forge.db.read(days) == [(1,)]


async def test_a_fork_goes_where_one_may_make_projects(forge, book, bob):
    await organizations.create(forge, bob.party, "guild")
    who = await acting(forge, bob)
    made = await forks.fork(forge, who, book, NewFork("guild", "tome", "The Tome", "private"))
    assert (made.address, made.name, made.visibility) == ("guild/tome", "The Tome", "private")
    with pytest.raises(NotAllowed):
        await forks.fork(forge, who, book, NewFork("ada"))
    with pytest.raises(SignInRequired):
        await forks.fork(forge, ANONYMOUS, book, NewFork())
    with pytest.raises(BadProject):
        await forks.fork(forge, who, book, NewFork(handle="no/good"))
    with pytest.raises(ProjectTaken):
        await forks.fork(forge, await acting(forge, await an_account(forge)), book, NewFork())


async def test_forks_count_to_the_limit_and_among_each_other_once(forge, book, bob):
    for number in range(25):
        await forks.fork(forge, bob.party, book, NewFork(handle=f"b{number}"))
    with pytest.raises(ProjectLimit):
        await forks.fork(forge, bob.party, book, NewFork(handle="more"))
    assert (await stars.standing(forge, ANONYMOUS, book)).forks == 25


async def test_of_two_forks_at_once_one_has_the_name(forge, book, bob):
    both = [forks.fork(forge, bob.party, book, NewFork()) for _ in range(2)]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Project", "ProjectTaken"]


async def test_what_is_private_is_forked_by_who_may_read_it_and_stays_private(forge, ada, bob):
    diary = await a_project(forge, ada, "diary", visibility="private")
    await a_landing(forge, ada, diary, {"a": b"1"})
    with pytest.raises(NoProject):
        await forks.fork(forge, bob.party, diary, NewFork())
    with pytest.raises(MustBePrivate):
        await forks.fork(forge, ada.party, diary, NewFork(handle="b", visibility="public"))
    made = await forks.fork(forge, ada.party, diary, NewFork(handle="b"))
    assert made.visibility == "private"
    public = ProjectChanges(visibility="public")
    with pytest.raises(OriginPrivate):
        await projects.update(forge, ada.party, "ada", "b", public)
    await projects.update(forge, ada.party, "ada", "diary", public)
    assert (await projects.update(forge, ada.party, "ada", "b", public)).visibility == "public"


async def test_a_private_fork_is_told_to_nobody(forge, book, ada, bob):
    await forks.fork(forge, bob.party, book, NewFork(visibility="private"))
    assert (await stars.standing(forge, ANONYMOUS, book)).forks == 0
    assert await forks.forks(forge, ada.party, book) == []
    told = await projects.history(forge, ada.party, book)
    assert "project.forked" not in {one.action for one in told}
    public = ProjectChanges(visibility="public")
    await projects.update(forge, bob.party, "bob", "book", public)
    assert (await stars.standing(forge, ANONYMOUS, book)).forks == 1
    await projects.delete(forge, bob.party, "bob", "book")
    assert (await stars.standing(forge, ANONYMOUS, book)).forks == 0


async def test_an_origin_that_is_gone_is_not_named(forge, book, ada, bob):
    made = await forks.fork(forge, bob.party, book, NewFork())
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(visibility="private"))
    assert (await forks.lineage(forge, bob.party, made)).origin is None
    assert (await forks.lineage(forge, ada.party, made)).origin is not None


async def test_there_is_nothing_to_fork_of_an_empty_project(forge, ada, bob):
    empty = await a_project(forge, ada)
    with pytest.raises(NothingToFork):
        await forks.fork(forge, bob.party, empty, NewFork())


async def test_a_fork_is_in_the_audit_log(forge, book, ada, bob):
    await forks.fork(forge, bob.party, book, NewFork())
    assert (await projects.history(forge, ada.party, book))[0].action == "project.forked"
    assert await audit.first_broken(forge) is None

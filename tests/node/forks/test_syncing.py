"""A fork takes in what its origin did, each landing with its reason, and loses nothing of its own."""

import asyncio

import pytest

from node.access.model import NoProject, NotAllowed, SignInRequired
from node.daemon import fsck
from node.forks import syncing
from node.forks import verbs as forks
from node.forks.model import NewFork, NoFork, NoOrigin, SyncConflicts
from node.kernel.parties import ANONYMOUS
from node.landings import jobs as landing_jobs
from node.landings import verbs as landings
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.sessions import verbs as sessions
from node.sessions.model import NewSession
from node.trees import verbs as trees
from store.tree import Mode
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.forges import a_project, an_account

LINES = b"".join(b"%d\n" % n for n in range(9))


@pytest.fixture
async def ada(forge):
    return await an_account(forge)


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


@pytest.fixture
async def book(forge, ada):
    made = await a_project(forge, ada)
    await a_landing(forge, ada, made, {"a": LINES, "b": b"b", "d/e": b"e"})
    return made


@pytest.fixture
async def fork(forge, book, bob):
    return await forks.fork(forge, bob.party, book, NewFork())


async def content(forge, project):
    head = await landings.head(forge, ANONYMOUS, project)

    def read(tx):
        from store import contents, tree

        source = lambda digest: forge.objects.get(tx, digest)  # noqa: E731
        return {
            path: b"".join(contents.read(entry.id, entry.size, source))
            for path, entry in tree.walk(head.tree, source)
            if entry.mode is not Mode.DIRECTORY
        }

    return await forge.db.read(read)


async def log(forge, project):
    found = await landings.log(forge, ANONYMOUS, project, limit=50)
    return [(one.position, one.title, one.by) for one in reversed(found)]


async def behind(forge, project):
    return (await forks.lineage(forge, ANONYMOUS, project)).behind


async def test_what_only_the_origin_changed_comes_as_it_landed_there(
    forge, book, fork, ada, bob, clock
):
    clock.move(5000)
    one = await a_landing(forge, ada, book, {"a": b"A"}, goal="Shorten a", origin="ai-generated")
    clock.move(5000)
    await a_landing(forge, ada, book, {"new": b"n", "b": None}, goal="Move b")
    clock.move(5000)
    assert await behind(forge, fork) == 2
    done = await syncing.sync(forge, bob.party, fork)
    assert (done.position, done.carried, done.merged, done.left) == (4, 2, (), 0)
    assert (await log(forge, fork))[2:] == [(3, "Shorten a", "ada"), (4, "Move b", "ada")]
    came = await landings.get(forge, ANONYMOUS, fork, 3)
    assert (came.carried.position, came.carried.record, came.carried.project) == (
        2,
        one.id,
        book.id,
    )
    assert (came.made_at, came.origin, came.session) == (one.landed_at, "ai-generated", one.session)
    assert await content(forge, fork) == await content(forge, book)
    assert await behind(forge, fork) == 0
    assert await fsck.meaning(forge) == []
    reason = (await trees.blame(forge, ANONYMOUS, fork, None, "a"))[0].reason
    assert (reason.author, reason.goal, reason.made_at) == ("ada", "Shorten a", one.landed_at)
    told = await sessions.get(forge, bob.party, fork, one.session)
    assert (told.author_handle, told.position) == ("ada", 3)


async def test_again_there_is_nothing_to_do(forge, book, fork, ada, bob):
    await a_landing(forge, ada, book, {"x": b"x"})
    await syncing.sync(forge, bob.party, fork)
    before = await log(forge, fork)
    done = await syncing.sync(forge, bob.party, fork)
    assert (done.carried, await log(forge, fork)) == (0, before)


async def test_both_go_on_and_nothing_of_the_fork_is_lost(forge, book, fork, ada, bob):
    await a_landing(forge, bob, fork, {"a": LINES.replace(b"1\n", b"one\n"), "mine": b"m"})
    await a_landing(forge, ada, book, {"a": LINES.replace(b"7\n", b"seven\n"), "theirs": b"t"})
    done = await syncing.sync(forge, bob.party, fork)
    assert (done.carried, done.merged) == (1, ("a",))
    assert await content(forge, fork) == {
        "a": LINES.replace(b"1\n", b"one\n").replace(b"7\n", b"seven\n"),
        "b": b"b",
        "d/e": b"e",
        "mine": b"m",
        "theirs": b"t",
    }
    assert [title for _, title, _ in (await log(forge, fork))[3:]] == [
        "Try it",
        "Merge ada/book up to @2",
    ]
    assert await fsck.meaning(forge) == []
    await settled(forge, landing_jobs.FEATURE)
    await a_landing(forge, bob, fork, {"copy": LINES.replace(b"1\n", b"one\n")})
    assert (await syncing.sync(forge, bob.party, fork)).carried == 0


async def test_what_clashes_is_named_and_nothing_happens(forge, book, fork, ada, bob):
    await a_landing(forge, bob, fork, {"a": b"mine", "b": None, "d/e": None})
    await a_landing(forge, bob, fork, {"d": b"file"})
    await a_landing(forge, ada, book, {"a": b"theirs", "b": b"B", "d/f": b"f", "ok": b"ok"})
    before, kept = await log(forge, fork), await content(forge, fork)
    with pytest.raises(SyncConflicts) as told:
        await syncing.sync(forge, bob.party, fork)
    assert {"a", "b"} < set(told.value.details["paths"])
    assert "ok" not in told.value.details["paths"]
    with pytest.raises(SyncConflicts) as told:
        await syncing.sync(forge, bob.party, fork, {"a": "theirs"})
    assert "a" not in told.value.details["paths"]
    assert (await log(forge, fork), await content(forge, fork)) == (before, kept)
    assert await behind(forge, fork) == 1


@pytest.mark.parametrize(("side", "a", "b"), [("ours", b"mine", None), ("theirs", b"theirs", b"B")])
async def test_whoever_syncs_says_which_side_is_to_stand(forge, book, fork, ada, bob, side, a, b):
    await a_landing(forge, bob, fork, {"a": b"mine", "b": None})
    await a_landing(forge, ada, book, {"a": b"theirs", "b": b"B", "ok": b"ok"}, goal="All")
    done = await syncing.sync(forge, bob.party, fork, {"a": side, "b": side})
    found = await content(forge, fork)
    assert (found["a"], found.get("b"), found["ok"]) == (a, b, b"ok")
    assert (done.carried, done.merged) == (1, ())
    assert await behind(forge, fork) == 0
    assert await fsck.meaning(forge) == []


async def test_the_same_change_on_both_sides_is_no_conflict(forge, book, fork, ada, bob):
    await a_landing(forge, bob, fork, {"a": b"same", "b": None})
    await a_landing(forge, ada, book, {"a": b"first"})
    await a_landing(forge, ada, book, {"a": b"same", "b": None})
    before = await log(forge, fork)
    assert (await syncing.sync(forge, bob.party, fork)).carried == 0
    assert await log(forge, fork) == before
    assert await behind(forge, fork) == 0


async def test_what_came_and_went_at_the_origin_leaves_the_fork_alone(forge, book, fork, ada, bob):
    await a_landing(forge, bob, fork, {"t/own": b"own"})
    await a_landing(forge, ada, book, {"t": b"a file"})
    await a_landing(forge, ada, book, {"t": None, "a": b"A"})
    await syncing.sync(forge, bob.party, fork)
    found = await content(forge, fork)
    assert (found["t/own"], found["a"]) == (b"own", b"A")
    assert await fsck.meaning(forge) == []


async def test_two_syncs_at_once_bring_each_landing_once(forge, book, fork, ada, bob):
    for number in range(3):
        await a_landing(forge, ada, book, {f"f{number}": b"x"}, goal=f"File {number}")
    await asyncio.gather(*(syncing.sync(forge, bob.party, fork) for _ in range(3)))
    assert [title for _, title, _ in (await log(forge, fork))[2:]] == ["File 0", "File 1", "File 2"]


async def test_a_long_way_is_gone_in_steps(forge, book, fork, ada, bob, monkeypatch):
    monkeypatch.setattr(syncing, "MOST", 2)
    for number in range(3):
        await a_landing(forge, ada, book, {f"f{number}": b"x"})
    assert (await syncing.sync(forge, bob.party, fork)).left == 1
    assert (await syncing.sync(forge, bob.party, fork)).left == 0
    assert await content(forge, fork) == await content(forge, book)


async def test_a_fork_of_a_fork_hands_on_what_was_carried(forge, book, fork, ada, bob):
    again = await forks.fork(forge, ada.party, fork, NewFork(handle="again"))
    one = await a_landing(forge, ada, book, {"x": b"x"}, goal="Add x")
    await syncing.sync(forge, bob.party, fork)
    await syncing.sync(forge, ada.party, again)
    came = await landings.get(forge, ANONYMOUS, again, 4)
    assert (came.title, came.by, came.made_at) == ("Add x", "ada", one.landed_at)
    assert came.carried.project == fork.id


async def test_only_who_may_land_syncs_and_only_with_what_they_may_read(
    forge, book, fork, ada, bob
):
    with pytest.raises(NotAllowed):
        await syncing.sync(forge, ada.party, fork)
    with pytest.raises(SignInRequired):
        await syncing.sync(forge, ANONYMOUS, fork)
    with pytest.raises(NoFork):
        await syncing.sync(forge, ada.party, book)
    await projects.update(forge, ada.party, "ada", "book", ProjectChanges(visibility="private"))
    with pytest.raises(NoOrigin):
        await syncing.sync(forge, bob.party, fork)
    await projects.delete(forge, bob.party, "bob", "book")
    with pytest.raises(NoProject):
        await syncing.sync(forge, bob.party, fork)


async def test_a_session_of_the_same_id_is_in_nobodys_way(forge, book, fork, ada, bob):
    one = await a_landing(forge, ada, book, {"x": b"x"}, goal="Add x")
    await sessions.start(forge, bob.party, fork, NewSession(goal="Mine", id=one.session))
    await syncing.sync(forge, bob.party, fork)
    came = await landings.get(forge, ANONYMOUS, fork, 3)
    assert (came.title, came.session != one.session) == ("Add x", True)
    assert (await sessions.get(forge, bob.party, fork, one.session)).goal == "Mine"
    assert (await landings.detail(forge, ANONYMOUS, fork, 3)).landing == came

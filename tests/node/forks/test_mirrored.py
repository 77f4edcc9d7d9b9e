"""Another node takes a fork in by its proofs alone, and nothing that they do not cover."""

import dataclasses

import pytest

from keys.statements.project import Origin, open_chain, open_project, seal_project
from node.daemon import fsck
from node.forks import jobs, syncing
from node.forks import verbs as forks
from node.forks.model import NewFork, NotWhole
from node.kernel.parties import ANONYMOUS
from node.landings import adopting
from node.landings import jobs as landing_jobs
from node.landings import verbs as landings
from node.landings.adopting import NotFollowed
from node.landings.model import NotAccepted
from node.projects import mirroring
from node.projects.model import BadDocuments
from node.replication import verbs as replication
from node.replication.model import Place, Wish
from node.trees import verbs as trees
from store.digest import digest_of
from tests.support.drafts import a_landing
from tests.support.features import settled
from tests.support.followers import accept, documents_of, followed, groups_of, two_nodes
from tests.support.forges import a_project, an_account


@pytest.fixture
async def nodes(tmp_path):
    async with two_nodes(tmp_path) as both:
        yield both


@pytest.fixture
async def made(nodes):
    """A project of ada's with two landings, bob's fork of it, and a third landing on each."""
    home, _ = nodes
    ada, bob = await an_account(home), await an_account(home, "bob")
    book = await a_project(home, ada)
    for number in range(2):
        await a_landing(home, ada, book, {f"f{number}": b"x\n"}, goal=f"File {number}")
    fork = await forks.fork(home, bob.party, book, NewFork())
    await a_landing(home, ada, book, {"more": b"m\n"}, goal="More")
    await a_landing(home, bob, fork, {"own": b"o\n"}, goal="Own")
    await settled(home, landing_jobs.FEATURE)
    return book, fork, bob


async def test_a_mirror_of_a_fork_is_what_its_home_is(nodes, made):
    home, mirror = nodes
    book, fork, bob = made
    await syncing.sync(home, bob.party, fork)
    await settled(home, landing_jobs.FEATURE)
    copy = await followed(home, mirror, fork)
    assert (copy.id, copy.is_mirror) == (fork.id, True)
    ours = await landings.log(home, ANONYMOUS, fork, limit=20)
    theirs = await landings.log(mirror, ANONYMOUS, copy, limit=20)
    assert ours == theirs
    assert [one.title for one in theirs] == [
        "More",
        "Own",
        "Fork ada/book at @2",
        "File 1",
        "File 0",
    ]
    assert theirs[0].carried.project == book.id
    for position in (1, 2, 4):
        assert (await landings.detail(mirror, ANONYMOUS, copy, position)).verified
    (line,) = await trees.blame(mirror, ANONYMOUS, copy, None, "f0")
    assert (line.reason.author, line.reason.goal) == ("ada", "File 0")
    assert await fsck.meaning(mirror) == []


async def test_documents_of_a_fork_alone_are_no_project(nodes, made):
    home, mirror = nodes
    _, fork, _ = made
    documents = await documents_of(home, fork)
    for some in (documents[1:], documents[:0], [documents[1], documents[0]]):
        with pytest.raises(BadDocuments):
            await mirroring.take(mirror, some, fork.id)


async def test_what_the_origin_did_later_is_no_part_of_a_fork(nodes, made):
    home, mirror = nodes
    book, fork, _ = made
    copy = await mirroring.take(mirror, await documents_of(home, fork), fork.id)
    groups, foreign = await groups_of(home, fork), await groups_of(home, book)
    await accept(mirror, copy, groups[:2], contents_from=99)
    with pytest.raises(NotAccepted) as refused:
        await accept(mirror, copy, [foreign[2]], contents_from=99)
    assert refused.value.code == "landing.graft"
    assert (await accept(mirror, copy, groups[2:], contents_from=99)).position == 4


async def test_a_fork_that_names_another_record_takes_no_landing_there(nodes, made):
    home, mirror = nodes
    book, fork, bob = made
    first, genesis = await documents_of(home, fork)
    said, _ = open_project(genesis)
    forged = dataclasses.replace(said, origin=Origin(book.id, 2, digest_of(b"another")))
    chain = [first, seal_project(forged, home.keys.person(bob.did))]
    copy = await mirroring.take(mirror, chain)
    groups = await groups_of(home, fork)
    await accept(mirror, copy, groups[:1], contents_from=99)
    with pytest.raises(NotAccepted) as refused:
        await accept(mirror, copy, groups[1:2], contents_from=99)
    assert refused.value.code == "landing.graft"


async def test_a_mirror_is_forked_if_all_of_it_is_here(nodes, made):
    home, mirror = nodes
    book, _, _ = made
    copy = await followed(home, mirror, book)
    eve = await an_account(mirror, "eve")
    own = await forks.fork(mirror, eve.party, copy, NewFork(handle="own"))
    await a_landing(mirror, eve, own, {"eve": b"e\n"}, goal="Eve's")
    chain = open_chain(await documents_of(mirror, own))
    assert (chain.id_at(3), chain.home_at(3)) == (book.id, home.node.did)
    assert (chain.id_at(4), chain.home_at(4)) == (own.id, mirror.node.did)
    assert (await landings.detail(mirror, ANONYMOUS, own, 2)).verified
    assert (await landings.detail(mirror, ANONYMOUS, own, 5)).verified
    assert await fsck.meaning(mirror) == []


async def test_a_mirror_with_the_newest_contents_only_is_not_forked(nodes, made):
    home, mirror = nodes
    book, _, _ = made
    await replication.add(mirror, Wish(Place(book.id, id=book.id)))
    copy = await followed(home, mirror, book)
    partly = "update seeds set contents_from = 2"
    await mirror.db.write(lambda tx: tx.execute(partly))
    eve = await an_account(mirror, "eve")
    with pytest.raises(NotWhole):
        await forks.fork(mirror, eve.party, copy, NewFork(handle="own"))


async def test_a_mirror_of_a_fork_says_what_it_was_forked_from(nodes, made):
    home, mirror = nodes
    book, fork, bob = made
    await syncing.sync(home, bob.party, fork)
    await settled(home, landing_jobs.FEATURE)
    origin = await followed(home, mirror, book)
    copy = await followed(home, mirror, fork)
    await settled(mirror, jobs.FEATURE)
    lineage = await forks.lineage(mirror, ANONYMOUS, copy)
    assert (lineage.origin.id, lineage.root.position) == (origin.id, 2)
    assert await forks.lineage(mirror, ANONYMOUS, origin) is None


async def test_a_fork_that_found_a_new_home_stays_level_there(nodes, made):
    home, mirror = nodes
    book, fork, bob = made
    await syncing.sync(home, bob.party, fork)
    ada = await an_account(home)
    await a_landing(home, ada, book, {"late": b"l\n"}, goal="Late")
    await settled(home, landing_jobs.FEATURE)
    await followed(home, mirror, book)
    copy = await followed(home, mirror, fork)
    eve = await an_account(mirror, "eve")
    own = await adopting.adopt(mirror, copy.id, home.keys.person(bob.did), eve)
    await settled(mirror, jobs.FEATURE)
    assert (await forks.lineage(mirror, ANONYMOUS, own)).behind == 1
    assert (await syncing.sync(mirror, eve.party, own)).carried == 1
    assert (await landings.log(mirror, ANONYMOUS, own, limit=1))[0].title == "Late"
    assert await fsck.meaning(mirror) == []


async def test_a_fork_is_adopted_once_it_is_here_up_to_where_it_begins(nodes, made):
    home, mirror = nodes
    _, fork, bob = made
    copy = await mirroring.take(mirror, await documents_of(home, fork), fork.id)
    groups = await groups_of(home, fork)
    await accept(mirror, copy, groups[:1], contents_from=99)
    eve, key = await an_account(mirror, "eve"), home.keys.person(bob.did)
    with pytest.raises(NotFollowed):
        await adopting.adopt(mirror, copy.id, key, eve)
    await accept(mirror, copy, groups[1:], contents_from=99)
    assert not (await adopting.adopt(mirror, copy.id, key, eve)).is_mirror

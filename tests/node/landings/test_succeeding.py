"""An old home that is shown newer documents stops, and loses nothing that it acknowledged."""

import dataclasses

import pytest

from keys.ed25519 import PrivateKey
from keys.statements import equivocation
from keys.statements.project import open_project, seal_project
from node.access import verbs as access
from node.access.model import Elsewhere, NoProject
from node.kernel.parties import ANONYMOUS, Party
from node.landings import adopting, standing, succeeding
from node.landings import verbs as landings
from node.projects import identity
from node.projects import peers as project_peers
from node.projects import verbs as projects
from node.projects.model import BadDocuments, DocumentsDiffer
from node.projects.moved import Moved
from node.replication import rules
from node.replication import verbs as replication
from node.replication.model import Wish
from tests.support.drafts import a_landing
from tests.support.followers import (
    accept,
    documents_of,
    followed,
    groups_of,
    send_contents,
)
from tests.support.forges import a_forge, a_project, an_account


class World:
    """Ann's book, with one landing, held by bob's node; `follow` notes what it was called for."""

    def __init__(self, ann, bob, ada, book, copy):
        self.ann, self.bob, self.ada, self.book, self.copy = ann, bob, ada, book, copy
        self.followed = []

    async def adopt(self):
        self.zoe = await an_account(self.bob, "zoe")
        key = self.ann.keys.person(self.ada.did)
        self.new = await adopting.adopt(self.bob, self.book.id, key, self.zoe)
        return await documents_of(self.bob, self.new)

    async def learn(self, documents):
        """Show the old home these documents, as a peer of it does."""
        return await succeeding.learned(self.ann, self.book.id, documents, self._follow)

    def _follow(self, _tx, project):
        self.followed.append(project.id)

    async def goes_on(self, mirror):
        """Whether what lands at the new home becomes part of the old one."""
        await a_landing(self.bob, self.zoe, self.new, {"new.txt": b"new\n"})
        await send_contents(self.bob, self.ann, self.new, mirror)
        there = await accept(self.ann, mirror, await groups_of(self.bob, self.new))
        return there.position == (await landings.head(self.bob, self.zoe.party, self.new)).position


@pytest.fixture(params=["public"])
async def world(tmp_path, request):
    for name in ("ann", "bob"):
        (tmp_path / name).mkdir()
    async with a_forge(tmp_path / "ann") as ann, a_forge(tmp_path / "bob") as bob:
        ada = await an_account(ann, "ada")
        book = await a_project(ann, ada, visibility=request.param)
        if request.param == "private":
            await project_peers.add_peer(ann, ada.party, book, bob.node.did)
            book = await projects.get(ann, ada.party, "ada", "book")
        await a_landing(ann, ada, book, {"a.txt": b"a\n"})
        yield World(ann, bob, ada, book, await followed(ann, bob, book))


async def test_one_that_was_not_further_becomes_a_mirror_that_follows(world):
    mirror = await world.learn(await world.adopt())
    assert (mirror.key, mirror.home) == (world.book.key, world.bob.node.did)
    assert world.followed == [world.book.id]
    move = await succeeding.move_of(world.ann, mirror)
    assert (move.position, move.stays) == (1, False)
    await succeeding.check(world.ann, mirror)
    with pytest.raises(Elsewhere):
        await a_landing(world.ann, world.ada, mirror, {"late.txt": b"late\n"})
    assert await world.goes_on(mirror)


async def test_one_that_was_further_keeps_what_it_acknowledged_and_tells_nobody(world):
    documents = await world.adopt()
    await a_landing(world.ann, world.ada, world.book, {"late.txt": b"late\n"})
    mirror = await world.learn(documents)
    move = await succeeding.move_of(world.ann, mirror)
    assert (move.position, move.stays, world.followed) == (1, True, [])
    assert [one.position for one in await landings.log(world.ann, ANONYMOUS, mirror)] == [2, 1]
    with pytest.raises(Moved) as moved:
        await succeeding.check(world.ann, mirror)
    assert moved.value.code == "project.moved"
    assert f"clone {world.book.id}" in moved.value.message
    with pytest.raises(Elsewhere):
        await a_landing(world.ann, world.ada, mirror, {"more.txt": b"more\n"})
    assert await standing.standings(world.ann, ANONYMOUS, [world.book.id]) == []
    with pytest.raises(Moved):
        await replication.add(world.ann, Wish(rules.place(world.book.id)))


async def test_who_lets_go_of_it_keeps_the_proof_and_follows(world):
    documents = await world.adopt()
    late = await a_landing(world.ann, world.ada, world.book, {"late.txt": b"late\n"})
    mirror = await world.learn(documents)
    await succeeding.let_go(world.ann, world.book.id)
    await succeeding.let_go(world.ann, world.book.id)  # Once more changes nothing.
    assert not (await succeeding.move_of(world.ann, mirror)).stays
    assert [one.position for one in await landings.log(world.ann, ANONYMOUS, mirror)] == [1]
    ((position, signer, data),) = await replication.equivocations(world.ann, world.book.id)
    assert (position, signer) == (2, world.ann.node.did)
    assert equivocation.decode(data).documents
    (raw,) = equivocation.decode(data).records
    assert raw == await world.ann.db.read(lambda tx: world.ann.objects.get(tx, late.id))
    seed = await replication.add(world.ann, Wish(rules.place(world.book.id)))
    assert (seed.id, seed.state) == (world.book.id, "waiting")
    assert await world.goes_on(mirror)


async def test_what_is_ordered_here_has_nothing_to_let_go_of(world):
    await succeeding.let_go(world.ann, world.book.id)
    assert [one.position for one in await landings.log(world.ann, ANONYMOUS, world.book)] == [1]
    with pytest.raises(NoProject):
        await succeeding.let_go(world.ann, "mic:z" + "1" * 44)


async def test_documents_that_are_not_newer_or_not_the_owners_change_nothing(world):
    before = await documents_of(world.ann, world.book)
    assert not (await world.learn(before)).is_mirror
    documents = await world.adopt()
    newest, _ = open_project(documents[-1])
    forged = seal_project(
        dataclasses.replace(newest, home=world.bob.node.did), PrivateKey.generate()
    )
    with pytest.raises(BadDocuments):
        await world.learn([*documents[:-1], forged])
    other = await a_project(world.ann, world.ada, "other")
    with pytest.raises((BadDocuments, DocumentsDiffer)):
        await world.learn([*(await documents_of(world.ann, other))[:1], *documents[1:]])
    still = await world.ann.db.read(lambda tx: identity.of_id(tx, world.book.id))
    assert not still.is_mirror
    landing = await a_landing(world.ann, world.ada, world.book, {"b.txt": b"b\n"})
    assert landing.position == 2


@pytest.mark.parametrize("world", ["private"], indirect=True)
async def test_a_private_one_is_read_on_by_who_had_it_and_by_nobody_else(world):
    documents = await world.adopt()
    mirror = await world.learn(documents)
    assert world.followed == []  # The documents do not name the old home among its peers.
    owner = await world.ann.db.read(lambda tx: access.refreshed(tx, world.ada.party))
    assert (await landings.head(world.ann, owner, mirror)).position == 1
    stranger = await an_account(world.ann, "eve")
    for who in (ANONYMOUS, stranger.party, Party(account=None, handle=None, peer="did:key:z6Mkx")):
        with pytest.raises(NoProject):
            await projects.by_id(world.ann, who, world.book.id)


@pytest.mark.parametrize("world", ["private"], indirect=True)
async def test_a_private_one_is_followed_where_the_new_home_lets_the_old_one(world):
    await world.adopt()
    await project_peers.add_peer(world.bob, world.zoe.party, world.new, world.ann.node.did)
    mirror = await world.learn(await documents_of(world.bob, world.new))
    assert world.followed == [world.book.id]
    assert await world.goes_on(mirror)

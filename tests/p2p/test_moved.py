"""A project whose owner's key gave it another home, while the old one runs or comes back.

Over real libp2p: mirrors follow the signed change, the old home stops, and what it took too late
is proven and counts nowhere.
"""

from contextlib import asynccontextmanager

import pytest

from node.access.model import Elsewhere
from node.kernel.parties import ANONYMOUS
from node.landings import adopting, reading, succeeding
from node.landings import verbs as landings
from node.projects import identity
from node.projects import peers as project_peers
from node.projects.moved import Moved
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import Wish
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.neighbours import neighbour

pytestmark = pytest.mark.slow


async def height(node, book):
    return await node.forge.db.read(lambda tx: reading.height(tx, book.key))


async def there(node, book):
    return await node.forge.db.read(lambda tx: identity.of_id(tx, book.id))


async def at(node, book, position):
    """Wait until a node that holds the book stands at a position."""

    async def is_at():
        return await node.position(book) == position

    await node.until(is_at)


async def moved_from(node, book):
    """Wait until the old home knows of its successor; return what it knows."""

    async def knows():
        return (await there(node, book)).is_mirror

    await node.until(knows)
    return await succeeding.move_of(node.forge, book)


class World:
    """Ann's book at @1, held by bob and cleo; nobody knows more than the others' addresses."""

    def __init__(self, ann, bob, cleo, ada, book):
        self.ann, self.bob, self.cleo, self.ada, self.book = ann, bob, cleo, ada, book

    async def adopt(self):
        self.zoe = await an_account(self.bob.forge, "zoe")
        key = self.ann.forge.keys.person(self.ada.did)
        self.new = await adopting.adopt(self.bob.forge, self.book.id, key, self.zoe)
        if seed := await replication.of_project(self.bob.forge, self.book.id):
            await replication.let_be(self.bob.forge, seed)

    async def land_on(self):
        return await a_landing(self.bob.forge, self.zoe, self.new, {"new.txt": b"new\n"})


@asynccontextmanager
async def a_world(tmp_path, *, gossip=True, visibility="public"):
    async with (
        neighbour(tmp_path / "ann", gossip=gossip) as ann,
        neighbour(tmp_path / "bob", gossip=gossip) as bob,
        neighbour(tmp_path / "cleo", gossip=gossip) as cleo,
    ):
        ada = await an_account(ann.forge, "ada")
        book = await a_project(ann.forge, ada, "book", visibility=visibility)
        if visibility == "private":
            for one in (bob, cleo):
                await project_peers.add_peer(ann.forge, ada.party, book, one.did)
        await a_landing(ann.forge, ada, book, {"a.txt": b"a\n"})
        for one in (bob, cleo):
            await one.wants(book, ann)
            await at(one, book, 1)
        yield World(ann, bob, cleo, ada, book)


async def goes_on_behind_the_new_home(node, world):
    """Wait until the newest landing of a node is the one that the new home has at its position."""
    wanted = (await landings.log(world.bob.forge, ANONYMOUS, world.new))[0]

    async def is_the_same():
        found = await landings.log(node.forge, ANONYMOUS, await there(node, world.book))
        return found[0].id == wanted.id

    await node.until(is_the_same)


async def nobody_is_blamed(*nodes):
    for one in nodes:
        assert {peer.score for peer in await peering.peers(one.forge)} <= {0}


@pytest.mark.parametrize("gossip", [True, False])
async def test_mirrors_and_the_old_home_follow_the_signed_change(tmp_path, gossip):
    async with a_world(tmp_path, gossip=gossip) as world:
        await world.adopt()
        for one in (world.cleo, world.ann):
            await one.knows(world.bob)
        await world.land_on()
        await at(world.cleo, world.book, 2)
        move = await moved_from(world.ann, world.book)
        assert (move.position, move.stays) == (1, False)
        await at(world.ann, world.book, 2)
        await nobody_is_blamed(world.ann, world.bob, world.cleo)


async def test_what_the_old_home_took_too_late_counts_nowhere_and_is_proven(tmp_path):
    async with a_world(tmp_path) as world:
        await world.adopt()
        await a_landing(world.ann.forge, world.ada, world.book, {"late.txt": b"late\n"})
        await at(world.cleo, world.book, 2)
        for one in (world.cleo, world.ann):
            await one.knows(world.bob)
        await world.land_on()
        move = await moved_from(world.ann, world.book)
        assert (move.position, move.stays) == (1, True)
        with pytest.raises(Moved):
            await succeeding.check(world.ann.forge, await there(world.ann, world.book))
        with pytest.raises(Elsewhere):
            await a_landing(world.ann.forge, world.ada, world.book, {"more.txt": b"more\n"})
        assert await height(world.ann, world.book) == 2
        await goes_on_behind_the_new_home(world.cleo, world)
        ((position, signer, _),) = await replication.equivocations(world.cleo.forge, world.book.id)
        assert (position, signer) == (2, world.ann.did)
        await nobody_is_blamed(world.ann, world.bob, world.cleo)

        await succeeding.let_go(world.ann.forge, world.book.id)
        await replication.add(world.ann.forge, Wish(rules.place(world.book.id)))
        await goes_on_behind_the_new_home(world.ann, world)
        ((position, signer, _),) = await replication.equivocations(world.ann.forge, world.book.id)
        assert (position, signer) == (2, world.ann.did)


async def test_an_old_home_that_comes_back_learns_that_it_was_succeeded(tmp_path):
    async with neighbour(tmp_path / "bob", gossip=False) as bob:
        async with neighbour(tmp_path / "ann", gossip=False) as ann:
            ada = await an_account(ann.forge, "ada")
            book = await a_project(ann.forge, ada, "book")
            await a_landing(ann.forge, ada, book, {"a.txt": b"a\n"})
            await bob.wants(book, ann)
            await at(bob, book, 1)
            await ann.knows(bob)
            world = World(ann, bob, None, ada, book)
        await world.adopt()
        await world.land_on()
        async with neighbour(tmp_path / "ann", gossip=False) as ann:
            await moved_from(ann, book)
            await at(ann, book, 2)


async def test_a_private_project_takes_its_peers_along_and_strangers_get_nothing(tmp_path):
    async with (
        a_world(tmp_path, visibility="private") as world,
        neighbour(tmp_path / "eve", gossip=True) as eve,
    ):
        await world.adopt()
        for one in (world.cleo, world.ann, eve):
            await one.knows(world.bob)
        await world.land_on()
        await at(world.cleo, world.book, 2)
        assert not (await there(world.ann, world.book)).is_mirror
        await project_peers.add_peer(world.bob.forge, world.zoe.party, world.new, world.ann.did)
        await moved_from(world.ann, world.book)
        await at(world.ann, world.book, 2)
        for place in (world.book.id, f"{world.bob.address}/{world.new.address}"):
            await replication.add(eve.forge, Wish(rules.place(place)))

        async def has_failed():
            return {one.state for one in await replication.seeds(eve.forge)} == {"failed"}

        await eve.until(has_failed)
        assert {one.project for one in await replication.seeds(eve.forge)} == {None}

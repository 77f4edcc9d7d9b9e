"""Three nodes over real libp2p: news arrive by gossip, and without it; lies are scored.

What a node does about news is to look at its seed; here the rows that say so are what is waited
for.
"""

import asyncio

import pytest

from keys.statements import equivocation
from keys.statements.landing import LandingRecord, record_id, seal_landing
from mic.wire.heads import SignedHead
from node.landings import adopting, standing
from node.replication import peering
from node.replication import verbs as replication
from p2p import messages
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.neighbours import neighbours

pytestmark = pytest.mark.slow


async def a_book(node, **more):
    ada = await an_account(node.forge, "ada")
    return ada, await a_project(node.forge, ada, "book", **more)


@pytest.mark.parametrize("gossip", [True, False])
async def test_what_lands_arrives_at_whoever_wants_it(tmp_path, gossip):
    async with neighbours(tmp_path, 3, gossip=gossip) as (ann, bob, cid):
        ada, book = await a_book(ann)
        for one in (bob, cid):
            await one.wants(book, ann)
        for number in range(1, 3):
            await a_landing(ann.forge, ada, book, {f"{number}.txt": b"%d" % number})
            for one in (bob, cid):

                async def is_there(one=one, number=number):
                    return await one.position(book) >= number

                await one.until(is_there)
        assert [bool(one.network._topics) for one in (ann, bob, cid)] == [gossip] * 3


async def test_who_lies_by_gossip_is_scored_and_hung_up_on(tmp_path):
    async with neighbours(tmp_path, 3, gossip=True) as (ann, bob, liar):
        ada, book = await a_book(ann)
        landing = await a_landing(ann.forge, ada, book, {"a.txt": b"a"})
        await bob.wants(book, ann)
        said = await lie(liar, book, landing)
        (await liar.network.dial(bob.address)).close()

        async def is_there():
            return await bob.position(book) == 1

        await bob.until(is_there)

        async def is_banned():
            return await peering.is_banned(bob.forge, liar.did)

        async def say():
            while True:
                await liar.network.publish(messages.topic(book.id), said())
                await asyncio.sleep(0.3)

        async with asyncio.TaskGroup() as group:
            saying = group.create_task(say())
            await bob.until(is_banned)
            saying.cancel()
        row = await peering.find(bob.forge, liar.did)
        assert row.reason == "forged-author"
        assert bob.puller.policy.scores.is_banned(liar.did, bob.forge.now())
        assert not await peering.is_banned(bob.forge, ann.did)


async def lie(liar, book, landing):
    """Return what says that something landed which the liar signed itself."""
    await liar.network.subscribe(messages.topic(book.id))
    record = LandingRecord(
        project=book.id, position=2, previous=landing.id, tree=landing.tree,
        previous_tree=landing.tree, session="x", contribution=None, author="ada",
        author_did=None, goal="Lie", clock="0.0@0", landed_at=0,
    )  # fmt: skip
    head = SignedHead(
        project=book.id, epoch=1, position=2, record=seal_landing(record, liar.forge.node.key)
    )
    numbers = iter(range(1, 1 << 30))
    return lambda: messages.announce(head, next(numbers))


async def test_what_an_old_home_signs_too_late_is_kept_as_proof(tmp_path):
    async with neighbours(tmp_path, 2, gossip=True) as (ann, bob):
        ada, book = await a_book(ann)
        await a_landing(ann.forge, ada, book, {"a": b"a"})
        await bob.wants(book, ann)

        async def is_there():
            return await bob.position(book) == 1

        await bob.until(is_there)
        owner = await an_account(bob.forge, "ada")
        await adopting.adopt(bob.forge, book.id, ann.forge.keys.person(ada.did), owner)
        late = await a_landing(ann.forge, ada, book, {"b": b"b"})

        async def is_proven():
            return bool(await replication.equivocations(bob.forge, book.id))

        async with asyncio.TaskGroup() as group:
            telling = group.create_task(tell_again(ann, book))
            await bob.until(is_proven)
            telling.cancel()
        ((position, signer, data),) = await replication.equivocations(bob.forge, book.id)
        assert (position, signer) == (2, ann.did)
        proof = equivocation.decode(data)
        assert [record_id(one) for one in proof.records] == [late.id]
        assert not await peering.is_banned(bob.forge, ann.did)


async def test_an_old_home_that_goes_on_is_noticed_without_gossip(tmp_path):
    async with neighbours(tmp_path, 2, gossip=False) as (ann, bob):
        ada, book = await a_book(ann)
        await a_landing(ann.forge, ada, book, {"a": b"a"})
        await bob.wants(book, ann)

        async def is_there():
            return await bob.position(book) == 1

        await bob.until(is_there)
        owner = await an_account(bob.forge, "ada")
        await adopting.adopt(bob.forge, book.id, ann.forge.keys.person(ada.did), owner)
        await a_landing(ann.forge, ada, book, {"b": b"b"})

        async def is_proven():
            return bool(await replication.equivocations(bob.forge, book.id))

        await bob.until(is_proven)
        ((position, signer, _),) = await replication.equivocations(bob.forge, book.id)
        assert (position, signer) == (2, ann.did)


async def tell_again(node, book):
    """Announce a head until cancelled, as a node does every two minutes."""
    for _ in range(1_000):
        for one in await standing.kept(node.forge):
            if one.project == book.id:
                await node.puller._announcer.tell(one)
        await asyncio.sleep(0.2)

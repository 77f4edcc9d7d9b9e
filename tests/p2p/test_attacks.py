"""Lies and floods over real doors: each is refused by its name, and costs who sent it.

The victim is a whole node with a mirror; the attacker has a libp2p host and says what it likes.
"""

import asyncio
import dataclasses
import json
from contextlib import suppress

import pytest

from keys.statements import equivocation
from keys.statements.landing import open_landing, seal_landing
from mic.wire import heads as wire
from mic.wire.heads import Heads, HeadsAsked, SignedHead
from node.landings import standing
from node.replication import peering
from node.replication import verbs as replication
from node.replication.model import Met
from p2p import messages
from p2p.client import Way, asking
from p2p.faults import HolderFault, Refused
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.neighbours import neighbours
from tests.support.simulator import record
from tests.support.strangers import a_liar

pytestmark = pytest.mark.slow

PATIENCE = 240.0
"""Who floods a loaded machine takes long to be quicker than it allows."""


@pytest.fixture
async def scene(tmp_path):
    """Ann's book with two landings, which Bob mirrors, and a liar whom Bob knows of."""
    async with neighbours(tmp_path, 2, gossip=True) as (ann, bob), a_liar() as liar:
        ada = await an_account(ann.forge, "ada")
        book = await a_project(ann.forge, ada, "book")
        for name in ("a", "b"):
            await a_landing(ann.forge, ada, book, {name: b"x"})
        await bob.wants(book, ann)

        async def is_there():
            return await bob.position(book) == 2

        await bob.until(is_there)
        yield ann, bob, liar, book


async def envelopes(node, book):
    (kept,) = [one for one in await standing.kept(node.forge) if one.project == book.id]
    return [await standing.record_at(node.forge, kept, at) for at in (1, 2)]


def resealed(data, key, **changed):
    told, _ = open_landing(data)
    return seal_landing(dataclasses.replace(told, **changed), key)


def lies(name, second, liar, home):
    """A signed head that lies, by the name of what it does."""
    told = {"epoch": 1, "position": 3}
    bare = json.dumps(json.loads(second) | {"signatures": []}).encode()
    shown = {
        "graft": record(wire.spelled_id(bytes(32)), 3, bytes(32), "x", home),
        "replay": second,
        "downgrade": bare,
        "forged-author": resealed(second, liar.key, position=3, previous=bytes(32)),
        "malformed": b"{}",
    }
    return told | {"record": shown[name]}


async def score_of(node, did):
    found = [one for one in await peering.peers(node.forge) if one.did == did]
    return found[0] if found else None


@pytest.mark.parametrize("way", ["gossip", "heads"])
@pytest.mark.parametrize("name", ["graft", "replay", "downgrade", "forged-author"])
async def test_a_head_that_lies_gets_its_sender_banned(scene, name, way):
    ann, bob, liar, book = scene
    _, second = await envelopes(bob, book)
    head = SignedHead(project=book.id, **lies(name, second, liar, ann.forge.node.key))
    liar.heads = [head]
    stop = asyncio.Event()

    async def is_banned():
        return await peering.is_banned(bob.forge, liar.did)

    async with asyncio.TaskGroup() as group:
        if way == "gossip":
            group.create_task(say(liar, bob, head, stop))
        else:
            learned = Met(did=liar.did, addresses=liar.network.addresses, is_near=True)
            row = await peering.met(bob.forge, learned, "met")
            await replication.held_by(bob.forge, book.id, row, 2)
        await bob.until(is_banned)
        stop.set()
    assert (await score_of(bob, liar.did)).reason == name
    assert await bob.position(book) == 2
    assert not await peering.is_banned(bob.forge, ann.did)


async def say(liar, victim, head, stop):
    """Announce a lie until told to stop; the mesh of gossip takes its time to be there."""
    topic = messages.topic(head.project)
    await liar.network.subscribe(topic)
    (await liar.network.dial(victim.address)).close()
    for number in range(1, 1 << 20):
        if stop.is_set():
            return
        await liar.network.publish(topic, messages.announce(head, number))
        await asyncio.sleep(0.2)


async def test_two_records_of_a_home_for_one_position_are_kept_as_proof(scene):
    ann, bob, liar, book = scene
    _, second = await envelopes(bob, book)
    other = resealed(second, ann.forge.node.key, goal="Something else")
    head = SignedHead(project=book.id, epoch=1, position=2, record=other)
    stop = asyncio.Event()

    async def is_proven():
        return bool(await replication.equivocations(bob.forge, book.id))

    async with asyncio.TaskGroup() as group:
        group.create_task(say(liar, bob, head, stop))
        await bob.until(is_proven)
        stop.set()
    ((position, signer, data),) = await replication.equivocations(bob.forge, book.id)
    assert (position, signer) == (2, ann.did)
    assert set(equivocation.decode(data).records) == {second, other}

    async def is_convicted():
        return await peering.is_banned(bob.forge, ann.did)

    await bob.until(is_convicted)
    assert not await peering.is_banned(bob.forge, liar.did)


async def test_ten_thousand_announcements_a_second_end_in_a_ban(scene):
    ann, bob, liar, book = scene
    _, second = await envelopes(bob, book)
    head = SignedHead(project=book.id, epoch=1, position=2, record=second)
    topic = messages.topic(book.id)
    await liar.network.subscribe(topic)
    numbers = iter(range(1, 1 << 40))

    async def flood():
        while not await peering.is_banned(bob.forge, liar.did):
            try:
                (await liar.network.dial(bob.address)).close()
                for _ in range(1_000):
                    await liar.network.publish(topic, messages.announce(head, next(numbers)))
            except Exception:  # noqa: BLE001  it is hung up on, and comes again
                await asyncio.sleep(0.1)

    async with asyncio.timeout(PATIENCE):
        await flood()
    assert (await score_of(bob, liar.did)).reason in {"flood", "torrent"}
    ada = await an_account(ann.forge, "ada")
    await a_landing(ann.forge, ada, book, {"c": b"x"})

    async def is_there():
        return await bob.position(book) == 3

    await bob.until(is_there)


async def test_who_asks_without_end_is_refused_and_banned(scene):
    _, bob, liar, _ = scene
    asked = HeadsAsked(stands=b"")

    async def is_banned():
        return await peering.is_banned(bob.forge, liar.did)

    faults = []
    async with asyncio.timeout(PATIENCE):
        while not await is_banned():
            with suppress(HolderFault):
                async with asking(bob.forge, liar.network, Way(bob.address)) as holder:
                    many = (holder.post("/heads", asked, Heads) for _ in range(32))
                    faults += await asyncio.gather(*many, return_exceptions=True)
    assert {one.said for one in faults if isinstance(one, Refused)} == {"peer.too-much"}
    assert (await score_of(bob, liar.did)).reason == "flood"


async def test_a_body_beyond_the_limit_is_refused_and_costs_its_sender(scene):
    _, bob, liar, _ = scene
    async with asking(bob.forge, liar.network, Way(bob.address)) as holder:
        with pytest.raises(Refused) as refused:
            await holder.send("/heads", blanks(2 << 20), "application/json", Heads)
    assert refused.value.status == 413

    async def is_scored():
        row = await score_of(bob, liar.did)
        return row is not None and row.reason == "oversize"

    await bob.until(is_scored)


async def blanks(size):
    """A body that is not told how long it becomes."""
    for _ in range(size >> 16):
        yield b" " * (1 << 16)


async def test_a_stranger_learns_nothing_of_a_private_project(tmp_path):
    async with neighbours(tmp_path, 1, gossip=False) as (ann,), a_liar() as liar:
        ada = await an_account(ann.forge, "ada")
        diary = await a_project(ann.forge, ada, "diary", visibility="private")
        await a_landing(ann.forge, ada, diary, {"a": b"x"})
        raw = wire.raw_id(diary.id)
        stands = wire.pack([wire.Stand(raw, 0, 0)])
        asked = HeadsAsked(set=wire.set_digest([raw]), fingerprint=wire.fingerprint([]), ids=raw)
        async with asking(ann.forge, liar.network, Way(ann.address)) as holder:
            assert (await holder.post("/heads", HeadsAsked(stands=stands), Heads)).heads == []
            assert (await holder.post("/heads", asked, Heads)).answer == "same"

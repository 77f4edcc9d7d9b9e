"""A home that asks tells where it stands: so private projects are fetched at once, without gossip."""

import dataclasses

import pytest

from node.projects import peers as project_peers
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import MET, Met, Wish
from p2p.comparing import compare
from p2p.facts import Facts
from tests.p2p.test_discovery import a_node
from tests.support.drafts import a_landing
from tests.support.followers import followed
from tests.support.forges import a_project, an_account
from tests.support.mirrors import a_home

pytestmark = pytest.mark.slow


async def held_of(node, book):
    ((_, held),) = await Facts(node.forge).held({book.key})
    return held


async def ask(asker, asked, held):
    """Compare as the node `asker` does, which stands where `held` says."""
    row = await peering.add(asker.forge, asked.network.addresses[0], asked.did)
    believed = frozenset({held.project})
    await compare(asker.forge, asker.network, asked.did, row, [held], believed)


@pytest.fixture
async def world(tmp_path):
    """Ann's diary at @2; bob and cid may hold it, and bob does, up to @1."""
    async with (
        a_node(tmp_path / "ann") as ann,
        a_node(tmp_path / "bob") as bob,
        a_node(tmp_path / "cid") as cid,
    ):
        ada = await an_account(ann.forge, "ada")
        diary = await a_project(ann.forge, ada, "diary", visibility="private")
        for one in (bob, cid):
            await project_peers.add_peer(ann.forge, ada.party, diary, one.did)
        await a_landing(ann.forge, ada, diary, {"day.txt": b"1\n"})
        await followed(ann.forge, bob.forge, diary)
        seed = await replication.add(bob.forge, Wish(rules.place(diary.id)))
        await replication.pulling(bob.forge, seed)
        await replication.verified(bob.forge, seed)
        await a_landing(ann.forge, ada, diary, {"day.txt": b"2\n"}, base=1)
        assert await replication.due(bob.forge) == []
        yield ann, bob, cid, await held_of(ann, diary)


async def test_who_is_asked_by_a_home_that_is_further_looks_at_once(world):
    ann, bob, _, held = world
    await ask(ann, bob, held)
    assert [one.id for one in await replication.due(bob.forge)] == [held.project]


async def test_nobody_else_makes_a_mirror_look_by_asking(world):
    _, bob, cid, held = world
    await ask(cid, bob, dataclasses.replace(held, position=9))
    assert await replication.due(bob.forge) == []


async def test_a_home_that_is_no_further_makes_nobody_look(world):
    ann, bob, _, held = world
    await ask(ann, bob, dataclasses.replace(held, position=1))
    assert await replication.due(bob.forge) == []


async def test_over_a_url_a_private_project_is_not_asked_about(tmp_path):
    async with a_home(tmp_path / "home", visibility="private") as home:
        held = await held_of(home, home.project)
        row = await peering.met(home.forge, Met(url=home.door.url), MET)
        object.__setattr__(home.forge, "reach_private", True)
        found = await compare(home.forge, None, home.door.url, row, [held], frozenset())
        assert found.unasked == {held.project}
        public = dataclasses.replace(held, is_private=False)
        found = await compare(home.forge, None, home.door.url, row, [public], frozenset())
        assert found.unasked == set()

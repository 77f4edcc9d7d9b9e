"""Whoever asks in vain for a project that everybody may know is told who else may have it."""

import pytest

from node.replication import peering
from node.replication import verbs as replication
from node.replication.model import MET, Met
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, pulled, seeded
from tests.support.wire import a_door

UNKNOWN = "mic:z" + "6" * 44


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n")
        yield made


@pytest.fixture
async def holder(tmp_path):
    async with a_forge(tmp_path / "holder") as forge:
        object.__setattr__(forge, "reach_private", True)
        yield forge


async def asked(forge, name):
    async with a_door(forge) as door:
        answer = await door.get(f"/by-id/{name}")
    assert (answer.status, answer.code) == (404, "project.missing")
    return answer.json["error"]["details"]


async def test_a_node_that_held_a_project_says_who_else_does(home, holder):
    await replication.remove(holder, await pulled(holder, await seeded(holder, home.address)))
    (hint,) = (await asked(holder, home.project.id))["holders"]
    assert (hint["url"], hint["addresses"], hint["position"]) == (home.door.url, [], 1)


async def test_of_what_nobody_has_told_nothing_is_said(holder):
    assert await asked(holder, UNKNOWN) == {}


async def test_a_project_that_is_not_known_as_public_has_no_holders_for_strangers(holder):
    peer = await peering.met(holder, Met(url="https://forge.example"), MET)
    await replication.held_by(holder, UNKNOWN, peer, 3)
    assert await asked(holder, UNKNOWN) == {}


async def test_who_holds_a_private_project_is_not_told_at_its_home(tmp_path):
    async with a_home(tmp_path / "home", visibility="private") as home:
        peer = await peering.met(home.forge, Met(url="https://forge.example"), MET)
        await replication.held_by(home.forge, home.project.id, peer, 1)
        assert await asked(home.forge, home.project.id) == {}


async def test_few_holders_with_few_addresses_are_told_and_none_that_is_banned(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    for n in range(40):
        names = tuple(f"/ip4/8.8.8.{m}/tcp/1/p2p/x" for m in range(8))
        peer = await peering.met(holder, Met(f"did:key:z{n}", addresses=names), MET)
        await replication.held_by(holder, home.project.id, peer, 100 + n)
    await peering.ban(holder, peer)
    await replication.remove(holder, seed)
    found = (await asked(holder, home.project.id))["holders"]
    assert len(found) <= 16
    assert {len(one["addresses"]) for one in found} == {4}
    assert "did:key:z39" not in {one["did"] for one in found}

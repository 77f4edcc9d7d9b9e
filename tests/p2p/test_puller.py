"""Who drives the policy wakes whenever the policy wants something, and not when it last looked."""

import asyncio
from random import Random

import pytest

from keys.ed25519 import PrivateKey
from mic.wire.heads import SignedHead
from node.daemon.building import now_ms
from node.landings import standing
from node.projects import peers as project_peers
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import Wish
from p2p import messages, seeding
from p2p.knowledge import Settings
from p2p.outputs import Subscribe
from p2p.policy import Policy
from p2p.pull import Puller
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, pulled, seeded
from tests.support.wire import a_door

pytestmark = pytest.mark.slow

PATIENCE = 5.0


class Watched(Policy):
    """A policy that tells how many comparisons have ended, and fetches."""

    def ask(self, peer, now):
        super().ask(peer, now)
        self.asked.put_nowait(peer)

    def hold(self, *said):
        self.done = super().hold(*said)
        self.holds.set()
        return self.done

    def fetched(self, *said):
        done = super().fetched(*said)
        self.ends.release()
        return done

    def answered(self, *said, **more):
        done = super().answered(*said, **more)
        self.answers.release()
        return done


async def test_the_only_peer_is_asked_again_when_its_time_has_come(tmp_path):
    async with (
        a_home(tmp_path / "home") as home,
        a_forge(tmp_path / "other") as other,
        a_door(other) as door,
    ):
        forge = home.forge
        object.__setattr__(forge, "reach_private", True)
        object.__setattr__(forge, "now", now_ms)
        await peering.add(forge, door.url, None)
        policy = Watched(forge.node.did, Random(1), forge.now(), Settings(soonest_ms=20))
        policy.answers, policy.holds = asyncio.Semaphore(0), asyncio.Event()
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            driving = group.create_task(Puller(forge, None, policy).run())
            for _ in range(4):
                await policy.answers.acquire()
            driving.cancel()


async def test_a_fetch_has_ended_when_the_pull_of_its_seed_came_to_nothing(tmp_path):
    async with a_home(tmp_path / "home") as home, a_forge(tmp_path / "other", now=now_ms) as forge:
        await home.land(readme=b"# A book\n")
        seed = await pulled(forge, await seeded(forge, home.address))
        policy = Watched(forge.node.did, Random(1), forge.now())
        policy.ends = asyncio.Semaphore(0)
        policy.holds = asyncio.Event()
        puller = Puller(forge, None, policy)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in (puller.run(), seeding.run(forge, None))]
            await policy.holds.wait()
            puller.act(say(policy, home, position=9))
            await policy.ends.acquire()
            for task in tasks:
                task.cancel()
        assert not policy.wanted[seed.id].is_fetching
        assert (await replication.get(forge, seed.key)).lag == 0


@pytest.mark.parametrize("is_signed", [True, False])
async def test_only_a_head_that_the_home_has_signed_says_that_a_seed_is_behind(tmp_path, is_signed):
    async with a_home(tmp_path / "home") as home, a_forge(tmp_path / "other", now=now_ms) as forge:
        await home.land(readme=b"# A book\n")
        seed = await seeded(forge, home.address)
        await replication.pulling(forge, seed)
        await pulled(forge, seed)
        await home.land(readme=b"# Another book\n")
        (stand,) = await standing.kept(home.forge)
        record = await standing.record_at(home.forge, stand, 2) if is_signed else None
        policy = Watched(forge.node.did, Random(1), forge.now())
        policy.holds = asyncio.Event()
        puller = Puller(forge, None, policy)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            driving = group.create_task(puller.run())
            await policy.holds.wait()
            puller.act(say(policy, home, position=2, record=record))
            while not (found := await replication.due(forge)):
                pass
            driving.cancel()
        assert found[0].lag == is_signed


def say(policy, home, position, record=None):
    """Have the home say where it is, with a record that proves it or without."""
    head = SignedHead(project=home.project.id, epoch=1, position=position, record=record)
    said = messages.announce(head, 1)
    return policy.heard(home.forge.node.did, messages.topic(home.project.id), said, now_ms())


async def test_the_nodes_that_hold_a_private_project_are_asked_when_something_landed(tmp_path):
    async with a_home(tmp_path / "home", visibility="private") as home:
        did = PrivateKey.generate().did
        await project_peers.add_peer(home.forge, home.ada.party, home.project, did)
        object.__setattr__(home.forge, "now", now_ms)
        policy = Watched(home.forge.node.did, Random(1), home.forge.now())
        policy.asked, policy.holds = asyncio.Queue(), asyncio.Event()
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            driving = group.create_task(Puller(home.forge, None, policy).run())
            assert await policy.asked.get() == did  # as it starts
            await home.land(day=b"1\n")
            assert await policy.asked.get() == did
            driving.cancel()
        assert policy.wanted[home.project.id].held.position == 1


@pytest.mark.parametrize("is_named", [True, False])
async def test_what_was_named_at_a_node_is_no_topic_before_it_is_known(tmp_path, is_named):
    async with a_forge(tmp_path / "other", now=now_ms) as forge:
        name = PrivateKey.generate().did.replace("did:key:z6Mk", "mic:zQmA")
        where = f"{name}@http://127.0.0.1:1" if is_named else name
        seed = await replication.add(forge, Wish(rules.place(where)))
        await replication.pulling(forge, seed)
        policy = Watched(forge.node.did, Random(1), forge.now())
        policy.holds = asyncio.Event()
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            driving = group.create_task(Puller(forge, None, policy).run())
            await policy.holds.wait()
            driving.cancel()
        listens = [one for one in policy.done if isinstance(one, Subscribe)]
        assert listens == ([] if is_named else [Subscribe(name, True)])

"""Who drives the policy wakes whenever the policy wants something, and not when it last looked."""

import asyncio
from random import Random

import pytest

from node.daemon.building import now_ms
from node.replication import peering
from p2p.knowledge import Settings
from p2p.policy import Policy
from p2p.pull import Puller
from tests.support.forges import a_forge
from tests.support.mirrors import a_home
from tests.support.wire import a_door

pytestmark = pytest.mark.slow

PATIENCE = 5.0


class Watched(Policy):
    """A policy that tells how many comparisons have ended."""

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
        policy.answers = asyncio.Semaphore(0)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            driving = group.create_task(Puller(forge, None, policy).run())
            for _ in range(4):
                await policy.answers.acquire()
            driving.cancel()

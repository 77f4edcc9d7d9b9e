"""A seed for which the disk has no room says so, and goes on when there is room."""

import asyncio
import errno

import pytest

from node.replication import verbs as replication
from p2p import seeding
from store import packs
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, seeded

pytestmark = pytest.mark.slow

PATIENCE = 10.0


async def test_a_full_disk_is_named_and_the_seed_goes_on_later(tmp_path, monkeypatch):
    async with a_home(tmp_path / "home") as home, a_forge(tmp_path / "holder") as forge:
        await home.land(readme=b"# A book\n" * 500)

        def no_room(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        seed = await seeded(forge, home.address)
        with monkeypatch.context() as full:
            full.setattr(packs.os, "pwrite", no_room)
            seed = await stands(forge, seed, "failed")
        assert (seed.code, seed.error) == ("store.disk-full", seeding.FULL)
        await replication.due_now(forge, seed.id)
        seed = await stands(forge, seed, "verified")
        assert (seed.position, seed.error) == (1, None)


async def stands(forge, seed, state):
    """Keep seeds until this one is in a state, and return it."""
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        keeping = group.create_task(seeding.run(forge, None))
        while (now := await replication.get(forge, seed.key)).state != state:
            await forge.db.changed.wait()
            forge.db.changed.clear()
        keeping.cancel()
    return now

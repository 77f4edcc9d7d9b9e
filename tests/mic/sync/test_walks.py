"""What looks through much of a project for a few ids takes its turn, whoever asks for it."""

import asyncio

import pytest
from aiohttp import web

from mic.sync import membership
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.wire import a_door


class Counted(asyncio.Semaphore):
    taken = 0

    async def acquire(self):
        self.taken += 1
        return await super().acquire()


@pytest.mark.parametrize("query", ["at=1", "from=1&at=1", "residue=1"])
async def test_a_search_for_ids_waits_for_its_turn(forge, query):
    ada = await an_account(forge)
    project = await a_project(forge, ada)
    await a_landing(forge, ada, project, {"a": b"1"})
    app = web.Application()
    async with a_door(forge, app) as door:
        app[membership.WALKS].__class__ = Counted
        path = f"/projects/{project.address}/objects/fetch?{query}"
        assert (await door.post(path, bytes(32))).status == 404
        assert app[membership.WALKS].taken == 1

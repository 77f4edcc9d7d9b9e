"""A landing that was left at a mirror: what its author is told of it."""

import asyncio

import pytest

from mic.client import landing
from mic.client.connection import Connection
from mic.client.remote import Remote
from node.offers import verbs as offers
from tests.mic.sync.test_offers import a_mirror, fresh
from tests.support.mirrors import a_home
from tests.support.wire import session_id


@pytest.fixture
async def waiting(tmp_path):
    """A mirror that keeps a landing: its forge, and the project there as a client has it."""
    async with a_home(tmp_path / "home") as home:
        await home.land(readme=b"# A book\n")
        async with a_mirror(home, tmp_path / "mirror") as (forge, door):
            found = (await door.get(f"/by-id/{home.project.id}")).json
            path = f"/projects/{found['account']}/{found['handle']}/landings"
            assert (await door.post(path, fresh(home).body())).json["state"] == "queued"
            remote = Remote(Connection(door.url), found["account"], found["handle"])
            yield forge, remote
            remote.connection.close()


async def outcome(remote):
    return await asyncio.to_thread(landing.outcome, remote, session_id(2))


async def test_it_is_queued_until_the_home_answers(waiting):
    _, remote = waiting
    with pytest.raises(landing.Queued) as told:
        await outcome(remote)
    assert told.value.code == "landing.queued"
    assert "passes it on as soon as the home answers" in told.value.message


async def test_it_is_the_home_that_did_not_take_it(waiting):
    forge, remote = waiting
    (offer,) = await offers.due(forge)
    await offers.refused(forge, offer, "offer.not-known", "Nothing was kept: nobody knows you.")
    with pytest.raises(landing.HomeRefused) as told:
        await outcome(remote)
    assert told.value.code == "offer.not-known"
    assert told.value.message == (
        "The project's home did not take the landing: Nothing was kept: nobody knows you."
    )

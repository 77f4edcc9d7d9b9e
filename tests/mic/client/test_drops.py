"""A dropped connection costs what was on the wire, and never a landing: not lost, not twice."""

import asyncio
import os

import msgspec
import pytest

from mic.client import download, landing, upload
from mic.client.connection import Connection, Dropped
from mic.client.remote import Remote
from mic.errors import Conflict, Denied, Missing, Unreachable
from mic.wire.messages import Message, StartSession
from store.digest import digest_of
from store.records import Kind, make
from tests.support.cuts import Cut
from tests.support.wire import session_id

FILES = {"new.txt": b"new\n"}


def blobs(number, size=20_000):
    return [make(Kind.BLOB, os.urandom(size)) for _ in range(number)]


async def client(work, *arguments):
    """Run the synchronous client beside the node's loop."""
    return await asyncio.to_thread(work, *arguments)


def afresh(remote):
    """The same project over a connection that has not been opened yet."""
    token = remote.connection._headers["Authorization"].removeprefix("Bearer ")
    return Remote(Connection(remote.connection.url, token, sleep=lambda _: None), "ada", "book")


async def test_a_read_is_repeated_after_a_drop(remote, road):
    road.cuts += [Cut(down=10), Cut(up=10)]
    assert (await client(remote.head)).position == 1
    assert remote.connection.pauses == [0.1, 0.3]


async def test_a_node_that_stays_away_is_unreachable_in_the_end(remote, road):
    road.cuts += [Cut(down=0)] * 9
    with pytest.raises(Unreachable) as told:
        await client(remote.head)
    assert told.value.code == "connection-dropped"
    assert len(remote.connection.pauses) == 4


async def test_an_upload_goes_on_where_it_was(remote, road):
    records = blobs(100)
    size = sum(len(record.stored) for record in records)
    road.cuts += [Cut(up=size // 2)]
    assert await client(upload.upload, remote, iter(records)) == 100
    lacking = await client(upload.missing, remote, [record.digest for record in records])
    assert lacking == set()
    assert road.up < 1.8 * size


async def test_an_upload_whose_answer_is_lost_sends_nothing_again(remote, road):
    records = blobs(20)
    size = sum(len(record.stored) for record in records)
    road.cuts += [Cut(down=5)]
    await client(upload.upload, remote, iter(records))
    assert road.up < 1.2 * size


async def test_only_what_is_missing_is_sent(remote):
    records = blobs(20)
    await client(upload.upload, remote, iter(records[:15]))
    assert await client(upload.upload_missing, remote, iter(records)) == 5


@pytest.mark.slow
async def test_a_refused_upload_says_why(remote, world):
    remote.connection._headers["Authorization"] = f"Bearer {world.bobs_token}"
    with pytest.raises((Denied, Missing)):
        await client(upload.upload, remote, iter(blobs(400)))


async def test_a_landing_whose_answer_is_lost_has_landed_once(remote, road, world):
    parts = world.hand.landing(session_id(7), FILES, base=1)
    road.cuts += [Cut(down=5)]
    landed = await client(landing.land, remote, parts.request, parts.records)
    assert (landed.position, landed.session) == (2, session_id(7))
    assert (await world.head())[0] == 2


async def test_a_landing_that_did_not_arrive_is_sent_again(remote, road, world):
    parts = world.hand.landing(session_id(7), FILES, base=1)
    road.cuts += [Cut(up=300)]
    landed = await client(landing.land, remote, parts.request, parts.records)
    assert landed.position == 2
    assert (await world.head())[0] == 2


async def test_a_landing_is_one_request(remote, road, world):
    parts = world.hand.landing(session_id(7), FILES, base=1)
    await client(landing.land, remote, parts.request, parts.records)
    assert road.connections == 1


async def test_paths_that_moved_are_all_named(remote, world):
    first = world.hand.landing(session_id(7), FILES | {"src/x": b"x"}, base=1)
    await client(landing.land, remote, first.request, first.records)
    other = world.hand.landing(session_id(8), {"new.txt": b"mine", "src/x": b"y"}, base=1)
    with pytest.raises(Conflict) as refused:
        await client(landing.land, remote, other.request, other.records)
    assert refused.value.code == "landing.paths-moved"
    assert refused.value.details["paths"] == ["new.txt", "src/x"]


async def test_what_must_not_happen_twice_is_not_repeated(remote, road):
    session = StartSession(id=session_id(9), goal="x", base=1)
    await client(remote.start_session, session)
    anew = afresh(remote)
    road.cuts += [Cut(down=5)]
    with pytest.raises(Dropped):
        await client(anew.note, session.id, Message("human", "once", 1))
    said = (await client(remote.session, session.id)).conversation
    assert [one.text for one in said] == ["once"]


async def test_a_checkout_that_breaks_off_is_told(remote, road):
    road.cuts += [Cut(down=400)]
    with pytest.raises(Dropped):
        await client(lambda: list(download.checkout(remote, 1)))


async def test_objects_that_a_drop_cost_are_asked_for_again(remote, road, world):
    records = blobs(50)
    parts = world.hand.landing(session_id(7), FILES, base=1)
    await client(upload.upload, remote, iter(records))
    landed = await client(landing.land, remote, parts.request, parts.records)
    wanted = [digest_of(b"# A book\n"), digest_of(b"one\n"), digest_of(b"two\n")]
    anew = afresh(remote)
    road.cuts += [Cut(down=330)]
    found = await client(lambda: {r.digest: raw for r, raw in download.fetch(anew, wanted)})
    assert sorted(found.values()) == [b"# A book\n", b"one\n", b"two\n"]
    assert landed.position == 2


async def test_an_object_of_another_project_is_not_there(remote):
    with pytest.raises(Missing):
        await client(lambda: list(download.fetch(remote, [digest_of(b"nobody knows\n")])))


async def test_an_answer_that_is_none_of_ours_is_unreachable(remote):
    with pytest.raises(Unreachable) as told:
        await client(remote.connection.get, "/node", msgspec.defstruct("Other", [("other", int)]))
    assert told.value.code == "answer.unreadable"


async def test_a_node_that_says_nothing_is_not_waited_for_again_and_again(monkeypatch):
    monkeypatch.setattr("mic.client.connection.QUIET_SECONDS", 0.2)
    asked = []

    async def hold(reader, writer):
        asked.append(await reader.readuntil(b"\r\n"))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        silent = Connection(f"http://127.0.0.1:{port}", sleep=lambda _: None)
        with pytest.raises(Unreachable, match="says nothing") as told:
            await client(lambda: silent.get("/node", dict))
        silent.close()
    assert told.value.code == "silent"
    assert len(asked) == 1

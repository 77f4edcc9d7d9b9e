"""Whoever looks at a page hears that something happened, for as long as they may look."""

import asyncio
import json
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer

from node.daemon.http import application
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from web.live import WATCHING
from web.page import FORGE, SESSION_COOKIE

LIVE = "/ada/book/live"


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada)


@pytest.fixture
async def client(forge):
    async with TestClient(TestServer(application(forge))) as made:
        yield made


async def told(answer):
    """The next event of a stream: its fields by name."""
    async with asyncio.timeout(20):
        while True:
            lines = (await answer.content.readuntil(b"\n\n")).decode().split("\n")
            fields = dict(line.split(": ", 1) for line in lines if ": " in line)
            if "data" in fields:
                return int(fields["id"]), fields["event"], json.loads(fields["data"])


async def landed(forge, ada, book, name):
    await a_landing(forge, ada, book, {name: b"x\n"})
    forge.bell.ring()


async def test_a_landing_is_told_while_somebody_looks(forge, ada, book, client):
    async with client.get(LIVE) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        await landed(forge, ada, book, "one.txt")
        _, event, data = await told(answer)
    assert (event, data) == ("change", {"kind": "landing.landed", "position": 1})


async def test_who_comes_back_hears_what_was_missed_and_nothing_twice(forge, ada, book, client):
    async with client.get(LIVE) as answer:
        await landed(forge, ada, book, "one.txt")
        seq, _, _ = await told(answer)
    await landed(forge, ada, book, "two.txt")
    async with client.get(LIVE, headers={"Last-Event-ID": str(seq)}) as answer:
        while True:
            _, _, data = await told(answer)
            if data["kind"] == "landing.landed":
                break
    assert data["position"] == 2


async def test_what_happens_between_a_page_and_its_stream_is_told(forge, ada, book, client):
    page = await (await client.get("/ada/book/agents")).text()
    (where,) = re.findall(r'data-live="([^"]+)"', page)
    await landed(forge, ada, book, "one.txt")
    async with client.get(where) as answer:
        _, _, data = await told(answer)
    assert data["position"] == 1


async def test_who_comes_back_before_anything_happened_misses_nothing(forge, ada, book, client):
    async with client.get(LIVE) as answer:
        start = (await answer.content.readuntil(b"\n\n")).decode()
    (heard,) = re.findall(r"^id: (\d+)$", start, re.MULTILINE)
    await landed(forge, ada, book, "one.txt")
    async with client.get(LIVE, headers={"Last-Event-ID": heard}) as answer:
        _, _, data = await told(answer)
    assert data["position"] == 1


async def test_what_happens_elsewhere_is_not_told(forge, ada, book, client):
    other = await a_project(forge, ada, "other")
    async with client.get(LIVE) as answer:
        await landed(forge, ada, other, "one.txt")
        await landed(forge, ada, book, "one.txt")
        await landed(forge, ada, book, "two.txt")
        kinds = [(await told(answer))[2]["position"] for _ in range(2)]
    assert kinds == [1, 2]


@pytest.mark.usefixtures("book")
async def test_a_stream_ends_when_the_project_becomes_private(forge, ada, client):
    async with client.get(LIVE) as answer:
        await projects.update(forge, ada.party, "ada", "book", ProjectChanges(visibility="private"))
        forge.bell.ring()
        async with asyncio.timeout(20):
            text = await answer.content.read()
    assert b"data" not in text
    assert (await client.get(LIVE)).status == 404


@pytest.mark.usefixtures("book")
async def test_one_reader_leaves_room_for_others(forge, ada, client, monkeypatch):
    monkeypatch.setattr("web.live.OF_ONE", 2)
    link = await signin.redeem_link(forge, await signin.make_link(forge, ada))
    hers = {"Cookie": f"{SESSION_COOKIE}={link}"}
    async with client.get(LIVE, headers=hers) as one, client.get(LIVE, headers=hers) as two:
        assert (one.status, two.status) == (200, 200)
        async with client.get(LIVE, headers=hers) as three, client.get(LIVE) as other:
            assert (three.status, other.status) == (413, 200)
            assert "reload this one by hand" in await three.text()
    await _gone(client)
    async with client.get(LIVE, headers=hers) as again:
        assert again.status == 200


async def _gone(client):
    """Wait until the node has noticed that readers left."""
    client.app[FORGE].bell.ring()
    async with asyncio.timeout(10):
        while client.app[WATCHING].streams:
            await asyncio.sleep(0.01)
            client.app[FORGE].bell.ring()


@pytest.mark.usefixtures("book")
async def test_a_strange_last_event_is_no_event(client):
    for strange in ("-1", "9" * 40, "x", "\u0665", "999999999999999"):
        async with client.get(LIVE, headers={"Last-Event-ID": strange}) as answer:
            assert answer.status == 200


async def test_who_was_away_for_long_is_told_to_look_again(forge, ada, book, client, monkeypatch):
    monkeypatch.setattr("web.live.BEHIND", 1)
    for name in ("one.txt", "two.txt", "three.txt"):
        await landed(forge, ada, book, name)
    async with client.get(LIVE, headers={"Last-Event-ID": "0"}) as answer:
        _, _, data = await told(answer)
    assert data == {"kind": "missed", "position": None}


@pytest.mark.usefixtures("book")
async def test_a_node_that_stops_ends_its_streams(forge):
    async with TestClient(TestServer(application(forge))) as client:
        answer = await client.get(LIVE)
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(client.server.runner.shutdown())
            await answer.content.read()

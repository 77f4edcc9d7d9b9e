"""A project is read by anybody who may, at any position, in whole or in part."""

import io
import random

import pytest
from aiohttp import ClientError

from mic.wire.messages import PREFIX
from store.changes import Change
from store.digest import digest_of
from store.records import encode
from store.tree import Entry, Mode
from tests.support.wire import blob, entry, session_id


async def test_an_empty_project_has_a_head_of_nothing(empty):
    head = (await empty.door.get(f"{empty.path}/head")).json
    assert (head["position"], head["id"], head["record"]) == (0, None, None)
    listed = (await empty.door.get(f"{empty.path}/tree")).json
    assert (listed["position"], listed["entries"]) == (0, [])


async def test_a_directory_lists_its_names_modes_and_sizes(world):
    root = (await world.door.get(f"{world.path}/tree/")).json
    assert [(one["name"], one["mode"], one["size"]) for one in root["entries"]] == [
        ("README.md", "file", 9),
        ("src", "directory", 8),
    ]
    below = (await world.door.get(f"{world.path}/tree/src?at=1")).json
    assert [one["name"] for one in below["entries"]] == ["one.txt", "two.txt"]


async def test_a_file_is_sent_as_bytes_that_no_browser_will_run(world):
    answer = await world.door.get(f"{world.path}/files/src/one.txt")
    assert answer.body == b"one\n"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["ETag"] == f'"{digest_of(b"one" + bytes([10])).hex()}"'


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-1", 206, b"on"),
        ("bytes=1-", 206, b"ne\n"),
        ("bytes=-2", 206, b"e\n"),
        ("bytes=0-99", 200, b"one\n"),
        ("bytes=9-", 416, b""),
    ],
)
async def test_a_part_of_a_file_can_be_asked_for(world, asked, status, body):
    path = f"{world.path}/files/src/one.txt"
    answer = await world.door.get(path, headers={"Range": asked})
    assert (answer.status, answer.body) == (status, body)


async def test_a_removed_file_is_still_there_at_its_position(world):
    gone = [Change("src/one.txt", entry(b"one\n"), None)]
    parts = world.hand.landing(session_id(3), {}, base=1, changes=gone)
    assert (await world.owner.post(f"{world.path}/landings", parts.body())).status == 201
    path = f"{world.path}/files/src/one.txt"
    assert (await world.door.get(path)).code == "path.missing"
    assert (await world.door.get(f"{path}?at=1")).body == b"one\n"
    changes = (await world.door.get(f"{world.path}/diff?from=1&to=2")).json["changes"]
    assert [(one["path"], one["new"]) for one in changes] == [("src/one.txt", None)]


async def test_blame_names_the_landing_of_each_line(world):
    lines = (await world.door.get(f"{world.path}/blame/README.md")).json["lines"]
    assert [(one["text"], one["position"], one["author"]) for one in lines] == [
        ("# A book", 1, "ada")
    ]


async def test_objects_are_given_by_id_as_far_as_the_position_names_them(world):
    ids = digest_of(b"one\n") + digest_of(b"two\n")
    answer = await world.door.post(f"{world.path}/objects/fetch", ids)
    assert set(answer.records().values()) == {b"one\n", b"two\n"}
    head = (await world.door.get(f"{world.path}/head")).json
    answer = await world.door.post(f"{world.path}/objects/fetch?at=1", bytes.fromhex(head["id"]))
    assert len(answer.records()) == 1


async def test_an_id_of_a_private_project_opens_nothing_in_a_public_one(world):
    secret = digest_of(b"nobody knows\n")
    for door in (world.door, world.stranger, world.owner):
        answer = await door.post(f"{world.path}/objects/fetch", secret)
        assert (answer.status, answer.code) == (404, "store.absent")
    answer = await world.owner.post(f"{world.private_path}/objects/fetch", secret)
    assert list(answer.records().values()) == [b"nobody knows\n"]


async def test_the_documents_of_a_project_are_given_to_its_readers(world):
    answer = await world.door.get(f"{world.path}/document")
    assert len(answer.json["documents"]) == 1


async def test_the_node_says_who_it_is_and_who_is_asking(world):
    node = (await world.door.get("/node")).json
    assert (node["did"], node["protocol"]) == (world.forge.node.did, 1)
    assert (await world.door.get("/whoami")).json["handle"] is None
    me = (await world.owner.get("/whoami")).json
    assert (me["handle"], me["scopes"]) == ("ada", ["read", "write"])


async def test_a_logout_ends_the_token(world):
    assert (await world.stranger.post("/logout")).status == 200
    answer = await world.stranger.get("/whoami")
    assert (answer.status, answer.code) == (401, "auth.bad-token")


async def test_a_session_is_started_noted_decided_and_given_up(world):
    path, name = f"{world.path}/sessions", session_id(7)
    body = {"id": name, "goal": "Try it", "base": 1}
    assert (await world.owner.ask("POST", path, json=body)).status == 201
    said = {"role": "human", "text": "Shall we?", "at": 1}
    assert (await world.owner.ask("POST", f"{path}/{name}/notes", json=said)).status == 200
    why = {"text": "Yes", "why": "Because", "at": 2}
    after = (await world.owner.ask("POST", f"{path}/{name}/decisions", json=why)).json
    assert [turn["text"] for turn in after["conversation"]] == ["Shall we?"]
    assert [one["why"] for one in after["decisions"]] == ["Because"]
    ended = (await world.owner.post(f"{path}/{name}/abandon")).json
    assert ended["status"] == "abandoned"
    listed = (await world.door.get(f"{path}?status=abandoned")).json
    assert [one["id"] for one in listed["sessions"]] == [name]


async def test_sessions_are_listed_by_what_they_landed_on(world):
    path = f"{world.path}/sessions"
    for asked, found in [("src", [session_id(1)]), ("src/one.txt", [session_id(1)]), ("none", [])]:
        listed = (await world.door.get(f"{path}?path={asked}")).json
        assert [one["id"] for one in listed["sessions"]] == found
    older = (await world.door.get(f"{path}?path=src&before={session_id(1)}")).json
    assert older["sessions"] == []
    refused = await world.door.get(f"{path}?path=src&status=active")
    assert (refused.status, refused.code) == (400, "session.bad-status")


async def test_a_project_is_made_changed_and_deleted(empty):
    made = await empty.owner.ask(
        "POST", "/accounts/ada/projects", json={"handle": "fresh", "visibility": "private"}
    )
    assert (made.status, made.json["id"][:5]) == (201, "mic:z")
    assert (await empty.door.get("/projects/ada/fresh")).status == 404
    body = {"visibility": "public", "description": "Now for all"}
    changed = await empty.owner.ask("PATCH", "/projects/ada/fresh", json=body)
    assert changed.json["description"] == "Now for all"
    assert (await empty.door.get("/projects/ada/fresh")).json["visibility"] == "public"
    listed = (await empty.door.get("/accounts/ada/projects")).json["projects"]
    assert [one["handle"] for one in listed] == ["book", "fresh"]
    assert (await empty.owner.ask("DELETE", "/projects/ada/fresh")).status == 200
    assert (await empty.door.get("/projects/ada/fresh")).status == 404


async def test_a_reader_who_leaves_in_the_middle_of_a_checkout_is_no_fault(world, caplog):
    for number in range(4):
        record = blob(random.Random(number).randbytes(4 << 20))
        await world.owner.post(f"{world.path}/objects", encode(record))
        changes = [Change(f"large-{number}", None, Entry(Mode.FILE, record.digest, 4 << 20))]
        parts = world.hand.landing(session_id(10 + number), {}, base=1, changes=changes)
        answer = await world.owner.post(f"{world.path}/landings", parts.body())
        assert answer.status == 201, answer.body
    address = f"{world.door.url}{PREFIX}{world.path}/checkout"
    async with world.door.session.get(address) as answer:
        await answer.content.readexactly(100)
        answer.close()
    assert (await world.door.get(f"{world.path}/head")).status == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert len((await world.door.get(f"{world.path}/checkout")).records()) > 7


async def test_an_answer_that_cannot_be_finished_is_cut_off_and_never_taken_for_whole(world):
    """The store fails in the middle: the reader must meet a broken connection, not an end."""
    first, second = (blob(random.Random(n).randbytes(4 << 20)) for n in (1, 2))
    for record in (first, second):
        await world.owner.post(f"{world.path}/objects", encode(record))
    changes = [
        Change(path, None, Entry(Mode.FILE, record.digest, 4 << 20))
        for path, record in (("y", first), ("z", second))
    ]
    parts = world.hand.landing(session_id(20), {}, base=1, changes=changes)
    assert (await world.owner.post(f"{world.path}/landings", parts.body())).status == 201
    pack = world.forge.objects.packs.path(1)
    with pack.open("r+b") as file:
        file.seek(-1, io.SEEK_END)
        file.write(bytes([second.stored[-1] ^ 1]))
    with pytest.raises(ClientError):
        await world.door.get(f"{world.path}/checkout")
    answer = await world.door.get(f"{world.path}/files/z")
    assert (answer.status, answer.code) == (500, "store.corrupt")

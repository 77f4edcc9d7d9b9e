"""Whatever comes in at the sync door, the answer says what is wrong, and nothing changes.

Each row of the tables is one bad input with its status and code. After every one of them the head
stands where it stood, and an honest landing still lands.
"""

import asyncio
import json
import struct
import tracemalloc
from dataclasses import replace
from urllib.parse import urlsplit

import msgspec
import pytest
import zstandard

from keys.ed25519 import PrivateKey
from keys.statements import transcript as transcripts
from keys.statements.transcript import Message, Transcript
from mic.wire import framing, limits
from mic.wire.framing import key_challenge
from mic.wire.messages import Descriptor
from node.imports.telling import session_of
from store import changes as change_lists
from store.changes import Change
from store.digest import digest_of
from store.records import HEADER, Codec, Kind, Record, encode
from tests.support.wire import Answer, Parts, added, blob, entry, session_id
from tests.support.worlds import SECRET

ID = session_id(77)
ONE = entry(b"one\n")
LISTED = change_lists.encode(added(SECRET))
DIARYS = Descriptor(digest_of(LISTED).hex(), len(LISTED))
"""The change list of the first landing in the diary."""


def honest(world, **kwargs) -> Parts:
    return world.hand.landing(ID, {"new.txt": b"new\n"}, base=1, **kwargs)


def as_a_push(world) -> Parts:
    """A landing that passes for a commit that was pushed, which nobody has."""
    commit = "ab" * 20
    parts = honest(world)
    session = msgspec.structs.replace(parts.request.session, id=session_of(commit))
    said = (Message("commit", f"{commit[:12]} A lie\nada", 1),)
    transcript = transcripts.encode(Transcript(session.id, session.goal, said, ()))
    return parts.with_(session=session, transcript=transcript, statement=None)


def listing(world, changes, *records) -> Parts:
    """A landing whose change list is `changes` as raw msgpack: what no honest encoder makes."""
    encoded = msgspec.msgpack.encode([1, changes])
    parts = honest(world)
    descriptor = msgspec.structs.replace(
        parts.request.changes, id=digest_of(encoded).hex(), size=len(encoded)
    )
    # Without a statement, so that the change list itself is what is judged.
    unsigned = parts.with_(changes=descriptor, statement=None)
    return replace(unsigned, records=(blob(encoded), *records))


def row(path, old=None, new=b"new\n", mode=1):
    return [path, old, None if new is None else [mode, digest_of(new), len(new)]]


def head_json(world, **fields) -> bytes:
    text = json.loads(msgspec.json.encode(honest(world).request))
    body = json.dumps(text | fields).encode()
    return struct.pack("<I", len(body)) + body


def flipped(statement: bytes) -> bytes:
    envelope = json.loads(statement)
    signature = envelope["signatures"][0]["sig"]
    envelope["signatures"][0]["sig"] = ("B" if signature[0] == "A" else "A") + signature[1:]
    return json.dumps(envelope, separators=(",", ":")).encode()


def elsewhere(world, **kwargs) -> bytes:
    return honest(world, **kwargs).request.statement


NEW = blob(b"new\n")
LANDINGS = {
    "an empty body": (400, "request.malformed", lambda _: b""),
    "a body that ends within its head": (
        400,
        "request.malformed",
        lambda w: honest(w).body()[:50],
    ),
    "a head of 4 GiB": (400, "request.malformed", lambda _: b"\xff\xff\xff\xff{}"),
    "a head that is no JSON": (
        400,
        "request.malformed",
        lambda _: struct.pack("<I", 4) + b"nope",
    ),
    "a head that is no UTF-8": (
        400,
        "request.malformed",
        lambda _: struct.pack("<I", 10) + b'{"base":"\xff',
    ),
    "a head of another type": (400, "request.malformed", lambda w: head_json(w, base="one")),
    "a negative base": (400, "request.malformed", lambda w: head_json(w, base=-1)),
    "a head without a session": (400, "request.malformed", lambda w: head_json(w, session=None)),
    "a digest that is too short": (
        400,
        "request.malformed",
        lambda w: head_json(w, changes={"id": "ab", "size": 1}),
    ),
    "JSON of a thousand levels": (
        400,
        "request.too-deep",
        lambda _: struct.pack("<I", 200_007) + b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b" }",
    ),
    "a base that has not landed": (
        404,
        "landing.no-such-position",
        lambda w: w.hand.landing(ID, {"new.txt": b"new\n"}, base=9).body(),
    ),
    "a wrong signature": (
        400,
        "landing.bad-statement",
        lambda w: honest(w).with_(statement=flipped(honest(w).request.statement)).body(),
    ),
    "a statement that is no envelope": (
        400,
        "landing.bad-statement",
        lambda w: honest(w).with_(statement=b"hello").body(),
    ),
    "the statement of another project": (
        400,
        "landing.statement-mismatch",
        lambda w: honest(w).with_(statement=elsewhere(w, project_id=w.diary.id)).body(),
    ),
    "the statement of another change": (
        400,
        "landing.statement-mismatch",
        lambda w: (
            honest(w)
            .with_(statement=w.hand.landing(ID, {"other": b"o"}, base=1).request.statement)
            .body()
        ),
    ),
    "the statement of another session": (
        400,
        "landing.statement-mismatch",
        lambda w: (
            honest(w)
            .with_(
                statement=w.hand.landing(
                    session_id(78), {"new.txt": b"new\n"}, base=1
                ).request.statement
            )
            .body()
        ),
    ),
    "a signature by a key that is not registered": (
        403,
        "landing.unknown-key",
        lambda w: (
            replace(w.hand, key=PrivateKey.from_seed(b"\7" * 32))
            .landing(ID, {"new.txt": b"new\n"}, base=1)
            .body()
        ),
    ),
    "the transcript of another goal": (
        400,
        "landing.transcript-mismatch",
        lambda w: (
            honest(w)
            .with_(statement=None, transcript=honest(w, goal="Another goal").request.transcript)
            .body()
        ),
    ),
    "what passes for a push": (400, "landing.no-push", lambda w: as_a_push(w).body()),
    "a transcript that is none": (
        400,
        "landing.bad-transcript",
        lambda w: honest(w).with_(statement=None, transcript=b"[]").body(),
    ),
    "a goal of nothing but space": (
        400,
        "landing.no-goal",
        lambda w: head_json(
            w, session=json.loads(msgspec.json.encode(honest(w).request.session)) | {"goal": "  "}
        ),
    ),
    "a goal that is too long": (
        400,
        "landing.goal-too-long",
        lambda w: head_json(
            w,
            session=json.loads(msgspec.json.encode(honest(w).request.session))
            | {"goal": "é" * 40_000},
        ),
    ),
    "a path that leaves the tree": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("../evil")], NEW).body(),
    ),
    "an absolute path": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("/etc/passwd")], NEW).body(),
    ),
    "a path into the workspace's own directory": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("src/.MIC/x")], NEW).body(),
    ),
    "a path with an empty segment": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("a//b")], NEW).body(),
    ),
    "a path with a NUL": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("a\0b")], NEW).body(),
    ),
    "a path of 200 levels": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("a/" * 200 + "b")], NEW).body(),
    ),
    "the same name twice": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("x"), row("x")], NEW).body(),
    ),
    "names out of order": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("y"), row("x")], NEW).body(),
    ),
    "a file and a directory of one name": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("x"), row("x/y")], NEW).body(),
    ),
    "a directory among the files": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("x", mode=4)], NEW).body(),
    ),
    "a mode that nobody knows": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, [row("x", mode=9)], NEW).body(),
    ),
    "a change list of another format": (
        400,
        "landing.bad-changes",
        lambda w: listing(w, {"x": 1}, NEW).body(),
    ),
    "a change list without changes": (
        400,
        "landing.no-changes",
        lambda w: listing(w, []).body(),
    ),
    "a change list that was never sent": (
        404,
        "landing.objects-missing",
        lambda w: replace(honest(w), records=(NEW,)).body(),
    ),
    "a name for content that was never sent": (
        404,
        "landing.objects-missing",
        lambda w: listing(w, [row("x", new=b"unsent")]).body(),
    ),
    "a name for content that was sent to another project": (
        404,
        "landing.objects-missing",
        lambda w: listing(w, [row("x", new=SECRET["diary.txt"])]).body(),
    ),
    "the change list of another project": (
        404,
        "landing.objects-missing",
        lambda w: replace(honest(w), records=()).with_(changes=DIARYS, statement=None).body(),
    ),
    "content of another size than stated": (
        400,
        "landing.wrong-size",
        lambda w: listing(w, [["x", None, [1, digest_of(b"new\n"), 99]]], NEW).body(),
    ),
    "a claim about the base that is not true": (
        400,
        "landing.base-mismatch",
        lambda w: w.hand.landing(
            ID,
            {"x": b"new\n"},
            base=1,
            changes=[Change("src/one.txt", entry(b"lie"), entry(b"new\n"))],
        ).body(),
    ),
    "the removal of what is not there": (
        400,
        "landing.base-mismatch",
        lambda w: w.hand.landing(ID, {}, base=1, changes=[Change("nowhere", ONE, None)]).body(),
    ),
}


def record(digest=None, *, codec=Codec.RAW, raw=b"data", stored=None, length=None) -> bytes:
    return encode(
        Record(
            Kind.BLOB,
            codec,
            len(raw) if length is None else length,
            digest or digest_of(raw),
            raw if stored is None else stored,
        )
    )


def header(**fields) -> bytes:
    values = {"magic": b"MICO", "kind": 1, "codec": 0, "flags": 0, "raw": 4, "stored": 4} | fields
    return struct.pack("<4sBBHII32s", *values.values(), digest_of(b"data")) + b"data"


def bomb() -> bytes:
    """A small frame that unpacks to 256 MiB, under a header that admits to 4."""
    packer = zstandard.ZstdCompressor(level=19).compressobj()
    frame = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    return record(digest_of(b"data"), codec=Codec.ZSTD, stored=frame, length=4 << 20)


OBJECTS = {
    "bytes that are no record": (400, "store.bad-record", lambda: b"GET / HTTP/1.1\r\n" * 9),
    "a record of an unknown kind": (400, "store.bad-record", lambda: header(kind=200)),
    "a record of an unknown codec": (400, "store.bad-record", lambda: header(codec=7)),
    "a record of 4 GiB": (413, "store.too-large", lambda: header(raw=2**32 - 1, stored=2**32 - 1)),
    "a record that stores more than it may": (
        400,
        "store.bad-record",
        lambda: header(stored=2**31),
    ),
    "a record that ends too early": (400, "store.truncated", lambda: record()[:-1]),
    "a body that ends within a header": (
        400,
        "store.truncated",
        lambda: record() + record()[: HEADER - 1],
    ),
    "content that is not what its id says": (
        400,
        "store.bad-record",
        lambda: record(digest_of(b"other")),
    ),
    "a frame that is damaged": (
        400,
        "store.bad-record",
        lambda: record(codec=Codec.ZSTD, stored=b"\x28\xb5\x2f\xfdoops"),
    ),
    "a bomb": (400, "store.bad-record", bomb),
    "a delta on an object that is elsewhere": (
        400,
        "store.bad-record",
        lambda: record(codec=Codec.PREFIXED, stored=bytes(40)),
    ),
}

JSON = {
    "a project without a handle": (400, "request.malformed", "/accounts/ada/projects", {}),
    "a project whose handle is a number": (
        400,
        "request.malformed",
        "/accounts/ada/projects",
        {"handle": 7},
    ),
    "a project of a visibility of its own": (
        400,
        "request.malformed",
        "/accounts/ada/projects",
        {"handle": "x", "visibility": "secret"},
    ),
    "a project handle that is no address": (
        400,
        "project.bad-handle",
        "/accounts/ada/projects",
        {"handle": "../x"},
    ),
    "a project handle that is taken": (
        409,
        "project.taken",
        "/accounts/ada/projects",
        {"handle": "BOOK"},
    ),
    "a project of nobody": (404, "account.missing", "/accounts/carol/projects", {"handle": "x"}),
    "a session whose id is a path": (
        400,
        "request.malformed",
        "{book}/sessions",
        {"id": "../../etc", "goal": "x", "base": 0},
    ),
    "a session that exists": (
        409,
        "session.exists",
        "{book}/sessions",
        {"id": session_id(1), "goal": "x", "base": 0},
    ),
    "a note by nobody known": (
        400,
        "request.malformed",
        "{book}/sessions/{s}/notes",
        {"role": "god", "text": "x", "at": 1},
    ),
    "a note that is too long": (
        400,
        "request.malformed",
        "{book}/sessions/{s}/notes",
        {"role": "human", "text": "x" * 70_000, "at": 1},
    ),
    "a note on a session that has landed": (
        409,
        "session.not-active",
        "{book}/sessions/{s}/notes",
        {"role": "human", "text": "x", "at": 1},
    ),
    "a decision in a session that is not": (
        404,
        "session.missing",
        f"{{book}}/sessions/{session_id(99)}/decisions",
        {"text": "x", "why": "y", "at": 1},
    ),
    "an epoch of nought": (
        400,
        "request.malformed",
        "{book}/sessions/{s}/epochs",
        {"epoch": 0, "changes": {"id": "0" * 64, "size": 1}},
    ),
    "an epoch whose changes were never sent": (
        404,
        "store.absent",
        "{book}/sessions/{s}/epochs",
        {"epoch": 1, "changes": {"id": "0" * 64, "size": 1}},
    ),
    "an epoch whose changes are those of another project": (
        404,
        "store.absent",
        "{book}/sessions/{s}/epochs",
        {"epoch": 1, "changes": {"id": DIARYS.id, "size": DIARYS.size}},
    ),
    "a key without proof": (
        403,
        "auth.bad-proof",
        "/keys",
        {"did": PrivateKey.from_seed(b"\1" * 32).did, "name": "x", "proof": "A" * 86 + "=="},
    ),
    "a proof of the wrong length": (
        400,
        "request.malformed",
        "/keys",
        {"did": "did:key:z6Mk", "name": "x", "proof": "AAAA"},
    ),
}

READS = {
    "no such address": (404, "route.missing", "/nothing"),
    "no such project": (404, "project.missing", "/projects/ada/nothing"),
    "no such account": (404, "account.missing", "/accounts/carol/projects"),
    "a position that is a word": (400, "request.bad-number", "{book}/landings/latest"),
    "a position of nought": (404, "landing.no-such-position", "{book}/landings/0"),
    "a position to come": (404, "landing.no-such-position", "{book}/landings/2"),
    "a position of forty digits": (400, "request.bad-number", "{book}/landings/" + "9" * 40),
    "a negative position": (400, "request.bad-number", "{book}/checkout?at=-1"),
    "a checkout to come": (404, "landing.no-such-position", "{book}/checkout?at=7"),
    "a page of a million": (400, "page.size", "{book}/landings?limit=1000000"),
    "a file that leaves the tree": (404, "path.missing", "{book}/files/%2E%2E/%2E%2E/etc/passwd"),
    "a file that is a directory": (400, "path.not-a-file", "{book}/files/src"),
    "a directory that is a file": (400, "path.not-a-file", "{book}/tree/README.md"),
    "a difference from nowhere": (400, "request.incomplete", "{book}/diff"),
    "a session of another project": (404, "session.missing", f"{{book}}/sessions/{session_id(2)}"),
    "sessions of no known status": (400, "session.bad-status", "{book}/sessions?status=lost"),
}


async def assert_nothing_changed(world):
    """The head stands, no session was landed by half, and an honest landing lands."""
    assert (await world.head())[0] == 1
    answer = await world.owner.get(f"{world.path}/sessions/{ID}")
    assert answer.status == 404
    answer = await world.owner.post(f"{world.path}/landings", honest(world).body())
    assert answer.status == 201, answer.body
    assert answer.json["position"] == 2


def assert_refused(answer, status, code):
    assert (answer.status, answer.code) == (status, code), answer.body
    assert answer.json["ok"] is False
    message = answer.json["error"]["message"]
    assert message
    assert "Traceback" not in message


@pytest.mark.parametrize("name", LANDINGS)
async def test_a_bad_landing_is_refused(world, name):
    status, code, body = LANDINGS[name]
    answer = await world.owner.post(f"{world.path}/landings", body(world))
    assert_refused(answer, status, code)
    await assert_nothing_changed(world)


@pytest.mark.parametrize("name", OBJECTS)
async def test_a_bad_record_is_refused_and_what_came_before_stays(world, name):
    status, code, body = OBJECTS[name]
    answer = await world.owner.post(f"{world.path}/objects", body())
    assert_refused(answer, status, code)
    landing = honest(world)
    broken = framing.land_head(landing.request) + body()
    assert_refused(await world.owner.post(f"{world.path}/landings", broken), status, code)
    await assert_nothing_changed(world)


@pytest.mark.parametrize("name", JSON)
async def test_a_bad_message_is_refused(world, name):
    status, code, path, body = JSON[name]
    where = path.format(book=world.path, s=session_id(1))
    assert_refused(await world.owner.ask("POST", where, json=body), status, code)
    await assert_nothing_changed(world)


@pytest.mark.parametrize("name", READS)
async def test_a_bad_question_is_refused(world, name):
    status, code, path = READS[name]
    where = path.format(book=world.path)
    answer = await _raw_get(world, where) if "%2E" in where else await world.owner.get(where)
    assert_refused(answer, status, code)


async def _raw_get(world, where):
    return await _raw(
        world, f"GET /mic/v1{where} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )


async def _raw(world, text: str):
    parts = urlsplit(world.door.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(text.encode())
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    return Answer(int(head.split()[1]), body)


@pytest.mark.parametrize(
    "header", ["Bearer mut_wrong", "Bearer ", "Basic YTpi", "Bearer " + "x" * 300]
)
async def test_a_token_that_is_not_ours_is_refused_even_where_none_is_needed(world, header):
    answer = await world.door.get(f"{world.path}/head", headers={"Authorization": header})
    assert_refused(answer, 401, "auth.bad-token")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/accounts/ada/projects", "request.too-large"),
        ("/heads", "request.too-large"),
        ("{book}/objects/missing", "want-list.too-long"),
        ("{book}/objects/fetch", "want-list.too-long"),
        ("{book}/sessions", "request.too-large"),
    ],
)
async def test_a_body_that_announces_10_gib_is_refused_before_it_comes(world, path, code):
    where = path.format(book=world.path)
    text = (
        f"POST /mic/v1{where} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {world.token}\r\nContent-Length: {10 << 30}\r\n\r\n"
    )
    async with asyncio.timeout(5):
        assert_refused(await _raw(world, text), 413, code)
    await assert_nothing_changed(world)


async def test_a_body_without_a_length_is_cut_at_the_limit(world):
    for path in ("missing", "fetch"):
        answer = await world.owner.post(f"{world.path}/objects/{path}", _endless())
        assert_refused(answer, 413, "want-list.too-long")
    assert_refused(await world.owner.post("/heads", _endless()), 413, "request.too-large")


async def _endless():
    for _ in range(100):
        yield bytes(1 << 18)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["{book}/objects/fetch", "{book}/objects/missing", "/heads"])
async def test_millions_of_ids_take_no_more_room_than_the_most_that_are_allowed(world, path):
    """They have no end: whoever reads to it first never answers."""

    async def millions():
        while True:
            yield bytes(range(256)) * 2048

    tracemalloc.start()
    try:
        answer = await world.owner.post(path.format(book=world.path), millions())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status == 413
    assert peak < 4 * limits.WANTED * limits.ID


@pytest.mark.slow
async def test_as_many_ids_as_are_allowed_are_answered(world):
    ids = [digest_of(str(n).encode()) for n in range(limits.WANTED)]
    answer = await world.owner.post(f"{world.path}/objects/missing", b"".join(ids))
    assert (answer.status, len(answer.body)) == (200, limits.WANTED * limits.ID)
    answer = await world.owner.post(f"{world.path}/objects/missing", b"".join(ids) + bytes(32))
    assert_refused(answer, 413, "want-list.too-long")


async def test_a_want_list_that_is_torn_is_refused(world):
    answer = await world.owner.post(f"{world.path}/objects/missing", bytes(33))
    assert_refused(answer, 400, "request.malformed")


async def test_an_object_that_is_nowhere_is_named(world):
    answer = await world.door.post(f"{world.path}/objects/fetch", b"\1" * 32)
    assert_refused(answer, 404, "store.absent")
    assert ("01" * 32) in answer.json["error"]["message"]


async def test_json_that_is_none_is_refused(world):
    answer = await world.owner.post("/accounts/ada/projects", b"{")
    assert_refused(answer, 400, "request.malformed")


async def test_a_body_that_cannot_be_unpacked_is_refused(world):
    headers = {"Content-Encoding": "gzip"}
    answer = await world.owner.post("/accounts/ada/projects", b"{}", headers=headers)
    assert_refused(answer, 400, "request.broken-off")


async def test_a_key_that_signs_for_somebody_else_is_refused(world):
    key = PrivateKey.from_seed(b"\5" * 32)
    for door, handle, status in ((world.owner, "ada", 201), (world.stranger, "bob", 409)):
        proof = key.sign(key_challenge(world.forge.node.did, handle))
        body = msgspec.json.encode({"did": key.did, "name": "laptop", "proof": proof})
        answer = await door.post("/keys", body)
        assert answer.status == status, answer.body
    assert answer.code == "auth.key-taken"


async def test_a_client_that_hangs_up_within_its_body_leaves_nothing(world):
    body = honest(world).body()
    parts = urlsplit(world.door.url)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"POST /mic/v1{world.path}/landings HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {world.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body[:-5])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await assert_nothing_changed(world)


async def test_a_conflict_names_every_path_and_changes_nothing(world):
    moved = [
        Change("README.md", entry(b"# A book\n"), entry(b"# B\n")),
        Change("src/one.txt", ONE, None),
    ]
    first = world.hand.landing(session_id(60), {"x": b"# B\n"}, base=1, changes=moved)
    assert (await world.owner.post(f"{world.path}/landings", first.body())).status == 201
    late = [*moved, Change("z", None, entry(b"z"))]
    second = world.hand.landing(session_id(61), {"x": b"# B\n", "z": b"z"}, base=1, changes=late)
    answer = await world.owner.post(f"{world.path}/landings", second.body())
    assert_refused(answer, 409, "landing.paths-moved")
    assert answer.json["error"]["details"]["paths"] == ["README.md", "src/one.txt"]
    assert (await world.head())[0] == 2

"""A landing over the wire is there whole, once, and for its readers; or it is not there at all."""

import io
import random
from dataclasses import replace

from keys.statements.landing import open_landing
from node.rollups import verbs as rollups
from node.rollups.model import LEVELS
from store import contents, tree
from store.bloom import Bloom
from store.changes import Change
from store.digest import digest_of
from store.records import encode
from store.tree import Entry, Mode
from tests.support.wire import blob, entry, session_id


async def land(world, parts, door=None):
    return await (door or world.owner).post(f"{world.path}/landings", parts.body())


async def test_a_landing_answers_with_the_record_that_the_node_signed(empty):
    answer = await land(empty, empty.hand.landing(session_id(1), {"a": b"1", "b/c": b"2"}))
    assert answer.status == 201
    assert answer.json["position"] == 1
    head = (await empty.owner.get(f"{empty.path}/head")).json
    assert (head["position"], head["id"], head["record"]) == (
        1,
        answer.json["id"],
        answer.json["record"],
    )


async def test_the_same_landing_sent_twice_lands_once(world):
    parts = world.hand.landing(session_id(9), {"new": b"n"})
    first, again = await land(world, parts), await land(world, parts)
    assert first.json == again.json
    assert (await world.head())[0] == 2


async def test_two_who_change_the_same_path_from_the_same_base_conflict(world):
    old = entry(b"one\n")
    for number, (text, status) in enumerate([(b"mine\n", 201), (b"theirs\n", 409)], 20):
        changes = [Change("src/one.txt", old, entry(text))]
        parts = world.hand.landing(session_id(number), {"x": text}, base=1, changes=changes)
        answer = await land(world, parts)
        assert answer.status == status, answer.body
    assert answer.code == "landing.paths-moved"
    assert answer.json["error"]["details"]["paths"] == ["src/one.txt"]
    assert (await world.head())[0] == 2


async def test_changes_to_different_files_from_the_same_base_both_land(world):
    for number, path in enumerate(["x", "y"], 30):
        parts = world.hand.landing(session_id(number), {path: path.encode()}, base=1)
        assert (await land(world, parts)).status == 201
    names = (await world.door.get(f"{world.path}/tree")).json["entries"]
    assert {"x", "y"} <= {one["name"] for one in names}


async def test_a_landing_of_many_objects_is_streamed_to_the_packs(empty):
    files = {f"dir/{n:04d}": f"file {n}\n".encode() * 20 for n in range(1500)}
    answer = await land(empty, empty.hand.landing(session_id(1), files))
    assert answer.status == 201, answer.body
    sent = (await empty.door.get(f"{empty.path}/checkout")).records()
    assert {digest_of(data) for data in files.values()} <= sent.keys()


async def test_what_was_uploaded_before_need_not_come_along(empty):
    parts = empty.hand.landing(session_id(1), {"a": b"1"})
    ids = b"".join(record.digest for record in parts.records)
    missing = await empty.owner.post(f"{empty.path}/objects/missing", ids)
    assert missing.body == ids
    await empty.owner.post(f"{empty.path}/objects", parts.body()[-_size(parts) :])
    assert (await empty.owner.post(f"{empty.path}/objects/missing", ids)).body == b""
    bare = parts.__class__(parts.request, ())
    assert (await land(empty, bare)).status == 201


async def test_the_log_names_what_happened_newest_first(world):
    await land(world, world.hand.landing(session_id(5), {"z": b"z"}, base=1, goal="Add z"))
    log = (await world.door.get(f"{world.path}/landings")).json["landings"]
    assert [(one["position"], one["goal"], one["author"]) for one in log] == [
        (2, "Add z", "ada"),
        (1, "Write it down", "ada"),
    ]
    touched = (await world.door.get(f"{world.path}/landings?path=src/one.txt")).json["landings"]
    assert [one["position"] for one in touched] == [1]
    assert len((await world.door.get(f"{world.path}/landings?limit=1")).json["landings"]) == 1


async def test_one_landing_shows_its_documents_session_and_changes(world):
    shown = (await world.door.get(f"{world.path}/landings/1")).json
    assert [change["path"] for change in shown["changes"]] == [
        "README.md",
        "src/one.txt",
        "src/two.txt",
    ]
    assert shown["session"]["goal"] == shown["landing"]["goal"]
    assert shown["statement"] is not None


async def test_the_records_of_the_log_verify_offline(world):
    sent = (await world.door.get(f"{world.path}/records?from=1&to=1")).records()
    head = (await world.door.get(f"{world.path}/head")).json
    record, signer = open_landing(sent[bytes.fromhex(head["id"])])
    assert signer == world.forge.node.did
    assert record.tree.hex() == head["tree"]
    assert record.contribution in sent


async def test_a_checkout_holds_the_tree_and_every_file_and_then_only_what_is_new(world):
    whole = (await world.door.get(f"{world.path}/checkout?at=1")).records()
    found = dict(tree.walk((await world.head())[1], whole.__getitem__))
    assert {path: whole[one.id] for path, one in found.items()} == {
        "README.md": b"# A book\n",
        "src/one.txt": b"one\n",
        "src/two.txt": b"two\n",
    }
    await land(world, world.hand.landing(session_id(5), {"src/three": b"3"}, base=1))
    fresh = (await world.door.get(f"{world.path}/checkout?at=2&have=1")).records()
    assert digest_of(b"3") in fresh
    assert digest_of(b"one\n") not in fresh
    assert not (await world.door.get(f"{world.path}/checkout?at=0")).records()


def _size(parts):
    return sum(48 + len(record.stored) for record in parts.records)


async def test_an_upload_says_how_many_objects_are_durable(empty):
    body = b"".join(encode(blob(bytes([n]))) for n in range(50))
    assert (await empty.owner.post(f"{empty.path}/objects", body)).json == {"stored": 50}


async def test_a_large_file_of_which_only_a_little_is_new_comes_along_in_its_landing(world):
    size = 5 << 20
    raw = random.Random(1).randbytes(size)
    *chunks, manifest = contents.records_of(io.BytesIO(raw), size)
    old, new = chunks[:-1], [chunks[-1], manifest]
    await world.owner.post(f"{world.path}/objects", b"".join(map(encode, old)))
    large = [Change("large.bin", None, Entry(Mode.FILE, manifest.digest, size))]
    parts = world.hand.landing(session_id(8), {}, base=1, changes=large)
    sent = replace(parts, records=(*parts.records, *new))
    assert (await land(world, sent)).status == 201
    assert (await world.door.get(f"{world.path}/files/large.bin")).body == raw
    tail = {"Range": f"bytes={size - 10}-"}
    answer = await world.door.get(f"{world.path}/files/large.bin", headers=tail)
    assert answer.body == raw[-10:]


async def test_rollups_are_listed_and_their_filters_are_objects(world, monkeypatch):
    monkeypatch.setitem(LEVELS, 1, 1)
    monkeypatch.setattr(rollups, "STEP", 1)
    await rollups.build(world.forge, world.book.key)
    (listed,) = (await world.door.get(f"{world.path}/rollups")).json["rollups"]
    assert (listed["level"], listed["start"], listed["end"]) == (1, 1, 1)
    asked = bytes.fromhex(listed["filter"])
    sent = (await world.door.post(f"{world.path}/objects/fetch", asked)).records()
    assert Bloom.decode(sent[asked]).may_contain(b"=README.md")

"""Only what nothing refers to goes, and only after its grace."""

import io
import random

import pytest

from store import contents, index, pages, tree
from store.collect import collect
from store.digest import digest_of
from store.errors import Absent
from store.records import Kind, make
from store.tree import EMPTY, Entry, Mode

DAY = 86_400
GRACE = 14 * DAY


@pytest.fixture(autouse=True, params=[1, 1000])
def page(request, monkeypatch):
    """Much is gone over in many pages, little in one; that makes no difference."""
    monkeypatch.setattr(pages, "AT_ONCE", request.param)


async def put(objects, raw, previous=None, kind=Kind.BLOB):
    return await objects.db.write(lambda tx: objects.put(tx, kind, raw, previous))


async def get(objects, digest):
    return await objects.db.read(lambda tx: objects.get(tx, digest))


async def has(objects, digest):
    return await objects.db.read(lambda tx: objects.has(tx, digest))


def noise(seed, size=2000):
    return random.Random(seed).randbytes(size)


async def land(objects, files, root=EMPTY):
    """Store files and return the root of their tree."""

    def work(tx):
        changes = {
            path: Entry(Mode.FILE, objects.put(tx, Kind.BLOB, raw), len(raw))
            for path, raw in files.items()
        }
        return tree.apply(
            root,
            changes,
            lambda digest: objects.get(tx, digest),
            lambda raw, old: objects.put(tx, Kind.TREE, raw, old),
        )

    return await objects.db.write(work)


def roots(*digests):
    return lambda _tx: [(digest, Kind.TREE, 0) for digest in digests]


async def sweep(objects, keep, now=0, grace=0):
    return await collect(objects, keep, now, grace)


async def test_what_a_root_reaches_stays_and_the_rest_goes(objects):
    lost = await land(objects, {"a/old": noise(1), "same": b"same"})
    kept = await land(objects, {"a/new": noise(2), "same": b"same"})
    while await objects.seal():
        pass
    done = await sweep(objects, roots(kept))
    assert done.removed == done.doubted == 3
    assert done.freed_bytes > 2000
    assert objects.packs.numbers() == [2]
    source = await objects.db.read(
        lambda tx: {
            p: objects.get(tx, e.id) for p, e in tree.walk(kept, lambda d: objects.get(tx, d))
        }
    )
    assert source == {"a/new": noise(2), "same": b"same"}
    for digest in (lost, digest_of(noise(1))):
        with pytest.raises(Absent):
            await get(objects, digest)


async def test_small_rows_are_collected_too(objects):
    digest = await put(objects, b"nobody's")
    await sweep(objects, roots())
    with pytest.raises(Absent):
        await get(objects, digest)


async def test_what_is_young_is_left_alone(objects):
    await sweep(objects, roots(), now=0, grace=GRACE)
    digest = await put(objects, b"young")
    for day in range(1, 14):
        assert (await sweep(objects, roots(), day * DAY, GRACE)).doubted == 0
        assert await has(objects, digest)


async def test_an_orphan_is_first_doubted_and_goes_a_grace_later(objects):
    digest = await put(objects, b"orphan")
    await objects.seal()
    await sweep(objects, roots(), 0, GRACE)
    assert await has(objects, digest)
    assert (await sweep(objects, roots(), GRACE, GRACE)).doubted == 1
    assert not await has(objects, digest)
    assert await get(objects, digest) == b"orphan"
    assert (await sweep(objects, roots(), 2 * GRACE - 1, GRACE)).removed == 0
    assert (await sweep(objects, roots(), 2 * GRACE, GRACE)).removed == 1
    with pytest.raises(Absent):
        await get(objects, digest)


@pytest.mark.parametrize("way", ["put", "put_record", "ingest"])
async def test_to_store_a_doubted_object_again_keeps_it(objects, way):
    raw = b"wanted again"
    digest = await put(objects, raw)
    await objects.seal()
    await objects.db.write(lambda tx: index.doubt(tx, [digest], 0))
    assert await objects.db.read(lambda tx: objects.missing(tx, [digest])) == [digest]
    record = make(Kind.BLOB, raw)
    if way == "ingest":
        await objects.ingest([record])
    elif way == "put":
        await put(objects, raw)
    else:
        await objects.db.write(lambda tx: objects.put_record(tx, record))
    assert await has(objects, digest)
    objects.forget_cached()
    assert await get(objects, digest) == raw


async def test_a_doubted_object_that_is_reached_again_is_trusted(objects):
    root = await land(objects, {"a": noise(1)})
    await objects.db.write(lambda tx: index.doubt(tx, [root, digest_of(noise(1))], 0))
    await sweep(objects, roots(root), GRACE, GRACE)
    assert await has(objects, root)
    assert await has(objects, digest_of(noise(1)))


async def test_what_a_living_object_rests_on_stays(objects):
    old, new = (
        b"".join(b"%d\n" % n for n in range(2000)),
        b"".join(b"%d\n" % n for n in range(2001)),
    )
    await put(objects, old)
    await put(objects, new, digest_of(old))
    while await objects.seal():
        pass
    await sweep(objects, lambda _tx: [(digest_of(new), Kind.DOCUMENT, 0)])
    objects.forget_cached()
    record = await objects.db.read(lambda tx: objects.stored_record(tx, digest_of(new)))
    assert record.base == digest_of(old)
    assert await get(objects, digest_of(new)) == new


async def test_the_chunks_of_a_large_file_stay(objects):
    raw = noise(1, contents.BLOB_MAX + 1)
    records = list(contents.records_of(io.BytesIO(raw), len(raw)))
    await objects.ingest([*records, make(Kind.BLOB, noise(2))])
    keep = [(records[-1].digest, Kind.MANIFEST, len(raw))]
    assert (await sweep(objects, lambda _tx: keep)).removed == 1
    for record in records:
        await get(objects, record.digest)


async def test_a_root_that_cannot_be_read_stops_the_collection(objects):
    kept = await put(objects, b"kept")
    with pytest.raises(Absent):
        await sweep(objects, roots(digest_of(b"never stored")))
    assert await has(objects, kept)


async def test_who_reads_an_older_snapshot_still_can(objects):
    kept, gone = make(Kind.BLOB, noise(1)), make(Kind.BLOB, noise(2))
    await objects.ingest([kept, gone])
    spot = await objects.db.read(lambda tx: index.spot(tx, kept.digest))
    await sweep(objects, lambda _tx: [(kept.digest, Kind.BLOB, 2000)])
    assert not objects.packs.path(1).exists()
    assert objects.record_at(kept.digest, *spot) == kept


async def test_a_pack_with_an_append_under_way_stays(objects):
    record = make(Kind.BLOB, noise(1))
    with objects.packs.appended([b"x" * 100]):
        await objects.ingest([record])
        await sweep(objects, roots())
        assert objects.packs.path(1).exists()


async def test_it_is_all_there_after_reopening(open_store, data):
    async with open_store(data) as objects:
        root = await land(objects, {f"{n}": noise(n) for n in range(20)})
        await land(objects, {f"{n}": noise(n + 100) for n in range(20)})
        while await objects.seal():
            pass
        await sweep(objects, roots(root))
    async with open_store(data) as objects:
        assert (await objects.stats()).objects == 21
        assert [await get(objects, digest_of(noise(n))) for n in range(20)] == [
            noise(n) for n in range(20)
        ]


async def test_who_wants_to_know_is_told_before_anything_goes(objects):
    orphans = [await put(objects, b"orphan %d" % n) for n in range(3)]
    told = []

    async def forget(gone):
        told.extend(gone)
        assert [await get(objects, digest) for digest in gone]

    await collect(objects, roots(), 0, GRACE, forget=forget)
    await collect(objects, roots(), GRACE, GRACE, forget=forget)
    assert told == []
    assert (await collect(objects, roots(), 2 * GRACE, GRACE, forget=forget)).removed == 3
    assert set(told) == set(orphans)


async def test_what_is_sent_again_at_the_last_moment_stays(objects):
    digest = await put(objects, b"wanted after all")
    await objects.seal()

    async def send_again(gone):
        assert gone == [digest]
        await objects.ingest([make(Kind.BLOB, b"wanted after all")])

    for day in (0, 14, 28):
        await collect(objects, roots(), day * DAY, GRACE, forget=send_again if day else nobody)
    assert await has(objects, digest)
    objects.forget_cached()
    assert await get(objects, digest) == b"wanted after all"


async def nobody(_gone):
    pass


async def test_a_file_that_looks_like_a_directory_hides_nothing(objects):
    """Somebody keeps the bytes of a tree node as a file: the node is followed all the same."""
    inner = await land(objects, {"deep/file": noise(1)})
    node = await get(objects, inner)
    both = await land(objects, {"copy of a node": node})
    await sweep(objects, roots(both, inner))
    assert await has(objects, digest_of(noise(1)))


async def test_a_collection_leaves_no_file_behind(objects, data):
    await land(objects, {"a": noise(1)})
    await sweep(objects, roots())
    with pytest.raises(Absent):
        await sweep(objects, roots(digest_of(b"never stored")))
    assert not list(data.glob(".marks*"))

"""What was acknowledged is there and proven; what is wrong is refused whole."""

import asyncio
import errno
import os
import random

import pytest

from store import packs
from store.digest import Digest, digest_of
from store.errors import Absent, BadRecord, Corrupt, DiskFull
from store.records import HEADER, Codec, Kind, Record, encode, make, make_prefixed, opened

RAW = b"some bytes " * 50
NOBODY = Digest(bytes(32))


async def get(objects, digest):
    return await objects.db.read(lambda tx: objects.get(tx, digest))


async def put(objects, raw, previous=None, kind=Kind.BLOB):
    return await objects.db.write(lambda tx: objects.put(tx, kind, raw, previous))


def pack(objects, number=1):
    return objects.packs.path(number)


async def test_what_is_ingested_is_read_again_after_reopening(open_store, data):
    records = [make(Kind.BLOB, b"%d" % n * n) for n in range(200)]
    async with open_store(data) as objects:
        await objects.ingest(records)
    async with open_store(data) as objects:
        for n, record in enumerate(records):
            assert await get(objects, record.digest) == b"%d" % n * n


async def test_a_small_object_is_a_row_of_its_transaction(objects):
    def fails(tx):
        objects.put(tx, Kind.DOCUMENT, b"lost")
        raise ValueError

    with pytest.raises(ValueError):
        await objects.db.write(fails)
    with pytest.raises(Absent) as absent:
        await get(objects, digest_of(b"lost"))
    assert absent.value.digest == digest_of(b"lost")
    assert await get(objects, await put(objects, b"kept")) == b"kept"


async def test_what_is_missing_is_named_in_order_and_once(objects):
    held = await put(objects, b"held")
    await objects.ingest([make(Kind.BLOB, b"packed")])
    asked = [Digest(bytes([n]) * 32) for n in (9, 3, 9)]
    asked += [held, digest_of(b"packed")]
    assert await objects.db.read(lambda tx: objects.missing(tx, asked)) == [asked[0], asked[1]]
    assert await objects.db.read(lambda tx: objects.lengths(tx, asked)) == {
        held: 4,
        digest_of(b"packed"): 6,
    }
    assert await objects.db.read(lambda tx: objects.has(tx, held))
    assert not await objects.db.read(lambda tx: objects.has(tx, NOBODY))


async def test_a_want_list_of_thousands_is_answered(objects):
    await objects.ingest([make(Kind.BLOB, b"%d" % n) for n in range(1500)])
    asked = [digest_of(b"%d" % n) for n in range(3000)]
    assert await objects.db.read(lambda tx: objects.missing(tx, asked)) == asked[1500:]


async def test_nothing_is_stored_twice(objects):
    record = make(Kind.BLOB, RAW)
    await objects.ingest([record, record])
    size = pack(objects).stat().st_size
    await objects.ingest([record])
    await put(objects, RAW)
    assert pack(objects).stat().st_size == size == HEADER + len(record.stored)
    assert (await objects.stats()).objects == 1
    assert (await objects.stats()).small == 0


@pytest.mark.parametrize(
    "wrong",
    [
        Record(Kind.BLOB, Codec.RAW, 1, NOBODY, b"a"),
        Record(Kind.BLOB, Codec.ZSTD, 500, NOBODY, b"not a frame"),
        make_prefixed(Kind.BLOB, RAW, RAW + b"x"),
    ],
    ids=["digest", "frame", "difference"],
)
async def test_one_wrong_record_refuses_its_batch(objects, wrong):
    good = make(Kind.BLOB, RAW)
    with pytest.raises((BadRecord, Corrupt)):
        await objects.ingest([good, wrong])
    with pytest.raises((BadRecord, Corrupt)):
        await objects.db.write(lambda tx: objects.put_record(tx, wrong))
    assert (await objects.stats()).objects == (await objects.stats()).small == 0


async def test_batches_ingested_at_once_all_arrive(objects):
    batches = [
        [make(Kind.BLOB, b"%d" % (n % 300)) for n in range(s, s + 100)] for s in range(0, 900, 50)
    ]
    await asyncio.gather(*(objects.ingest(batch) for batch in batches))
    for n in range(300):
        assert await get(objects, digest_of(b"%d" % n)) == b"%d" % n


async def test_an_empty_batch_is_nothing(objects):
    await objects.ingest([])
    assert (await objects.stats()).packs == 0


async def test_a_record_is_handed_on_as_it_came(objects):
    record = make(Kind.BLOB, RAW)
    await objects.ingest([record])
    small = make(Kind.DOCUMENT, b"small" * 40)
    await objects.db.write(lambda tx: objects.put_record(tx, small))
    assert await objects.db.read(lambda tx: objects.record(tx, record.digest)) == record
    assert await objects.db.read(lambda tx: objects.record(tx, small.digest)) == small


@pytest.mark.slow
async def test_every_byte_of_a_record_is_watched(open_store, data):
    record = make(Kind.BLOB, RAW)
    async with open_store(data) as objects:
        await objects.ingest([record])
        path = pack(objects)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        async with open_store(data) as objects:
            try:
                assert await get(objects, record.digest) == RAW
                # The advisory kind; flags of a zstd frame that mean the same bytes.
                assert at == 4 or at >= HEADER
            except Corrupt as fault:
                assert fault.digest == record.digest  # noqa: PT017
    path.write_bytes(whole)
    async with open_store(data) as objects:
        assert await get(objects, record.digest) == RAW


@pytest.mark.parametrize("damage", ["short", "gone"])
async def test_a_pack_that_lost_its_end_is_named_and_never_written_over(open_store, data, damage):
    async with open_store(data) as objects:
        await objects.ingest([make(Kind.BLOB, RAW)])
        path = pack(objects)
    if damage == "short":
        os.truncate(path, HEADER + 3)
    else:
        path.unlink()
    async with open_store(data) as objects:
        with pytest.raises(Corrupt, match="pack 1 at 0"):
            await get(objects, digest_of(RAW))
        await objects.ingest([make(Kind.BLOB, b"more")])
        assert await get(objects, digest_of(b"more")) == b"more"
        assert objects.packs.current == 2


@pytest.mark.slow
async def test_a_tail_torn_at_any_byte_costs_nothing_that_was_acknowledged(open_store, data):
    """The last record is on its way when the machine stops: whatever part of it arrived."""
    kept, torn = make(Kind.BLOB, RAW), make(Kind.BLOB, b"torn " * 40)
    async with open_store(data) as objects:
        await objects.ingest([kept])
        path = pack(objects)
    whole = path.read_bytes()
    for cut in range(len(encode(torn))):
        path.write_bytes(whole + encode(torn)[:cut])
        async with open_store(data) as objects:
            assert path.read_bytes() == whole
            assert await get(objects, kept.digest) == RAW
            with pytest.raises(Absent):
                await get(objects, torn.digest)
            if cut % 16 == 0:
                extra = b"after %d" % cut
                await objects.ingest([make(Kind.BLOB, extra)])
                assert await get(objects, digest_of(extra)) == extra
                whole = path.read_bytes()


async def test_a_full_disk_refuses_the_batch_and_keeps_the_rest(objects, monkeypatch):
    await objects.ingest([make(Kind.BLOB, RAW)])
    before = pack(objects).read_bytes()
    really = os.pwrite
    room = [40]

    def pwrite(file, data, offset):
        if room[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = really(file, bytes(data)[: room[0]], offset)
        room[0] -= written
        return written

    monkeypatch.setattr(packs.os, "pwrite", pwrite)
    with pytest.raises(DiskFull):
        await objects.ingest([make(Kind.BLOB, b"no room " * 100)])
    assert pack(objects).read_bytes() == before
    room[0] = 1 << 20
    await objects.ingest([make(Kind.BLOB, b"no room " * 100)])
    assert await get(objects, digest_of(b"no room " * 100)) == b"no room " * 100
    assert await get(objects, digest_of(RAW)) == RAW


async def test_an_index_that_cannot_be_written_acknowledges_nothing(objects, monkeypatch):
    full = make(Kind.BLOB, b"not indexed")

    async def write(_work):
        raise DiskFull("full")

    monkeypatch.setattr(objects.db, "write", write)
    with pytest.raises(DiskFull):
        await objects.ingest([full])
    monkeypatch.undo()
    with pytest.raises(Absent):
        await get(objects, full.digest)
    await objects.ingest([full])
    assert await get(objects, full.digest) == b"not indexed"


async def test_packs_roll_over_and_stay_readable(objects, monkeypatch):
    monkeypatch.setattr(packs, "ROLLED_AT", 1000)
    raws = [random.Random(n).randbytes(600) for n in range(6)]
    for raw in raws:
        await objects.ingest([make(Kind.BLOB, raw)])
    assert objects.packs.numbers() == [1, 2, 3]
    assert [await get(objects, digest_of(raw)) for raw in raws] == raws


async def test_a_read_is_served_from_memory_only_within_its_bounds(objects):
    digest = await put(objects, RAW)
    assert await get(objects, digest) is await get(objects, digest)
    objects.forget_cached()
    big = random.Random(0).randbytes(300 << 10)
    await objects.ingest([make(Kind.BLOB, big)])
    assert await get(objects, digest_of(big)) is not await get(objects, digest_of(big))


async def test_a_record_of_the_wire_opens_without_the_store(objects):
    await put(objects, RAW)
    record = await objects.db.read(lambda tx: objects.record(tx, digest_of(RAW)))
    assert opened(record) == RAW

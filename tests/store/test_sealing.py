"""Sealing loses nothing, keeps chains short, and makes versions small."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import delta, index
from store.digest import digest_of
from store.index import Tip
from store.records import Codec, Kind, make


def version(n: int) -> bytes:
    lines = [b"line %d of a file that is edited\n" % i for i in range(300)]
    for step in range(n):
        lines[random.Random(step).randrange(300)] = b"changed in %d\n" % step
    return b"".join(lines)


async def put_chain(objects, count, start=0):
    previous = None if start == 0 else digest_of(version(start - 1))
    for n in range(start, start + count):
        raw = version(n)
        previous = await objects.db.write(
            lambda tx, raw=raw, old=previous: objects.put(tx, Kind.BLOB, raw, old)
        )


async def seal_all(objects, limit=1000):
    while await objects.seal(limit):
        pass


async def depth(objects, digest):
    def work(tx):
        found, at = 0, objects.stored_record(tx, digest).base
        while at is not None:
            found, at = found + 1, objects.stored_record(tx, at).base
        return found

    return await objects.db.read(work)


async def get(objects, raw):
    return await objects.db.read(lambda tx: objects.get(tx, digest_of(raw)))


@given(st.integers(0, 400))
def test_a_version_rests_on_the_one_that_the_rule_names(count):
    tip, ids = Tip(0, ()), [b"0"]
    numbers = [0]
    for n in range(1, count):
        tip = delta.following(ids[-1], tip)
        numbers.append(tip.number)
        expected, at = [], n % 64
        while at:
            at &= at - 1
            expected.append(ids[n - n % 64 + at])
        assert list(tip.bases) == expected
        ids.append(b"%d" % n)
    assert numbers == [n % 64 for n in range(max(count, 1))]


@given(st.integers(0, 6))
def test_a_forgotten_chain_is_resumed_without_growing_too_deep(depth):
    bases = tuple(b"%d" % n for n in range(depth))
    tip = delta.resumed(bases)
    for n in range(100):
        tip = delta.following(b"x%d" % n, tip)
        assert len(tip.bases) <= delta.DEEPEST
        assert tip.number.bit_count() == len(tip.bases)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1000, 7])
async def test_two_hundred_versions_become_small_and_none_is_deep(objects, limit):
    await put_chain(objects, 200)
    await seal_all(objects, limit)
    objects.forget_cached()
    depths = [await depth(objects, digest_of(version(n))) for n in range(200)]
    assert max(depths) == delta.DEEPEST
    assert [await get(objects, version(n)) for n in range(200)] == [version(n) for n in range(200)]
    stats = await objects.stats()
    assert stats.small == 0
    assert stats.pack_bytes < stats.raw_bytes / 15
    rows = await objects.db.read(
        lambda tx: [
            tx.execute(f"select count(*) from {table}").fetchone()[0]
            for table in ("lineage", "chains", "small_objects")
        ]
    )
    assert rows == [0, 1, 0]


async def test_a_chain_goes_on_after_it_was_sealed(objects):
    await put_chain(objects, 5)
    await seal_all(objects)
    await put_chain(objects, 5, start=5)
    await seal_all(objects)
    for n in range(1, 10):
        assert await depth(objects, digest_of(version(n))) == n.bit_count()


async def test_an_upload_is_sealed_against_the_version_before(objects):
    records = [make(Kind.BLOB, version(n)) for n in range(3)]
    await objects.ingest(records)
    for new, old in ((1, 0), (2, 1)):
        await objects.db.write(
            lambda tx, n=new, o=old: objects.lineage(tx, records[n].digest, records[o].digest)
        )
    await seal_all(objects)
    objects.forget_cached()
    assert [await depth(objects, record.digest) for record in records] == [0, 1, 1]
    assert [await get(objects, version(n)) for n in range(3)] == [version(n) for n in range(3)]


async def test_a_file_that_goes_back_and_forth_makes_no_circle(objects):
    a, b = version(0), version(1)
    for new, old in ((a, None), (b, a), (a, b), (b, a)):

        def land(tx, new=new, old=old):
            objects.put(tx, Kind.BLOB, new, digest_of(old) if old else None)
            if old:
                objects.lineage(tx, digest_of(new), digest_of(old))

        await objects.db.write(land)
        await seal_all(objects)
    for first, second in ((a, b), (b, a)):
        await objects.db.write(
            lambda tx, f=first, s=second: objects.lineage(tx, digest_of(f), digest_of(s))
        )
    await seal_all(objects)
    objects.forget_cached()
    assert await get(objects, a) == a
    assert await get(objects, b) == b


async def test_a_circle_within_one_batch_is_cut(objects):
    a, b = version(0), version(1)

    def land(tx):
        objects.put(tx, Kind.BLOB, a)
        objects.put(tx, Kind.BLOB, b, digest_of(a))
        objects.lineage(tx, digest_of(a), digest_of(b))

    await objects.db.write(land)
    await seal_all(objects)
    objects.forget_cached()
    assert await get(objects, a) == a
    assert await get(objects, b) == b


async def test_a_branch_rests_on_the_version_that_it_left(objects):
    await put_chain(objects, 4)
    await seal_all(objects)
    branch = version(1) + b"a branch\n"
    await objects.db.write(lambda tx: objects.put(tx, Kind.BLOB, branch, digest_of(version(1))))
    await seal_all(objects)
    record = await objects.db.read(lambda tx: objects.stored_record(tx, digest_of(branch)))
    assert record.base == digest_of(version(1))


async def test_what_shares_nothing_stays_whole(objects):
    a, b = random.Random(1).randbytes(5000), random.Random(2).randbytes(5000)
    await objects.db.write(lambda tx: objects.put(tx, Kind.BLOB, a))
    await objects.db.write(lambda tx: objects.put(tx, Kind.BLOB, b, digest_of(a)))
    await seal_all(objects)
    record = await objects.db.read(lambda tx: objects.stored_record(tx, digest_of(b)))
    assert record.codec is Codec.RAW


async def test_an_older_version_that_nobody_has_is_no_obstacle(objects):
    await objects.db.write(lambda tx: objects.put(tx, Kind.BLOB, b"a" * 500, digest_of(b"never")))
    assert await objects.seal() == 1
    assert await objects.seal() == 0
    assert await get(objects, b"a" * 500) == b"a" * 500


async def test_sealed_differences_leave_as_whole_records(objects):
    await put_chain(objects, 3)
    await seal_all(objects)
    record = await objects.db.read(lambda tx: objects.record(tx, digest_of(version(2))))
    assert record.base is None
    assert record == make(Kind.BLOB, version(2))


@pytest.mark.slow
async def test_freed_rows_are_given_back(objects):
    await objects.db.write(
        lambda tx: [
            objects.put(tx, Kind.BLOB, random.Random(n).randbytes(9000)) for n in range(400)
        ]
    )
    pages = "pragma page_count"
    before = await objects.db.read(lambda tx: tx.execute(pages).fetchone()[0])
    await seal_all(objects)
    assert await objects.db.read(lambda tx: tx.execute(pages).fetchone()[0]) < before / 4


async def test_a_tip_is_kept_with_what_it_rests_on(objects):
    await put_chain(objects, 4)
    await seal_all(objects)
    ids = [digest_of(version(n)) for n in range(4)]
    tip = await objects.db.read(lambda tx: index.tip(tx, ids[3]))
    assert tip == Tip(3, (ids[2], ids[0]))

"""A check finds what is damaged, names it, and repairs it where a good copy is left."""

import random

import pytest

from store import index
from store.check import check
from store.digest import digest_of
from store.errors import Corrupt
from store.records import HEADER, Kind, encode, make


def noise(seed, size=500):
    return random.Random(seed).randbytes(size)


def overwrite(path, offset, data):
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


async def get(objects, raw):
    return await objects.db.read(lambda tx: objects.get(tx, digest_of(raw)))


async def place(objects, raw):
    return await objects.db.read(lambda tx: index.place(tx, digest_of(raw)))


async def filled(objects):
    await objects.ingest([make(Kind.BLOB, noise(n)) for n in range(5)])
    await objects.db.write(lambda tx: objects.put(tx, Kind.BLOB, noise(9)))


async def test_a_sound_store_is_clean(objects):
    await filled(objects)
    report = await check(objects)
    assert report.is_clean
    assert (report.objects, report.problems) == (6, ())


@pytest.mark.parametrize("where", ["header", "body", "end"])
async def test_a_damaged_record_is_named_and_the_others_are_well(objects, where):
    await filled(objects)
    found = await place(objects, noise(2))
    offset = found.offset + {"header": 0, "body": HEADER + 7, "end": HEADER + 499}[where]
    overwrite(objects.packs.path(1), offset, b"\xaa\x55"[: 1 if where == "end" else 2])
    report = await check(objects)
    (problem,) = report.problems
    assert problem.id == digest_of(noise(2))
    assert problem.where == f"pack 1 at {found.offset}"
    assert not report.is_clean


async def test_a_damaged_small_row_is_named(objects):
    await filled(objects)
    await objects.db.write(lambda tx: tx.execute("update small_objects set stored = zeroblob(500)"))
    (problem,) = (await check(objects)).problems
    assert problem.id == digest_of(noise(9))
    assert problem.where.startswith("row ")


async def test_what_cannot_be_repaired_counts_as_missing_until_it_is_sent_again(objects):
    await filled(objects)
    overwrite(objects.packs.path(1), 60, b"damage")
    report = await check(objects, repair=True)
    assert [problem.is_repaired for problem in report.problems] == [False]
    lost = report.problems[0].id
    assert await objects.db.read(lambda tx: objects.missing(tx, [lost])) == [lost]
    with pytest.raises(Corrupt):
        await objects.db.read(lambda tx: objects.get(tx, lost))
    await objects.ingest([make(Kind.BLOB, noise(0))])
    assert await get(objects, noise(0)) == noise(0)
    assert (await check(objects)).is_clean


async def test_another_copy_in_a_pack_repairs(objects):
    await filled(objects)
    with objects.packs.appended([b"rubbish", encode(make(Kind.BLOB, noise(0)))]):
        pass
    overwrite(objects.packs.path(1), 60, b"damage")
    report = await check(objects, repair=True)
    assert [problem.is_repaired for problem in report.problems] == [True]
    assert report.is_clean
    assert await get(objects, noise(0)) == noise(0)
    assert (await check(objects)).problems == ()


async def test_a_row_repairs_what_is_damaged_in_a_pack(objects):
    await filled(objects)
    await objects.db.write(lambda tx: index.put_small(tx, make(Kind.BLOB, noise(0))))
    overwrite(objects.packs.path(1), 60, b"damage")
    assert (await check(objects, repair=True)).is_clean
    assert await get(objects, noise(0)) == noise(0)


async def test_an_index_row_that_points_elsewhere_is_repaired_from_the_pack(objects):
    await filled(objects)
    await objects.db.write(
        lambda tx: tx.execute(
            "update objects set offset = offset + 1 where id = ?", (digest_of(noise(3)),)
        )
    )
    assert (await check(objects, repair=True)).is_clean
    assert await get(objects, noise(3)) == noise(3)


async def test_a_wrong_length_in_the_index_is_found_and_repaired(objects):
    await filled(objects)
    await objects.db.write(lambda tx: tx.execute("update objects set raw = 1 where raw = 500"))
    assert len((await check(objects)).problems) == 5
    assert (await check(objects, repair=True)).is_clean
    assert (await check(objects)).problems == ()


async def test_with_a_base_all_that_rests_on_it_is_named_and_healed(objects):
    old = b"".join(b"%d\n" % n for n in range(3000))
    new = old + b"more\n"
    await objects.db.write(lambda tx: objects.put(tx, Kind.BLOB, old))
    await objects.db.write(lambda tx: objects.put(tx, Kind.BLOB, new, digest_of(old)))
    while await objects.seal():
        pass
    overwrite(objects.packs.path(1), HEADER + 40, b"damage")
    report = await check(objects, repair=True)
    assert {problem.id for problem in report.problems} == {digest_of(old), digest_of(new)}
    assert all(digest_of(old).hex() in problem.what for problem in report.problems)
    await objects.ingest([make(Kind.BLOB, old)])
    objects.forget_cached()
    assert await get(objects, new) == new
    assert (await check(objects, repair=True)).problems == ()


async def test_a_pack_that_is_gone_is_named_for_each_object(objects):
    await filled(objects)
    objects.packs.close()
    objects.packs.path(1).unlink()
    report = await check(objects, repair=True)
    assert len(report.problems) == 5
    assert (await objects.stats()).small == 1

"""What lies in packs behind their index is taken in again or kept aside, never lost."""

import random
import shutil

import pytest

from store import index
from store.check import check
from store.digest import digest_of
from store.errors import Absent
from store.records import Kind, encode, make, make_prefixed

NEW = [b"one", b"two " * 400, b"three " * 400]


def noise(seed, size=3000):
    return random.Random(seed).randbytes(size)


async def get(objects, raw):
    return await objects.db.read(lambda tx: objects.get(tx, digest_of(raw)))


def aside(data):
    return sorted((data / "packs").glob("*.tail-*"))


def copy_of_the_database(data, tmp_path):
    return shutil.copytree(data, tmp_path / "backup", ignore=shutil.ignore_patterns("packs"))


def restore_database(data, backup):
    """Put an older database beside the packs of today."""
    for file in data.glob("node.db*"):
        file.unlink()
    shutil.copytree(backup, data, dirs_exist_ok=True)


async def ingest(objects, *raws):
    await objects.ingest([make(Kind.BLOB, raw) for raw in raws])


async def test_an_older_database_takes_in_what_newer_packs_hold(open_store, data, tmp_path):
    async with open_store(data) as objects:
        await ingest(objects, b"old")
    backup = copy_of_the_database(data, tmp_path)
    async with open_store(data) as objects:
        await ingest(objects, *NEW)
        pack = objects.packs.path(1)
    before = pack.read_bytes()
    restore_database(data, backup)
    async with open_store(data) as objects:
        assert pack.read_bytes() == before
        assert [await get(objects, raw) for raw in (b"old", *NEW)] == [b"old", *NEW]
        await ingest(objects, b"newer still")
        assert pack.read_bytes().startswith(before)
        assert (await check(objects)).problems == ()
    assert aside(data) == []


async def test_the_newer_database_finds_everything_in_its_place_again(open_store, data, tmp_path):
    older = copy_of_the_database(data, tmp_path)
    async with open_store(data) as objects:
        await ingest(objects, *NEW)
    newer = shutil.copytree(data, tmp_path / "newer", ignore=shutil.ignore_patterns("packs"))
    restore_database(data, older)
    async with open_store(data) as objects:
        await ingest(objects, b"in between")
    restore_database(data, newer)
    async with open_store(data) as objects:
        assert [await get(objects, raw) for raw in (*NEW, b"in between")] == [*NEW, b"in between"]
        assert (await check(objects)).problems == ()


async def test_versions_that_rest_on_others_are_taken_in_with_them(open_store, data, tmp_path):
    versions = [b"".join(b"%d\n" % n for n in range(2000 + more)) for more in range(5)]
    async with open_store(data) as objects:
        previous = None
        for raw in versions:
            previous = await objects.db.write(
                lambda tx, raw=raw, p=previous: objects.put(tx, Kind.BLOB, raw, p)
            )
    backup = copy_of_the_database(data, tmp_path)
    async with open_store(data) as objects:
        while await objects.seal():
            pass
    restore_database(data, backup)
    async with open_store(data) as objects:
        assert (await objects.stats()).small == 0
        assert [await get(objects, raw) for raw in versions] == versions
        assert await objects.db.read(lambda tx: index.place(tx, digest_of(versions[0])).is_base)
        assert (await check(objects)).problems == ()


async def test_a_record_is_taken_in_though_its_base_lies_behind_it(open_store, data):
    base, raw = noise(1), noise(1) + b"more"
    path = data / "packs" / "000003.pack"
    path.parent.mkdir()
    whole = encode(make_prefixed(Kind.BLOB, raw, base)) + encode(make(Kind.BLOB, base))
    path.write_bytes(whole)
    async with open_store(data) as objects:
        assert await get(objects, raw) == raw
        assert path.read_bytes() == whole
    assert aside(data) == []


async def test_a_pack_that_is_not_known_is_taken_in_and_continued(open_store, data):
    path = data / "packs" / "000007.pack"
    path.parent.mkdir()
    path.write_bytes(encode(make(Kind.BLOB, noise(1))))
    async with open_store(data) as objects:
        assert await get(objects, noise(1)) == noise(1)
        await ingest(objects, noise(2))
        assert objects.packs.numbers() == [7]
    async with open_store(data) as objects:
        assert [await get(objects, noise(n)) for n in (1, 2)] == [noise(1), noise(2)]


WHOLE = encode(make(Kind.BLOB, noise(5)))
BAD = encode(make(Kind.BLOB, noise(6)))[:-1] + b"?"


@pytest.mark.parametrize(
    ("tail", "stays", "kept"),
    [
        (b"no record at all", b"", []),
        (bytes(4096), b"", []),
        (WHOLE + b"rubbish", WHOLE, [5]),
        (b"rubbish" + WHOLE, b"rubbish" + WHOLE, [5]),
        (BAD + WHOLE, BAD + WHOLE, [5]),
        (WHOLE + BAD, WHOLE, [5]),
        (encode(make_prefixed(Kind.BLOB, noise(5) + b"+", noise(5))), b"", []),
    ],
    ids=["rubbish", "zeros", "rubbish behind", "before", "damaged before", "behind", "no base"],
)
async def test_what_cannot_be_taken_in_is_kept_aside(open_store, data, caplog, tail, stays, kept):
    async with open_store(data) as objects:
        await ingest(objects, noise(1))
        pack = objects.packs.path(1)
    whole = pack.read_bytes()
    pack.write_bytes(whole + tail)
    async with open_store(data) as objects:
        assert pack.read_bytes() == whole + stays
        assert [await get(objects, noise(n)) for n in (1, *kept)] == [noise(n) for n in (1, *kept)]
        (file,) = aside(data)
        assert file.read_bytes() == tail
        assert file.name in {getattr(record, "file", None) for record in caplog.records}
        await ingest(objects, noise(9))
        assert (await check(objects)).problems == ()
    async with open_store(data) as objects:
        assert await get(objects, noise(9)) == noise(9)
    assert aside(data) == [file]


async def test_a_record_whose_append_never_ended_is_cut_off(open_store, data):
    async with open_store(data) as objects:
        await ingest(objects, noise(1))
        pack = objects.packs.path(1)
    whole, late = pack.read_bytes(), encode(make(Kind.BLOB, noise(2)))
    pack.write_bytes(whole + late + encode(make(Kind.BLOB, noise(3)))[:-1])
    async with open_store(data) as objects:
        assert pack.read_bytes() == whole + late
        assert await get(objects, noise(2)) == noise(2)
        with pytest.raises(Absent):
            await get(objects, noise(3))
    assert aside(data) == []


async def test_an_object_whose_pack_was_rewritten_is_found_in_the_new_one(open_store, data):
    async with open_store(data) as objects:
        await ingest(objects, noise(1), noise(2))
        pack = objects.packs.path(1)
    pack.rename(pack.with_name("000002.pack"))
    async with open_store(data) as objects:
        assert [await get(objects, noise(n)) for n in (1, 2)] == [noise(1), noise(2)]
        assert (await check(objects)).problems == ()

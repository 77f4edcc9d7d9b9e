"""What came and is not durable yet outlives the process, and is believed no more than before."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from node.holdings import reading as holdings
from p2p import received
from p2p.contents import Taking
from p2p.received import Received
from store.digest import digest_of
from store.records import Codec, Kind, Record, make
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, pulled, seeded

ONE, TWO = (make(Kind.BLOB, bytes([n]) * 1000) for n in (1, 2))
LARGE = make(Kind.BLOB, random.Random(1).randbytes(received.STEP))


async def kept(cache, *records, name="mic:z1", number=None):
    """What a process leaves that is stopped after it got these."""
    with ThreadPoolExecutor(1) as pool:
        async with Received(cache, name, pool) as file:
            for record in records:
                await file.add(record)
            if number is not None:
                await file.finish(number)


async def test_what_was_written_comes_back_up_to_where_it_breaks_off(tmp_path):
    await kept(tmp_path, ONE, TWO)
    (path,) = received.left(tmp_path, "mic:z1")
    assert list(received.records(path)) == [ONE, TWO]
    path.write_bytes(path.read_bytes()[:-1])
    assert list(received.records(path)) == [ONE]
    path.write_bytes(b"noise" * 100)
    assert list(received.records(path)) == []


async def test_what_is_durable_leaves_no_file_and_what_comes_then_does(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        async with Received(tmp_path, "mic:z1", pool) as file:
            for record in (LARGE, TWO):
                await file.add(record)
            await file.clear()
        assert received.left(tmp_path, "mic:z1") == []
        async with Received(tmp_path, "mic:z1", pool) as file:
            await file.add(LARGE)
            await file.clear()
            await file.add(TWO)
        (path,) = received.left(tmp_path, "mic:z1")
    assert list(received.records(path)) == [TWO]


async def test_a_piece_of_a_file_is_written_before_anything_else_comes(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        async with Received(tmp_path, "mic:z1", pool) as file:
            await file.add(ONE)
            assert received.left(tmp_path, "mic:z1") == []
            await file.add(LARGE)
            await file._settle()
            (path,) = received.left(tmp_path, "mic:z1")
            assert list(received.records(path)) == [ONE, LARGE]


async def test_a_file_that_was_finished_says_up_to_where(tmp_path):
    await kept(tmp_path, ONE, number=17)
    await kept(tmp_path, TWO)
    assert sorted(map(received.finished, received.left(tmp_path, "mic:z1"))) == [0, 17]


async def test_where_nothing_can_be_written_the_transfer_goes_on(tmp_path):
    (tmp_path / received.DIRECTORY).write_text("in the way")
    await kept(tmp_path, ONE, LARGE, number=1)


async def test_files_of_what_is_not_held_any_more_are_swept_away(tmp_path):
    await kept(tmp_path, ONE, name="mic:z1")
    await kept(tmp_path, ONE, name="mic:z2")
    received.sweep(tmp_path, {"mic:z2"})
    assert received.left(tmp_path, "mic:z1") == []
    assert len(received.left(tmp_path, "mic:z2")) == 1


@pytest.fixture
async def taking(tmp_path):
    async with a_home(tmp_path / "home") as home, a_forge(tmp_path / "holder") as forge:
        object.__setattr__(forge, "reach_private", True)
        await home.land(readme=b"# A book\n")
        seed = await pulled(forge, await seeded(forge, home.address))
        yield Taking(forge, seed, seed.project, [])


async def absent(taking, *records):
    ids = [one.digest for one in records]
    return await taking.forge.db.read(
        lambda tx: holdings.missing(taking.forge, tx, taking.project, ids)
    )


async def test_what_came_before_a_kill_is_held_after_it(taking):
    await kept(taking.forge.cache, ONE, TWO, name=taking.seed.id)
    await kept(taking.forge.cache, TWO, name=taking.seed.id)
    assert await absent(taking, ONE, TWO) == [ONE.digest, TWO.digest]
    await taking.take_up()
    assert await absent(taking, ONE, TWO) == []
    assert received.left(taking.forge.cache, taking.seed.id) == []


async def test_a_file_that_lies_is_dropped_and_not_believed(taking):
    false = Record(Kind.BLOB, Codec.RAW, 3, digest_of(b"one"), b"two")
    await kept(taking.forge.cache, false, name=taking.seed.id)
    await taking.take_up()
    assert await absent(taking, false) == [false.digest]
    assert received.left(taking.forge.cache, taking.seed.id) == []


async def test_a_quota_counts_what_is_taken_up(taking):
    taking.room = 1
    await kept(taking.forge.cache, ONE, name=taking.seed.id)
    await taking.take_up()
    assert await absent(taking, ONE) == [ONE.digest]


def test_what_others_keep_in_the_cache_is_left_alone_and_stops_nothing(tmp_path):
    pushed = tmp_path / "incoming" / "push-1"
    strange = tmp_path / received.DIRECTORY / "not-a-file"
    for place in (pushed, strange):
        place.mkdir(parents=True)
    received.sweep(tmp_path, set())
    assert pushed.is_dir()

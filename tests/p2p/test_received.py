"""What came and is not durable yet outlives the process, and is believed no more than before."""

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


def kept(cache, *records, name="mic:z1"):
    file = Received(cache, name)
    for record in records:
        file.add(record)
    file.write()
    return file


def test_what_was_written_comes_back_up_to_where_it_breaks_off(tmp_path):
    kept(tmp_path, ONE, TWO)
    (path,) = received.left(tmp_path, "mic:z1")
    assert list(received.records(path)) == [ONE, TWO]
    path.write_bytes(path.read_bytes()[:-1])
    assert list(received.records(path)) == [ONE]
    path.write_bytes(b"noise" * 100)
    assert list(received.records(path)) == []


def test_what_is_durable_leaves_no_file(tmp_path):
    file = kept(tmp_path, ONE)
    file.clear()
    assert received.left(tmp_path, "mic:z1") == []


def test_it_is_time_to_write_when_a_piece_of_a_file_waits(tmp_path):
    file = Received(tmp_path, "mic:z1")
    file.add(ONE)
    assert not file.is_due
    file.add(Record(Kind.BLOB, Codec.RAW, received.STEP, digest_of(b""), bytes(received.STEP)))
    assert file.is_due


def test_where_nothing_can_be_written_the_transfer_goes_on(tmp_path):
    (tmp_path / received.DIRECTORY).write_text("in the way")
    file = kept(tmp_path, ONE)
    file.clear()


def test_files_of_what_is_not_held_any_more_are_swept_away(tmp_path):
    kept(tmp_path, ONE, name="mic:z1")
    kept(tmp_path, ONE, name="mic:z2")
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
    kept(taking.forge.cache, ONE, TWO, name=taking.seed.id)
    kept(taking.forge.cache, TWO, name=taking.seed.id)
    assert await absent(taking, ONE, TWO) == [ONE.digest, TWO.digest]
    await taking.take_up()
    assert await absent(taking, ONE, TWO) == []
    assert received.left(taking.forge.cache, taking.seed.id) == []


async def test_a_file_that_lies_is_dropped_and_not_believed(taking):
    false = Record(Kind.BLOB, Codec.RAW, 3, digest_of(b"one"), b"two")
    kept(taking.forge.cache, false, name=taking.seed.id)
    await taking.take_up()
    assert await absent(taking, false) == [false.digest]
    assert received.left(taking.forge.cache, taking.seed.id) == []


async def test_a_quota_counts_what_is_taken_up(taking):
    taking.room = 1
    kept(taking.forge.cache, ONE, name=taking.seed.id)
    await taking.take_up()
    assert await absent(taking, ONE) == [ONE.digest]

"""`micelio fsck` finds what is wrong with bytes and with what they mean, and names it."""

import pytest

from node.daemon import fsck
from store.records import HEADER, encode
from tests.support.wire import blob, session_id

LARGE = blob(bytes(range(256)) * 600)


async def land_from_packs(world):
    """Land a file whose content lies in a pack."""
    assert (await world.owner.post(f"{world.path}/objects", encode(LARGE))).status == 200
    parts = world.hand.landing(session_id(8), {"large.bin": bytes(range(256)) * 600}, base=1)
    assert (await world.owner.post(f"{world.path}/landings", parts.body())).status == 201


def flip_a_byte(forge, record):
    """Damage the record where it lies in its pack."""
    pack = forge.objects.packs.path(1)
    data = bytearray(pack.read_bytes())
    at = bytes(data).index(record.digest) + 32 + len(record.stored) // 2
    assert at > HEADER
    data[at] ^= 1
    pack.write_bytes(data)


async def test_a_node_as_it_should_be_is_clean(world):
    await land_from_packs(world)
    report = await fsck.run(world.forge, repair=False)
    assert (report.findings, report.is_clean) == ((), True)
    assert report.objects > 10


async def test_damage_is_named_and_healed_by_whoever_sends_the_object_again(world):
    await land_from_packs(world)
    flip_a_byte(world.forge, LARGE)
    report = await fsck.run(world.forge, repair=True)
    assert not report.is_clean
    assert LARGE.digest.hex() in {finding.id for finding in report.findings}
    missing = await world.owner.post(f"{world.path}/objects/missing", LARGE.digest)
    assert missing.body == LARGE.digest
    await world.owner.post(f"{world.path}/objects", encode(LARGE))
    assert (await fsck.run(world.forge, repair=False)).is_clean


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update landings set goal = 'Another goal' where position = 1", "differ in goal"),
        ("update landings set tree = previous_tree where position = 2", "differ in tree"),
        ("delete from landings where position = 1", "has a gap before @2"),
        ("update landings set id = transcript where position = 2", "The record of landing @2"),
        ("update audit set metadata = '{}' where seq = 1", "The audit log was changed at row 1"),
    ],
)
async def test_a_row_that_contradicts_what_was_signed_is_named(world, change, said):
    await land_from_packs(world)
    await world.forge.db.write(lambda tx: tx.execute(change))
    report = await fsck.run(world.forge, repair=False)
    assert not report.is_clean
    assert any(said in finding.what for finding in report.findings), report.findings


@pytest.mark.parametrize(
    ("repaired", "repair", "said"),
    [
        ([], False, "Everything is as it should be."),
        ([], True, "Everything is as it should be. There was nothing to repair."),
        ([False], False, "One thing is not as it should be. `micelio fsck --repair` repairs"),
        ([False] * 2, False, "2 things are not as they should be. `micelio fsck --repair` repairs"),
        ([True] * 2, True, "Everything that was found is repaired."),
        ([True, False, False], True, "1 of 3 could be repaired. What is left needs a copy from"),
        ([False], True, "Nothing could be repaired. What is left needs a copy from elsewhere"),
    ],
)
def test_the_last_line_says_what_it_comes_to_and_what_to_do(repaired, repair, said):
    findings = tuple(fsck.Finding("pack 1 at 0", "damaged", None, one) for one in repaired)
    assert fsck.summary(fsck.Report(1, 1, findings), repair=repair).startswith(said)

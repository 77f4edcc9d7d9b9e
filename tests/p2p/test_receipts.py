"""A copy counts as verified while its holder can answer for the bytes, and no longer."""

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.receipt import Receipt, seal_receipt
from mic.wire.replication import Challenge, NewReceipt
from node.holdings import verbs as holdings
from node.landings import reading
from node.replication import verbs as replication
from node.replication.copies import copying
from p2p import receipts
from p2p.buckets import Bucket, Rate
from store.digest import digest_of
from tests.support.forges import HeldClock, a_forge
from tests.support.mirrors import a_home, pulled, seeded
from tests.support.wire import a_door


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n", one=b"one\n" * 100)
        yield made


@pytest.fixture
async def holder(tmp_path):
    """A node whose address its receipts say, behind a door of its own."""
    clock = HeldClock()
    async with a_forge(tmp_path / "holder", now=clock) as forge, a_door(forge) as door:
        object.__setattr__(forge.node, "url", door.url)
        object.__setattr__(forge, "reach_private", True)
        yield forge


async def the_copy(home):
    (copy,) = await copying.everything(home.forge)
    return copy


@pytest.fixture
async def seed(home, holder):
    object.__setattr__(home.forge, "reach_private", True)
    return await pulled(holder, await seeded(holder, home.address))


@pytest.mark.usefixtures("seed")
async def test_a_holder_tells_the_home_and_proves_it(home, holder):
    copy = await the_copy(home)
    assert (copy.holder, copy.position, copy.is_verified) == (holder.node.did, 1, False)
    assert await receipts.challenge(home.forge, None, copy)
    copy = await the_copy(home)
    assert copy.is_verified
    assert await copying.due(home.forge) == []


async def test_who_lost_the_bytes_cannot_answer(home, holder, seed):
    await holder.db.write(lambda tx: holdings.let_go(tx, seed.project))
    assert not await receipts.challenge(home.forge, None, await the_copy(home))
    copy = await the_copy(home)
    assert (copy.is_verified, copy.failures) == (False, 1)


async def posted(home, receipt):
    path = f"/projects/{home.project.address}/receipts"
    return await home.door.post(path, NewReceipt(receipt=receipt))


async def test_a_receipt_about_what_never_was_is_refused(home):
    said = {"project": home.project.id, "position": 1, "contents_from": 1, "at": 1}
    key = PrivateKey.generate()
    for facts in (
        said | {"record": digest_of(b"no such record")},
        said | {"record": digest_of(b"x"), "project": "mic:z" + "1" * 44},
    ):
        answer = await posted(home, seal_receipt(Receipt(**facts), key))
        assert (answer.status, answer.code) == (400, "receipt.bad")
    answer = await posted(home, b"noise")
    assert (answer.status, answer.code) == (400, "receipt.bad")
    assert await copying.everything(home.forge) == []


async def test_a_challenge_tells_nothing_of_what_the_project_does_not_hold(home):
    await home.forge.db.write(
        lambda tx: home.forge.objects.put(tx, 1, b"of another project")  # type: ignore[arg-type]
    )
    path = f"/projects/{home.project.address}/challenges"
    asked = Challenge(nonce=bytes(32), ids=[digest_of(b"of another project").hex()])
    answer = await home.door.post(path, asked)
    assert answer.code == "store.absent"


async def test_what_is_asked_about_comes_from_every_position_of_the_copy(home, holder):
    await home.land(one=b"two\n" * 100, large=bytes(5 << 20))
    object.__setattr__(home.forge, "reach_private", True)
    await pulled(holder, await seeded(holder, home.address))
    copy = await the_copy(home)
    asked = set()
    for _ in range(20):
        question = await home.forge.db.read(lambda tx: receipts._drawn(home.forge, tx, copy))
        asked |= set(question.ids)
    assert {digest_of(b"one\n" * 100), digest_of(b"two\n" * 100)} <= asked
    assert await receipts.challenge(home.forge, None, copy)


async def given_word(home, key, position=1):
    record = await home.forge.db.read(lambda tx: reading.landing_at(tx, home.project, position).id)
    said = Receipt(project=home.project.id, position=position, record=record, contents_from=1, at=1)
    assert (await posted(home, seal_receipt(said, key))).status == 201


@pytest.mark.usefixtures("seed")
async def test_a_copy_that_cannot_be_asked_about_holds_nobody_up(home, holder):
    await home.land(two=b"two\n")
    await given_word(home, PrivateKey.generate(), position=2)
    await home.forge.db.write(
        lambda tx: tx.execute(
            "delete from landings where project = ? and position = 2", (home.project.key,)
        )
    )
    await receipts.look(home.forge, None, Bucket(receipts.PACE, 0))
    found = {one.holder: one.is_verified for one in await copying.everything(home.forge)}
    assert found.pop(holder.node.did) is True
    assert list(found.values()) == [False]


async def test_few_challenges_run_at_once_and_few_in_a_minute(home):
    for _ in range(receipts.AT_ONCE + 2):
        await given_word(home, PrivateKey.generate())
    before = home.forge.now()
    pace = Bucket(Rate(1, 2), before)
    await receipts.look(home.forge, None, pace)
    assert sum(one.failures for one in await copying.everything(home.forge)) == 2
    await receipts.look(home.forge, None, Bucket(Rate(1, 100), before))
    assert sum(one.failures for one in await copying.everything(home.forge)) == 2 + receipts.AT_ONCE


async def test_who_says_to_be_further_than_the_home_is_somebody_to_ask(home):
    key = PrivateKey.generate()
    said = Receipt(
        project=home.project.id, position=9, record=digest_of(b"x"), contents_from=1, at=1
    )
    answer = await posted(home, seal_receipt(said, key))
    assert answer.status == 404
    ((peer, position),) = await replication.holders(home.forge, home.project.id)
    assert (peer.did, position) == (key.did, 9)
    assert await copying.everything(home.forge) == []

"""A copy counts as verified while its holder can answer for the bytes, and no longer."""

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.receipt import Receipt, seal_receipt
from mic.wire.replication import Challenge, NewReceipt
from node.holdings import verbs as holdings
from node.replication import copying
from p2p import receipts
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

"""Receipts of holders, which anybody can sign: how much of them a home keeps."""

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.receipt import Receipt, seal_receipt
from mic.wire.replication import NewReceipt
from node.replication import copying, peering
from tests.support.mirrors import a_home

KEY = PrivateKey.from_seed(b"k" * 32)
PEER = "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n")
        await made.land(more=b"more\n")
        yield made


async def told(home, at, position=2, **hints):
    """The answer to a receipt of somebody whom nobody knows."""
    where = f"/projects/{home.project.address}"
    record = bytes.fromhex(
        (await home.door.get(f"{where}/landings/{position}")).json["landing"]["id"]
    )
    held = Receipt(
        project=home.project.id, position=position, record=record, contents_from=1, at=at
    )
    message = NewReceipt(receipt=seal_receipt(held, KEY), **hints)
    return await home.door.as_(None).post(f"{where}/receipts", message)


async def kept(home):
    return await home.forge.db.read(copying.receipts)


async def test_a_receipt_that_says_nothing_new_is_not_kept_beside_the_first(home):
    assert (await told(home, 1, position=1)).status == 201
    assert (await told(home, 2)).status == 201
    first = await kept(home)
    for at, position in ((3, 2), (4, 1), (5, 2)):
        assert (await told(home, at, position)).status == 201
    assert await kept(home) == first


async def test_a_holder_has_as_many_addresses_as_one_receipt_may_name(home):
    for n in (1, 2):
        names = [f"/ip4/8.8.{n}.{m}/tcp/1/p2p/{PEER}" for m in range(16)]
        assert (await told(home, n, position=n, addresses=names)).status == 201
    found = await peering.of_did(home.forge, KEY.did)
    assert len(found.addresses) == peering.MOST_ADDRESSES
    assert set(found.addresses) == set(names)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://u:p@there", "file:///etc/passwd"])
async def test_what_is_no_address_of_a_node_is_not_remembered(home, url):
    assert (await told(home, 1, url=url, addresses=["/ip4/8.8.8.8/tcp/1", url])).status == 201
    found = await peering.of_did(home.forge, KEY.did)
    assert (found.url, found.addresses) == (None, ())

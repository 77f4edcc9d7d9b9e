"""Receipts of holders, which anybody can sign: how much of them a home keeps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.ed25519 import PrivateKey
from keys.statements.receipt import Receipt, seal_receipt
from mic.wire.replication import NewReceipt
from node.kernel.parties import ANONYMOUS
from node.landings import reading
from node.replication import overview, peering
from node.replication.copies import copying, places
from node.replication.model import Copy, Met, TooManyCopies
from tests.support.mirrors import a_home

KEY = PrivateKey.from_seed(b"k" * 32)
MANY = [PrivateKey.from_seed(n.to_bytes(32, "big")) for n in range(60)]
PEER = "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n")
        await made.land(more=b"more\n")
        yield made


async def told(home, at, position=2, key=KEY, **hints):
    """The answer to a receipt of somebody whom nobody knows."""
    where = f"/projects/{home.project.address}"
    record = bytes.fromhex(
        (await home.door.get(f"{where}/landings/{position}")).json["landing"]["id"]
    )
    held = Receipt(
        project=home.project.id, position=position, record=record, contents_from=1, at=at
    )
    message = NewReceipt(receipt=seal_receipt(held, key), **hints)
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


async def heard(home, key, host, position=2):
    """The copy that is kept of a receipt which comes from `host`."""
    landing = await home.forge.db.read(lambda tx: reading.landing_at(tx, home.project, position))
    held = Receipt(
        project=home.project.id, position=position, record=landing.id, contents_from=1, at=1
    )
    receipt = seal_receipt(held, key)
    return await copying.receive(
        home.forge, ANONYMOUS, home.project, receipt, Met(key.did), host=host
    )


async def names(home):
    return {one.holder for one in await copying.everything(home.forge)}


async def test_one_network_has_few_places_for_words_and_loses_them_by_failing(home):
    few = MANY[: places.UNPROVEN_OF_ORIGIN]
    copies = [await heard(home, key, f"192.0.2.{n}") for n, key in enumerate(few)]
    with pytest.raises(TooManyCopies):
        await heard(home, KEY, "192.0.2.99")
    assert await names(home) == {key.did for key in few}
    await copying.answered(home.forge, copies[3], is_met=False)
    await heard(home, KEY, "192.0.2.99")
    assert await names(home) == {key.did for key in few if key is not few[3]} | {KEY.did}


async def test_a_refusal_has_a_name_and_leaves_no_object(home):
    for key in MANY[: places.UNPROVEN_OF_ORIGIN]:
        await heard(home, key, "192.0.2.1")
    before = await kept(home)
    with pytest.raises(TooManyCopies) as refused:
        await heard(home, KEY, "192.0.2.1")
    assert refused.value.code == "receipt.too-many"
    assert await kept(home) == before


async def test_behind_a_proxy_nobody_keeps_the_others_out(home):
    for key in [*MANY[: places.UNPROVEN_OF_ORIGIN + 5], KEY]:
        assert (await told(home, 1, key=key)).status == 201
    found = await names(home)
    assert KEY.did in found
    assert len(found) == places.UNPROVEN_OF_ORIGIN


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "10.1.2.3", "172.20.0.2", "fd00::1", None])
def test_what_may_be_a_proxy_of_ours_is_near(host):
    assert places.is_near(places.origin_of(host))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "8.8.8.8"])
def test_what_is_out_there_is_not_near(host):
    assert not places.is_near(places.origin_of(host))


async def test_a_proven_holder_is_not_pushed_out_by_any_number_of_words(home):
    proven = await heard(home, KEY, "192.0.2.1")
    await copying.answered(home.forge, proven, is_met=True)
    for n, key in enumerate(MANY):
        await heard(home, key, f"198.51.{n}.1")
    found = await copying.everything(home.forge)
    assert [one.holder for one in found if one.is_verified] == [KEY.did]
    assert len(found) == places.UNPROVEN + 1
    shown = await overview.of_project(home.forge, ANONYMOUS, home.project)
    assert (shown.verified, shown.copies) == (1, places.UNPROVEN + 1)


async def test_whoever_comes_to_places_that_are_full_is_heard_all_the_same(home):
    for n, key in enumerate(MANY):
        await heard(home, key, f"2001:db8:{n % 5:x}::{n}" if n % 3 else f"198.51.{n}.1")
    await heard(home, KEY, "203.0.113.7")
    assert KEY.did in await names(home)


async def test_a_word_that_is_not_proven_is_forgotten_soon(home):
    copy = await heard(home, KEY, "192.0.2.1")
    for failures in range(copying.FORGOTTEN_UNPROVEN_AFTER):
        await copying.answered(home.forge, replace(copy, failures=failures), is_met=False)
    assert await copying.everything(home.forge) == []
    assert await copying.holders(home.forge, home.project) == []


async def test_who_has_proven_a_copy_is_named_before_who_says_to_have_one(home):
    for n, key in enumerate(MANY[:5]):
        await heard(home, key, f"198.51.{n}.1")
    proven = await heard(home, KEY, "192.0.2.1", position=1)
    await copying.answered(home.forge, proven, is_met=True)
    first, *others = await copying.holders(home.forge, home.project)
    assert (first[0].did, first[1], len(others)) == (KEY.did, 1, 5)


async def test_one_of_each_origin_is_challenged_before_a_second_one_of_any(home):
    for key in MANY[:5]:
        await heard(home, key, "198.51.100.1")
    await heard(home, KEY, "192.0.2.1")
    asked = [one.holder for one in await copying.due(home.forge, 2)]
    assert KEY.did in asked


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(0, 3)), max_size=90))
def test_proofs_are_never_the_ones_that_give_way_to_words(told):
    copies = [
        Copy(1, str(n), 1, bytes(32), 1, n, n if is_proven else None, failures, str(origin))
        for n, (origin, is_proven, failures) in enumerate(told)
    ]
    try:
        gone = places.gives_way_to_word(copies, "0")
    except TooManyCopies:
        return
    assert gone is None or gone.proven_at is None


def test_where_proofs_are_too_many_the_most_crowded_network_loses_one():
    alone = [Copy(1, str(n), 1, bytes(32), 1, n, n + 1, 0, str(n)) for n in range(490)]
    crowd = [Copy(1, f"c{n}", 1, bytes(32), 1, n, n + 1, 0, "crowd") for n in range(11)]
    assert places.gives_way_to_proof([*alone, *crowd]).origin == "crowd"
    assert places.gives_way_to_proof([*alone, *crowd[:10]]) is None


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("forge.example", ""),
        (None, ""),
    ],
)
def test_an_origin_is_the_network_that_somebody_was_given(host, origin):
    assert places.origin_of(host) == origin

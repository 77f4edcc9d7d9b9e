"""An address entry is the node's own word, the newest counts, and it ends."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.ed25519 import PrivateKey
from keys.envelope import seal
from keys.errors import BadSignature, BadStatement
from keys.statements.addresses import PAYLOAD_TYPE, AddressEntry, open_addresses, seal_addresses

KEY, OTHER = PrivateKey(bytes(32)), PrivateKey(bytes([1] * 32))
ENTRY = AddressEntry(
    did=KEY.did,
    name="attic",
    addresses=("/ip4/192.0.2.1/tcp/4001",),
    urls=("https://attic.example",),
    sequence=7,
    expires_at=2_000,
)
texts = st.text(min_size=1, max_size=50)


@given(st.lists(texts, max_size=16), st.lists(texts, max_size=16), st.integers(0, 1 << 52))
def test_an_entry_comes_back(addresses, urls, number):
    entry = dataclasses.replace(
        ENTRY, addresses=tuple(addresses), urls=tuple(urls), sequence=number
    )
    assert open_addresses(seal_addresses(entry, KEY)) == entry


def test_nobody_speaks_for_another_node():
    with pytest.raises(BadStatement):
        seal_addresses(ENTRY, OTHER)
    said = {
        "format": 1, "did": KEY.did, "name": "", "addresses": [], "urls": [],
        "sequence": 1, "expiresAt": 1,
    }  # fmt: skip
    with pytest.raises(BadStatement):
        open_addresses(seal(json.dumps(said).encode(), PAYLOAD_TYPE, OTHER))


def test_an_altered_entry_is_refused():
    data = json.loads(seal_addresses(ENTRY, KEY))
    other = json.loads(seal_addresses(dataclasses.replace(ENTRY, sequence=8), KEY))
    data["payload"] = other["payload"]
    with pytest.raises(BadSignature):
        open_addresses(json.dumps(data, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "told", [{"addresses": ("x",) * 17}, {"addresses": ("x" * 401,)}, {"sequence": -1}]
)
def test_what_is_too_much_is_neither_sealed_nor_opened(told):
    with pytest.raises(BadStatement):
        seal_addresses(dataclasses.replace(ENTRY, **told), KEY)


def test_the_newest_counts_until_it_ends():
    older, newer = dataclasses.replace(ENTRY, sequence=6), ENTRY
    assert newer.replaces(older, 1_000)
    assert newer.replaces(None, 1_000)
    assert not older.replaces(newer, 1_000)
    assert not newer.replaces(None, 2_000)
    late = dataclasses.replace(ENTRY, sequence=1, expires_at=9_000)
    assert late.replaces(newer, 3_000)

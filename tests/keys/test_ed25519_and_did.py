"""Keys sign and verify as RFC 8032 says, and each key has exactly one name of each kind."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.did import did_of, multibase58, peer_id, public_key
from keys.ed25519 import PrivateKey, PublicKey
from keys.errors import BadKey, BadSignature, KeysFault
from keys.multikey import base58, from_base58

SEEDS = st.binary(min_size=32, max_size=32)
SMALL_ORDER = bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def test_the_third_vector_of_rfc_8032_is_met():
    seed = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    key = PrivateKey.from_seed(seed)
    assert key.public.raw.hex().startswith("fc51cd8e6218a1a38da47ed00230f058")
    assert key.sign(b"\xaf\x82").hex().startswith("6291d657deec24024827e69c3abe01a3")
    key.public.verify(key.sign(b"\xaf\x82"), b"\xaf\x82")


@given(SEEDS, st.binary(max_size=300))
def test_what_a_key_signs_verifies_and_nothing_else_does(seed, message):
    key = PrivateKey.from_seed(seed)
    signature = key.sign(message)
    key.public.verify(signature, message)
    with pytest.raises(BadSignature):
        key.public.verify(signature, message + b"!")
    with pytest.raises(BadSignature):
        key.public.verify(bytes([signature[0] ^ 1]) + signature[1:], message)
    with pytest.raises(BadSignature):
        key.public.verify(signature[:-1], message)


def test_a_signature_cannot_be_altered_into_another_valid_one():
    key = PrivateKey.from_seed(bytes(32))
    signature = key.sign(b"m")
    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    with pytest.raises(BadSignature):
        key.public.verify(signature[:32] + scalar.to_bytes(32, "little"), b"m")


@pytest.mark.parametrize("raw", [SMALL_ORDER, bytes(32), b"\x01" + bytes(31)])
def test_a_key_of_small_order_verifies_nothing(raw):
    with pytest.raises(BadSignature):
        PublicKey(raw).verify(raw + bytes(32), b"any message")


def test_the_vector_of_the_did_key_specification_is_met():
    raw = bytes.fromhex("2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
    assert did_of(PublicKey(raw)) == "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def test_a_peer_id_is_the_identity_multihash_of_the_key():
    key = PrivateKey.from_seed(bytes(32)).public
    assert peer_id(key).startswith("12D3KooW")
    assert from_base58(peer_id(key))[-32:] == key.raw


@given(SEEDS)
def test_a_did_and_a_key_are_the_same_thing(seed):
    key = PrivateKey.from_seed(seed)
    assert public_key(key.did) == key.public
    assert did_of(public_key(key.did)) == key.did


@given(st.binary(max_size=64))
def test_base58_round_trips(data):
    assert from_base58(base58(data)) == data
    assert multibase58(data) == "z" + base58(data)


@given(st.text(max_size=80) | st.from_regex(r"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{1,60}"))
def test_any_text_is_a_did_with_one_spelling_or_refused(text):
    try:
        key = public_key(text)
    except KeysFault:
        return
    assert did_of(key) == text


@pytest.mark.parametrize(
    "change",
    [
        lambda did: did + "1",
        lambda did: did.replace("did:key:z", "did:key:z1"),
        lambda did: did.upper(),
        lambda did: did[:-1],
        lambda did: did.replace("did:key:", "did:web:"),
        lambda did: did + "\n",
        lambda _: "",
        lambda _: "did:key:z" + "1" * 10_000,
    ],
)
def test_a_did_that_is_not_exact_is_refused(change):
    did = PrivateKey.from_seed(bytes(32)).did
    assert public_key(did)
    with pytest.raises(BadKey):
        public_key(change(did))


def test_lengths_are_checked():
    with pytest.raises(BadKey):
        PrivateKey.from_seed(bytes(31))
    with pytest.raises(BadKey):
        PublicKey(bytes(33))


def test_a_private_key_does_not_leak():
    key = PrivateKey.generate()
    assert key.seed.hex() not in repr(key)
    assert repr(key) == f"PrivateKey(of {key.did})"
    with pytest.raises(TypeError):
        copy.copy(key)

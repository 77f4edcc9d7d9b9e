"""Secrets are kept as hashes only, compared in constant time, and refused in every odd form."""

import pytest

from keys.ed25519 import PrivateKey
from node.kernel.secrets import hashed, same
from node.signin import rules
from node.signin.model import BadCredential, BadProof

KEY = PrivateKey.from_seed(bytes(32))


def test_a_token_shows_eight_characters_of_itself():
    assert rules.prefix_of("mut_abcdefghijkl") == "abcdefgh"
    assert rules.prefix_of("mpt_abcdefghijkl") == "abcdefgh"


@pytest.mark.parametrize("text", ["", "mut_", "mut_abcdefgh", "abcdefghijkl", "mut_" + "x" * 201])
def test_what_cannot_be_a_token_has_no_prefix(text):
    assert rules.prefix_of(text) is None


def test_hashes_of_any_text_can_be_made_and_compared():
    assert same(hashed("a"), hashed("a"))
    assert not same(hashed("a"), hashed("\ud800"))


@pytest.mark.parametrize("scopes", [[], ["admin"], ["read", "root"], [""]])
def test_scopes_that_do_not_exist_are_refused(scopes):
    with pytest.raises(BadCredential):
        rules.check_scopes(scopes)


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\nb"])
def test_a_name_is_one_short_printable_line(name):
    with pytest.raises(BadCredential):
        rules.check_name(name)


def test_a_device_that_says_odd_things_of_itself_is_listed_all_the_same():
    assert rules.shown_device("Firefox\x1b[31m\r\n" + "x" * 500).startswith("Firefox[31mx")
    assert len(rules.shown_device("x" * 500)) == 120


def test_a_proof_is_bound_to_key_node_and_account():
    message = rules.registration("did:key:node", "ada")
    proof = KEY.sign(message)
    rules.check_proof(KEY.did, proof, message)
    other = PrivateKey.from_seed(b"o" * 32)
    for did, signature, said in [
        (other.did, proof, message),
        (KEY.did, proof, rules.registration("did:key:other", "ada")),
        (KEY.did, proof, rules.registration("did:key:node", "bob")),
        (KEY.did, proof[:-1], message),
        (KEY.did, b"", message),
        (KEY.did, bytes(64), message),
    ]:
        with pytest.raises(BadProof):
            rules.check_proof(did, signature, said)


@pytest.mark.parametrize("did", ["", "did:key:z6Mk", "did:web:example.org", KEY.did + "x"])
def test_a_did_that_is_no_key_is_refused(did):
    with pytest.raises(BadCredential):
        rules.check_proof(did, bytes(64), b"")

"""A proof in a document holds for that document and that key, and for nothing else.

The vector is the one that FEP-8b32 gives (CC0): it shows that others would verify what we sign.
"""

import pytest

from keys.ed25519 import PrivateKey
from keys.errors import BadSignature, BadStatement, KeysFault
from keys.integrity import _signed, check, method_of, prove
from keys.multikey import base58, from_base58

CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]
METHOD = "https://server.example/users/alice#ed25519-key"
CREATED = "2023-02-24T23:36:38Z"
SECRET = "3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
VALUE = "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"
DOCUMENT = {
    "@context": CONTEXT,
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
}
KEY = PrivateKey.from_seed(from_base58(SECRET)[2:])
NOW = 1_790_000_000_000


def signed(**changes):
    return prove({**DOCUMENT, **changes}, KEY, METHOD, CREATED)


def test_the_proof_is_the_one_that_others_make():
    proof = signed()["proof"]
    assert proof == {
        "@context": CONTEXT,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "proofValue": VALUE,
        "created": CREATED,
    }


def test_a_proof_holds_in_any_order_of_fields():
    turned = dict(reversed(signed().items()))
    check(turned, KEY.public, NOW)
    assert method_of(turned) == METHOD


def test_a_document_without_context_is_signed_without_one():
    made = prove({"id": "x"}, KEY, METHOD, CREATED)
    assert "@context" not in made["proof"]
    check(made, KEY.public, NOW)


@pytest.mark.parametrize(
    "altered",
    [
        {"type": "Delete"},
        {"more": 1},
        {"object": {}},
        {"proof": {**signed()["proof"], "created": "2024-02-24T23:36:38Z"}},
        {"proof": {**signed()["proof"], "proofValue": VALUE[:-1] + "M"}},
        {"proof": {**signed()["proof"], "verificationMethod": "https://evil.example/#key"}},
    ],
)
def test_what_was_altered_does_not_hold(altered):
    with pytest.raises(BadSignature):
        check({**signed(), **altered}, KEY.public, NOW)


def test_a_proof_by_another_key_does_not_hold():
    with pytest.raises(BadSignature):
        check(signed(), PrivateKey(bytes(32)).public, NOW)


@pytest.mark.parametrize(
    "proof",
    [
        None,
        [],
        [signed()["proof"]],
        "z",
        {**signed()["proof"], "type": "Ed25519Signature2020"},
        {**signed()["proof"], "cryptosuite": "eddsa-rdfc-2022"},
        {**signed()["proof"], "proofPurpose": "authentication"},
        {**signed()["proof"], "@context": CONTEXT[:1]},
        {**signed()["proof"], "proofValue": None},
        {**signed()["proof"], "proofValue": "u" + VALUE[1:]},
        {**signed()["proof"], "proofValue": "z" + "1" * 100_000},
        {**signed()["proof"], "proofValue": "z0OIl"},
        {**signed()["proof"], "expires": "2023-02-25T00:00:00Z"},
        {**signed()["proof"], "expires": "2099-02-25T00:00:00"},
        {**signed()["proof"], "expires": ["never"]},
    ],
)
def test_a_proof_of_another_kind_is_refused(proof):
    with pytest.raises(KeysFault):
        check({**signed(), "proof": proof}, KEY.public, NOW)


def test_a_proof_that_ends_later_holds_until_then():
    options = {**signed()["proof"], "expires": "2027-01-01T00:00:00Z"}
    del options["proofValue"]
    value = "z" + base58(KEY.sign(_signed(DOCUMENT, options)))
    ends = {**DOCUMENT, "proof": {**options, "proofValue": value}}
    check(ends, KEY.public, NOW)
    with pytest.raises(BadStatement):
        check(ends, KEY.public, NOW * 2)


@pytest.mark.parametrize("value", [1 << 60, float("nan"), "\ud800"])
def test_what_has_no_canonical_form_is_not_signed(value):
    with pytest.raises(BadStatement):
        signed(more=value)


@pytest.mark.parametrize("method", [None, 7, ["https://a.example/#key"]])
def test_a_proof_that_names_no_key_is_refused(method):
    with pytest.raises(BadStatement):
        method_of({**signed(), "proof": {**signed()["proof"], "verificationMethod": method}})

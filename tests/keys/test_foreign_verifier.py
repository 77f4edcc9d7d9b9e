"""Whatever we sign, securesystemslib verifies; and it refuses what somebody has altered since.

A new type of statement needs a vector: without one, this test does not know how it looks.
"""

import base64
import copy
import importlib
import json
import pkgutil
from pathlib import Path

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

import keys.statements
from keys.did import public_key
from keys.ed25519 import PrivateKey

VECTORS = json.loads((Path(__file__).parent / "vectors" / "statements.json").read_text())
ENVELOPES = [
    pytest.param(one["envelope"], id=f"{one['kind']}-{number}")
    for number, one in enumerate(VECTORS["statements"])
]
EVE = PrivateKey.from_seed(b"e" * 32)


def sealed_kinds():
    """The types of statement that some module of ours can seal; a payload is a part of one."""
    return {
        name.removeprefix("seal_")
        for module in pkgutil.iter_modules(keys.statements.__path__, "keys.statements.")
        for name in vars(importlib.import_module(module.name))
        if name.startswith("seal_") and name != "seal_payload"
    }


def verified(envelope, signer):
    """Whom securesystemslib finds to have signed; it changes what it is given, hence the copy."""
    raw = public_key(signer).raw.hex()
    key = SSlibKey(signer, "ed25519", "ed25519", {"public": raw})
    return list(Envelope.from_dict(copy.deepcopy(envelope)).verify([key], 1))


def flipped(text):
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(data).decode()


def test_every_type_of_statement_is_shown_here():
    assert sealed_kinds() == {one["kind"] for one in VECTORS["statements"]}


@pytest.mark.parametrize("text", ENVELOPES)
def test_securesystemslib_verifies_what_we_sign_and_refuses_what_is_altered(text):
    envelope = json.loads(text)
    (signature,) = envelope["signatures"]
    signer = signature["keyid"]
    assert verified(envelope, signer) == [signer]
    for altered in (
        {"payload": flipped(envelope["payload"])},
        {"payload": ""},
        {"payloadType": envelope["payloadType"] + " "},
        {"signatures": [signature | {"sig": flipped(signature["sig"])}]},
        {"signatures": [signature | {"sig": base64.b64encode(bytes(64)).decode()}]},
        {"signatures": []},
    ):
        with pytest.raises(VerificationError):
            verified(envelope | altered, signer)
    with pytest.raises(VerificationError):
        verified(envelope, EVE.did)
    assert verified(envelope, signer) == [signer]

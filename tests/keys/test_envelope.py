"""An envelope opens only as its signer sealed it, for us and for any other DSSE verifier."""

import base64
import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from keys.ed25519 import PrivateKey
from keys.envelope import ENVELOPE_MAX, open_envelope, pae, seal
from keys.errors import BadEnvelope, BadSignature, KeysFault

ADA = PrivateKey.from_seed(b"a" * 32)
BOB = PrivateKey.from_seed(b"b" * 32)
TYPE = "application/vnd.in-toto+json"
SEALED = seal(b'{"hello":"world"}', TYPE, ADA)


def altered(**fields):
    return compact({**json.loads(SEALED), **fields})


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def signed(keyid, sig):
    return [{"keyid": keyid, "sig": sig}]


def encoded(data):
    return base64.b64encode(data).decode()


def test_the_pre_authentication_encoding_is_that_of_the_specification():
    kind = "http://example.com/HelloWorld"
    assert pae(b"hello world", kind) == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@given(st.binary(max_size=2000), st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_is_sealed_opens(payload, kind):
    opened = open_envelope(seal(payload, kind, ADA))
    assert (opened.payload, opened.payload_type, opened.signer) == (payload, kind, ADA.did)


def test_the_same_statement_has_the_same_bytes():
    assert seal(b"x", TYPE, ADA) == seal(b"x", TYPE, ADA)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (altered(payload=encoded(b'{"hello":"w0rld"}')), BadSignature),
        (altered(payloadType="text/plain"), BadSignature),
        (
            altered(signatures=signed(BOB.did, json.loads(SEALED)["signatures"][0]["sig"])),
            BadSignature,
        ),
        (altered(signatures=signed(ADA.did, encoded(bytes(64)))), BadSignature),
        (altered(signatures=signed(ADA.did, encoded(b""))), BadSignature),
        (altered(signatures=[]), BadEnvelope),
        (altered(signatures=json.loads(SEALED)["signatures"] * 2), BadEnvelope),
        (altered(signatures=signed("ada", encoded(bytes(64)))), BadEnvelope),
        (altered(extra=1), BadEnvelope),
        (altered(payload="eyJ"), BadEnvelope),
        (altered(payload="eyJ9\n"), BadEnvelope),
        (altered(payload="eyJ9===="), BadEnvelope),
        (altered(payload="YR=="), BadEnvelope),
        (altered(payload="é"), BadEnvelope),
        (altered(payload=5), BadEnvelope),
        (SEALED + b" ", BadEnvelope),
        (b" " + SEALED, BadEnvelope),
        (SEALED.replace(b'"payloadType"', b'"payload\\u0054ype"'), BadEnvelope),
        (SEALED.replace(b'{"payload"', b'{"payload":"","payload"'), BadEnvelope),
        (SEALED[:-1], BadEnvelope),
        (b"", BadEnvelope),
        (b"null", BadEnvelope),
        (b"[" * 100_000, BadEnvelope),
        (b"\xff\xfe", BadEnvelope),
        (b" " * (ENVELOPE_MAX + 1), BadEnvelope),
    ],
)
def test_an_altered_envelope_is_refused(data, fault):
    assert open_envelope(SEALED).payload == b'{"hello":"world"}'
    assert data != SEALED
    with pytest.raises(fault):
        open_envelope(data)


def test_every_single_bit_of_an_envelope_matters():
    for place in range(len(SEALED)):
        for bit in range(8):
            data = bytearray(SEALED)
            data[place] ^= 1 << bit
            with pytest.raises((BadEnvelope, BadSignature)):
                open_envelope(bytes(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_our_own_fault(data):
    with pytest.raises(KeysFault):
        open_envelope(data)


def test_an_envelope_above_the_limit_is_not_made():
    with pytest.raises(BadEnvelope):
        seal(bytes(ENVELOPE_MAX), TYPE, ADA)


def foreign_verify(data):
    key = SSlibKey(ADA.did, "ed25519", "ed25519", {"public": ADA.public.raw.hex()})
    envelope = Envelope.from_dict(copy.deepcopy(json.loads(data)))
    return envelope.verify([key], 1)


def test_securesystemslib_accepts_ours_and_refuses_the_altered_one():
    assert list(foreign_verify(SEALED)) == [ADA.did]
    for forged in (altered(payloadType="text/plain"), altered(payload=encoded(b"{}"))):
        with pytest.raises(VerificationError):
            foreign_verify(forged)

"""DSSE envelopes: payload, type of payload, one signature (secure-systems-lab/dsse v1).

The signature covers the received payload bytes, never a re-serialised form. An envelope has one
accepted spelling: the compact JSON of `seal`, with canonical base64. So nobody without the key
can make a second envelope, with a second id, of one statement; any DSSE verifier still accepts it.
The key id is the signer's did. Whether that signer may say what it says is the caller's question.
"""

import binascii
from dataclasses import dataclass

import msgspec

from keys.did import public_key
from keys.ed25519 import PrivateKey, PublicKey
from keys.errors import BadEnvelope, BadKey

ENVELOPE_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope holds, after its signature was verified."""

    payload: bytes
    payload_type: str
    signer: str


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    payload: str
    payload_type: str
    signatures: tuple[_Signature]


_decoder = msgspec.json.Decoder(_Envelope)
_encoder = msgspec.json.Encoder()


def pae(payload: bytes, payload_type: str) -> bytes:
    """Return the pre-authentication encoding: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, payload_type: str, key: PrivateKey) -> bytes:
    """Return the envelope of `payload`, signed by `key`; raises `BadEnvelope` above 1 MiB."""
    signature = key.sign(pae(payload, payload_type))
    envelope = _Envelope(_base64(payload), payload_type, (_Signature(key.did, _base64(signature)),))
    data = _encoder.encode(envelope)
    if len(data) > ENVELOPE_MAX:
        raise BadEnvelope(f"An envelope is at most {ENVELOPE_MAX} bytes, not {len(data)}.")
    return data


def open_envelope(data: bytes) -> Opened:
    """Return what `data` holds once its one signature is verified.

    Raises `BadEnvelope` for anything that `seal` would not have written, `BadSignature` if the
    key that it names did not sign it.
    """
    envelope = _parse(data)
    signature = envelope.signatures[0]
    payload = _unbase64(envelope.payload)
    message = pae(payload, envelope.payload_type)
    _key(signature.keyid).verify(_unbase64(signature.sig), message)
    return Opened(payload, envelope.payload_type, signature.keyid)


def _parse(data: bytes) -> _Envelope:
    if len(data) > ENVELOPE_MAX:
        raise BadEnvelope(f"An envelope is at most {ENVELOPE_MAX} bytes, not {len(data)}.")
    try:
        envelope = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadEnvelope(f"Not an envelope with one signature: {fault}.") from fault
    if _encoder.encode(envelope) != data:
        raise BadEnvelope("The envelope is not in its canonical form.")
    return envelope


def _key(did: str) -> PublicKey:
    try:
        return public_key(did)
    except BadKey as fault:
        raise BadEnvelope("The key id of the envelope is not a did:key.") from fault


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _unbase64(text: str) -> bytes:
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as fault:
        raise BadEnvelope("The envelope holds bad base64.") from fault
    if _base64(data) != text:
        raise BadEnvelope("The envelope holds base64 that is not canonical.")
    return data

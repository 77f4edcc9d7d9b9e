"""The one spelling of an envelope: compact JSON with canonical base64, nothing else.

So nobody without the key can make a second envelope, with a second id, of one statement. What an
envelope says, and whether its signature is good, is `keys.envelope`'s.
"""

import binascii
from dataclasses import dataclass

import msgspec

from keys.errors import BadEnvelope

ENVELOPE_MAX = 1 << 20
START = b'{"payload":"'
"""What every envelope begins with."""


@dataclass(frozen=True, slots=True)
class Parts:
    """An envelope without its wrapping; nothing of it is verified."""

    payload: bytes
    payload_type: str
    keyid: str
    signature: bytes


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    payload: str
    payload_type: str
    signatures: tuple[_Signature]


_decoder = msgspec.json.Decoder(_Envelope)
_encoder = msgspec.json.Encoder()


def spelled(parts: Parts) -> bytes:
    """Return the envelope of `parts`, of any length."""
    signature = _Signature(parts.keyid, _base64(parts.signature))
    return _encoder.encode(_Envelope(_base64(parts.payload), parts.payload_type, (signature,)))


def parts_of(data: bytes) -> Parts:
    """Take an envelope apart; raises `BadEnvelope` for what `spelled` would not have written."""
    if len(data) > ENVELOPE_MAX:
        raise BadEnvelope(f"An envelope is at most {ENVELOPE_MAX} bytes, not {len(data)}.")
    try:
        envelope = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadEnvelope(f"Not an envelope with one signature: {fault}.") from fault
    if _encoder.encode(envelope) != data:
        raise BadEnvelope("The envelope is not in its canonical form.")
    one = envelope.signatures[0]
    payload = _unbase64(envelope.payload)
    return Parts(payload, envelope.payload_type, one.keyid, _unbase64(one.sig))


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

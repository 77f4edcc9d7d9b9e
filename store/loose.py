"""An envelope without its wrapping, so that compression can see what is inside.

An envelope carries its payload and its signature as base64, in which equal text looks different
from place to place. It has but one spelling, so its parts say all of it: they are compressed
instead, against the parts of another, and the envelope is made of them again on reading. The digest
is compared afterwards, as always.
"""

import binascii

import msgspec

MARK = b"\0envelope\n"
_SIGNATURE = 64
_START = b'{"payload":"'


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    payload: str
    payload_type: str
    signatures: tuple[_Signature]


_decoder = msgspec.json.Decoder(_Envelope)
_encoder = msgspec.json.Encoder()


def loosened(raw: bytes) -> bytes:
    """Return what is to be compressed in place of `raw`: `tightened` gives `raw` again.

    Bytes that are no envelope, or one of another spelling, stay as they are.
    """
    if not raw.startswith(_START):
        return raw
    try:
        said = _decoder.decode(raw)
        one = said.signatures[0]
        payload, signature = binascii.a2b_base64(said.payload), binascii.a2b_base64(one.sig)
        head = f"{said.payload_type}\n{one.keyid}\n".encode()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return raw
    loose = MARK + head + signature + payload
    return loose if len(signature) == _SIGNATURE and tightened(loose) == raw else raw


def tightened(loose: bytes) -> bytes:
    """Return what `loosened` was given; other bytes become something, and no other error."""
    if not loose.startswith(MARK):
        return loose
    kind, _, rest = loose[len(MARK) :].partition(b"\n")
    keyid, _, rest = rest.partition(b"\n")
    signature, payload = rest[:_SIGNATURE], rest[_SIGNATURE:]
    one = _Signature(keyid.decode("utf-8", "replace"), _base64(signature))
    return _encoder.encode(_Envelope(_base64(payload), kind.decode("utf-8", "replace"), (one,)))


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")

"""An envelope without its wrapping, so that compression can see what is inside.

An envelope carries its payload and its signature as base64, in which equal text looks different
from place to place. It has but one spelling, so its parts say all of it: they are compressed
instead, against the parts of another, and the envelope is made of them again on reading. The digest
is compared afterwards, as always.
"""

from keys.errors import BadEnvelope
from keys.spelling import START, Parts, parts_of, spelled

MARK = b"\0envelope\n"
_SIGNATURE = 64


def loosened(raw: bytes) -> bytes:
    """Return what is to be compressed in place of `raw`: `tightened` gives `raw` again.

    Bytes that are no envelope, or one of another spelling, stay as they are.
    """
    if not raw.startswith(START):
        return raw
    try:
        parts = parts_of(raw)
        head = f"{parts.payload_type}\n{parts.keyid}\n".encode()
    except (BadEnvelope, UnicodeEncodeError):
        return raw
    loose = MARK + head + parts.signature + parts.payload
    return loose if len(parts.signature) == _SIGNATURE and tightened(loose) == raw else raw


def tightened(loose: bytes) -> bytes:
    """Return what `loosened` was given; other bytes become something, and no other error."""
    if not loose.startswith(MARK):
        return loose
    kind, _, rest = loose[len(MARK) :].partition(b"\n")
    keyid, _, rest = rest.partition(b"\n")
    signature, payload = rest[:_SIGNATURE], rest[_SIGNATURE:]
    return spelled(
        Parts(payload, kind.decode("utf-8", "replace"), keyid.decode("utf-8", "replace"), signature)
    )

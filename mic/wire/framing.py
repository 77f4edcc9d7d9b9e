"""How the parts of a body of `/mic/v1` follow one another.

A landing is `u32 little-endian length | JSON LandRequest | records`. A want-list is ids of 32 bytes
with nothing between them. A record stream is defined by `store.records`; the streams of a node are
ordered so that a reader can work as they arrive:

- `checkout`: every tree node, the root first and each before what it names; then each file's
  content in the order of the tree's paths, a manifest before its chunks. No object comes twice.
- `records`: for each position the landing envelope, then its contribution envelope, change list
  and transcript.
"""

import struct
from collections.abc import Iterable, Iterator

import msgspec

from mic.wire import limits
from mic.wire.messages import LandRequest

_LENGTH = struct.Struct("<I")
LENGTH_SIZE = _LENGTH.size
TOO_MANY_WANTED = "want-list.too-long"
"""The code of the refusal of a want-list beyond `limits.WANTED`, however it comes."""
_requests = msgspec.json.Decoder(LandRequest)


class BadFrame(ValueError):
    """A body that is not what its endpoint takes."""


def land_head(request: LandRequest) -> bytes:
    """Encode what stands before a landing's records."""
    body = msgspec.json.encode(request)
    return _LENGTH.pack(len(body)) + body


def land_head_length(prefix: bytes) -> int:
    """Return how many bytes of JSON follow the first four; refuses more than the limit."""
    if len(prefix) != LENGTH_SIZE:
        raise BadFrame("the body ends before its length")
    (length,) = _LENGTH.unpack(prefix)
    if not 0 < length <= limits.LAND_REQUEST:
        raise BadFrame(f"a landing's head has 1 to {limits.LAND_REQUEST} bytes, not {length}")
    return int(length)


def land_request(body: bytes) -> LandRequest:
    """Decode the JSON head of a landing; raises `BadFrame`."""
    try:
        return _requests.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise BadFrame(f"the landing's head is not valid: {problem}") from problem


def want_list(ids: Iterable[bytes]) -> bytes:
    """Join ids into a want-list."""
    return b"".join(ids)


def wanted(body: bytes) -> Iterator[bytes]:
    """Split a want-list into ids; raises `BadFrame` on a torn or oversized one."""
    if len(body) % limits.ID:
        raise BadFrame(f"a want-list is a multiple of {limits.ID} bytes, not {len(body)}")
    if len(body) > limits.WANTED * limits.ID:
        raise BadFrame(f"a want-list names at most {limits.WANTED} ids")
    return (body[i : i + limits.ID] for i in range(0, len(body), limits.ID))


def key_challenge(node_did: str, handle: str) -> bytes:
    """Return the bytes that a device key signs to prove itself to a node."""
    return b"micelio register key\n" + node_did.encode() + b"\n" + handle.encode()

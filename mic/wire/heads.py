"""Where projects stand, compared between two nodes: the shapes of `POST heads`.

The asker has an interest: the ids of projects, at most `SET` of them in one request. It names the
set by its digest, and by one fingerprint where it stands with those of them that it believes the
other holds. If that is also where the other stands, `same` is the whole conversation, however many
projects there are. Else it becomes as long as the difference:

1. `set`, `fingerprint` -> `same`, or `unknown` (a set that this node was never told, or forgot),
   or `differs` with who of the set is held here and a fingerprint for each bucket of ids;
2. after `unknown`: the same with `ids` -> `same` or `differs`;
3. `stands`: where the asker stands with the projects of the buckets that differ -> the signed
   heads of those that stand elsewhere here.

A project that is not held here and one that the asker may not read look the same. Everything that
repeats is packed: ids are 32 bytes, a `Stand` is 80.
"""

import functools
import hashlib
import itertools
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal, NamedTuple

from msgspec import Meta, Struct

from keys.errors import BadKey
from keys.multikey import DID_MAX, from_base58, multibase58
from mic.wire.messages import Count, Hex

FORMAT: Final = 1

SET: Final = 8192
"""Projects in one set; who is interested in more asks about several sets."""

STANDS: Final = 2048
"""Projects in one `stands`; the asker goes on with the next ones in another request."""

ANSWERED: Final = 2 * 1024 * 1024
"""Bytes of signed heads after which an answer ends; `next` says where to go on."""

ID: Final = 32
PRINT: Final = 16
NOTHING: Final = bytes(32)
"""The id of the newest record of a project on which nothing has landed."""

_STAND = struct.Struct(">32sQQ32s")
_PREFIX = "mic:z"
STAND: Final = _STAND.size


class Stand(NamedTuple):
    """Where a node stands with a project: documents in its chain, newest position and record."""

    project: bytes
    epoch: int
    position: int
    record: bytes = NOTHING


class HeadsAsked(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """POST /heads; see the module. Exactly one of `set` and `stands` is there."""

    v: Annotated[int, Meta(ge=1)] = FORMAT
    set: Hex | None = None
    fingerprint: Hex | None = None
    ids: Annotated[bytes, Meta(max_length=SET * ID)] | None = None
    stands: Annotated[bytes, Meta(max_length=STANDS * STAND)] | None = None


class SignedHead(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a project stands; `record` is the envelope of its newest record, null before the first.

    `epoch` is how many documents its chain has. Only the record is signed: whoever does not know
    the epoch asks for the documents.
    """

    project: Annotated[str, Meta(max_length=100)]
    epoch: Annotated[int, Meta(ge=1, lt=1 << 53)]
    position: Annotated[int, Meta(ge=0, lt=1 << 53)]
    record: bytes | None = None


class Heads(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer. `held` is a bit for each id of the set in its order, `buckets` 2**`bits` prints.

    `next` is the place in `stands` from which on nothing was answered.
    """

    v: Annotated[int, Meta(ge=1)] = FORMAT
    answer: Literal["same", "unknown", "differs"]
    held: Annotated[bytes, Meta(max_length=SET // 8)] = b""
    bits: Annotated[int, Meta(ge=0, le=8)] = 0
    buckets: Annotated[bytes, Meta(max_length=256 * PRINT)] = b""
    heads: Annotated[list[SignedHead], Meta(max_length=STANDS)] = []
    next: Count | None = None


class BadHeads(ValueError):
    """A request or an answer that is well-formed JSON and means nothing."""


# --------------------------------------------------------------------------------- ids and sets


@functools.lru_cache(maxsize=1 << 16)
def raw_id(project: str) -> bytes:
    """Return the 32 bytes of the project id `mic:z…`; raises `BadHeads`."""
    if len(project) > DID_MAX or not project.startswith(_PREFIX):
        raise BadHeads("not the id of a project")
    try:
        raw = from_base58(project[len(_PREFIX) :])
    except BadKey as fault:
        raise BadHeads("not the id of a project") from fault
    if len(raw) != ID or spelled_id(raw) != project:
        raise BadHeads("not the id of a project")
    return raw


@functools.lru_cache(maxsize=1 << 16)
def spelled_id(raw: bytes) -> str:
    """Return the project id of which `raw_id` makes `raw`."""
    return "mic:" + multibase58(raw)


def set_digest(ids: Iterable[bytes]) -> str:
    """Return the name of a set of ids."""
    return hashlib.sha256(b"".join(sorted(ids))).hexdigest()


def split_ids(packed: bytes) -> list[bytes]:
    """Take ids apart; raises `BadHeads` unless they are whole, ascending and each there once."""
    if len(packed) % ID:
        raise BadHeads(f"ids are {ID} bytes each")
    ids = [packed[i : i + ID] for i in range(0, len(packed), ID)]
    if any(one >= other for one, other in itertools.pairwise(ids)):
        raise BadHeads("the ids of a set are ascending")
    return ids


def bitmap(ids: Sequence[bytes], held: frozenset[bytes]) -> bytes:
    """Return a bit for each of `ids`, the first being the lowest of the first byte."""
    bits = bytearray((len(ids) + 7) // 8)
    for place, one in enumerate(ids):
        if one in held:
            bits[place // 8] |= 1 << place % 8
    return bytes(bits)


def of_bitmap(ids: Sequence[bytes], bits: bytes) -> frozenset[bytes]:
    """Return those of `ids` whose bit is set; raises `BadHeads` for another number of bits."""
    if len(bits) != (len(ids) + 7) // 8:
        raise BadHeads("there is one bit for each id")
    return frozenset(one for place, one in enumerate(ids) if bits[place // 8] >> place % 8 & 1)


# ------------------------------------------------------------------------ stands and their prints


def pack(stands: Iterable[Stand]) -> bytes:
    """Join stands, as they are hashed and sent."""
    return b"".join(_STAND.pack(*one) for one in stands)


def unpack(packed: bytes) -> list[Stand]:
    """Take stands apart; raises `BadHeads` for a torn one."""
    if len(packed) % STAND:
        raise BadHeads(f"stands are {STAND} bytes each")
    return [Stand(*one) for one in _STAND.iter_unpack(packed)]


def fingerprint(stands: Iterable[Stand]) -> str:
    """Return the print of all `stands`, whatever their order."""
    return hashlib.sha256(pack(sorted(stands))).hexdigest()


def bits_for(count: int) -> int:
    """Return how many bits of an id name its bucket where `count` projects are held."""
    return 0 if count <= 16 else 4 if count <= 512 else 8


def bucket(project: bytes, bits: int) -> int:
    """Return the bucket of an id: the first `bits` of it."""
    return project[0] >> (8 - bits)


def bucket_prints(stands: Iterable[Stand], bits: int) -> bytes:
    """Return 2**`bits` prints, one after another."""
    buckets: list[list[Stand]] = [[] for _ in range(1 << bits)]
    for one in sorted(stands):
        buckets[bucket(one.project, bits)].append(one)
    return b"".join(hashlib.sha256(pack(held)).digest()[:PRINT] for held in buckets)


def differing(stands: Sequence[Stand], bits: int, prints: bytes) -> list[Stand]:
    """Return those of `stands` whose bucket has another print there; raises `BadHeads`."""
    if len(prints) != PRINT << bits:
        raise BadHeads(f"{1 << bits} buckets have {PRINT << bits} bytes of prints")
    ours = bucket_prints(stands, bits)
    same = [ours[i : i + PRINT] == prints[i : i + PRINT] for i in range(0, len(prints), PRINT)]
    return [one for one in stands if not same[bucket(one.project, bits)]]


# ------------------------------------------------------------------------------------ the answer


def compared(asked: HeadsAsked, ids: Sequence[bytes], held: Mapping[bytes, Stand]) -> Heads:
    """Answer steps 1 and 2: `held` is where this node stands with those of `ids` that it shows."""
    stands = list(held.values())
    if fingerprint(stands) == asked.fingerprint:
        return Heads(answer="same")
    bits = bits_for(len(stands))
    return Heads(
        answer="differs",
        held=bitmap(ids, frozenset(held)),
        bits=bits,
        buckets=bucket_prints(stands, bits),
    )


def news(stands: Sequence[Stand], held: Mapping[bytes, Stand]) -> Iterator[tuple[int, Stand]]:
    """Yield place and own stand of each project with which the asker stands elsewhere."""
    for place, theirs in enumerate(stands):
        ours = held.get(theirs.project)
        if ours is not None and ours != theirs:
            yield place, ours

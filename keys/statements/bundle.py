"""The index of a bundle: which project and positions one file holds, and the hash of each part.

Signed by whoever made the file, so that a damaged one is told from one that was made so. That
signature says nothing of the project: what is in the parts is signed by its owner, its home and
its contributors, and is believed for that alone.
"""

import itertools
from dataclasses import dataclass
from typing import Literal

import msgspec

from keys.ed25519 import PrivateKey
from keys.envelope import open_envelope, seal
from keys.errors import BadStatement
from keys.statements.canonical import Count, Hex32, Position, ProjectId, decode, encode_struct

PAYLOAD_TYPE = "application/vnd.micelio.bundle+json"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the file: where it begins, its bytes, how many entries it has, and its SHA-256."""

    offset: int
    size: int
    count: int
    sha256: bytes

    @property
    def end(self) -> int:
        """Return where the part ends."""
        return self.offset + self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleIndex:
    """What a file says that it holds: positions `first` to `last`, none if `last` is before.

    `record` is the id of the landing record of `last`; `made_at` is in Unix milliseconds.
    """

    project: str
    first: int
    last: int
    record: bytes | None
    documents: Part
    log: Part
    contents: Part
    places: Part
    made_at: int


class _Part(msgspec.Struct, frozen=True):
    offset: Count
    size: Count
    count: Count
    sha256: Hex32


class _Index(msgspec.Struct, frozen=True, rename="camel"):
    format: Literal[1]
    project: ProjectId
    first: Position
    last: Count
    record: Hex32 | None
    documents: _Part
    log: _Part
    contents: _Part
    places: _Part
    made_at: Count


_decoder = msgspec.json.Decoder(_Index)


def seal_bundle(index: BundleIndex, key: PrivateKey) -> bytes:
    """Return the envelope of `index`; raises `BadStatement` for what opening refuses."""
    said = _Index(
        format=1,
        project=index.project,
        first=index.first,
        last=index.last,
        record=None if index.record is None else index.record.hex(),
        documents=_said(index.documents),
        log=_said(index.log),
        contents=_said(index.contents),
        places=_said(index.places),
        made_at=index.made_at,
    )
    payload = encode_struct(said)
    _read(payload)
    return seal(payload, PAYLOAD_TYPE, key)


def open_bundle(data: bytes) -> tuple[BundleIndex, str]:
    """Return the index in `data` and the did that signed it; raises as `open_envelope`."""
    opened = open_envelope(data)
    if opened.payload_type != PAYLOAD_TYPE:
        raise BadStatement(f"The payload is {opened.payload_type!r}, not {PAYLOAD_TYPE}.")
    return _read(opened.payload), opened.signer


def _read(payload: bytes) -> BundleIndex:
    said = decode(_decoder, payload)
    if said.last < said.first - 1 or (said.last >= said.first) != (said.record is not None):
        raise BadStatement("A bundle of positions names the record of the last one.")
    parts = [_part(one) for one in (said.documents, said.log, said.contents, said.places)]
    if any(before.end != after.offset for before, after in itertools.pairwise(parts)):
        raise BadStatement("The parts of a bundle follow one another.")
    documents, log, contents, places = parts
    return BundleIndex(
        project=said.project,
        first=said.first,
        last=said.last,
        record=None if said.record is None else bytes.fromhex(said.record),
        documents=documents,
        log=log,
        contents=contents,
        places=places,
        made_at=said.made_at,
    )


def _said(part: Part) -> _Part:
    return _Part(part.offset, part.size, part.count, part.sha256.hex())


def _part(said: _Part) -> Part:
    return Part(said.offset, said.size, said.count, bytes.fromhex(said.sha256))

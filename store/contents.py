"""The bytes of a file as objects: one blob, or chunks under a manifest.

A file of more than 4 MiB is cut where its content says so, so that an insertion changes the chunks
around it and leaves all others as they were. Everything here streams: no more than a few chunks are
in memory, however large the file.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec
from pyfastcdc import FastCDC

from store.digest import LENGTH, Digest, digest_of
from store.errors import Absent, BadManifest, TooLarge
from store.nodes import Source
from store.records import MAX_OBJECT, Kind, Record, make

BLOB_MAX = MAX_OBJECT
VERSION = 1
SMALLEST, AVERAGE, LARGEST = 64 << 10, 256 << 10, 1 << 20
_READ = 4 << 20

Part = tuple[int, bytes]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, int, list[tuple[int, bytes]]])


def records_of(file: BinaryIO, size: int, level: int = 3) -> Iterator[Record]:
    """Yield what stores the content of `file`; the last record's digest is the content's id.

    Raises `BadManifest` if the file does not have `size` bytes, as when it changes meanwhile.
    """
    if size <= BLOB_MAX:
        raw = file.read(size + 1)
        _check_length(len(raw), size)
        yield make(Kind.BLOB, raw, level)
        return
    parts: list[Part] = []
    for chunk in _chunks(file):
        record = make(Kind.BLOB, chunk, level)
        parts.append((len(chunk), record.digest))
        yield record
    _check_length(sum(length for length, _ in parts), size)
    yield make(Kind.MANIFEST, encode(parts), level)


def _check_length(found: int, expected: int) -> None:
    if found != expected:
        raise BadManifest(f"the file no longer has {expected} bytes")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Cut a stream; the last chunk of each buffer is carried over, for it might go on."""
    cutter = FastCDC(AVERAGE, min_size=SMALLEST, max_size=LARGEST)
    held = b""
    while data := file.read(_READ):
        held += data
        if len(held) < 2 * LARGEST:
            continue
        end = 0
        for chunk in cutter.cut_buf(held):
            # Safe because a cut depends on nothing beyond the largest chunk from where it began.
            if chunk.offset + LARGEST > len(held):
                break
            end = chunk.offset + chunk.length
            yield bytes(chunk.data)
        held = held[end:]
    for chunk in cutter.cut_buf(held) if held else ():
        yield bytes(chunk.data)


def encode(parts: list[Part]) -> bytes:
    """Return the manifest of chunks."""
    return _encoder.encode((VERSION, sum(length for length, _ in parts), parts))


def decode(raw: bytes, size: int) -> list[Part]:
    """Return the chunks of a content of `size` bytes; raises `BadManifest`."""
    try:
        version, total, parts = _decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise BadManifest(f"not a manifest: {fault}") from fault
    if version != VERSION:
        raise BadManifest(f"a manifest of unknown version {version}")
    if total != size or sum(length for length, _ in parts) != total or total <= BLOB_MAX:
        raise BadManifest(f"a manifest of {total} bytes is not one of {size} bytes")
    if any(not 0 < length <= BLOB_MAX or len(digest) != LENGTH for length, digest in parts):
        raise BadManifest("a manifest with an impossible chunk")
    if encode(parts) != raw:
        raise BadManifest("a manifest that is not in its shortest form")
    return parts


def total(raw: bytes) -> int:
    """Return the size of the content that a manifest says it is of; raises `BadManifest`."""
    try:
        return _decoder.decode(raw)[1]
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise BadManifest(f"not a manifest: {fault}") from fault


def spans(digest: Digest, size: int, source: Source) -> list[tuple[Digest, int]]:
    """Return the blobs that make up a content, in order, with their lengths."""
    if size <= BLOB_MAX:
        return [(digest, size)]
    return [(Digest(part), length) for length, part in decode(source(digest), size)]


def parts(digest: Digest, size: int, source: Source) -> list[Digest]:
    """Return every object that a content needs, each once, the content's own first."""
    found = spans(digest, size, source)
    return list(dict.fromkeys([digest, *(part for part, _ in found)]))


def read(digest: Digest, size: int, source: Source) -> Iterator[bytes]:
    """Yield a content, piece by piece; raises `BadManifest` where a piece has another length.

    Safe because `source` returns only what the digest vouches for.
    """
    for part, length in spans(digest, size, source):
        raw = source(part)
        if len(raw) != length:
            raise BadManifest(f"a piece of {len(raw)} bytes is said to have {length}")
        yield raw


def carried(objects: Sequence[bytes], most: int) -> Iterator[bytes]:
    """Return, piece by piece, the content that `objects` are: a blob, or a manifest and its chunks.

    Raises `BadManifest`, `Absent` for a chunk that is not among them, and `TooLarge` for a content
    of more than `most` bytes: a manifest may name one chunk as often as it likes.
    """
    if not objects:
        raise BadManifest("nothing is no content")
    first, *rest = objects
    size = total(first) if rest else len(first)
    if size > most:
        raise TooLarge(f"a content of {size} bytes, where {most} are the most")
    held = {digest_of(one): one for one in objects}

    def source(digest: Digest) -> bytes:
        if (raw := held.get(digest)) is None:
            raise Absent(digest)
        return raw

    return read(digest_of(first), size, source)

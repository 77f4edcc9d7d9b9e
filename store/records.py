"""Records: how an object lies in a pack and travels on the wire.

One format for both, so that a node appends what it received and sends what it stored. A header of
48 bytes says everything that a reader needs in order to refuse before it buffers: what a record
claims is bounded first, decoded with that bound, and compared with its digest last. Nothing that
has not passed `opened` may be believed.
"""

import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import zstandard

from store.digest import LENGTH, Digest, digest_of
from store.errors import BadRecord, Corrupt, TooLarge, Truncated
from store.loose import loosened, tightened

MAGIC = b"MICO"
MAX_OBJECT = 4 << 20
_LAYOUT = struct.Struct("<4sBBHII32s")
HEADER = _LAYOUT.size
_WINDOW = 8 << 20
_WORTH_TRYING = 64
"""Bytes below which a frame's own header eats what compression gains."""


class Kind(IntEnum):
    """What an object is; a hint, for what it truly is follows from who refers to it."""

    BLOB = 1
    TREE = 2
    MANIFEST = 4
    DOCUMENT = 5


class Codec(IntEnum):
    """How the stored bytes become the raw ones."""

    RAW = 0
    ZSTD = 1
    PREFIXED = 2
    """The digest of a base, then a frame that has the base's raw bytes as prefix."""
    LOOSENED = 3
    """As PREFIXED, but the object and its base without the wrapping of envelopes: `store.loose`."""


RESTING = frozenset({Codec.PREFIXED, Codec.LOOSENED})
"""The codecs of records that need another object to be opened."""

_KINDS = {int(kind): kind for kind in Kind}
_CODECS = {int(codec): codec for codec in Codec}


@dataclass(frozen=True, slots=True)
class Record:
    """One object as it is stored; its claims stand unproven until `opened`."""

    kind: Kind
    codec: Codec
    raw_length: int
    digest: Digest
    stored: bytes

    @property
    def base(self) -> Digest | None:
        """The object without which this one cannot be opened."""
        return Digest(self.stored[:LENGTH]) if self.codec in RESTING else None


@dataclass(frozen=True, slots=True)
class Header:
    """The first 48 bytes of a record, its lengths within bounds."""

    kind: Kind
    codec: Codec
    raw_length: int
    stored_length: int
    digest: Digest


class _Tools(threading.local):
    """One thread's compressors: they are costly to make and not to be shared."""

    def __init__(self) -> None:
        self.levels: dict[int, zstandard.ZstdCompressor] = {}
        self.decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW)

    def compressor(self, level: int) -> zstandard.ZstdCompressor:
        found = self.levels.get(level)
        if found is None:
            found = self.levels[level] = zstandard.ZstdCompressor(level)
        return found


_tools = _Tools()


def make(kind: Kind, raw: bytes, level: int = 3, digest: Digest | None = None) -> Record:
    """Return the record of `raw`, compressed if that makes it smaller; raises `TooLarge`."""
    if len(raw) > MAX_OBJECT:
        raise TooLarge(f"an object has at most {MAX_OBJECT} bytes, not {len(raw)}")
    name = digest or digest_of(raw)
    if len(raw) >= _WORTH_TRYING:
        frame = _tools.compressor(level).compress(raw)
        if len(frame) < len(raw):
            return Record(kind, Codec.ZSTD, len(raw), name, frame)
    return Record(kind, Codec.RAW, len(raw), name, bytes(raw))


def make_all(kind: Kind, raws: Sequence[bytes], level: int = 3) -> list[Record]:
    """Return the records of many raws, as `make` would, compressed on all processors at once.

    For small objects this is faster than threads, which would wait for each other at every call.
    """
    tried: list[bytes | bytearray | memoryview] = [
        raw for raw in raws if _WORTH_TRYING <= len(raw) <= MAX_OBJECT
    ]
    if not tried:
        return [make(kind, raw, level) for raw in raws]
    frames = iter(_tools.compressor(level).multi_compress_to_buffer(tried, threads=-1))
    made = []
    for raw in raws:
        if not _WORTH_TRYING <= len(raw) <= MAX_OBJECT:
            made.append(make(kind, raw, level))
            continue
        frame = next(frames).tobytes()
        is_smaller = len(frame) < len(raw)
        codec, stored = (Codec.ZSTD, frame) if is_smaller else (Codec.RAW, bytes(raw))
        made.append(Record(kind, codec, len(raw), digest_of(raw), stored))
    return made


def make_prefixed(kind: Kind, raw: bytes, base: bytes, level: int = 3) -> Record:
    """Return the record of `raw` as its difference from `base`, however large that is."""
    stored = digest_of(base) + _against(raw, base, level)
    return Record(kind, Codec.PREFIXED, len(raw), digest_of(raw), stored)


def make_loosened(kind: Kind, raw: bytes, base: bytes, level: int = 3) -> Record:
    """Return the record of `raw` as its difference from `base`, both without their wrapping."""
    stored = digest_of(base) + _against(loosened(raw), loosened(base), level)
    return Record(kind, Codec.LOOSENED, len(raw), digest_of(raw), stored)


def _against(data: bytes, base: bytes, level: int) -> bytes:
    """Return the frame of `data` that has `base` as prefix."""
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level, source_size=len(data), dict_size=len(base)
    )
    prefix = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdCompressor(dict_data=prefix, compression_params=parameters).compress(data)


def encode(record: Record) -> bytes:
    """Return the record as bytes."""
    return (
        _LAYOUT.pack(
            MAGIC,
            record.kind,
            record.codec,
            0,
            record.raw_length,
            len(record.stored),
            record.digest,
        )
        + record.stored
    )


def parse_header(data: bytes | bytearray | memoryview, offset: int = 0) -> Header:
    """Return the header at `offset`; raises `BadRecord` or `TooLarge`."""
    magic, kind, codec, flags, raw_length, stored_length, digest = _LAYOUT.unpack_from(data, offset)
    if magic != MAGIC:
        raise BadRecord("a record begins with other bytes")
    if kind not in _KINDS or codec not in _CODECS or flags:
        raise BadRecord(f"unknown kind {kind}, codec {codec} or flags {flags}")
    if raw_length > MAX_OBJECT:
        raise TooLarge(f"an object has at most {MAX_OBJECT} bytes, not {raw_length}")
    _check_stored(_CODECS[codec], raw_length, stored_length)
    return Header(_KINDS[kind], _CODECS[codec], raw_length, stored_length, Digest(digest))


def _check_stored(codec: Codec, raw_length: int, stored_length: int) -> None:
    least, most = {
        Codec.RAW: (raw_length, raw_length),
        Codec.ZSTD: (1, raw_length),
        Codec.PREFIXED: (LENGTH + 1, LENGTH + raw_length + 64),
        Codec.LOOSENED: (LENGTH + 1, LENGTH + raw_length + 64),
    }[codec]
    if not least <= stored_length <= most:
        raise BadRecord(f"{stored_length} bytes cannot store {raw_length} with codec {codec}")


def opened(record: Record, base: bytes | None = None) -> bytes:
    """Return the raw bytes, proven by length and digest; raises `BadRecord` or `Corrupt`."""
    raw = record.stored if record.codec is Codec.RAW else _decompressed(record, base)
    if len(raw) != record.raw_length or digest_of(raw) != record.digest:
        raise Corrupt(record.digest, "its bytes have another digest")
    return raw


def _decompressed(record: Record, base: bytes | None) -> bytes:
    frame, tool = record.stored, _tools.decompressor
    if record.codec in RESTING:
        if base is None:
            raise BadRecord("a record that rests on another cannot stand alone")
        given = loosened(base) if record.codec is Codec.LOOSENED else base
        prefix = zstandard.ZstdCompressionDict(given, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        tool = zstandard.ZstdDecompressor(dict_data=prefix, max_window_size=_WINDOW)
        frame = frame[LENGTH:]
    try:
        # Safe because what the library allocates, the frame announces: it must announce ours.
        announced = zstandard.frame_content_size(frame)
        is_loose = record.codec is Codec.LOOSENED and 0 <= announced <= record.raw_length
        if announced != record.raw_length and not is_loose:
            raise BadRecord("a frame announces another length than its record")
        data = tool.decompress(frame, max_output_size=record.raw_length, allow_extra_data=False)
        return tightened(data) if record.codec is Codec.LOOSENED else data
    except zstandard.ZstdError as fault:
        raise Corrupt(record.digest, f"its frame is unreadable: {fault}") from fault


class Decoder:
    """Cuts a stream of bytes into records, holding at most one of them."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._header: Header | None = None

    def feed(self, data: bytes | bytearray | memoryview) -> Iterator[Record]:
        """Take `data` and return the records that it completes; raises `BadRecord`, `TooLarge`."""
        self._held += data
        return self._records()

    def finish(self) -> None:
        """Raise `Truncated` if the stream ended within a record."""
        if self._held or self._header:
            raise Truncated("the stream ends within a record")

    def _records(self) -> Iterator[Record]:
        offset = 0
        try:
            while True:
                if self._header is None:
                    if len(self._held) - offset < HEADER:
                        return
                    self._header = parse_header(self._held, offset)
                    offset += HEADER
                end = offset + self._header.stored_length
                if len(self._held) < end:
                    return
                header, self._header = self._header, None
                stored = bytes(memoryview(self._held)[offset:end])
                offset = end
                yield Record(header.kind, header.codec, header.raw_length, header.digest, stored)
        finally:
            del self._held[:offset]

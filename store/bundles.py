"""Bundles: a project and its log in one file, for machines that never meet.

    16 bytes                what the file is, and the version of its form
    documents               records: the project's documents, oldest first
    log                     records: of each position landing, contribution, change list, transcript
    contents                records: what these change lists name as new, each object once
    places                  id and offset of each object of the contents, in order of the ids
    index                   the signed statement of all that: `keys.statements.bundle`
    16 bytes                the length of the index, and the end

What may have gone wrong is found before anything is believed: the end is looked at first, so a
file that was cut off is refused at once; the parts lie where the signed index says, and have its
hashes; and every object is proven by its own. Records stand alone here, none rests on another.
Whether the log holds is for its verifier to say.
"""

import os
import stat
import struct
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, Literal, Self

from keys.ed25519 import PrivateKey
from keys.errors import KeysFault
from keys.spelling import ENVELOPE_MAX, START
from keys.statements.bundle import BundleIndex, Part, open_bundle, seal_bundle
from keys.statements.landing import open_landing
from keys.statements.project import VERSIONS_MAX
from store.digest import Digest, digest_of
from store.errors import Absent, BadBundle, BadRecord, Corrupt
from store.records import (
    HEADER,
    RESTING,
    Decoder,
    Kind,
    Record,
    encode,
    make,
    opened,
    parse_header,
)

HEAD: Final = b"micelio bundle 1"
DOCUMENTS_MAX: Final = 64 << 20
"""Bytes of the documents' part, which is read as a whole."""

_END = b"bundle's end"
_TAIL = struct.Struct("<I12s")
_PLACE = struct.Struct("<32sQ")
_CHUNK = 1 << 20
Object = tuple[Record, bytes]
Spot = tuple[int, int]
"""Where in the log a position begins, and how many objects it has."""

Name = Literal["documents", "log", "contents", "places"]


class _Open:
    """A part that is being written."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.size = 0
        self.count = 0
        self._hash = sha256()

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self.count += 1
        self._hash.update(data)

    def done(self) -> Part:
        return Part(self.offset, self.size, self.count, self._hash.digest())


class Writer:
    """Writes a bundle from front to back: documents, then the log, then the contents."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._parts: list[Part] = []
        self._open = _Open(len(HEAD))
        self._places: dict[Digest, int] = {}
        file.write(HEAD)

    def document(self, raw: bytes) -> None:
        """Add the next of the project's documents."""
        self._in(0)
        self._put(encode(make(Kind.DOCUMENT, raw)))

    def log(self, record: Record) -> None:
        """Add the next object of the log."""
        self._in(1)
        self._put(encode(record))

    def content(self, record: Record) -> None:
        """Add an object of the contents; one that is there already is not written again."""
        self._in(2)
        if record.digest not in self._places:
            self._places[record.digest] = self._open.offset + self._open.size
            self._put(encode(record))

    def finish(
        self,
        key: PrivateKey,
        *,
        project: str,
        first: int,
        last: int,
        record: bytes | None,
        made_at: int,
    ) -> BundleIndex:
        """Write the places, the index signed by `key`, and the end."""
        self._in(3)
        for place in _sorted(self._places.items()):
            self._put(place)
        self._in(4)
        documents, log, contents, places = self._parts
        index = BundleIndex(
            project=project,
            first=first,
            last=last,
            record=record,
            documents=documents,
            log=log,
            contents=contents,
            places=places,
            made_at=made_at,
        )
        envelope = seal_bundle(index, key)
        self._file.write(envelope + _TAIL.pack(len(envelope), _END))
        return index

    def _in(self, number: int) -> None:
        assert len(self._parts) <= number  # the parts come in order
        while len(self._parts) < number:
            self._parts.append(self._open.done())
            self._open = _Open(self._parts[-1].end)

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._open.add(data)


class Grouping:
    """Tells where in a log a position begins: at each envelope that is no contribution."""

    def __init__(self) -> None:
        self._contribution: bytes | None = None

    def begins(self, raw: bytes) -> bool:
        """Return whether `raw`, the next object, is the record of a position."""
        if not raw.startswith(START) or digest_of(raw) == self._contribution:
            return False
        try:
            self._contribution = open_landing(raw)[0].contribution
        except KeysFault:
            return False
        return True


class Bundle:
    """A bundle to be read; it is refused at once unless its index and its end are whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._handle = file.fileno()
        size = os.fstat(self._handle).st_size
        if self._read(0, len(HEAD)) != HEAD:
            raise BadBundle("it is no bundle, or one of another version")
        self.index, self.signer = self._index(size)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the bundle at `path`; raises `BadBundle`, `OSError`."""
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise BadBundle("it is no plain file")
        file = os.fdopen(handle, "rb", buffering=0)
        try:
            return cls(file)
        except BaseException:
            file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def documents(self) -> list[bytes]:
        """Return the project's documents, oldest first, unverified but whole."""
        part = self.index.documents
        if part.size > DOCUMENTS_MAX or part.count > VERSIONS_MAX:
            raise BadBundle("its documents are too large, or too many")
        return [raw for _, raw in self._objects(part, "documents")]

    def log(self) -> Iterator[Object]:
        """Yield the objects of the log in order, each proven by its id."""
        return self._objects(self.index.log, "log")

    def contents(self) -> Iterator[Object]:
        """Yield every object of the contents, each proven by its id, and in the end the places."""
        places: list[tuple[Digest, int]] = []
        offset = self.index.contents.offset
        for record, raw in self._objects(self.index.contents, "contents"):
            places.append((record.digest, offset))
            offset += HEADER + len(record.stored)
            yield record, raw
        listed = b"".join(_sorted(places))
        part = self.index.places
        if (sha256(listed).digest(), len(places)) != (part.sha256, part.count):
            raise BadBundle("its index does not tell where its contents are")
        if len({digest for digest, _ in places}) != len(places):
            raise BadBundle("an object is in it twice")
        for _ in self._chunks(part, "places"):
            continue

    def record(self, digest: Digest) -> Record:
        """Return an object of the contents as it lies, unproven; raises `Absent`."""
        offset = self._place(digest)
        if offset is None:
            raise Absent(digest)
        record = self._at(self.index.contents, offset)
        if record.digest != digest:
            raise BadBundle("its index leads to something else")
        return record

    def spots(self) -> list[Spot]:
        """Return where in the log each position begins, and how many objects it has."""
        grouping, offset = Grouping(), self.index.log.offset
        found: list[Spot] = []
        for record, raw in self.log():
            if grouping.begins(raw) or not found:
                found.append((offset, 0))
            begun, count = found[-1]
            found[-1] = (begun, count + 1)
            offset += HEADER + len(record.stored)
        return found

    def some_of_log(self, spot: Spot) -> Iterator[Record]:
        """Yield the objects of a position as they lie, unproven."""
        offset, count = spot
        for _ in range(count):
            record = self._at(self.index.log, offset)
            offset += HEADER + len(record.stored)
            yield record

    def _at(self, part: Part, offset: int) -> Record:
        if not part.offset <= offset <= part.end - HEADER:
            raise BadBundle("its index leads out of it")
        try:
            header = parse_header(self._read(offset, HEADER))
        except BadRecord as fault:
            raise BadBundle(f"an object in it is damaged: {fault}") from fault
        if offset + HEADER + header.stored_length > part.end:
            raise BadBundle("its index leads to something else")
        stored = self._read(offset + HEADER, header.stored_length)
        return Record(header.kind, header.codec, header.raw_length, header.digest, stored)

    def get(self, digest: Digest) -> bytes:
        """Return an object of the contents, proven by its id; raises `Absent`."""
        return proven(self.record(digest))

    def _place(self, digest: Digest) -> int | None:
        part = self.index.places
        low, high = 0, part.count
        while low < high:
            middle = (low + high) // 2
            data = self._read(part.offset + middle * _PLACE.size, _PLACE.size)
            found, offset = _PLACE.unpack(data)
            if found == digest:
                return int(offset)
            low, high = (middle + 1, high) if found < digest else (low, middle)
        return None

    def _index(self, size: int) -> tuple[BundleIndex, str]:
        try:
            length, end = _TAIL.unpack(self._read(size - _TAIL.size, _TAIL.size))
            start = size - _TAIL.size - length
            if end != _END or not 0 < length <= ENVELOPE_MAX or start < len(HEAD):
                raise BadBundle("it is cut off, or was never finished")
            index, signer = open_bundle(self._read(start, length))
        except KeysFault as fault:
            raise BadBundle(f"its index does not hold: {fault}") from fault
        if index.documents.offset != len(HEAD) or index.places.end != start:
            raise BadBundle("its index is that of another file")
        if index.places.size != index.places.count * _PLACE.size:
            raise BadBundle("its index contradicts itself")
        return index, signer

    def _objects(self, part: Part, name: Name) -> Iterator[Object]:
        decoder, count = Decoder(), 0
        try:
            for chunk in self._chunks(part, name):
                for record in decoder.feed(chunk):
                    count += 1
                    yield record, proven(record)
            decoder.finish()
        except BadRecord as fault:
            raise BadBundle(f"its {name} are damaged: {fault}") from fault
        if count != part.count:
            raise BadBundle(f"its {name} are {count}, not {part.count}")

    def _chunks(self, part: Part, name: Name) -> Iterator[bytes]:
        """Yield a part, and at its end compare its hash."""
        hashed, offset = sha256(), part.offset
        while offset < part.end:
            chunk = self._read(offset, min(_CHUNK, part.end - offset))
            hashed.update(chunk)
            offset += len(chunk)
            yield chunk
        if hashed.digest() != part.sha256:
            raise BadBundle(f"its {name} are not what its index says")

    def _read(self, offset: int, length: int) -> bytes:
        """Return so many bytes, as many as there are; raises `BadBundle` where there are less."""
        data = b"" if offset < 0 else os.pread(self._handle, length, offset)
        while offset >= 0 and len(data) < length:
            more = os.pread(self._handle, length - len(data), offset + len(data))
            if not more:
                break
            data += more
        if len(data) != length:
            raise BadBundle("it is cut off, or is no bundle")
        return data


def _alone(record: Record) -> Record:
    if record.codec in RESTING:
        raise BadBundle("an object in it rests on another")
    return record


def proven(record: Record) -> bytes:
    """Return what a record of a bundle holds, proven by its id; raises `BadBundle`."""
    try:
        return opened(_alone(record))
    except Corrupt as fault:
        raise BadBundle(str(fault)) from fault


def _sorted(places: Iterable[tuple[Digest, int]]) -> Iterator[bytes]:
    return (_PLACE.pack(digest, offset) for digest, offset in sorted(places))

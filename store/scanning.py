"""Reads a pack without its index: what looks like a record, from wherever one begins.

Behind damage it goes on at the next magic. Nothing that is found here has been proven.
"""

from collections.abc import Iterator

from store.errors import BadRecord
from store.packs import Packs
from store.records import HEADER, MAGIC, Record, parse_header

_READ = 8 << 20


def scan(packs: Packs, number: int, start: int = 0) -> Iterator[tuple[int, Record]]:
    """Yield the whole records of a pack from `start` on, each with its offset."""
    offset, size = start, packs.size(number)
    while offset + HEADER <= size:
        record = record_at(packs, number, offset)
        if record is None:
            offset = _next_magic(packs, number, offset + 1, size)
        else:
            yield offset, record
            offset += HEADER + len(record.stored)


def record_at(packs: Packs, number: int, offset: int) -> Record | None:
    """Return the record that begins at `offset`; None if none does, or not a whole one."""
    try:
        header = parse_header(packs.read(number, offset, HEADER))
    except BadRecord:
        return None
    stored = packs.read(number, offset + HEADER, header.stored_length)
    if len(stored) != header.stored_length:
        return None
    return Record(header.kind, header.codec, header.raw_length, header.digest, stored)


def is_torn(rest: bytes) -> bool:
    """Whether `rest` is the beginning of a record, and less than all of it."""
    if len(rest) < HEADER:
        return rest[: len(MAGIC)] == MAGIC[: len(rest)]
    try:
        return len(rest) < HEADER + parse_header(rest).stored_length
    except BadRecord:
        return False


def _next_magic(packs: Packs, number: int, offset: int, size: int) -> int:
    while offset < size:
        found = packs.read(number, offset, _READ).find(MAGIC)
        if found >= 0:
            return offset + found
        offset += _READ - len(MAGIC) + 1
    return size

"""Change lists: what a landing does to files, as bytes that can be signed.

The author vouches for the change, not for the tree that comes of it, so that the home may apply it
to a newer head and everybody can check that it did that and nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from store.digest import LENGTH, Digest
from store.errors import BadChanges
from store.nodes import Entry, Mode
from store.paths import check_path

VERSION = 1
MOST = 500_000
"""Changes of one landing, however it came about: a node that is to hold it has room for them."""
MOST_BYTES = 64 << 20
"""Bytes of their list."""
HEAD = 7
"""Bytes of a list that are enough to `count` it."""
LEAST = 41
"""Bytes of the smallest change: a path of one letter, and one entry with its digest."""

_PAIR = b"\x92"
_COUNTS = {0xDC: 2, 0xDD: 4}
_BLOCK = 4096

_Triple = tuple[int, bytes, int]
_Row = tuple[str, _Triple | None, _Triple | None]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, list[_Row]])
_FILES = {int(mode): mode for mode in Mode if mode is not Mode.DIRECTORY}


@dataclass(frozen=True, slots=True)
class Change:
    """What stood at `path` and what stands there now; None is nothing."""

    path: str
    old: Entry | None
    new: Entry | None


def encode(changes: Iterable[Change]) -> bytes:
    """Return a change list, sorted by path; raises `BadChanges` and `BadPath` as `decode` does."""
    ordered = sorted(changes, key=lambda change: change.path)
    _check(ordered)
    return _encoder.encode((VERSION, [(c.path, _triple(c.old), _triple(c.new)) for c in ordered]))


def count(data: bytes) -> int:
    """Return how many changes a list says that it has, from its first bytes; raises `BadChanges`.

    One that has another number of them does not decode.
    """
    if data[:1] != _PAIR or len(data) < 3:
        raise BadChanges("not a change list")
    if data[1] > 0x7F:
        raise BadChanges("a change list that does not say its version in the shortest form")
    if data[1] != VERSION:
        raise BadChanges(f"a change list of unknown version {data[1]}")
    if data[2] & 0xF0 == 0x90:
        return data[2] & 0x0F
    if data[2] not in _COUNTS:
        raise BadChanges("not a change list: it does not say how many changes it has")
    return int.from_bytes(data[3 : 3 + _COUNTS[data[2]]], "big")


def decode(data: bytes) -> tuple[Change, ...]:
    """Return the changes; raises `BadChanges`, and `BadPath` for a path that nobody may hold.

    However few bytes its entries have, a list takes no more than some ten times its length.
    """
    if count(data) * LEAST > len(data):
        raise BadChanges("not a change list: it says that it has more changes than fit into it")
    try:
        _, rows = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise BadChanges(f"not a change list: {fault}") from fault
    _check_form(rows, memoryview(data)[2:])
    changes = tuple(_taken(rows))
    _check(changes)
    return changes


def _check_form(rows: Sequence[_Row], data: memoryview) -> None:
    """Raise `BadChanges` unless `data` is what `encode` makes of `rows`, some of them at a time."""
    rest = data[_head(len(rows)) :]
    for first in range(0, len(rows), _BLOCK):
        block = rows[first : first + _BLOCK]
        again = memoryview(_encoder.encode(block))[_head(len(block)) :]
        if rest[: len(again)] != again:
            raise BadChanges("a change list that is not in its shortest form")
        rest = rest[len(again) :]
    if rest:
        raise BadChanges("a change list that does not say in the shortest form how long it is")


def _head(length: int) -> int:
    """Return how many bytes say that a list has so many items."""
    return 1 if length < 1 << 4 else 3 if length < 1 << 16 else 5


def _taken(rows: list[_Row]) -> Iterator[Change]:
    """Yield the changes of `rows`, which loses them: what is not needed twice is not held twice."""
    rows.reverse()
    while rows:
        path, old, new = rows.pop()
        yield Change(path, _entry(old), _entry(new))


def _triple(entry: Entry | None) -> _Triple | None:
    return None if entry is None else (int(entry.mode), entry.id, entry.size)


def _entry(triple: _Triple | None) -> Entry | None:
    if triple is None:
        return None
    mode, digest, size = triple
    if mode not in _FILES or len(digest) != LENGTH or not 0 <= size < 1 << 63:
        raise BadChanges("an entry of unknown mode, or without digest or size")
    return Entry(_FILES[mode], Digest(digest), size)


def _check(changes: Sequence[Change]) -> None:
    for before, after in pairwise(changes):
        if before.path >= after.path:
            raise BadChanges(f"{after.path[:200]!r} comes twice or out of order")
    for change in changes:
        check_path(change.path)
        if change.old == change.new:
            raise BadChanges(f"{change.path!r} does not change")
        if Mode.DIRECTORY in {entry.mode for entry in (change.old, change.new) if entry}:
            raise BadChanges(f"{change.path!r} is a directory")
    _check_nesting(changes)


def _check_nesting(changes: Sequence[Change]) -> None:
    files = {change.path for change in changes if change.new}
    for path in files:
        end = path.rfind("/")
        while end > 0:
            if path[:end] in files:
                raise BadChanges(f"{path[:end]!r} would be a file and a directory")
            end = path.rfind("/", 0, end)

"""One tree node: its bytes, its checked content, and the nodes that were read lately."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from itertools import pairwise

import msgspec

from store.digest import LENGTH, Digest
from store.errors import BadTree
from store.paths import name_fault
from store.recent import Recent

Source = Callable[[Digest], bytes]
"""Returns the verified bytes of a node."""

Sink = Callable[[bytes, Digest | None], Digest]
"""Keeps a node and returns its digest; the second argument is the node whose place it takes."""

Row = tuple[str, int, bytes, int]
"""Level 0: name, mode, digest, size. Above: first name, count of entries, digest, size."""

VERSION = 1
MAX_LEVEL = 24
CACHED_ROWS = 131_072


class Mode(IntEnum):
    """What stands at a name."""

    FILE = 1
    EXECUTABLE = 2
    LINK = 3
    DIRECTORY = 4


_MODES = {int(mode): mode for mode in Mode}


class Entry(msgspec.Struct, frozen=True):
    """What stands at a path; a directory's size is the sum of the sizes below it."""

    mode: Mode
    id: Digest
    size: int


class Node:
    """A decoded node; shared between threads, never changed."""

    __slots__ = ("level", "names", "rows")

    def __init__(self, level: int, rows: list[Row]) -> None:
        self.level = level
        self.rows = rows
        self.names = [row[0] for row in rows]


def row_of(name: str, entry: Entry) -> Row:
    """Return the row of `entry` under `name`."""
    return (name, int(entry.mode), entry.id, entry.size)


def entry_of(row: Row) -> Entry:
    """Return the entry of a row of level 0."""
    return Entry(_MODES[row[1]], Digest(row[2]), row[3])


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, int, list[tuple[str, int, bytes, int]]])


def encode(level: int, rows: Sequence[Row]) -> bytes:
    """Return a node's bytes."""
    return _encoder.encode((VERSION, level, rows))


EMPTY = Digest(bytes.fromhex("953ef63de68810b150156be803f18ee678fb08f931093a1a92d36a8ebdf545b4"))
"""The digest of the node without entries, `encode(0, [])`."""
_NOTHING = Node(0, [])


def decode(raw: bytes) -> Node:
    """Return the node; raises `BadTree` unless `encode` would have written exactly this."""
    try:
        version, level, rows = _decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise BadTree(f"not a tree node: {fault}") from fault
    if version != VERSION or not 0 <= level <= MAX_LEVEL:
        raise BadTree(f"a tree node of unknown version {version} or level {level}")
    _check_rows(level, rows)
    if encode(level, rows) != raw:
        raise BadTree("a tree node that is not in its shortest form")
    return Node(level, rows)


def _check_rows(level: int, rows: list[Row]) -> None:
    for name, kind, digest, size in rows:
        if reason := name_fault(name):
            raise BadTree(f"{name[:200]!r} {reason}")
        if len(digest) != LENGTH or not 0 <= size < 1 << 63:
            raise BadTree(f"{name!r} has no digest or no size")
        if not (0 < kind < 1 << 63 if level else kind in _MODES):
            raise BadTree(f"{name!r} is of unknown mode {kind}")
    # Safe because code points sort as their UTF-8 bytes do.
    if any(before[0] >= after[0] for before, after in pairwise(rows)):
        raise BadTree("the names of a tree node are out of order")
    if level and not rows:
        raise BadTree("an inner tree node without children")


_cache: Recent[Node] = Recent(CACHED_ROWS)
"""Nodes read lately. Safe to share, for a digest means the same node in any store."""


def load(digest: Digest, source: Source) -> Node:
    """Return the node of `digest`; raises `BadTree` and what `source` raises."""
    if digest == EMPTY:
        return _NOTHING
    node = _cache.get(digest)
    if node is None:
        node = decode(source(digest))
        _cache.put(digest, node, len(node.rows) + 1)
    return node


def save(level: int, rows: list[Row], sink: Sink, replaced: Digest | None) -> Digest:
    """Write a node and remember it."""
    digest = sink(encode(level, rows), replaced)
    _cache.put(digest, Node(level, rows), len(rows) + 1)
    return digest

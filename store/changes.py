"""Change lists: what a landing does to files, as bytes that can be signed.

The author vouches for the change, not for the tree that comes of it, so that the home may apply it
to a newer head and everybody can check that it did that and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from store.digest import LENGTH, Digest
from store.errors import BadChanges
from store.nodes import Entry, Mode
from store.paths import check_path

VERSION = 1

_Triple = tuple[int, bytes, int]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, list[tuple[str, _Triple | None, _Triple | None]]])
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


def decode(data: bytes) -> tuple[Change, ...]:
    """Return the changes; raises `BadChanges`, and `BadPath` for a path that nobody may hold."""
    try:
        version, rows = _decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError) as fault:
        raise BadChanges(f"not a change list: {fault}") from fault
    if version != VERSION:
        raise BadChanges(f"a change list of unknown version {version}")
    changes = tuple(Change(path, _entry(old), _entry(new)) for path, old, new in rows)
    _check(changes)
    if _encoder.encode((version, rows)) != data:
        raise BadChanges("a change list that is not in its shortest form")
    return changes


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

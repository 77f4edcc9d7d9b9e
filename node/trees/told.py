"""Who brought the lines of files at some landings, so that not everything is gone through again.

What landings made of a file never changes, so neither does who brought its lines as one of them
left it. Such answers are kept for every few landings on the way of whoever asked: the next one, at
any position of the file, has a few differences to look at instead of its whole history.
"""

import hashlib
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from node.landings.model import Landing
from store.digest import Digest
from store.lines import Hunk
from store.recent import Recent

UNKNOWN = 0
"""The landing of a line of which nothing is known, as it is gone in the end."""

EVERY = 4
"""For one in so many landings the answer is kept."""

MOST = 4 << 20
_OVERHEAD = 500


@dataclass(frozen=True, slots=True)
class Told:
    """The position that brought each line, and what the file was called before each of these."""

    owners: Sequence[int]
    before: Mapping[int, str | None]


@dataclass(frozen=True, slots=True)
class _Packed:
    """The same, small: `renamed` are those that are not called as the file was then."""

    owners: bytes
    renamed: Mapping[int, str | None]


_kept: Recent[_Packed] = Recent(MOST)


def at(landing: Landing, path: str) -> Told | None:
    """Return what is kept of `path` as `landing` left it."""
    found = _kept.get(_name(landing, path))
    if found is None:
        return None
    owners = array("Q", zlib.decompress(found.owners))
    before: dict[int, str | None] = dict.fromkeys(owners, path)
    return Told(owners, before | dict(found.renamed))


def keep(landing: Landing, path: str, told: Told) -> None:
    """Keep what is known of `path` as `landing` left it, if all of it is."""
    if UNKNOWN in told.owners:
        return
    renamed = {one: told.before[one] for one in set(told.owners) if told.before[one] != path}
    packed = _Packed(zlib.compress(array("Q", told.owners).tobytes(), 1), renamed)
    weight = _OVERHEAD + len(packed.owners) + 150 * len(renamed)
    _kept.put(_name(landing, path), packed, weight)


def brought(owners: Sequence[int], found: Sequence[Hunk], position: int) -> list[int]:
    """Return who brought each line behind the landing at `position`, which changed `found`."""
    after: list[int] = []
    done = 0
    for hunk in found:
        after += owners[done : hunk.old_start]
        after += [position] * hunk.new_count
        done = hunk.old_end
    after += owners[done:]
    return after


def _name(landing: Landing, path: str) -> Digest:
    return Digest(hashlib.sha256(landing.id + path.encode("utf-8", "surrogateescape")).digest())

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
    """The same, small: of `owners` and of `renamed`, who are not called as the file was then."""

    owners: bytes
    renamed: Sequence[tuple[str | None, bytes]]

    @property
    def weight(self) -> int:
        """About how many bytes of memory this takes."""
        names = sum(_OVERHEAD + len(name or "") + len(some) for name, some in self.renamed)
        return _OVERHEAD + len(self.owners) + names


_kept: Recent[_Packed] = Recent(MOST)


def at(landing: Landing, path: str) -> Told | None:
    """Return what is kept of `path` as `landing` left it."""
    found = _kept.get(_name(landing, path))
    if found is None:
        return None
    owners = _unpacked(found.owners)
    before: dict[int, str | None] = dict.fromkeys(owners, path)
    for name, some in found.renamed:
        before |= dict.fromkeys(_unpacked(some), name)
    return Told(owners, before)


def keep(landing: Landing, path: str, told: Told) -> None:
    """Keep what is known of `path` as `landing` left it, if all of it is."""
    if UNKNOWN in told.owners:
        return
    renamed: dict[str | None, list[int]] = {}
    for one in sorted(set(told.owners)):
        if told.before[one] != path:
            renamed.setdefault(told.before[one], []).append(one)
    names = [(name, _packed(some)) for name, some in renamed.items()]
    packed = _Packed(_packed(told.owners), names)
    _kept.put(_name(landing, path), packed, packed.weight)


def _packed(positions: Sequence[int]) -> bytes:
    return zlib.compress(array("Q", positions).tobytes(), 1)


def _unpacked(data: bytes) -> Sequence[int]:
    return array("Q", zlib.decompress(data))


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

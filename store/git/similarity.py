"""How alike two files are, and which of those that went a new one was: git's own counting.

The rules are those of git's diffcore-rename and diffcore-delta. A file is cut into spans that end
with a line or after 64 bytes, and what counts is how many bytes of the old file's spans the new one
has too. git compares hashes of the spans, of which there are 107,927; spans that only look the same
that way count with it, so they do here.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from store.lines import is_binary
from store.nodes import Entry, Mode

WHOLE = 60_000
ENOUGH = WHOLE // 2
"""A file of which half is the old one's is that one under a new name."""

SURE = ENOUGH + (WHOLE - ENOUGH) // 2
"""So alike, a file that kept its name in another directory is not compared with others."""

HASHES = 107_927
_SPAN = re.compile(rb"[^\n]{0,63}\n|[^\n]{64}|[^\n]+")
_LOW = 0xFFFFFFFF
_CANDIDATES = 4
_IDENTICAL_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class File:
    """A file at a path; `read` gives its bytes."""

    path: str
    entry: Entry
    read: Callable[[], bytes] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """Its name in its directory."""
        return self.path.rpartition("/")[2]

    @property
    def is_plain(self) -> bool:
        """Whether it is a file, not a link."""
        return self.entry.mode in {Mode.FILE, Mode.EXECUTABLE}


@dataclass(frozen=True, slots=True)
class _Scored:
    """A candidate: how alike, and whether it has the same name in another directory."""

    score: int
    same_name: bool
    file: File


def source_of(new: File, gone: Sequence[File]) -> str | None:
    """Return which of the files in `gone` became `new`, as git finds it; None if none did."""
    ordered = sorted(gone, key=lambda one: one.path.encode())
    if found := _identical(new, ordered):
        return found.path
    if not new.is_plain:
        return None
    counted = _Counted(new.read())
    if found := _namesake(new, counted, ordered):
        return found.path
    return _most_alike(new, counted, ordered)


def _identical(new: File, gone: Sequence[File]) -> File | None:
    """Return a file of the same content, rather one of the same name."""
    same = [one for one in gone if one.entry.id == new.entry.id and _may_become(one, new)]
    same = same[:_IDENTICAL_AT_MOST]
    return next((one for one in same if one.name == new.name), same[0] if same else None)


def _may_become(old: File, new: File) -> bool:
    return (old.is_plain and new.is_plain) or old.entry.mode is new.entry.mode


def _namesake(new: File, counted: "_Counted", gone: Sequence[File]) -> File | None:
    """Return the only file of the same name, if it is alike beyond doubt."""
    same = [one for one in gone if one.name == new.name]
    if len(same) == 1 and _score(same[0], new, counted, SURE) >= SURE:
        return same[0]
    return None


def _most_alike(new: File, counted: "_Counted", gone: Sequence[File]) -> str | None:
    """Return the best of the candidates, kept and ordered as git does: ties are its ties."""
    best: list[_Scored | None] = [None] * _CANDIDATES
    for old in gone:
        score = _score(old, new, counted, ENOUGH)
        one = _Scored(score, old.name == new.name, old)
        worst = 0
        for place in range(1, _CANDIDATES):
            if _rank(best[place]) < _rank(best[worst]):
                worst = place
        if _rank(best[worst]) < _rank(one):
            best[worst] = one
    top = max(best, key=_rank)
    return top.file.path if top and top.score >= ENOUGH else None


def _rank(one: _Scored | None) -> tuple[int, bool]:
    return (-1, False) if one is None else (one.score, one.same_name)


def _score(old: File, new: File, counted: "_Counted", least: int) -> int:
    """Return how alike two files are, of `WHOLE`; 0 if they are certainly less than `least`."""
    if not old.is_plain or not old.entry.size or not new.entry.size:
        return 0
    larger = max(old.entry.size, new.entry.size)
    apart = larger - min(old.entry.size, new.entry.size)
    if larger * (WHOLE - least) < apart * WHOLE:
        return 0
    return counted.shared(_Counted(old.read()), least * larger // WHOLE) * WHOLE // larger


class _Counted:
    """A content as spans, and how many bytes there are of each."""

    def __init__(self, data: bytes) -> None:
        if not is_binary(data):
            data = data.replace(b"\r\n", b"\n")
        self.spans = Counter(_SPAN.findall(data))

    def shared(self, old: "_Counted", wanted: int) -> int:
        """Return how many bytes of `old` are here too; fewer, if that is far below `wanted`."""
        both = self.spans & old.spans
        same = _bytes(both)
        ours, theirs = self.spans - both, old.spans - both
        if same + _by_chance(ours, theirs) < wanted:
            return same
        ours_by, theirs_by = _hashed(ours), _hashed(theirs)
        return same + sum(min(size, ours_by.get(key, 0)) for key, size in theirs_by.items())


def _bytes(spans: Counter[bytes]) -> int:
    return sum(len(span) * count for span, count in spans.items())


def _by_chance(ours: Counter[bytes], theirs: Counter[bytes]) -> int:
    """Return more bytes than different spans can be expected to share by their hashes."""
    pairs = len(ours) * len(theirs) / HASHES
    longest = 64 * max([1, *ours.values(), *theirs.values()])
    return min(int((4 * pairs + 4) * longest), _bytes(ours), _bytes(theirs))


def _hashed(spans: Counter[bytes]) -> dict[int, int]:
    found: dict[int, int] = {}
    for span, count in spans.items():
        key = _hash(span)
        found[key] = found.get(key, 0) + len(span) * count
    return found


def _hash(span: bytes) -> int:
    """Return git's hash of a span: two halves that turn into each other by seven bits."""
    low = high = 0
    for byte in span:
        low, high = (
            ((((low << 7) & _LOW) ^ (high >> 25)) + byte) & _LOW,
            ((high << 7) & _LOW) ^ (low >> 25),
        )
    return ((low + high * 0x61) & _LOW) % HASHES

"""Lines: where two texts differ, and how three become one.

The differences come from libgit2's xdiff (Myers, in linear space), so that what is shown and blamed
here agrees with git. A line ends with LF, and with nothing else; the last one may lack it. libgit2
takes 10 MiB of memory: it is imported when the first two texts are compared.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_SNIFFED = 8000
_TAIL = 1024


@dataclass(frozen=True, slots=True)
class Hunk:
    """Old lines that new ones replace; counted from 0."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int

    @property
    def old_end(self) -> int:
        """The old line behind the hunk."""
        return self.old_start + self.old_count

    @property
    def new_end(self) -> int:
        """The new line behind the hunk."""
        return self.new_start + self.new_count


@dataclass(frozen=True, slots=True)
class Merged:
    """What three texts became, and how many places somebody has to decide."""

    data: bytes
    conflicts: int


def split(data: bytes) -> list[bytes]:
    """Return the lines of `data`, each with its LF."""
    return _LINE.findall(data)


def is_binary(data: bytes) -> bool:
    """Whether `data` has a NUL among its first 8,000 bytes, which is git's rule."""
    return b"\0" in data[:_SNIFFED]


def hunks(old: bytes, new: bytes) -> list[Hunk]:
    """Return where `old` and `new` differ, in order; hunks never touch each other."""
    if old == new:
        return []
    from pygit2 import Patch  # noqa: PLC0415  see above
    from pygit2.enums import DiffOption  # noqa: PLC0415

    flag = DiffOption.FORCE_TEXT | DiffOption.INDENT_HEURISTIC
    patch = Patch.create_from(old, new, flag=flag, context_lines=0, interhunk_lines=0)
    return [
        Hunk(*_from_zero(h.old_start, h.old_lines), *_from_zero(h.new_start, h.new_lines))
        for h in patch.hunks
    ]


def changed(old: bytes, new: bytes) -> list[Hunk]:
    """Return where `old` and `new` differ, as `git blame` sees it.

    Which of several equal lines are the new ones depends on how far a difference looks: git leaves
    away what both end with, by whole KiB, where it shows no lines around.
    """
    same, smaller = 0, min(len(old), len(new))
    while same + _TAIL <= smaller and _block(old, same) == _block(new, same):
        same += _TAIL
    end = old.find(b"\n", len(old) - same)
    same = len(old) - (end + 1) if same and end >= 0 else 0
    return hunks(old[: len(old) - same], new[: len(new) - same])


def _block(data: bytes, behind: int) -> bytes:
    return data[len(data) - behind - _TAIL : len(data) - behind]


def _from_zero(start: int, count: int) -> tuple[int, int]:
    """Count from 0; where there are no lines, git names the line before."""
    return (start - 1 if count else start), count


def unified(old: bytes, new: bytes, old_name: str, new_name: str, context: int = 3) -> str:
    """Return a unified diff, empty if nothing differs; bytes that are no UTF-8 are replaced."""
    before, after = split(old), split(new)
    groups = list(_grouped(hunks(old, new), context))
    if not groups:
        return ""
    out = [f"--- {old_name}\n", f"+++ {new_name}\n"]
    for group in groups:
        out += _hunk_lines(group, before, after, context)
    return "".join(out)


def _grouped(found: Sequence[Hunk], context: int) -> Iterator[list[Hunk]]:
    """Put hunks together whose contexts meet."""
    group: list[Hunk] = []
    for hunk in found:
        if group and hunk.old_start - group[-1].old_end > 2 * context:
            yield group
            group = []
        group.append(hunk)
    if group:
        yield group


def _hunk_lines(
    group: list[Hunk], before: list[bytes], after: list[bytes], context: int
) -> Iterator[str]:
    first, last = group[0], group[-1]
    start = max(first.old_start - context, 0)
    end = min(last.old_end + context, len(before))
    new_start = first.new_start - (first.old_start - start)
    new_end = last.new_end + (end - last.old_end)
    yield f"@@ -{_span(start, end)} +{_span(new_start, new_end)} @@\n"
    at = start
    for hunk in group:
        yield from _marked(" ", before[at : hunk.old_start])
        yield from _marked("-", before[hunk.old_start : hunk.old_end])
        yield from _marked("+", after[hunk.new_start : hunk.new_end])
        at = hunk.old_end
    yield from _marked(" ", before[at:end])


def _span(start: int, end: int) -> str:
    count = end - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def _marked(mark: str, texts: list[bytes]) -> Iterator[str]:
    for text in texts:
        line = text.decode("utf-8", "replace")
        yield (
            mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
        )


def merge(
    base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str] = ("ours", "theirs")
) -> Merged:
    """Merge line by line; where both sides changed the same lines differently, both stand, marked.

    Changes that touch, with no line between them, count as the same place.
    """
    lines = split(base)
    sides = (split(ours), split(theirs))
    out: list[bytes] = []
    conflicts = done = 0
    for start, end, mine, yours in _regions(hunks(base, ours), hunks(base, theirs)):
        out += lines[done:start]
        texts = (sides[0][slice(*mine)], sides[1][slice(*yours)])
        piece, is_conflict = _decided(lines[start:end], *texts, labels)
        out += piece
        conflicts += is_conflict
        done = end
    return Merged(b"".join(out + lines[done:]), conflicts)


_Range = tuple[int, int]


def _regions(mine: list[Hunk], yours: list[Hunk]) -> Iterator[tuple[int, int, _Range, _Range]]:
    """Yield the places of the base that a side changed, and what each side has there."""
    changed = deque(sorted([(h, 0) for h in mine] + [(h, 1) for h in yours], key=_order))
    shift = [0, 0]
    while changed:
        inside = [changed.popleft()]
        start, end = inside[0][0].old_start, inside[0][0].old_end
        while changed and changed[0][0].old_start <= end:
            inside.append(changed.popleft())
            end = max(end, inside[-1][0].old_end)
        grown = [0, 0]
        for hunk, side in inside:
            grown[side] += hunk.new_count - hunk.old_count
        ranges = [(start + shift[s], end + shift[s] + grown[s]) for s in (0, 1)]
        shift = [shift[s] + grown[s] for s in (0, 1)]
        yield start, end, ranges[0], ranges[1]


def _order(item: tuple[Hunk, int]) -> tuple[int, int]:
    return item[0].old_start, item[0].old_end


def _decided(
    base: list[bytes], mine: list[bytes], yours: list[bytes], labels: tuple[str, str]
) -> tuple[list[bytes], bool]:
    """Return what stands at one place, and whether it is a conflict."""
    if yours in (mine, base):
        return mine, False
    if mine == base:
        return yours, False
    head, tail = _shared_ends(mine, yours)
    middle = (mine[head : len(mine) - tail], yours[head : len(yours) - tail])
    marked = [
        f"<<<<<<< {labels[0]}\n".encode(),
        *_ended(middle[0]),
        b"=======\n",
        *_ended(middle[1]),
        f">>>>>>> {labels[1]}\n".encode(),
    ]
    return mine[:head] + marked + mine[len(mine) - tail :], True


def _shared_ends(mine: list[bytes], yours: list[bytes]) -> tuple[int, int]:
    """Return how many lines both have at the beginning, and behind those at the end."""
    most = min(len(mine), len(yours))
    head = next((i for i in range(most) if mine[i] != yours[i]), most)
    rest = most - head
    tail = next((i for i in range(rest) if mine[-1 - i] != yours[-1 - i]), rest)
    return head, tail


def _ended(texts: list[bytes]) -> list[bytes]:
    """Give a last line that has no LF one, so that the marker behind it stands alone."""
    if texts and not texts[-1].endswith(b"\n"):
        return [*texts[:-1], texts[-1] + b"\n"]
    return texts

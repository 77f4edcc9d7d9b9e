"""Which words of a changed line changed: pieces that joined are the line again.

What both lines begin and end with is set aside; what is left is compared word by word, in a table
whose size the caller bounds. Lines that have little in common are not marked: that all of a line
is other is said by its colour.
"""

import re
from collections.abc import Sequence
from itertools import groupby

Pieces = list[tuple[str, bool]]
"""The line in order; True stands beside what changed."""

LONGEST = 2_000
"""Lines of more characters are not looked into."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def compare(old: str, new: str, cells: int) -> tuple[Pieces, Pieces, int]:
    """Return the pieces of two lines, and how many of `cells` comparisons that took."""
    if max(len(old), len(new)) > LONGEST:
        return [(old, False)], [(new, False)], 0
    before, after = _WORD.findall(old), _WORD.findall(new)
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    olds, news = before[start : len(before) - end], after[start : len(after) - end]
    cost = len(olds) * len(news)
    kept = _common(olds, news) if 0 < cost <= cells else []
    one = _pieces(before, start, end, {at for at, _ in kept})
    two = _pieces(after, start, end, {at for _, at in kept})
    if not _are_alike(one, two):
        return [(old, False)], [(new, False)], cost
    return one, two, cost


def _shared(one: Sequence[str], two: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, two, strict=False):
        if left != right:
            break
        count += 1
    return count


def _common(one: Sequence[str], two: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the longest common series of words stands in both."""
    table = [[0] * (len(two) + 1)]
    for word in one:
        above, row, left = table[-1], [0], 0
        for at, other in enumerate(two):
            best = above[at] + 1 if word == other else above[at + 1]
            left = left if left > best else best  # noqa: FURB136 - twice as fast
            row.append(left)
        table.append(row)
    found, left, right = [], len(one), len(two)
    while left and right:
        if one[left - 1] == two[right - 1]:
            left, right = left - 1, right - 1
            found.append((left, right))
        elif table[left - 1][right] >= table[left][right - 1]:
            left -= 1
        else:
            right -= 1
    return found


def _pieces(words: Sequence[str], start: int, end: int, kept: set[int]) -> Pieces:
    last = len(words) - end
    flags = [start <= at < last and at - start not in kept for at in range(len(words))]
    for at in range(1, len(words) - 1):
        # A space between two changed words is no island.
        if flags[at - 1] and flags[at + 1] and words[at].isspace():
            flags[at] = True
    found = groupby(zip(words, flags, strict=True), key=lambda one: one[1])
    return [("".join(word for word, _ in some), flag) for flag, some in found]


def _are_alike(one: Pieces, two: Pieces) -> bool:
    """Whether at least a third of the signs of the longer line stayed."""
    stayed = min(_length(side, only_kept=True) for side in (one, two))
    return 3 * stayed >= max(_length(side, only_kept=False) for side in (one, two)) > 0


def _length(pieces: Pieces, *, only_kept: bool) -> int:
    return sum(len("".join(text.split())) for text, flag in pieces if not (only_kept and flag))

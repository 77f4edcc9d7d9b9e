"""Which paths somebody means who types some letters of them, best first.

The same ranking as in `web/static/scripts/fuzzy.js`, for browsers without scripts.
"""

import heapq
import re
from collections.abc import Sequence

FIRST, NEXT, IN_NAME, GAP = 8, 5, 3, 1
_WORD = re.compile(r"[a-z0-9]", re.ASCII)


def best(paths: Sequence[str], typed: str, count: int) -> list[str]:
    """Return the `count` paths that have the letters of `typed` in this order."""
    letters = "".join(typed.lower().split())
    scored = ((rate(path, letters) if letters else 0, path) for path in paths)
    found = [(-score, len(path), path) for score, path in scored if score is not None]
    return [path for _, _, path in heapq.nsmallest(count, found)]


def rate(path: str, letters: str) -> int | None:
    """Return how well a path matches; None if it has not all the letters in their order.

    From the end, so that letters are found in the file's name before its folders.
    """
    lower = path.lower()
    name = lower.rfind("/") + 1
    at, score = len(lower), 0
    for n in range(len(letters) - 1, -1, -1):
        found = lower.rfind(letters[n], 0, at)
        if found < 0:
            return None
        score += NEXT if found == at - 1 and n < len(letters) - 1 else -GAP
        score += IN_NAME if found >= name else 0
        score += FIRST if found == 0 or not _WORD.match(lower[found - 1]) else 0
        at = found
    return score + 2 * FIRST if lower[name:].startswith(letters) else score

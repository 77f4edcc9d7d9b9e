"""A goal as it is read: its title, and what it says beyond that.

The first line is the title, up to a length: lists and directories repeat it, hundreds of times
a page, and a goal may have all its 64 kB in one line.
"""

import unicodedata

TITLE_LONGEST = 200
_MORE = "…"


def is_blank(text: str) -> bool:
    """Whether nobody sees anything of a text: it is empty, or of spaces and signs of no form."""
    return all(unicodedata.category(sign)[0] in "ZC" for sign in text)


def title_of(goal: str) -> str:
    """Return the first line of a goal, cut where it is too long for a title."""
    first = _parted(goal)[0]
    return first if len(first) <= TITLE_LONGEST else first[: TITLE_LONGEST - 1] + _MORE


def rest_of(goal: str) -> str:
    """Return what a goal says behind its title."""
    first, rest = _parted(goal)
    if len(first) <= TITLE_LONGEST:
        return rest
    return f"{_MORE}{first[TITLE_LONGEST - 1 :]}\n{rest}".strip()


def _parted(goal: str) -> tuple[str, str]:
    first, _, rest = goal.strip().partition("\n")
    return first.strip(), rest.strip()

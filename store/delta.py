"""Which version of a path a newer one is stored as the difference from.

Version i of a chain rests on version `i & (i - 1)`, counted modulo 64: with every step one bit of
the number goes, so nothing is more than 6 steps from a whole object, and each version differs from
a recent one. To go on with a chain one needs its newest version and what that rests on, no more.
"""

from store.digest import Digest
from store.index import Tip

LONGEST = 64
DEEPEST = 6


def following(newest: Digest, tip: Tip) -> Tip:
    """Return the number of the version after `newest`, and what it rests on, nearest first."""
    number = tip.number + 1
    if number >= LONGEST:
        return Tip(0, ())
    # `number` shares with its base all but the trailing ones of the version before.
    trailing_ones = (number ^ tip.number).bit_length() - 1
    return Tip(number, (newest, *tip.bases)[trailing_ones:])


def resumed(bases: tuple[Digest, ...]) -> Tip:
    """Return a number for a version that rests on `bases` but whose chain nobody remembers.

    It leaves the next version to rest on this one, unless that would be too deep.
    """
    depth = len(bases)
    return Tip(((1 << depth) - 1) << (depth < DEEPEST), bases)

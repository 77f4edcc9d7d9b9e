"""Fetches that were asked for: the pull of a seed carries them out, its row says how it went."""

from dataclasses import dataclass
from typing import Self

from node.replication.model import FETCHING, Seed
from p2p.outputs import Fetch

LONGEST_MS = 60_000
"""How long a fetch may take before others are asked; what it brought meanwhile counts."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A fetch, until when it is waited for, and how its seed stood when it began."""

    wanted: Fetch
    until: int
    before: tuple[int, int | None] | None

    @classmethod
    def began(cls, wanted: Fetch, seed: Seed | None, now: int) -> Self:
        """Return a fetch that begins now; there is no seed of what this node orders itself."""
        return cls(wanted, now + LONGEST_MS, _pulls(seed))

    def is_over(self, seed: Seed | None, now: int) -> bool:
        """Return whether it brings nothing any more: a pull has ended since, and none is due."""
        if now >= self.until:
            return True
        has_ended = seed is not None and seed.state != FETCHING and seed.due_at > 0
        return has_ended and _pulls(seed) != self.before


def _pulls(seed: Seed | None) -> tuple[int, int | None] | None:
    """Return what each pull of a seed leaves otherwise than it was."""
    return None if seed is None else (seed.failures, seed.verified_at)

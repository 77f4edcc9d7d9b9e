"""Published filters over complete blocks of landings, as values."""

from dataclasses import dataclass

from store.digest import Digest

LEVELS = {1: 100, 2: 10_000, 3: 1_000_000}


@dataclass(frozen=True, slots=True)
class Rollup:
    """Which paths the landings `start` to `end`, a complete block, may have touched."""

    level: int
    start: int
    filter: Digest

    @property
    def end(self) -> int:
        """The last position of the block."""
        return self.start + LEVELS[self.level] - 1


@dataclass(frozen=True, slots=True)
class Span:
    """The positions `start` to `end`, both included."""

    start: int
    end: int

"""What peers did wrong, in points: 100 are a ban for a day, and each minute forgives one.

Whoever is on the allow list is counted and never banned. A ban ends by itself; the score starts
again from nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Final

BANNED: Final = 100
BAN_MS: Final = 24 * 60 * 60 * 1000
FORGIVE_MS: Final = 60_000
REMEMBERED: Final = 10_000
"""Peers whose marks are kept; a did costs nothing, so beyond that the oldest are forgotten."""


class Offence(Enum):
    """What can be held against a peer: its name in logs and on pages, and what it costs."""

    GRAFT = ("graft", 100)
    REPLAY = ("replay", 100)
    DOWNGRADE = ("downgrade", 100)
    EQUIVOCATION = ("equivocation", 100)
    FORGED_AUTHOR = ("forged-author", 100)
    ALTERED_BLOB = ("altered-blob", 100)
    ALTERED_TREE = ("altered-tree", 100)
    OUTLIVED = ("outlived", 50)
    BOMB = ("bomb", 100)
    OVERSIZE = ("oversize", 50)
    WANT_LIST = ("want-list", 50)
    MALFORMED = ("malformed", 25)
    BOAST = ("boast", 40)
    TRUNCATED = ("truncated", 10)
    STALL = ("stall", 10)
    TORRENT = ("torrent", 100)
    FLOOD = ("flood", 1)
    FAILED = ("failed", 0)

    def __init__(self, code: str, points: int) -> None:
        self.code = code
        self.points = points


@dataclass(frozen=True, slots=True)
class Mark:
    """A peer's score at a moment, until when it is banned (0: it is not), and the last reason."""

    score: float = 0.0
    at: int = 0
    banned_until: int = 0
    reason: str | None = None

    def score_at(self, now: int) -> float:
        """Return what is left of the score."""
        return max(0.0, self.score - max(0, now - self.at) / FORGIVE_MS)

    def is_banned(self, now: int) -> bool:
        """Return whether the ban still holds."""
        return now < self.banned_until

    def after(self, offence: Offence, now: int, *, is_allowed: bool = False) -> "Mark":
        """Return the mark after one more offence."""
        if self.is_banned(now):
            return self
        score = self.score_at(now) + offence.points
        reason = offence.code
        if score < BANNED or is_allowed:
            return Mark(score, now, 0, reason)
        return Mark(0.0, now, now + BAN_MS, reason)


class Scores:
    """The marks of all peers that ever did something wrong, by their did."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._marks: dict[str, Mark] = {}
        self.allowed = frozenset(allowed)

    def load(self, peer: str, mark: Mark) -> None:
        """Take over what was written down before."""
        self._marks[peer] = mark

    def mark(self, peer: str) -> Mark:
        """Return the mark of `peer`."""
        return self._marks.get(peer, Mark())

    def is_banned(self, peer: str, now: int) -> bool:
        """Return whether nothing of `peer` is listened to."""
        mark = self._marks.get(peer)
        return mark is not None and mark.is_banned(now)

    def hold_against(self, peer: str, offence: Offence, now: int) -> Mark:
        """Add an offence and return the new mark."""
        mark = self.mark(peer).after(offence, now, is_allowed=peer in self.allowed)
        self._marks.pop(peer, None)
        self._marks[peer] = mark
        if len(self._marks) > REMEMBERED:
            del self._marks[next(iter(self._marks))]
        return mark

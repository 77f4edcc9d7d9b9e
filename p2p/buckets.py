"""Token buckets: how much of something somebody may do, now and for long.

A bucket holds up to `burst` tokens and gets `rate` of them each second. Time is given, in Unix
milliseconds, so that the same bucket runs on a node and in a simulation.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens each second, and how many may come at once."""

    rate: float
    burst: float


class Bucket:
    """One allowance; full at the start."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: Rate, now: int) -> None:
        self._rate = rate
        self._left = rate.burst
        self._at = now

    def take(self, count: float, now: int) -> bool:
        """Take `count` tokens if they are there; else take nothing and return False."""
        if now > self._at:
            self._left = min(
                self._rate.burst, self._left + (now - self._at) * self._rate.rate / 1000
            )
            self._at = now
        if count > self._left:
            return False
        self._left -= count
        return True

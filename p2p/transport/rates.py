"""How often something may happen: a bucket that fills steadily and is emptied by use."""

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """`burst` at once and `rate` a second in the long run; time is what the caller says it is."""

    rate: float
    burst: float
    now: float
    left: float = -1.0

    def __post_init__(self) -> None:
        self.left = self.burst

    def take(self, count: float, now: float) -> bool:
        """Use up `count` if there is as much; return whether there was."""
        self._fill(now)
        if self.left < count:
            return False
        self.left -= count
        return True

    def owe(self, count: float, now: float) -> float:
        """Use up `count` in any case; return the seconds to wait before anything more."""
        self._fill(now)
        self.left -= count
        return max(0.0, -self.left / self.rate)

    def _fill(self, now: float) -> None:
        self.left = min(self.burst, self.left + (now - self.now) * self.rate)
        self.now = now

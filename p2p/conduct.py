"""How peers behave at the door: how much each may ask, and what it is blamed for.

A peer may ask so many requests a second; beyond that it is refused at once, before anything is
read. Who goes on is scored, and so is who sends more than anything of its kind may have: nobody who
means well does that. A request that means nothing costs no points, since versions differ.
"""

from mic.wire.framing import TOO_MANY_WANTED
from p2p.buckets import Bucket, Rate
from p2p.scores import Offence

ASKED = Rate(50, 500)
REMEMBERED = 1_000
REFUSED_A_POINT = 5
TOO_LARGE = 413


class Conduct:
    """What is known of those who ask; the oldest are forgotten."""

    def __init__(self, asked: Rate = ASKED) -> None:
        self._asked = asked
        self._buckets: dict[str, Bucket] = {}
        self._refused: dict[str, int] = {}

    def may_ask(self, did: str, now: int) -> bool:
        """Return whether a request of `did` is answered; Unix milliseconds."""
        bucket = self._buckets.get(did)
        if bucket is None:
            bucket = self._buckets[did] = Bucket(self._asked, now)
            if len(self._buckets) > REMEMBERED:
                oldest = next(iter(self._buckets))
                del self._buckets[oldest]
                self._refused.pop(oldest, None)
        return bucket.take(1, now)

    def refused(self, did: str) -> Offence | None:
        """Count a request that was one too many; return what it is blamed for, at each fifth."""
        count = self._refused[did] = self._refused.get(did, 0) + 1
        return Offence.FLOOD if count % REFUSED_A_POINT == 0 else None


def blamed(status: int, code: str = "") -> Offence | None:
    """Return what an asker is blamed for whom we had to answer with `status`, and why."""
    if status != TOO_LARGE:
        return None
    return Offence.WANT_LIST if code == TOO_MANY_WANTED else Offence.OVERSIZE

"""How often somebody tried: what can be guessed may be guessed a few times only.

In memory, because a restart that forgets gives an attacker a handful of tries more; bounded,
because who tries from very many places must not fill it. Who is forgotten first tried longest ago.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from node.kernel.errors import Exhausted

MOST = 20_000
SECOND_MS = 1000


@dataclass(frozen=True, slots=True)
class Allowance:
    """`most` tries of a kind within `window_ms`, for each who tries."""

    kind: str
    most: int
    window_ms: int


class TooManyTries(Exhausted):
    """Whoever asks has tried as often as they may for now."""

    def __init__(self, wait_ms: int) -> None:
        seconds = -(-wait_ms // SECOND_MS)
        shown = f"{-(-seconds // 60)} minutes" if seconds > 90 else f"{seconds} seconds"
        super().__init__(
            "auth.too-many-tries",
            f"That was tried too often. Wait {shown}, then try again.",
            retry_after=seconds,
        )


class Guesses:
    """Counts tries, each allowance and each `whose` apart; shared between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._tries: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, allowance: Allowance, whose: str, now: int) -> None:
        """Raise `TooManyTries` if `whose` has none left."""
        with self._lock:
            count, since = self._tries.get((allowance.kind, whose), (0, now))
        if count >= allowance.most and now < since + allowance.window_ms:
            raise TooManyTries(since + allowance.window_ms - now)

    def count(self, allowance: Allowance, whose: str, now: int) -> None:
        """Remember a try, in the window that its first one opened."""
        key = (allowance.kind, whose)
        with self._lock:
            count, since = self._tries.pop(key, (0, now))
            if now >= since + allowance.window_ms:
                count, since = 0, now
            self._tries[key] = count + 1, since
            while len(self._tries) > self._most:
                self._tries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._tries)

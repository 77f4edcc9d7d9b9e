"""How often somebody tried: what can be guessed may be guessed a few times only.

In memory, because a restart that forgets gives an attacker a handful of tries more; bounded,
because who tries from very many places must not fill it. Who is forgotten first tried longest ago.
"""

import ipaddress
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

    def take(self, allowance: Allowance, whose: str, now: int) -> None:
        """Count a try before it is made; raise `TooManyTries` if `whose` has none left.

        Counted first, so that many tries at once are no more than as many one after the other.
        """
        key = (allowance.kind, counted_as(whose))
        with self._lock:
            count, since = self._tries.get(key, (0, now))
            if now >= since + allowance.window_ms:
                count, since = 0, now
            if count >= allowance.most:
                raise TooManyTries(since + allowance.window_ms - now)
            self._tries[key] = count + 1, since
            self._tries.move_to_end(key)
            while len(self._tries) > self._most:
                self._tries.popitem(last=False)

    def give_back(self, allowance: Allowance, whose: str) -> None:
        """Take a try back that was none: what was guessed was right."""
        key = (allowance.kind, counted_as(whose))
        with self._lock:
            count, since = self._tries.get(key, (0, 0))
            if count:
                self._tries[key] = count - 1, since

    def __len__(self) -> int:
        return len(self._tries)


def counted_as(whose: str) -> str:
    """Return who counts as one: of IPv6 a /64, since whoever has one has all of it."""
    try:
        address = ipaddress.ip_address(whose.partition("%")[0])
    except ValueError:
        return whose  # an account
    if address.version == 4:
        return whose
    return str(ipaddress.ip_network((address, 64), strict=False))

"""What was used lately, up to a weight; shared between threads.

Keys are digests and values never change, so that what is remembered is true for ever.
"""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from store.digest import Digest

T = TypeVar("T")


class Recent(Generic[T]):
    """Remembers values until those used later weigh too much."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._values: OrderedDict[Digest, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: Digest) -> T | None:
        """Return the value of `digest` if it is remembered."""
        with self._lock:
            found = self._values.get(digest)
            if found is None:
                return None
            self._values.move_to_end(digest)
            return found[0]

    def put(self, digest: Digest, value: T, weight: int) -> None:
        """Remember a value, and forget the oldest ones for it."""
        with self._lock:
            if digest in self._values:
                return
            self._values[digest] = value, weight
            self._held += weight
            while self._held > self._most:
                self._held -= self._values.popitem(last=False)[1][1]

    def forget(self, digest: Digest) -> None:
        """Forget one value."""
        with self._lock:
            self._held -= self._values.pop(digest, (None, 0))[1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._held = 0

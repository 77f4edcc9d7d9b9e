"""Hybrid logical clock: time that never goes back, even when the wall clock does.

A stamp is (physical ms, logical count, node). It orders what one node did and, after `receive`,
what it did after hearing from another. Source: Kulkarni et al., "Logical Physical Clocks" (2014).
"""

import struct
import threading
from dataclasses import dataclass

from node.kernel.errors import Invalid

AHEAD_MS = 60_000
_LAYOUT = struct.Struct(">qII")


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """A moment: physical Unix milliseconds, a count within them, and the node that says so."""

    physical: int
    logical: int
    node: int

    def __str__(self) -> str:
        return f"{self.physical}.{self.logical}@{self.node}"

    def to_bytes(self) -> bytes:
        """Return 16 bytes, big-endian: i64 physical, u32 logical, u32 node."""
        return _LAYOUT.pack(self.physical, self.logical, self.node)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Stamp":
        """Read what `to_bytes` wrote; raises `Invalid` for another length."""
        if len(data) != _LAYOUT.size:
            raise Invalid("clock.malformed", f"A clock stamp has 16 bytes, not {len(data)}.")
        return cls(*_LAYOUT.unpack(data))

    @classmethod
    def parse(cls, text: str) -> "Stamp":
        """Read `physical.logical@node`; raises `Invalid`."""
        try:
            time, node = text.split("@")
            physical, logical = time.split(".")
            return cls(int(physical), int(logical), int(node))
        except ValueError as fault:
            raise Invalid("clock.malformed", f"Not a clock stamp: {text[:60]!r}.") from fault


class HybridClock:
    """The clock of one node; safe to share between threads."""

    def __init__(self, node: int) -> None:
        self._last = Stamp(0, 0, node)
        self._lock = threading.Lock()

    def tick(self, now_ms: int) -> Stamp:
        """Return a stamp after every stamp given or received before."""
        with self._lock:
            last = self._last
            physical = max(now_ms, last.physical)
            logical = last.logical + 1 if physical == last.physical else 0
            self._last = Stamp(physical, logical, last.node)
            return self._last

    def receive(self, other: Stamp, now_ms: int) -> Stamp:
        """Move past `other`; raises `Invalid` if it is more than a minute ahead of us."""
        if other.physical > now_ms + AHEAD_MS:
            raise Invalid("clock.ahead", f"The stamp {other} is more than 60 s ahead of this node.")
        with self._lock:
            last = self._last
            physical = max(now_ms, last.physical, other.physical)
            logical = max(
                last.logical + 1 if physical == last.physical else 0,
                other.logical + 1 if physical == other.physical else 0,
            )
            self._last = Stamp(physical, logical, last.node)
            return self._last

"""A line that says how far long work has come.

It appears only after half a second and is drawn at most ten times a second, so that short work
stays silent and long work pays nothing.
"""

import time
from typing import TextIO

PATIENCE = 0.5
INTERVAL = 0.1
WIDTH = 24


class Progress:
    """Counts objects and bytes; draws on `stream`, or nowhere."""

    def __init__(self, what: str, objects: int, size: int, stream: TextIO | None) -> None:
        self.objects = 0
        self.size = 0
        self._what = what
        self._total = (objects, size)
        self._stream = stream
        self._due = time.monotonic() + PATIENCE
        self._drawn = False

    def __call__(self, objects: int, size: int) -> None:
        """Add what has been done since the last call."""
        self.objects += objects
        self.size += size
        if self._stream is not None and time.monotonic() >= self._due:
            self._draw(self._stream)

    def total(self, objects: int, size: int) -> None:
        """Learn how much there is."""
        self._total = (objects, size)

    def close(self) -> None:
        """Wipe the line."""
        if self._drawn and self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self, stream: TextIO) -> None:
        self._due = time.monotonic() + INTERVAL
        self._drawn = True
        stream.write(f"\r\x1b[K{self.line()}")
        stream.flush()

    def line(self) -> str:
        """Return the line as it is drawn."""
        objects, size = self._total
        done = f"{self.objects:,}{f'/{objects:,}' if objects else ''} · {amount(self.size)}"
        if not size:
            return f"{self._what} {done}"
        share = min(self.size / size, 1.0)
        bar = "█" * int(share * WIDTH)
        return f"{self._what} {bar.ljust(WIDTH, '░')} {share:4.0%} {done} of {amount(size)}"


def amount(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:,.1f} KiB" if size < 1_048_576 else f"{size / 1_048_576:,.1f} MiB"

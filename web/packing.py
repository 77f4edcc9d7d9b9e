"""Compressing pages for the way: whole ones, and long ones while they are drawn."""

import asyncio
import zlib
from collections.abc import Iterator

LEVEL = 4
"""A twentieth more bytes than at zlib's usual level, in two thirds of its time."""

AT_ONCE = 64 << 10
"""What is larger than this is compressed beside the loop."""

FIRST = 2 << 10
"""How much of a long page goes out first: what its head loads can be fetched meanwhile."""


class Packer:
    """Compresses one page with gzip; what it returns together is the whole."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(level=LEVEL, wbits=31)

    async def add(self, data: bytes) -> bytes:
        """Return what a reader needs to see everything up to the end of `data`."""
        if len(data) > AT_ONCE:
            return await asyncio.to_thread(self._add, data)
        return self._add(data)

    def end(self) -> bytes:
        """Return what stands at the end."""
        return self._packer.flush()

    def _add(self, data: bytes) -> bytes:
        return self._packer.compress(data) + self._packer.flush(zlib.Z_SYNC_FLUSH)


def portions(pieces: Iterator[str]) -> Iterator[bytes]:
    """Yield what is drawn: the beginning soon, then larger parts."""
    least, length = FIRST, 0
    waiting: list[str] = []
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= least:
            yield "".join(waiting).encode()
            least, length = AT_ONCE, 0
            waiting.clear()
    yield "".join(waiting).encode()

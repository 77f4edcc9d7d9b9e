"""Bytes that arrived and are not taken yet: a little in memory, more in a file, and no more.

Who pauses reading a stream for a few seconds makes some senders give up. So what arrives is read at
once and waits here, in order, until our own side takes it.
"""

import tempfile
from collections import deque
from typing import IO


class Room:
    """What all spools together may hold; beyond, each may still hold its `share`."""

    def __init__(self, most: int, share: int) -> None:
        self.most, self.share, self.held = most, share, 0


class Spool:
    """First in, first out; bytes go to a file that has no name once `memory` is full."""

    def __init__(self, memory: int, file: int, room: Room | None = None) -> None:
        self._memory, self._most = memory, memory + file
        self._room = room or Room(self._most, self._most)
        self._parts: deque[bytes] = deque()
        self._held = 0
        self._file: IO[bytes] | None = None
        self._written = self._read = 0

    def __len__(self) -> int:
        return self._held + self._written - self._read

    @property
    def is_full(self) -> bool:
        """Whether nothing more is to be put in; the last part that came may go beyond the limit."""
        room, held = self._room, len(self)
        return held >= self._most or (held >= room.share and room.held >= room.most)

    def put(self, data: bytes) -> None:
        """Take `data` in. Raises `OSError` where the file cannot be written."""
        if not data:
            return
        self._room.held += len(data)
        if self._written == self._read and self._held + len(data) <= self._memory:
            self._parts.append(data)
            self._held += len(data)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed by close()
        self._file.seek(self._written)
        for begin in range(0, len(data), 1 << 20):
            self._written += self._file.write(data[begin : begin + (1 << 20)])

    def take(self, most: int) -> bytes:
        """Return up to `most` bytes, the oldest; nothing where there are none."""
        data = self._taken(most)
        self._room.held -= len(data)
        return data

    def _taken(self, most: int) -> bytes:
        if self._parts:
            return self._of_memory(most)
        if self._file is None or self._written == self._read:
            return b""
        self._file.seek(self._read)
        data = self._file.read(min(most, self._written - self._read))
        self._read += len(data)
        if self._read == self._written:
            self._written = self._read = 0
            self._file.truncate(0)
        return data

    def _of_memory(self, most: int) -> bytes:
        part = self._parts.popleft()
        if len(part) > most:
            self._parts.appendleft(part[most:])
            part = part[:most]
        self._held -= len(part)
        return part

    def close(self) -> None:
        """Forget everything."""
        self._room.held -= len(self)
        self._parts.clear()
        self._held = self._written = self._read = 0
        if self._file is not None:
            self._file.close()
            self._file = None

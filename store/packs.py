"""Packs: files that only grow, in which records lie one after another.

An append is on disk when it returns; it counts once the index says so, in a later transaction. What
lies behind the index when a store is opened, `store.tails` has judged: only what it left is cut
off here. Appends are made by one thread at a time, reads by any number.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from store.errors import NO_ROOM, DiskFull
from store.records import HEADER
from store.runs import runs

ROLLED_AT = 256 << 20
_AROUND = 256 << 10
_BROUGHT_AT_MOST = 1 << 16
_RUN = 1 << 20
"""Bytes in one write: a thousand small records are a few writes."""


@contextmanager
def full_disk_is_named() -> Iterator[None]:
    """Raise `DiskFull` for what the system says of a disk without room."""
    try:
        yield
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise DiskFull(f"no room for a pack: {fault.strerror}") from fault
        raise


class Packs:
    """The packs in one directory."""

    def __init__(self, directory: Path, indexed: Mapping[int, int], *, alone: bool = True) -> None:
        """Open the packs, cutting each off where `indexed` ends; unknown ones are removed.

        Who is not `alone` reads beside another process: nothing is cut, nothing may be appended.
        """
        self._directory = directory
        self._files: dict[int, int] = {}
        self._retired: list[int] = []
        self._unindexed: Counter[int] = Counter()
        self._brought: set[tuple[int, int]] = set()
        self._lock = threading.Lock()
        with full_disk_is_named():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if alone:
            self._cut_tails(indexed)
        self.current = max(indexed, default=1)
        self._end = self.size(self.current)
        if self._end < indexed.get(self.current, 0):  # damaged: leave it as it is
            self._roll()

    def path(self, number: int) -> Path:
        """Return where a pack lies."""
        return self._directory / f"{number:06}.pack"

    def numbers(self) -> list[int]:
        """Return the packs that are there, in order."""
        return sorted(int(file.stem) for file in self._directory.glob("[0-9]*.pack"))

    def size(self, number: int) -> int:
        """Return a pack's bytes, 0 if there is none."""
        try:
            return self.path(number).stat().st_size
        except FileNotFoundError:
            return 0

    def _cut_tails(self, indexed: Mapping[int, int]) -> None:
        for number in self.numbers():
            if number not in indexed:
                self.path(number).unlink()
            elif self.size(number) > indexed[number]:
                os.truncate(self.path(number), indexed[number])

    @contextmanager
    def appended(self, records: Sequence[bytes]) -> Iterator[tuple[int, list[int]]]:
        """Append encoded records and flush them; give their pack and offsets.

        The caller commits the index within the block; until then the pack cannot be removed. Raises
        `DiskFull`, and the pack is as it was.
        """
        with self._lock:
            number, offsets = self._append(records)
            self._unindexed[number] += 1
        try:
            yield number, offsets
        finally:
            with self._lock:
                self._unindexed[number] -= 1

    def _append(self, records: Sequence[bytes]) -> tuple[int, list[int]]:
        if self._end >= ROLLED_AT:
            self._roll()
        file = self._file(self.current, create=True)
        start = end = self._end
        offsets = []
        try:
            with full_disk_is_named():
                for run in runs(records, len, _RUN):
                    _write_all(file, b"".join(run), end)
                    for record in run:
                        offsets.append(end)
                        end += len(record)
                os.fdatasync(file)
        except BaseException:
            os.ftruncate(file, start)
            raise
        self._end = end
        return self.current, offsets

    def roll(self) -> int:
        """Begin a new pack, so that those before it stay as they are; return its number."""
        with self._lock:
            if self._end:
                self._roll()
            return self.current

    def _roll(self) -> None:
        self.current += 1
        self._end = 0

    def is_indexed(self, number: int) -> bool:
        """Whether every append to a pack has met its index."""
        with self._lock:
            return not self._unindexed[number]

    def read(self, number: int, offset: int, length: int) -> bytes:
        """Return the bytes of a pack, fewer where it ends; raises `FileNotFoundError`."""
        return os.pread(self._file(number), length, offset)

    def read_record(self, number: int, offset: int, stored: int) -> bytes:
        """Return the bytes of one record with its header."""
        self._read_around(number, offset)
        return self.read(number, offset, HEADER + stored)

    def _read_around(self, number: int, offset: int) -> None:
        """Have the disk bring what lies around, once: what is asked for next is often there."""
        block = number, offset // _AROUND
        if block not in self._brought:
            if len(self._brought) >= _BROUGHT_AT_MOST:
                self._brought.clear()
            self._brought.add(block)
            start = block[1] * _AROUND
            os.posix_fadvise(self._file(number), start, _AROUND, os.POSIX_FADV_WILLNEED)

    def remove(self, number: int) -> None:
        """Remove a pack; who still reads it by an older snapshot can, until `forget`."""
        with self._lock:
            try:
                self._retired.append(self._open(number, create=False))
                self.path(number).unlink()
            except FileNotFoundError:
                return

    def forget(self) -> None:
        """Let go of the packs that were removed before."""
        with self._lock:
            gone = [number for number, file in self._files.items() if file in self._retired]
            for number in gone:
                os.close(self._files.pop(number))
            self._retired = []

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            while self._files:
                os.close(self._files.popitem()[1])

    def _file(self, number: int, *, create: bool = False) -> int:
        found = self._files.get(number)
        return self._open(number, create=create) if found is None else found

    def _open(self, number: int, *, create: bool) -> int:
        if number in self._files:
            return self._files[number]
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0)
        with full_disk_is_named():
            file = os.open(self.path(number), flags, 0o600)
        kept = self._files.setdefault(number, file)
        if kept != file:  # another thread was faster
            os.close(file)
        elif create:
            self.sync_directory()
        return kept

    def sync_directory(self) -> None:
        """Have the names of new files on disk."""
        file = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _write_all(file: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, offset)
        view = view[written:]
        offset += written

"""Threads that write whole files, a batch at a time, while others arrive.

Making a file is mostly the kernel's work, which runs beside ours. The number of batches under way
is bounded, so that memory is; what goes wrong in one is raised by the next call.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from mic.workspace.folders import Folders

THREADS = 2
BATCH_FILES = 64
BATCH_BYTES = 1 << 20
UNDER_WAY = 4

T = TypeVar("T")


class Writers(Generic[T]):
    """Runs `write(folders, target, raw)` for what is added; each thread has its own handles."""

    def __init__(self, root: Path, write: Callable[[Folders, T, bytes], None]) -> None:
        self._root = root
        self._write = write
        self._pool = ThreadPoolExecutor(THREADS)
        self._folders: SimpleQueue[Folders] = SimpleQueue()
        self._under_way: deque[Future[None]] = deque()
        self._batch: list[tuple[T, bytes]] = []
        self._size = 0

    def add(self, target: T, raw: bytes) -> None:
        """Have `target` written, soon; raises what went wrong with an earlier one."""
        self._batch.append((target, raw))
        self._size += len(raw)
        if len(self._batch) >= BATCH_FILES or self._size >= BATCH_BYTES:
            self._submit()
        while len(self._under_way) > UNDER_WAY:
            self._under_way.popleft().result()

    def drain(self) -> None:
        """Return when all that was added is written; raises what went wrong."""
        self._submit()
        while self._under_way:
            self._under_way.popleft().result()
        self._forget()

    def close(self) -> None:
        """Stop. What is not written yet stays unwritten."""
        self._batch.clear()
        self._pool.shutdown(cancel_futures=True)
        self._under_way.clear()
        self._forget()

    def _submit(self) -> None:
        if self._batch:
            self._under_way.append(self._pool.submit(self._run, self._batch))
            self._batch, self._size = [], 0

    def _run(self, batch: list[tuple[T, bytes]]) -> None:
        folders = self._take()
        try:
            for target, raw in batch:
                self._write(folders, target, raw)
        finally:
            self._folders.put(folders)

    def _forget(self) -> None:
        while not self._folders.empty():
            self._folders.get().close()

    def _take(self) -> Folders:
        """Return handles that no thread uses; new ones if another thread was quicker."""
        with suppress(Empty):
            return self._folders.get_nowait()
        return Folders(self._root)

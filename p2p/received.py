"""What came from a holder and is not durable yet, in files that outlive the process.

To make each object durable by itself would cost a flush of the disk each time, so they wait for
each other. Until then they lie here, unflushed: a kill loses none of them, a power cut no more than
what waited. Nothing here is believed: what is taken up again is proven as if it had just come.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Collection, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import BinaryIO, Self

from store.errors import StoreFault
from store.records import Decoder, Record, encode

log = logging.getLogger(__name__)

DIRECTORY = "received"
STEP = 128 << 10
"""Bytes that may wait to be written: less than an average piece of a large file."""

_READ = 1 << 20


class Received:
    """The file of one answer of a holder, as long as the block; what is not cleared stays there.

    One write is under way while more comes in: who reads does not wait for the disk.
    """

    def __init__(self, cache: Path, name: str, pool: Executor) -> None:
        self._path = cache / DIRECTORY / f"{_name(name)}-{secrets.token_hex(8)}"
        self._pool = pool
        self._waiting: list[Record] = []
        self._size = 0
        self._file: BinaryIO | None = None
        self._writing: asyncio.Future[None] | None = None
        self._is_empty = True

    async def __aenter__(self) -> Self:
        """Do nothing yet: most answers are short."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the file, and remove it if nothing is in it."""
        await self._settle()
        self._append(self._taken())
        if self._file is not None:
            self._file.close()
            if self._is_empty:
                self._path.unlink(missing_ok=True)

    async def add(self, record: Record) -> None:
        """Let a record wait to be written, and write those that wait if they are enough."""
        self._waiting.append(record)
        self._size += len(record.stored)
        if self._size >= STEP:
            await self._settle()
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(self._pool, self._append, self._taken())

    async def finish(self, number: int) -> None:
        """Write what waits, and into the file's name up to which number all is there."""
        await self._settle()
        self._append(self._taken())
        if self._file is not None:
            self._path = self._path.rename(self._path.with_name(f"{self._path.name}.{number}"))

    async def clear(self) -> None:
        """Forget all of it: it is durable now, or not wanted."""
        await self._settle()
        self._taken()
        if self._file is not None and not self._is_empty:
            self._file.truncate(0)
            self._is_empty = True

    def _taken(self) -> list[Record]:
        data, self._waiting, self._size = self._waiting, [], 0
        return data

    async def _settle(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await asyncio.shield(writing)

    def _append(self, data: list[Record]) -> None:
        """Write; where there is no room for it, a kill costs more, and no more than that."""
        if not data:
            return
        try:
            if self._file is None:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = self._path.open("ab", buffering=0)
            self._file.write(b"".join(map(encode, data)))
            self._is_empty = False
        except OSError as fault:
            log.warning("what came is not kept for a restart", extra={"fault": str(fault)})


def left(cache: Path, project_id: str) -> list[Path]:
    """Return the files of a project that nobody finished."""
    return sorted((cache / DIRECTORY).glob(f"{_name(project_id)}-*"))


def records(path: Path) -> Iterator[Record]:
    """Yield what a file has, up to where it breaks off."""
    decoder = Decoder()
    try:
        with path.open("rb") as file:
            while data := file.read(_READ):
                yield from decoder.feed(data)
    except (StoreFault, OSError) as fault:
        log.info("what came before a restart is in part unreadable", extra={"fault": str(fault)})


def finished(path: Path) -> int:
    """Return the number with which a file was finished, 0 if it was cut off."""
    number = path.suffix.removeprefix(".")
    return int(number) if number.isdecimal() else 0


def sweep(cache: Path, held: Collection[str]) -> None:
    """Remove what came for what is not `held` here any more."""
    names = {_name(one) for one in held}
    for path in (cache / DIRECTORY).glob("*-*"):
        if path.name.partition("-")[0] in names:
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            log.warning("what nobody wants stays in the cache", extra={"fault": str(fault)})


def _name(project_id: str) -> str:
    return hashlib.sha256(project_id.encode()).hexdigest()[:32]

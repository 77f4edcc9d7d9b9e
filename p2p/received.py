"""What came from a holder and is not durable yet, in files that outlive the process.

To make each object durable by itself would cost a flush of the disk each time, so they wait for
each other. Until then they lie here, unflushed: a kill loses none of them, a power cut no more than
what waited. Nothing here is believed: what is taken up again is proven as if it had just come.
"""

import hashlib
import logging
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

from store.errors import StoreFault
from store.records import Decoder, Record, encode

log = logging.getLogger(__name__)

DIRECTORY = "incoming"
STEP = 128 << 10
"""Bytes that may wait to be written: less than an average piece of a large file."""

_READ = 1 << 20


class Received:
    """The file of one answer of a holder; for one thread at a time."""

    def __init__(self, cache: Path, project_id: str) -> None:
        self._path = cache / DIRECTORY / f"{_name(project_id)}-{secrets.token_hex(8)}"
        self._waiting: list[bytes] = []
        self._size = 0
        self._is_there = False

    @property
    def is_due(self) -> bool:
        """Whether enough waits for `write`."""
        return self._size >= STEP

    def add(self, record: Record) -> None:
        """Let a record wait to be written."""
        data = encode(record)
        self._waiting.append(data)
        self._size += len(data)

    def write(self) -> None:
        """Write what waits; where there is no room for it, a kill costs more, and no more."""
        data, self._waiting, self._size = b"".join(self._waiting), [], 0
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(data)
            self._is_there = True
        except OSError as fault:
            log.warning("what came is not kept for a restart", extra={"fault": str(fault)})

    def clear(self) -> None:
        """Forget all of it: it is durable now, or not wanted."""
        self._waiting, self._size = [], 0
        if self._is_there:
            self._path.unlink(missing_ok=True)
            self._is_there = False


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


def sweep(cache: Path, held: Collection[str]) -> None:
    """Remove what came for projects that are not `held` here any more."""
    names = {_name(one) for one in held}
    for path in (cache / DIRECTORY).glob("*-*"):
        if path.name.partition("-")[0] not in names:
            path.unlink(missing_ok=True)


def _name(project_id: str) -> str:
    return hashlib.sha256(project_id.encode()).hexdigest()[:32]

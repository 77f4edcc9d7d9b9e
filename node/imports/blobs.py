"""The contents of a history, brought into the store path by path.

The versions of a path follow each other, newest first: that one stays whole, for it is read most,
and each older one is kept as the difference from a newer one, by the same steps as `store.bulk`.
What is in the store already is not encoded again. Contents of more than one blob are streamed.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from node.holdings import verbs as holdings
from node.kernel.forge import Forge
from node.projects import storage
from store import bulk, contents
from store.bulk import Chain, following
from store.database import Tx
from store.digest import Digest, digest_of
from store.git.errors import BadHistory
from store.git.history import Step
from store.git.objects import Found, kinds, objects
from store.nodes import Entry, Mode
from store.records import Kind, Record

BATCH_BYTES = 12 << 20
BATCH_COUNT = 2000
PATH_BYTES = 48 << 20
"""Raw bytes of the versions that one chain holds in memory."""

Known = dict[str, tuple[Digest, int]]
"""The content, and its size, of each of git's blobs."""


def chains(steps: Iterable[Step]) -> list[list[str]]:
    """Return the blobs of each path, oldest first, each blob once.

    A file that comes in the commit in which another of its name goes is taken for the same.
    """
    found: dict[str, list[str]] = {}
    ended: list[list[str]] = []
    seen: set[str] = set()
    for step in steps:
        gone = {delta.path.rpartition("/")[2]: delta.path for delta in step.files if not delta.new}
        for delta in step.files:
            if delta.new is None:
                continue
            if delta.old is None and delta.path not in found:
                before = gone.pop(delta.path.rpartition("/")[2], None)
                found[delta.path] = found.pop(before, []) if before else []
            if delta.new.id not in seen:
                seen.add(delta.new.id)
                found.setdefault(delta.path, []).append(delta.new.id)
    ended += found.values()
    return [one for one in ended if one]


@dataclass(frozen=True, slots=True)
class _Version:
    """A blob to be kept: `is_newest` begins a chain."""

    id: str
    is_newest: bool


async def bring(
    forge: Forge,
    project: int,
    repository: Path,
    ordered: Sequence[Sequence[str]],
    known: Known,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Bring the blobs of `ordered` into the store, and note in `known` what they are."""
    wanted = [
        _Version(name, number == 0)
        for chain in ordered
        for number, name in enumerate(name for name in reversed(chain) if name not in known)
    ]
    sizes = await asyncio.to_thread(kinds, repository, [one.id for one in wanted])
    small: list[_Version] = []
    large: list[_Version] = []
    for one in wanted:
        kind, size = sizes.get(one.id, ("", 0))
        if kind != "blob" or size > forge.limits.file:
            raise BadHistory(one.id, "", "is no file, or one that is too large")
        (large if size > contents.BLOB_MAX else small).append(one)
    done = 0
    packer = _Packer(forge, small)
    with _ahead(repository, small) as batches:
        while batch := await asyncio.to_thread(batches.get):
            if isinstance(batch, Exception):
                raise batch
            records = await forge.db.read(lambda tx, b=batch: packer.encoded(tx, b, known))  # type: ignore[misc]
            held = [known[one.id][0] for one in batch]
            size = _stored(records)
            await bulk.append(
                forge.objects,
                records,
                lambda tx, h=held, s=size: _hold(forge, tx, project, h, s),  # type: ignore[misc]
            )
            done += len(batch)
            told(done, len(wanted))
    for one in large:
        known[one.id] = await _streamed(forge, project, repository, one.id)
        done += 1
        told(done, len(wanted))


def _stored(records: Iterable[Record]) -> int:
    return sum(len(one.stored) for one in records)


def _hold(forge: Forge, tx: Tx, project: int, held: Iterable[Digest], size: int) -> None:
    """Let the project hold what came in, and count it against its account's storage."""
    storage.keep(forge, tx, project, size)
    holdings.add(tx, project, held)


class _ahead:  # noqa: N801
    """Reads blobs in a thread of its own, a few batches ahead."""

    def __init__(self, repository: Path, wanted: Sequence[_Version]) -> None:
        self._queue: queue.Queue[list[Found] | Exception] = queue.Queue(2)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(repository, wanted), daemon=True)

    def __enter__(self) -> "queue.Queue[list[Found] | Exception]":
        self._thread.start()
        return self._queue

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue

    def _read(self, repository: Path, wanted: Sequence[_Version]) -> None:
        try:
            batch: list[Found] = []
            held = 0
            for found in objects(repository, (one.id for one in wanted)):
                batch.append(found)
                held += found.size
                if held >= BATCH_BYTES or len(batch) >= BATCH_COUNT:
                    self._queue.put(batch)
                    batch, held = [], 0
                if self._stop.is_set():
                    return
            if batch:
                self._queue.put(batch)
            self._queue.put([])
        except Exception as fault:  # noqa: BLE001  handed to whoever waits for the batch
            self._queue.put(fault)


class _Packer:
    """Encodes versions in their order; remembers the chain that is under way."""

    def __init__(self, forge: Forge, order: Sequence[_Version]) -> None:
        self._forge = forge
        self._order = iter(order)
        self._newest: Digest | None = None
        self._chain: Chain = (0, ())
        self._raws: dict[Digest, bytes] = {}

    def encoded(self, tx: Tx, batch: Sequence[Found], known: Known) -> list[Record]:
        """Return the records of those that the store has not."""
        digests = [digest_of(found.data) for found in batch]
        absent = set(self._forge.objects.missing(tx, digests))
        tasks = []
        for found, digest in zip(batch, digests, strict=True):
            known[found.id] = (digest, found.size)
            if next(self._order).is_newest:
                self._begin()
            if digest in absent:
                absent.discard(digest)
                tasks.append(self._task(digest, found.data))
            else:
                self._begin()
        return [task.result() for task in tasks]

    def _begin(self) -> None:
        self._newest, self._chain, self._raws = None, (0, ()), {}

    def _task(self, digest: Digest, raw: bytes) -> "Future[Record]":
        if self._newest is not None:
            after = following(self._newest, self._chain)
            keep = set(after[1])
            self._raws = {one: data for one, data in self._raws.items() if one in keep}
            self._chain = after
        if sum(map(len, self._raws.values())) > PATH_BYTES:
            self._begin()
        base = self._raws[self._chain[1][0]] if self._chain[1] else None
        self._newest = digest
        self._raws[digest] = raw
        return self._forge.objects.pool.submit(bulk.encoded, Kind.BLOB, raw, digest, base)


async def _streamed(forge: Forge, project: int, repository: Path, name: str) -> tuple[Digest, int]:
    """Bring one large content, a few pieces in memory at a time."""
    pieces: Iterator[list[Record]] = _pieces(repository, name)
    content, size = Digest(b""), 0
    end: list[Record] = []
    while batch := await asyncio.to_thread(next, pieces, end):
        await forge.objects.ingest(batch)
        held, stored = [one.digest for one in batch], _stored(batch)
        await forge.db.write(
            lambda tx, h=held, s=stored: _hold(forge, tx, project, h, s)  # type: ignore[misc]
        )
        content = batch[-1].digest
        size += sum(one.raw_length for one in batch if one.kind is Kind.BLOB)
    return content, size


def _pieces(repository: Path, name: str) -> Iterator[list[Record]]:
    for found in objects(repository, [name]):
        assert found.body is not None
        batch: list[Record] = []
        for record in contents.records_of(found.body, found.size):  # type: ignore[arg-type]
            batch.append(record)
            if sum(one.raw_length for one in batch) >= BATCH_BYTES:
                yield batch
                batch = []
        if batch:
            yield batch


def entry(known: Known, mode: Mode, name: str) -> Entry:
    """Return what stands at a path where git has the blob `name`."""
    content, size = known[name]
    return Entry(mode, content, size)

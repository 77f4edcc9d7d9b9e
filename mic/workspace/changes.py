"""From differing files to a change list and the records to send.

Small files are read, hashed and compressed in threads, a batch a task, and come out in order with
a bounded number of batches under way; large ones stream. So sending overlaps with reading, and
memory does not grow with the tree.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from mic.errors import Exhausted
from mic.wire import limits
from mic.workspace import reading
from mic.workspace.files import Stat, mode_of, stat_of
from mic.workspace.manifest import TICK_NS, Manifest, Tracked, track
from mic.workspace.scan import Item
from store import contents
from store.changes import Change
from store.digest import Digest
from store.nodes import Entry, Mode
from store.records import Record

BATCH_FILES = 64
BATCH_BYTES = 1 << 20


class Prepared:
    """One difference, ready to be sent.

    `records` is consumed once, and before the next `Prepared` is asked for; `change` and `tracked`
    stand when it is. The last record is the content that the change names.
    """

    def __init__(
        self, item: Item, records: Iterable[Record], seen: tuple[Mode, Stat] | None
    ) -> None:
        self.path = item.path
        self._item = item
        self._source = records
        self._seen = seen
        self._size = item.size
        self._id: Digest | None = None
        if isinstance(records, list) and records:
            self._id = records[-1].digest

    @property
    def records(self) -> Iterator[Record]:
        """The records to send: chunks first, what names them last; none for a removal."""
        for record in self._source:
            self._id = record.digest
            yield record

    @property
    def change(self) -> Change:
        """The line of the change list."""
        return Change(self.path, self._item.old, self._entry())

    @property
    def tracked(self) -> Tracked | None:
        """The line of the manifest once this is landed; None for a removal."""
        entry = self._entry()
        if entry is None or self._seen is None:
            return None
        times = self._seen[1]
        is_settled = times[1] + TICK_NS <= time.time_ns()
        return track(self.path, entry, times if is_settled else None)

    def _entry(self) -> Entry | None:
        if self._seen is None:
            return None
        assert self._id is not None  # records are consumed first
        return Entry(self._seen[0], self._id, self._size)


def prepare(root: Path, items: Iterable[Item], threads: int = 2) -> Iterator[Prepared]:
    """Yield `items` ready to be sent, in order.

    Raises `Conflict` for a file that changes while it is read, `Exhausted` for one that is too
    large, `Denied` for one that cannot be read.
    """
    under_way: deque[Future[list[Prepared]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for batch in _batches(items):
                under_way.append(pool.submit(_prepare_batch, root, batch))
                if len(under_way) > threads + 1:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        finally:
            for task in under_way:
                task.cancel()


def _batches(items: Iterable[Item]) -> Iterator[Sequence[Item]]:
    batch: list[Item] = []
    total = 0
    for item in items:
        if item.size > limits.FILE:
            raise Exhausted(
                f"{item.path} is larger than {limits.FILE} bytes.",
                code="workspace.file-size",
                path=item.path,
            )
        batch.append(item)
        total += min(item.size, contents.BLOB_MAX)
        if len(batch) >= BATCH_FILES or total >= BATCH_BYTES:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _prepare_batch(root: Path, batch: Sequence[Item]) -> list[Prepared]:
    return [_prepare(root, item) for item in batch]


def _prepare(root: Path, item: Item) -> Prepared:
    if item.letter == "D" or item.mode is None or item.stat is None:
        return Prepared(item, [], None)
    if item.mode is Mode.LINK:
        target = reading.read_link(root, item.path)
        seen = (Mode.LINK, item.stat)
        return Prepared(_sized(item, len(target)), reading.records_of_bytes(target), seen)
    if item.size > contents.BLOB_MAX:
        records = reading.stream(root, item.path, item.stat)
        return Prepared(item, records, (item.mode, item.stat))
    data, facts = reading.read_whole(root, item.path, item.stat)
    mode = mode_of(facts) or item.mode
    records_now = reading.records_of_bytes(data)
    return Prepared(_sized(item, len(data)), records_now, (mode, stat_of(facts)))


def _sized(item: Item, size: int) -> Item:
    return item if item.size == size else msgspec.structs.replace(item, size=size)


def advance(
    manifest: Manifest,
    done: Iterable[Prepared],
    *,
    position: int,
    tree: Digest,
    record: bytes | None,
) -> Manifest:
    """Return the manifest after `done` has landed at `position`, on top of what it held."""
    pairs = [(each.path, each.tracked) for each in done]
    return moved(manifest, pairs, position=position, tree=tree, record=record)


def adopt(
    manifest: Manifest,
    upstream: Iterable[Change],
    tracked: Mapping[str, Tracked],
    *,
    position: int,
    tree: Digest,
    record: bytes | None,
) -> Manifest:
    """Return the manifest at `position`: `upstream` applied, with `tracked` for what was written.

    A path that was not written keeps the head's entry without times: it is compared by content.
    """
    pairs = [(each.path, tracked.get(each.path) or _untimed(each)) for each in upstream]
    return moved(manifest, pairs, position=position, tree=tree, record=record)


def _untimed(change: Change) -> Tracked | None:
    return None if change.new is None else track(change.path, change.new, None)


def moved(
    manifest: Manifest,
    pairs: Iterable[tuple[str, Tracked | None]],
    *,
    position: int | None,
    tree: Digest,
    record: bytes | None,
) -> Manifest:
    """Return the manifest at `position`, with a new line for each path; None takes it away."""
    entries = dict(manifest.entries)
    for path, line in pairs:
        if line is None:
            entries.pop(path, None)
        else:
            entries[path] = line
    return msgspec.structs.replace(
        manifest, entries=entries, position=position, tree=tree, record=record
    )

"""Objects on their way to a node, in bodies that can break off without loss.

Records are sent while they are still being made: the body of a request is drawn from the iterator
as the socket takes it. A batch is kept until the node has it, so when the connection drops the node
is asked what of the batch it lacks, and gets that; nothing is made, read or sent twice but for
what was on the wire.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from mic.client.connection import CHUNK, PAUSES, Connection, Dropped, decoded
from mic.client.remote import Remote
from mic.wire import framing, limits
from mic.wire.messages import IDS, RECORDS, Stored
from store.digest import Digest
from store.records import Record, encode

Progress = Callable[[int, int], None]
"""Told of objects and raw bytes that have been sent since it was told last."""


def nothing(_objects: int, _bytes: int) -> None:
    """Tell nobody."""


def missing(remote: Remote, ids: Sequence[Digest]) -> set[bytes]:
    """Return those of `ids` that the node lacks."""
    lacking: set[bytes] = set()
    for start in range(0, len(ids), limits.WANTED):
        body = framing.want_list(ids[start : start + limits.WANTED])
        answer = remote.connection.exchange("POST", f"{remote.path}/objects/missing", body, IDS)
        lacking.update(framing.wanted(answer))
    return lacking


def upload(remote: Remote, records: Iterable[Record], progress: Progress = nothing) -> int:
    """Send `records`, whatever the node has of them; return how many were sent."""
    sent, source = 0, iter(records)
    for first in source:
        sent += _Batch(remote, chain((first,), source), progress).send()
    return sent


def upload_missing(remote: Remote, records: Iterable[Record], progress: Progress = nothing) -> int:
    """Send those of `records` that the node lacks, asking by the thousand."""
    source, sent = iter(records), 0
    while some := list(islice(_up_to(source, limits.UPLOAD_BATCH), 1000)):
        lacking = missing(remote, [record.digest for record in some])
        sent += upload(remote, (r for r in some if r.digest in lacking), progress)
    return sent


def _up_to(source: Iterator[Record], most: int) -> Iterator[Record]:
    held = 0
    for record in source:
        yield record
        held += len(record.stored)
        if held >= most:
            return


class _Batch:
    """One request's worth of records, drawn from a source that goes on behind it."""

    def __init__(self, remote: Remote, source: Iterator[Record], progress: Progress) -> None:
        self._remote = remote
        self._drawn: list[Record] = []
        self._source = _up_to(source, limits.UPLOAD_BATCH)
        self._progress = progress

    def send(self) -> int:
        """Send until the node has acknowledged; raises `Dropped` when it stays away."""
        try:
            self._post(self._draw())
        except Dropped as drop:
            self._resume(drop)
        return len(self._drawn)

    def _resume(self, drop: Dropped) -> None:
        connection: Connection = self._remote.connection
        for pause in PAUSES:
            connection.sleep(pause)
            try:
                self._post(chain(self._lacking(), self._draw()))
            except Dropped as again:
                drop = again
            else:
                return
        raise drop

    def _lacking(self) -> list[Record]:
        """Return what was drawn before the drop and did not arrive."""
        held = list(self._drawn)
        lacking = missing(self._remote, [record.digest for record in held])
        return [record for record in held if record.digest in lacking]

    def _draw(self) -> Iterator[Record]:
        for record in self._source:
            self._drawn.append(record)
            self._progress(1, record.raw_length)
            yield record

    def _post(self, records: Iterable[Record]) -> None:
        path = f"{self._remote.path}/objects"
        connection = self._remote.connection
        answer = connection.exchange("POST", path, body(records), RECORDS)
        decoded(answer, Stored, connection.url)


def body(records: Iterable[Record]) -> Iterator[bytes]:
    """Encode records into pieces of a size that sockets like."""
    parts: list[bytes] = []
    held = 0
    for record in records:
        parts.append(encode(record))
        held += len(parts[-1])
        if held >= CHUNK:
            yield b"".join(parts)
            parts, held = [], 0
    if parts:
        yield b"".join(parts)

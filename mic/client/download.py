"""Objects on their way from a node, verified, in streams that can break off without loss.

Every record is opened (length, hash) before it is handed on, so that nobody downstream can meet a
byte that its id does not vouch for. When a stream drops, the caller asks again for what it still
lacks, by id.
"""

from collections.abc import Iterable, Iterator, Sequence

from mic.client.addresses import FILE
from mic.client.connection import PAUSES, Dropped, Query
from mic.client.refusals import DAMAGED
from mic.client.remote import Remote
from mic.errors import Unreachable
from mic.wire import framing
from store.digest import Digest
from store.errors import StoreFault, Truncated
from store.records import Decoder, Record, opened

Object = tuple[Record, bytes]
POSITIONS_AT_ONCE = 5_000
"""Landings whose documents come in one answer: half of what a node sends at most."""

ASKED_AT_ONCE = 10_000
"""Ids in one request: far below `limits.WANTED`, so that a drop costs little."""


def checkout(remote: Remote, at: int, have: int | None = None) -> Iterator[Record]:
    """Yield what position `at` needs and `have` lacks: the tree's nodes, then contents.

    The records are as they came: open them. Raises `Dropped` where the stream ends too early.
    """
    query = {"at": at, "have": have}
    yield from _records(remote, "GET", f"{remote.path}/checkout", None, query)


def log_records(remote: Remote, first: int, last: int) -> Iterator[Record]:
    """Yield the signed documents of landings `first` to `last`, in order."""
    for start in range(first, last + 1, POSITIONS_AT_ONCE):
        query = {"from": start, "to": min(start + POSITIONS_AT_ONCE - 1, last)}
        yield from _records(remote, "GET", f"{remote.path}/records", None, query)


def fetch(
    remote: Remote, ids: Sequence[Digest], at: int | None = None, first: int | None = None
) -> Iterator[Object]:
    """Yield the objects of `ids`, opened, in any order; asks again for those that a drop cost.

    Position `at` must need them; with `first`, some landing from there to `at` must have brought
    them. Raises `Unreachable` when the node stays away, or leaves out what it was asked for.
    """
    query = {"at": at, "from": first}
    for start in range(0, len(ids), ASKED_AT_ONCE):
        yield from _persistently(remote, ids[start : start + ASKED_AT_ONCE], query)


def _persistently(remote: Remote, ids: Sequence[Digest], query: Query) -> Iterator[Object]:
    left, pauses = dict.fromkeys(ids), iter(PAUSES)
    while left:
        try:
            for record in _fetched(remote, left, query):
                if left.pop(record.digest, 1) is None:
                    pauses = iter(PAUSES)
                    yield record, verified(record, remote)
        except Dropped:
            if (pause := next(pauses, None)) is None:
                raise
            remote.connection.sleep(pause)
            continue
        if left:
            raise Unreachable(
                f"{remote.connection.url} left out {len(left)} of the objects asked for.",
                code="answer.incomplete",
                first=next(iter(left)).hex(),
            )


def _fetched(remote: Remote, ids: Iterable[Digest], query: Query) -> Iterator[Record]:
    path, body = f"{remote.path}/objects/fetch", framing.want_list(ids)
    return _records(remote, "POST", path, body, query)


def _records(
    remote: Remote, method: str, path: str, body: bytes | None, query: Query
) -> Iterator[Record]:
    decoder = Decoder()
    try:
        with remote.connection.stream(method, path, body, query) as chunks:
            for chunk in chunks:
                yield from decoder.feed(chunk)
        decoder.finish()
    except Truncated as torn:
        raise Dropped(f"The answer of {remote.connection.url} ends within an object.") from torn
    except StoreFault as fault:
        raise _corrupt(remote, fault) from fault
    except Unreachable as refusal:
        raise (_damaged(remote, refusal) if refusal.code == DAMAGED else refusal) from None


def verified(record: Record, remote: Remote) -> bytes:
    """Return a record's raw bytes; raises `Unreachable` if they are not what their id says."""
    try:
        return opened(record)
    except StoreFault as fault:
        raise _corrupt(remote, fault) from fault


def _damaged(remote: Remote, refusal: Unreachable) -> Unreachable:
    return Unreachable(
        f"{remote.name} cannot be had whole from {remote.connection.url}: {refusal.message}",
        code=DAMAGED,
        hint="Ask the node's owner to run `micelio fsck --repair`, or to put a backup back.",
        node=remote.connection.url,
        project=remote.name,
    )


def _corrupt(remote: Remote, fault: StoreFault) -> Unreachable:
    is_file = remote.connection.url.startswith(FILE)
    what = "Get the bundle once more" if is_file else "Have the node's owner run `micelio fsck`"
    return Unreachable(
        f"What {remote.connection.url} sent is not what it should be: {fault}.",
        code="answer.corrupt",
        hint=f"Nothing of it was kept. {what}.",
        node=remote.connection.url,
    )

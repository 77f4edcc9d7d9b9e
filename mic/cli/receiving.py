"""A position on its way into a directory: first the tree, then the contents, as they arrive.

A stream of the node begins with tree nodes. They are kept (they are small), and with them it is
known what every file must be before the first one arrives. When the stream drops, what is still
wanted is asked for by id.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeVar

from mic.client import download
from mic.client.connection import Dropped
from mic.client.remote import Remote
from mic.errors import Exhausted
from mic.workspace.manifest import LINE, MANIFEST_MAX
from store.digest import Digest
from store.errors import Absent
from store.records import Kind, Record

Objects = Iterable[tuple[Digest, bytes]]
T = TypeVar("T")


def all_of(found: Iterable[T], path: Callable[[T], str]) -> list[T]:
    """Return what was found in a tree, all of it; raises `Exhausted` past what a workspace holds.

    A tree of few nodes can be one of endlessly many files: each level names the next one twice.
    """
    kept, size = list[T](), 0
    for one in found:
        kept.append(one)
        size += len(path(one)) + LINE
        if size > MANIFEST_MAX:
            raise _too_large()
    return kept


def _too_large() -> Exhausted:
    return Exhausted(
        "This position has more files than a workspace can hold.",
        code="workspace.too-large",
        hint="Nothing was written. Read it where it is: mic ls, mic cat.",
    )


class Incoming:
    """The objects that position `at` has and position `have` lacks."""

    def __init__(self, remote: Remote, at: int, have: int | None = None) -> None:
        self._remote = remote
        self._at = at
        self._stream = download.checkout(remote, at, have)
        self._first: Record | None = None
        self.nodes: dict[Digest, bytes] = {}

    def node(self, digest: Digest) -> bytes:
        """Return a tree node, asked for by id if the stream has left it out: a `Source`."""
        if digest not in self.nodes:
            for record, raw in download.fetch(self._remote, [digest], self._at):
                self.nodes[record.digest] = raw
        if digest not in self.nodes:
            raise Absent(digest)
        return self.nodes[digest]

    def receive_tree(self) -> None:
        """Take in the tree nodes with which the stream begins, as far as a workspace holds them."""
        size = 0
        try:
            for record in self._stream:
                if record.kind is not Kind.TREE:
                    self._first = record
                    return
                self.nodes[record.digest] = download.verified(record, self._remote)
                size += record.raw_length
                if size > MANIFEST_MAX:
                    raise _too_large()
        except Dropped:
            self._stream = iter(())

    def contents(self, needs: Callable[[], set[Digest]]) -> Iterator[tuple[Digest, bytes]]:
        """Yield contents, verified, until `needs()` is empty or the node has no more to give."""
        first = () if self._first is None else (self._first,)
        try:
            for record in chain(first, self._stream):
                yield record.digest, download.verified(record, self._remote)
        except Dropped:
            if not needs():
                return
        yield from self._rest(needs)

    def _rest(self, needs: Callable[[], set[Digest]]) -> Iterator[tuple[Digest, bytes]]:
        while wanted := needs():
            for record, raw in download.fetch(self._remote, sorted(wanted), self._at):
                yield record.digest, raw

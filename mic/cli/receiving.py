"""A position on its way into a directory: first the tree, then the contents, as they arrive.

A stream of the node begins with tree nodes. They are kept (they are small), and with them it is
known what every file must be before the first one arrives. When the stream drops, what is still
wanted is asked for by id.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from mic.client import download
from mic.client.connection import Dropped
from mic.client.remote import Remote
from store.digest import Digest
from store.errors import Absent
from store.records import Kind, Record

Objects = Iterable[tuple[Digest, bytes]]


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
        """Take in the tree nodes with which the stream begins."""
        try:
            for record in self._stream:
                if record.kind is not Kind.TREE:
                    self._first = record
                    return
                self.nodes[record.digest] = download.verified(record, self._remote)
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

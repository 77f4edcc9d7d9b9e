"""git's objects: their ids, and their bytes by the stream of `git cat-file --batch`.

Whole objects up to the size of one blob of ours; larger ones are read in pieces, never whole.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from store.contents import BLOB_MAX
from store.git.errors import BadHistory, GitFailed
from store.git.program import asked

ZERO = "0" * 40
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def object_id(kind: str, data: bytes) -> str:
    """Return git's id of an object."""
    head = b"%b %d\0" % (kind.encode(), len(data))
    return hashlib.sha1(head + data, usedforsecurity=False).hexdigest()


class Body:
    """The bytes of a large object as they come; `read` as a file has it."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self.left = size

    def read(self, count: int = -1) -> bytes:
        """Return up to `count` bytes, empty at the end."""
        wanted = self.left if count < 0 else min(count, self.left)
        data = self._stream.read(wanted)
        if len(data) != wanted:
            raise GitFailed("cat-file", "its output broke off")
        self.left -= wanted
        return data


@dataclass(frozen=True, slots=True)
class Found:
    """An object: its bytes if they fit into a blob of ours, else a stream of them."""

    id: str
    kind: str
    size: int
    data: bytes
    body: Body | None


def objects(repository: Path, ids: Iterable[str]) -> Iterator[Found]:
    """Yield the objects of `ids` in their order; raises `BadHistory` for one that is not there.

    A stream must be read before the next object is asked for; what is left of it is skipped.
    """
    with asked(repository, ids, "cat-file", "--batch", "--buffer") as stream:
        while found := _next(stream):
            yield found
            if found.body is not None:
                while found.body.read(1 << 20):
                    pass
            stream.read(1)


def _next(stream: IO[bytes]) -> Found | None:
    line = stream.readline()
    if not line:
        return None
    name, *facts = line.decode().split()
    if len(facts) != 2:
        raise BadHistory(name, "", "is named by the history and is not in the repository")
    kind, size = facts[0], int(facts[1])
    body = Body(stream, size)
    if size > BLOB_MAX:
        return Found(name, kind, size, b"", body)
    return Found(name, kind, size, body.read(), None)


def kinds(repository: Path, ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return kind and size of those of `ids` that are in the repository."""
    with asked(repository, ids, "cat-file", "--batch-check", "--buffer") as stream:
        rows = (line.decode().split() for line in stream)
        return {row[0]: (row[1], int(row[2])) for row in rows if len(row) == 3}

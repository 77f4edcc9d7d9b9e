"""What a project may name, for verbs of other slices: on a database thread, given a transaction.

What is not held is not looked for in the store: the answer, and the time it takes, are the same
whether another project has the object or nobody has.
"""

from collections.abc import Iterable

from node.holdings import rows
from node.kernel.forge import Forge
from store.database import Tx
from store.digest import Digest
from store.errors import Absent
from store.nodes import Source


def lengths(forge: Forge, tx: Tx, project: int, ids: Iterable[Digest]) -> dict[Digest, int]:
    """Return the raw lengths of those of `ids` that may be named in a landing on `project`."""
    # In the order of the tables, so that neighbours are read together.
    return forge.objects.lengths(tx, rows.held(tx, project, sorted(ids)))


def missing(forge: Forge, tx: Tx, project: int, ids: Iterable[Digest]) -> list[Digest]:
    """Return those of `ids` that must be sent to `project` first, in their order, each once."""
    asked = dict.fromkeys(ids)
    there = lengths(forge, tx, project, asked)
    return [one for one in asked if one not in there]


def source(forge: Forge, tx: Tx, project: int) -> Source:
    """Return a source of what may be named in a landing on `project`; it raises `Absent`."""

    def read(digest: Digest) -> bytes:
        if missing(forge, tx, project, [digest]):
            raise Absent(digest)
        return forge.objects.get(tx, digest)

    return read

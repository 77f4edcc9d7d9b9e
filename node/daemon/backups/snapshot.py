"""A moment of a node that runs, held still: its database as it was, and every pack that it names.

Packs only grow, and what is indexed in them never changes, so a copy of the database and the bytes
up to the lengths it knows are one moment. The collector may remove a pack meanwhile; who has it
open reads it all the same, and a node that is killed leaves nothing behind.
"""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from node.daemon.backups.model import NodeDamaged
from node.daemon.building import DATABASE, OBJECTS
from node.kernel.errors import Exhausted
from store import copies, index
from store.database import Tx, inspected
from store.objects import PACKS

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is held open: how many of its bytes belong to the moment."""

    number: int
    length: int
    file: int


@contextmanager
def taken(data: Path, copy: Path, also: Callable[[Tx], None] | None = None) -> Iterator[list[Pack]]:
    """Copy the database to `copy` and give the packs that belong to it, for the block.

    `also` writes what is to be different in the copy.
    Raises `NodeDamaged` if a pack is not what the database says, `DatabaseDamaged`, `DiskFull`.
    """
    allow_files()
    with ExitStack() as held:
        with inspected(data / DATABASE) as tx:
            packs = _held(tx, data / OBJECTS / PACKS, held)
            copies.copy(tx, copy, also)
        yield packs


def allow_files() -> None:
    """Open as many files as the system lets us: one for each pack."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _held(tx: Tx, directory: Path, held: ExitStack) -> list[Pack]:
    """Open every pack of the snapshot that `tx` then keeps."""
    for last in (*(False,) * (_TRIES - 1), True):
        copies.hold_still(tx)
        with ExitStack() as some:
            try:
                packs = [
                    _opened(directory, *row, some) for row in sorted(index.indexed(tx).items())
                ]
            except FileNotFoundError as fault:
                # A collection has just moved what was in it: the next snapshot names another pack.
                if last:
                    raise NodeDamaged(f"the pack {fault.filename} is gone") from fault
                continue
            held.push(some.pop_all())
            return packs
    raise AssertionError


def _opened(directory: Path, number: int, length: int, some: ExitStack) -> Pack:
    path = directory / f"{number:06}.pack"
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as fault:
        if fault.errno == errno.EMFILE:
            raise Exhausted(
                "backup.too-many-files",
                "No backup was made: the system lets too few files be open; raise `ulimit -n`.",
            ) from fault
        raise
    some.callback(os.close, file)
    if os.fstat(file).st_size < length:
        raise NodeDamaged(f"the pack {path} is shorter than the database says")
    return Pack(number, length, file)

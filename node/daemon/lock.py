"""One data directory, one node.

Two nodes on one directory would each judge the other's unindexed pack tail and believe it is the
only writer. The kernel's advisory lock on `node.lock` prevents that, and it vanishes with the
process however the process dies, so that a crash never leaves a directory locked.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.kernel.errors import Conflict


class DataInUse(Conflict):
    """Another node holds this data directory."""

    def __init__(self, data: Path) -> None:
        message = f"Another node already runs on {data}."
        super().__init__("node.data-in-use", message, data=str(data))


@contextmanager
def hold(data: Path) -> Iterator[None]:
    """Hold the directory's lock for the length of the block; raise `DataInUse` if it is taken."""
    handle = os.open(data / "node.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _locked(handle):
            raise DataInUse(data)
        yield
    finally:
        os.close(handle)


def is_held(data: Path) -> bool:
    """Say whether a node runs on this directory, without disturbing it."""
    try:
        handle = os.open(data / "node.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(handle)
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

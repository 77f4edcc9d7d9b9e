"""Which file or directory there is no room for: the system says so only where one is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import NO_ROOM


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Say that it was `path` for which there was no room."""
    try:
        yield
    except OSError as problem:
        if problem.filename is None and problem.errno in NO_ROOM:
            raise OSError(problem.errno, problem.strerror, str(path)) from problem
        raise

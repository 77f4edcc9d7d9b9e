"""Where a backup goes: to a file, which has its name only when it is whole, or to a stream.

It is written beside under `FILE.part`, flushed, and renamed. What a killed backup leaves there, the
next one takes over; who writes it holds a lock on it, so that two never write the same.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from node.daemon.backups.model import BackupExists, BackupRuns, Mark, NobodyReads
from node.kernel.errors import Denied
from store.errors import NO_ROOM, DiskFull

Take = Callable[[IO[bytes], Path], Mark]


def to_file(path: Path, take: Take, *, replace: bool) -> Mark:
    """Have a backup written to `path`; raises `BackupExists`, `BackupRuns`, `DiskFull`."""
    if not replace and os.path.lexists(path):
        raise BackupExists(path)
    part = path.with_name(f"{path.name}.part")
    with _told(path), _alone(part) as out:
        try:
            mark = take(out, path.with_name(f"{path.name}.part.db"))
            out.flush()
            os.fsync(out.fileno())
            _give_name(part, path, replace=replace)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_directory(path.parent)
    return mark


def to_stream(out: IO[bytes], data: Path, take: Take) -> Mark:
    """Have a backup written to `out`; the copy of the database lies in `data` meanwhile."""
    part = data / ".backup.part"
    with _told(part), _alone(part):
        try:
            mark = take(out, data / ".backup.part.db")
            out.flush()
        except BrokenPipeError as fault:
            raise NobodyReads from fault
        finally:
            part.unlink(missing_ok=True)
    return mark


def sync_directory(path: Path) -> None:
    """Have the names in a directory on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    """Give an empty file that nobody else writes."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise BackupRuns(part) from fault
        # Whoever had the lock a moment ago may have given the file its name, or removed it.
        with suppress(FileNotFoundError):
            if part.stat().st_ino == os.fstat(file.fileno()).st_ino:
                os.fchmod(file.fileno(), 0o600)
                os.ftruncate(file.fileno(), 0)
                yield file
                return
        raise BackupRuns(part)


def _give_name(part: Path, path: Path, *, replace: bool) -> None:
    if replace:
        part.replace(path)
        return
    try:
        path.hardlink_to(part)
    except FileExistsError as fault:
        raise BackupExists(path) from fault
    except OSError:  # a file system without hard links
        part.replace(path)
    else:
        part.unlink()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what the system says of a place to write to in our words."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise DiskFull(f"no room for the backup {path}: {fault.strerror}") from fault
        raise Denied(
            "backup.cannot-write",
            f"No backup was made: {fault.filename or path}: {fault.strerror}.",
            file=str(path),
        ) from fault

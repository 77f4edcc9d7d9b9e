"""Reading a workspace's files so that what is landed is what stood there at one moment.

A file is looked at before and after it is read: if its times moved, it is read again, and in the
end refused. A path is opened directly only if that leads to the inode which the scan saw;
otherwise directory by directory, without following a link.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from mic.errors import Conflict, Denied
from mic.workspace import files
from mic.workspace.files import Stat, mode_of, stat_of
from store import contents
from store.digest import Digest, digest_of
from store.errors import BadManifest
from store.nodes import Mode
from store.records import Record

ATTEMPTS = 3
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def changed(path: str) -> Conflict:
    """Return the fault of a file that does not stand still."""
    return Conflict(
        f"{path} changed while it was read.",
        code="workspace.changed-while-reading",
        hint="Let whatever writes it finish, then try again.",
        path=path,
    )


def open_seen(root: Path, path: str, seen: Stat | None) -> BinaryIO:
    """Open the plain file at `path` for reading; raises `Conflict` or `Denied`."""
    try:
        handle = _open(root, path, seen)
    except PermissionError as fault:
        raise Denied(f"{path} cannot be read.", code="workspace.unreadable", path=path) from fault
    except OSError as fault:
        raise changed(path) from fault
    if mode_of(os.fstat(handle)) not in {Mode.FILE, Mode.EXECUTABLE}:
        os.close(handle)
        raise changed(path)
    return os.fdopen(handle, "rb", buffering=0)


def _open(root: Path, path: str, seen: Stat | None) -> int:
    if seen is not None:
        handle = os.open(f"{root}/{path}", _READ)
        if os.fstat(handle).st_ino == seen[2]:
            return handle
        os.close(handle)
    return files.open_file(root, path)


def read_whole(root: Path, path: str, seen: Stat | None) -> tuple[bytes, os.stat_result]:
    """Return the bytes of a file as they stood at one moment, and what it looked like then."""
    for _ in range(ATTEMPTS):
        with open_seen(root, path, seen) as file:
            before = os.fstat(file.fileno())
            data = file.read(before.st_size + 1)
            after = os.fstat(file.fileno())
        if len(data) == before.st_size == after.st_size and stat_of(before) == stat_of(after):
            return data, before
    raise changed(path)


def read_link(root: Path, path: str) -> bytes:
    """Return a link's target; raises `Conflict` if it is no link any more."""
    try:
        return files.read_link(root, path)
    except OSError as fault:
        raise changed(path) from fault


def content_id(root: Path, path: str, mode: Mode) -> Digest:
    """Return the id of what stands at `path`; raises `Conflict` if it does not stand still."""
    if mode is Mode.LINK:
        return digest_of(read_link(root, path))
    with open_seen(root, path, None) as file:
        size = os.fstat(file.fileno()).st_size
    if size <= contents.BLOB_MAX:
        return digest_of(read_whole(root, path, None)[0])
    return _last(stream(root, path, None))


def _last(records: Iterator[Record]) -> Digest:
    digest = None
    for record in records:
        digest = record.digest
    assert digest is not None  # a file is at least one record
    return digest


def records_of_bytes(data: bytes) -> list[Record]:
    """Return the records of some content that is at hand."""
    return list(contents.records_of(BytesIO(data), len(data)))


def stream(root: Path, path: str, seen: Stat | None) -> Iterator[Record]:
    """Yield the records of a large file; raises `Conflict` if it moved since it was `seen`."""
    with open_seen(root, path, seen) as file:
        before = os.fstat(file.fileno())
        if seen is not None and stat_of(before) != seen:
            raise changed(path)
        try:
            yield from contents.records_of(file, before.st_size)
        except BadManifest as fault:
            raise changed(path) from fault
        after = os.fstat(file.fileno())
    if stat_of(before) != stat_of(after) or before.st_size != after.st_size:
        raise changed(path)

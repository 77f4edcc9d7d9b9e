"""Files of a workspace, reached without ever following a link out of it.

Each directory on the way is opened by itself with O_NOFOLLOW, so that a link that is put in the
place of a directory, at any moment, is refused instead of followed.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from mic.errors import Conflict, Exhausted
from store.nodes import Mode

Stat = tuple[int, int, int]

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
LINK_MAX = 4096


class LinkInTheWay(Conflict):
    """A directory of the path is a link, or is no directory."""

    code = "workspace.not-a-directory"


def stat_of(facts: os.stat_result) -> Stat:
    """Return what the manifest remembers of a file."""
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino


def mode_of(facts: os.stat_result) -> Mode | None:
    """Return the mode that a tree gives such a file; None for what a tree cannot hold."""
    if stat.S_ISREG(facts.st_mode):
        return Mode.EXECUTABLE if facts.st_mode & stat.S_IXUSR else Mode.FILE
    if stat.S_ISLNK(facts.st_mode):
        return Mode.LINK
    return Mode.DIRECTORY if stat.S_ISDIR(facts.st_mode) else None


@contextlib.contextmanager
def parent(root: Path, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
    """Yield a handle of the directory that holds `path`, and the last name of `path`.

    Raises `FileNotFoundError`, or `LinkInTheWay` where a directory is a link or a file.
    """
    *folders, name = path.split("/")
    handle = os.open(root, _DIRECTORY & ~os.O_NOFOLLOW)
    try:
        for depth, folder in enumerate(folders, start=1):
            below = enter(handle, folder, "/".join(folders[:depth]), make=make)
            os.close(handle)
            handle = below
        yield handle, name
    finally:
        os.close(handle)


def enter(handle: int, name: str, path: str, *, make: bool) -> int:
    """Open the directory `name`, which is `path`; raises `LinkInTheWay`, `FileNotFoundError`."""
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o777, dir_fd=handle)
    try:
        return os.open(name, _DIRECTORY, dir_fd=handle)
    except OSError as fault:
        if fault.errno in {errno.ENOTDIR, errno.ELOOP}:
            raise LinkInTheWay(f"{path} is not a directory of the workspace.", path=path) from fault
        raise


def look(handle: int, name: str) -> os.stat_result | None:
    """Return what is there, itself and not what it links to; None if nothing is."""
    try:
        return os.stat(name, dir_fd=handle, follow_symlinks=False)
    except FileNotFoundError:
        return None


def open_file(root: Path, path: str) -> int:
    """Return a handle to read the plain file at `path`; raises `OSError` for anything else."""
    with parent(root, path) as (handle, name):
        return os.open(name, _READ, dir_fd=handle)


def read_link(root: Path, path: str) -> bytes:
    """Return the target of the link at `path`, as bytes."""
    with parent(root, path) as (handle, name):
        return os.fsencode(os.readlink(name, dir_fd=handle))


def read_bytes(root: Path, path: str, limit: int) -> bytes:
    """Return the content of `path`, a link's being its target; raises `Exhausted` past `limit`."""
    with parent(root, path) as (handle, name):
        if stat.S_ISLNK(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
            return os.fsencode(os.readlink(name, dir_fd=handle))
        with os.fdopen(os.open(name, _READ, dir_fd=handle), "rb") as file:
            data = file.read(limit + 1)
    if len(data) > limit:
        raise Exhausted(f"{path} is larger than {limit} bytes.", path=path)
    return data


def make_file(handle: int, mode: Mode) -> tuple[int, str]:
    """Make an empty temporary file and return its handle and name."""
    name = f".mic-{os.urandom(8).hex()}"
    bits = 0o777 if mode is Mode.EXECUTABLE else 0o666
    return os.open(name, _MAKE, bits, dir_fd=handle), name


def make_new(handle: int, name: str, mode: Mode) -> int:
    """Make the file `name` and return its handle; raises `FileExistsError`."""
    return os.open(name, _MAKE, 0o777 if mode is Mode.EXECUTABLE else 0o666, dir_fd=handle)


def make_link(handle: int, target: bytes) -> str:
    """Make a link with a temporary name and return that name."""
    name = f".mic-{os.urandom(8).hex()}"
    os.symlink(os.fsdecode(target), name, dir_fd=handle)
    return name


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Write all of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return every directory that one of `paths` lies in, at any depth, but the root."""
    found: set[str] = set()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return found


def prune(root: Path, paths: Iterable[str]) -> None:
    """Remove the directories of `paths` that are empty now, the deepest first."""
    for folder in sorted(folders_of(paths), key=lambda each: -each.count("/")):
        with (
            contextlib.suppress(OSError, LinkInTheWay),
            parent(root, folder) as (handle, name),
        ):
            os.rmdir(name, dir_fd=handle)


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write `data` to `path` in one durable step: the old file stays or the new one is whole."""
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        with os.fdopen(os.open(temporary, _MAKE, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

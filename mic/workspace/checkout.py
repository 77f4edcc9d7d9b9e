"""Writing a workspace's files from verified objects, in whatever order these arrive.

A file appears whole: it is written under a temporary name and then given its own, unless the
directory is new, where nothing can be in the way and the manifest, written last, tells whether the
checkout came to its end. Whatever stands at a path must be what was expected there: nothing on a
disk is overwritten that the workspace did not write itself. A chunked file is filled in place as
its chunks arrive, so that memory stays flat.
"""

import contextlib
import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mic.errors import Conflict, Invalid, Missing
from mic.workspace import files, reading
from mic.workspace.files import mode_of, stat_of, write_all
from mic.workspace.folders import Folders
from mic.workspace.manifest import Tracked, track
from mic.workspace.writers import Writers
from store import contents
from store.digest import Digest, digest_of
from store.errors import BadPath, Corrupt
from store.nodes import Entry, Mode
from store.paths import check_path

LINK_MAX = 4095


@dataclass(frozen=True, slots=True)
class _Target:
    """A file to write: `expect` is what should stand there now, None for nothing."""

    path: str
    entry: Entry
    expect: Tracked | None


@dataclass(slots=True)
class _Partial:
    """A chunked file under way: its target, its temporary file, and how many chunks lack."""

    target: _Target
    handle: int
    name: str
    lacking: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a chunk belongs: a file and the offset in it."""

    file: _Partial
    offset: int
    length: int


class Checkout:
    """Files being written below `root`. `fresh` says that the directory was empty before."""

    def __init__(self, root: Path, *, fresh: bool = False) -> None:
        self._root = root
        self._is_fresh = fresh
        self._folders = Folders(root)
        self._writers = Writers(root, self._write)
        self._files: dict[Digest, list[_Target]] = {}
        self._chunks: dict[Digest, list[_Place]] = {}
        self._placed: dict[Digest, tuple[str, int, int]] = {}
        self._partial: list[_Partial] = []
        self._done: dict[str, Tracked] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writers.close()
        for partial in self._partial:
            self._discard(partial)
        self._folders.close()

    def want(self, path: str, entry: Entry, expect: Tracked | None = None) -> None:
        """Ask for `entry` at `path`; raises `Invalid` for a path that is not safe to write."""
        check(path, entry)
        self._files.setdefault(entry.id, []).append(_Target(path, entry, expect))

    def remove(self, path: str, expect: Tracked) -> None:
        """Remove `path`; raises `Conflict` if it is not what is expected. Idempotent."""
        self._writers.drain()
        remove(self._root, path, expect)
        self._folders.forget()

    def needs(self) -> set[Digest]:
        """Return the objects that are still needed; a manifest's chunks once it has arrived."""
        return self._files.keys() | self._chunks.keys()

    def accept(self, digest: Digest, raw: bytes) -> bool:
        """Put a verified object where it belongs; return whether it was needed.

        A small file is written soon: what goes wrong with it, a later call raises.
        """
        places, targets = self._chunks.pop(digest, []), self._files.pop(digest, [])
        for place in places:
            self._fill(digest, place, raw)
        for target in targets:
            if target.entry.size > contents.BLOB_MAX:
                self._begin(target, raw)
            else:
                self._writers.add(target, raw)
        return bool(places or targets)

    def finish(self) -> dict[str, Tracked]:
        """Return the manifest's lines of what was written; raises `Missing` if objects lack."""
        if lacking := self.needs():
            raise Missing(
                f"{len(lacking)} objects of the checkout did not arrive.",
                code="workspace.incomplete",
                hint="Run the command again: it goes on from here.",
                objects=len(lacking),
            )
        self._writers.drain()
        return self._done

    def _write(self, folders: Folders, target: _Target, raw: bytes) -> None:
        """Write a whole file; runs in a thread of the writers."""
        if len(raw) != target.entry.size:
            raise Corrupt(target.entry.id, f"{target.path} has another size")
        folder, name = folders.of(target.path)
        if target.entry.mode is Mode.LINK:
            _check_link(target.path, raw)
            self._put(folder, files.make_link(folder, raw), name, target)
        elif self._is_fresh:
            self._write_new(folder, name, target, raw)
        else:
            handle, temporary = files.make_file(folder, target.entry.mode)
            _write_closing(handle, raw)
            self._put(folder, temporary, name, target)

    def _write_new(self, folder: int, name: str, target: _Target, raw: bytes) -> None:
        """Write straight to the name: nothing stands there, in a directory that was empty."""
        try:
            handle = files.make_new(folder, name, target.entry.mode)
        except FileExistsError:
            raise local_changes(target.path) from None
        try:
            write_all(handle, raw)
            self._note(target, os.fstat(handle))
        finally:
            os.close(handle)

    def _put(self, folder: int, temporary: str, name: str, target: _Target) -> None:
        put(self._root, folder, temporary, name, target.path, target.entry, target.expect)
        self._note(target, os.stat(name, dir_fd=folder, follow_symlinks=False))

    def _note(self, target: _Target, facts: os.stat_result) -> None:
        self._done[target.path] = track(target.path, target.entry, stat_of(facts))

    def _begin(self, target: _Target, raw: bytes) -> None:
        """Make the temporary file of a chunked file and say which chunks it needs."""
        chunks = contents.decode(raw, target.entry.size)
        folder, _ = self._folders.of(target.path)
        handle, name = files.make_file(folder, target.entry.mode)
        partial = _Partial(target, handle, name, len(chunks))
        self._partial.append(partial)
        offset = 0
        for length, chunk in chunks:
            self._require(Digest(chunk), _Place(partial, offset, length))
            offset += length

    def _require(self, digest: Digest, place: _Place) -> None:
        known = self._read_back(digest)
        if known is None:
            self._chunks.setdefault(digest, []).append(place)
        else:
            self._fill(digest, place, known)

    def _read_back(self, digest: Digest) -> bytes | None:
        """Return a chunk that another file of this checkout holds, if that still has it."""
        if (found := self._placed.get(digest)) is None:
            return None
        path, offset, length = found
        try:
            handle = files.open_file(self._root, path)
        except OSError:
            return None
        with os.fdopen(handle, "rb") as file:
            raw = os.pread(file.fileno(), length, offset)
        return raw if digest_of(raw) == digest else None

    def _fill(self, digest: Digest, place: _Place, raw: bytes) -> None:
        partial = place.file
        if len(raw) != place.length:
            raise Corrupt(digest, f"a chunk of {partial.target.path} has another size")
        os.lseek(partial.handle, place.offset, os.SEEK_SET)
        write_all(partial.handle, raw)
        self._placed.setdefault(digest, (partial.target.path, place.offset, place.length))
        partial.lacking -= 1
        if partial.lacking == 0:
            self._complete(partial)

    def _complete(self, partial: _Partial) -> None:
        self._partial.remove(partial)
        os.close(partial.handle)
        folder, name = self._folders.of(partial.target.path)
        self._put(folder, partial.name, name, partial.target)

    def _discard(self, partial: _Partial) -> None:
        os.close(partial.handle)
        folder, _ = self._folders.of(partial.target.path)
        os.unlink(partial.name, dir_fd=folder)


def check(path: str, entry: Entry) -> None:
    """Raise `Invalid` unless `entry` may be written at `path`."""
    try:
        check_path(path)
    except BadPath as fault:
        raise Invalid(str(fault), code="workspace.unsafe-path", path=path) from fault
    is_link = entry.mode is Mode.LINK
    if entry.mode is Mode.DIRECTORY or (is_link and not 0 < entry.size <= LINK_MAX):
        raise _unwritable(path)


def _check_link(path: str, target: bytes) -> None:
    """Raise `Invalid` for what no link can lead to."""
    if b"\0" in target:
        raise _unwritable(path)


def _unwritable(path: str) -> Invalid:
    return Invalid(
        f"{path} is no file that can be written.", code="workspace.unsafe-path", path=path
    )


def put(
    root: Path,
    folder: int,
    temporary: str,
    name: str,
    path: str,
    entry: Entry,
    expect: Tracked | None,
) -> None:
    """Give a temporary file its name if what stands there is expected, or is `entry` already.

    The temporary file is gone afterwards, whatever happens. Raises `Conflict`.
    """
    try:
        facts = files.look(folder, name)
        if facts is None:
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        elif expect is not None and is_as_expected(root, path, facts, expect):
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        elif not holds(root, path, facts, entry):
            raise local_changes(path)
    except (FileExistsError, IsADirectoryError):
        raise local_changes(path) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)


def is_as_expected(root: Path, path: str, facts: os.stat_result, expect: Tracked) -> bool:
    """Return whether what stands at `path` is what the manifest says of it."""
    if stat_of(facts) == expect.stat and facts.st_size == expect.size:
        return True
    return holds(root, path, facts, expect.entry)


def holds(root: Path, path: str, facts: os.stat_result, entry: Entry) -> bool:
    """Return whether `entry` stands at `path`, going by its content."""
    if mode_of(facts) is not entry.mode or facts.st_size != entry.size:
        return False
    return reading.content_id(root, path, entry.mode) == entry.id


def remove(root: Path, path: str, expect: Tracked) -> None:
    """Remove the file at `path` and the directories it leaves empty. Idempotent.

    Raises `Conflict` if what stands there is not `expect`.
    """
    try:
        with files.parent(root, path) as (folder, name):
            if (facts := files.look(folder, name)) is None:
                return
            if not is_as_expected(root, path, facts, expect):
                raise local_changes(path)
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    files.prune(root, [path])


def write_bytes(root: Path, path: str, data: bytes, mode: Mode, expect: Tracked | None) -> Tracked:
    """Write `data` to `path` in one step, if `expect` stands there; raises `Conflict`."""
    entry = Entry(mode, reading.records_of_bytes(data)[-1].digest, len(data))
    check(path, entry)
    with closing(Folders(root)) as folders:
        folder, name = folders.of(path)
        if mode is Mode.LINK:
            temporary = files.make_link(folder, data)
        else:
            handle, temporary = files.make_file(folder, mode)
            _write_closing(handle, data)
        put(root, folder, temporary, name, path, entry, expect)
        facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return track(path, entry, stat_of(facts))


def local_changes(path: str) -> Conflict:
    """Return the fault of a path at which something else stands than was expected."""
    return Conflict(
        f"{path} has local changes, or is not part of the project; it is left as it is.",
        code="workspace.local-changes",
        hint="Land it, move it away or remove it, then try again.",
        paths=[path],
    )


def _write_closing(handle: int, data: bytes) -> None:
    try:
        write_all(handle, data)
    finally:
        os.close(handle)

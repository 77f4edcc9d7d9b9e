"""Conflicts that a sync left behind, and the bytes that stood here before it wrote markers.

`.mic/conflicts.json` lists them; `.mic/kept/` holds the local bytes by their digest, so that
"ours" can be chosen afterwards. A conflict by lines is over when its file has no marker left.
"""

import contextlib
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mic.errors import Invalid
from mic.workspace import files
from mic.workspace.manifest import FOLDER
from store.digest import Digest, digest_of
from store.nodes import Entry, Mode

NAME = "conflicts.json"
KEPT = "kept"
CONFLICTS_MAX = 64 << 20
READ_MAX = 16 << 20
_MARKER = re.compile(rb"^(?:<{7}|>{7}|\|{7})(?: |\r?$)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A conflict. `is_marked` says that the file holds markers; `kept` names its local bytes.

    `wrote` is the file with the markers, as it was written or, after a crash, was to be.
    """

    path: str
    base: Entry | None
    head: Entry | None
    local: Entry | None
    reason: str
    is_marked: bool = False
    kept: Digest | None = None
    wrote: Digest | None = None


class _Entry(msgspec.Struct, array_like=True):
    mode: int
    id: bytes
    size: int


class _Line(msgspec.Struct):
    path: str
    base: _Entry | None
    head: _Entry | None
    local: _Entry | None
    reason: str
    is_marked: bool
    kept: bytes | None
    wrote: bytes | None = None


class _File(msgspec.Struct):
    conflicts: list[_Line]


def save(root: Path, conflicts: Iterable[Unresolved]) -> None:
    """Remember `conflicts`, in one step."""
    lines = [
        _Line(
            each.path,
            _pack(each.base),
            _pack(each.head),
            _pack(each.local),
            each.reason,
            each.is_marked,
            each.kept,
            each.wrote,
        )
        for each in conflicts
    ]
    files.replace_file(root / FOLDER / NAME, msgspec.json.encode(_File(lines)))


def load(root: Path) -> tuple[Unresolved, ...]:
    """Return the conflicts that the last sync left; raises `Invalid` if the file is damaged."""
    try:
        data = files.read_bytes(root, f"{FOLDER}/{NAME}", CONFLICTS_MAX)
    except FileNotFoundError:
        return ()
    try:
        lines = msgspec.json.decode(data, type=_File).conflicts
        return tuple(map(_unpack_line, lines))
    except (ValueError, RecursionError) as fault:
        raise Invalid(
            f"{FOLDER}/{NAME} cannot be read: {fault}.",
            code="workspace.corrupt",
            hint=f"Look for conflict markers in your files, then remove {FOLDER}/{NAME}.",
        ) from fault


def clear(root: Path) -> None:
    """Forget every conflict, and the bytes kept for them."""
    (root / FOLDER / NAME).unlink(missing_ok=True)
    shutil.rmtree(root / FOLDER / KEPT, ignore_errors=True)


def keep(root: Path, data: bytes) -> Digest:
    """Keep the local bytes of a conflict and return their digest."""
    digest = digest_of(data)
    folder = root / FOLDER / KEPT
    folder.mkdir(exist_ok=True)
    files.replace_file(folder / digest.hex(), data)
    return digest


def kept(root: Path, digest: Digest) -> bytes:
    """Return bytes that were kept."""
    return files.read_bytes(root, f"{FOLDER}/{KEPT}/{digest.hex()}", READ_MAX)


def open_ones(root: Path) -> tuple[Unresolved, ...]:
    """Return the conflicts that still are: marked files with a marker left, and all others."""
    return tuple(each for each in load(root) if not each.is_marked or _has_marker(root, each.path))


def has_marker(data: bytes) -> bool:
    """Return whether a line of `data` is a conflict marker."""
    return _MARKER.search(data) is not None


def _has_marker(root: Path, path: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return has_marker(files.read_bytes(root, path, READ_MAX))
    return False


def _pack(entry: Entry | None) -> _Entry | None:
    return None if entry is None else _Entry(int(entry.mode), entry.id, entry.size)


def _unpack(entry: _Entry | None) -> Entry | None:
    return None if entry is None else Entry(Mode(entry.mode), Digest(entry.id), entry.size)


def _unpack_line(line: _Line) -> Unresolved:
    return Unresolved(
        path=line.path,
        base=_unpack(line.base),
        head=_unpack(line.head),
        local=_unpack(line.local),
        reason=line.reason,
        is_marked=line.is_marked,
        kept=None if line.kept is None else Digest(line.kept),
        wrote=None if line.wrote is None else Digest(line.wrote),
    )

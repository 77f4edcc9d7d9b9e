"""The manifest of a workspace: which position it holds, and each file as that position has it.

`.mic/workspace.json` is replaced whole, so that a reader meets the old one or the new one. Beside
each file stands what the file system said about it when its content was known (modification and
change time, inode): while that and the size stay the same, the content need not be read again.
A file touched within a clock tick of the saving is not trusted, since a later write could leave
the same times behind.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from mic.errors import Conflict, Invalid, Missing
from mic.workspace.files import Stat, replace_file
from store.digest import Digest
from store.nodes import EMPTY, Entry, Mode

FOLDER = ".mic"
NAME = "workspace.json"
VERSION: Literal[1] = 1
MANIFEST_MAX = 256 << 20
LINE = 94
"""Bytes of a file's line in the manifest, at least, but for its path."""
TICK_NS = 20_000_000


class Tracked(msgspec.Struct, omit_defaults=True, frozen=True, gc=False):
    """A file as the position has it; `stat` is its mtime, ctime (nanoseconds) and inode."""

    path: str
    hash: str
    size: int
    mode: int = 1
    stat: Stat | None = None

    @property
    def entry(self) -> Entry:
        """The entry of the tree."""
        return Entry(Mode(self.mode), Digest(bytes.fromhex(self.hash)), self.size)


class _File(msgspec.Struct, kw_only=True):
    version: Literal[1]
    server: str
    account: str
    project: str
    project_id: str
    position: int | None
    tree_hash: str
    saved_at: int
    record: bytes | None = None
    entries: list[Tracked]


class _Version(msgspec.Struct):
    version: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a workspace holds. `position` is None before its first landing or sync.

    `record` is the newest landing record that was seen: should the node ever tell another one
    for its position, the two are proof. `saved_at` is in nanoseconds.
    """

    server: str
    account: str
    project: str
    project_id: str
    position: int | None = None
    tree: Digest = EMPTY
    entries: Mapping[str, Tracked] = msgspec.field(default_factory=dict)
    record: bytes | None = None
    saved_at: int = 0

    def trusts(self, tracked: Tracked) -> bool:
        """Return whether unchanged times of `tracked` mean unchanged content."""
        return tracked.stat is not None and tracked.stat[0] + TICK_NS <= self.saved_at


def track(path: str, entry: Entry, stat: Stat | None) -> Tracked:
    """Return the manifest's line for `entry` at `path`."""
    return Tracked(path, entry.id.hex(), entry.size, int(entry.mode), stat)


def find_root(start: Path) -> Path:
    """Return the workspace that `start` lies in; raises `Missing`."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / FOLDER / NAME).is_file():
            return folder
    raise _none(start)


def load(root: Path) -> Manifest:
    """Return the manifest of `root`; raises `Missing`, or `Invalid` if it is damaged."""
    try:
        with (root / FOLDER / NAME).open("rb") as file:
            data = file.read(MANIFEST_MAX + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _none(root) from None
    if len(data) > MANIFEST_MAX:
        raise _corrupt(root, f"it is larger than {MANIFEST_MAX} bytes")
    return _decode(root, data)


def save(root: Path, manifest: Manifest) -> Manifest:
    """Write `manifest` as the manifest of `root`, in one step, and return it as saved."""
    saved = msgspec.structs.replace(manifest, saved_at=time.time_ns())
    replace_file(root / FOLDER / NAME, _encode(saved))
    return saved


def readdress(root: Path, manifest: Manifest, server: str, account: str, project: str) -> Manifest:
    """Write where the project of `manifest` is found now; what is known of its files stays."""
    there = msgspec.structs.replace(manifest, server=server, account=account, project=project)
    replace_file(root / FOLDER / NAME, _encode(there))
    return there


def create(root: Path, *, server: str, account: str, project: str, project_id: str) -> Manifest:
    """Make `root` an empty workspace of a project; raises `Conflict` if it is one already."""
    if (root / FOLDER / NAME).exists():
        raise Conflict(
            f"{root} is a workspace already.",
            code="workspace.exists",
            hint="Use another directory, or remove its .mic folder first.",
            path=str(root),
        )
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    return save(
        root,
        Manifest(server=server, account=account, project=project, project_id=project_id),
    )


@contextlib.contextmanager
def hold(root: Path) -> Iterator[None]:
    """Keep other `mic` processes out of the workspace; raises `Conflict` if one is in it."""
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    handle = os.open(root / FOLDER / "lock", flags, 0o600)
    try:
        _lock(handle, root)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, root: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Conflict(
            f"Another mic is at work in {root}.",
            code="workspace.busy",
            hint="Wait until it is done, then try again.",
        ) from None


def _encode(manifest: Manifest) -> bytes:
    return msgspec.json.encode(
        _File(
            version=VERSION,
            server=manifest.server,
            account=manifest.account,
            project=manifest.project,
            project_id=manifest.project_id,
            position=manifest.position,
            tree_hash=manifest.tree.hex(),
            saved_at=manifest.saved_at,
            record=manifest.record,
            entries=list(manifest.entries.values()),
        )
    )


def _decode(root: Path, data: bytes) -> Manifest:
    try:
        file = _parse(root, data)
        tree = Digest(bytes.fromhex(file.tree_hash))
    except (ValueError, RecursionError) as fault:
        raise _corrupt(root, str(fault)) from fault
    return Manifest(
        server=file.server,
        account=file.account,
        project=file.project,
        project_id=file.project_id,
        position=file.position,
        tree=tree,
        entries={tracked.path: tracked for tracked in file.entries},
        record=file.record,
        saved_at=file.saved_at,
    )


def _parse(root: Path, data: bytes) -> _File:
    """Parse a manifest; that of another version is told from a damaged one."""
    try:
        return msgspec.json.decode(data, type=_File)
    except msgspec.ValidationError:
        version = msgspec.json.decode(data, type=_Version).version
        if version == VERSION:
            raise
        reason = f"it is of version {version}, and this mic reads {VERSION}"
        raise _corrupt(root, reason) from None


def _none(root: Path) -> Missing:
    return Missing(
        f"{root} is not in a workspace.",
        code="workspace.none",
        hint="Run mic clone ACCOUNT/PROJECT, or mic link ACCOUNT/PROJECT here.",
        path=str(root),
    )


def _corrupt(root: Path, reason: str) -> Invalid:
    return Invalid(
        f"The manifest {root / FOLDER / NAME} cannot be read: {reason}.",
        code="workspace.corrupt",
        hint="Your files are untouched. Move .mic/workspace.json away, run "
        "mic link ACCOUNT/PROJECT, then mic sync.",
        path=str(root / FOLDER / NAME),
    )

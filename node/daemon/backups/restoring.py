"""Makes a node of a backup: beside its place first, and in its place once everything is proven.

Nothing of a backup is used before the hash of each file agrees with the manifest, and the manifest
with what the node's key signed. What a killed restore leaves in `DIR.part`, the next one removes.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from keys.envelope import open_envelope
from keys.errors import KeysFault
from keys.ring import load
from node.daemon.backups import model
from node.daemon.backups.archive import Reader, manifest_of
from node.daemon.backups.model import BackupDamaged, Mark, NotEmpty, Signed
from node.daemon.backups.placing import sync_directory
from node.daemon.building import DATABASE, KEYS
from node.kernel.errors import Denied
from node.kernel.keys import NODE_KEY
from store.errors import NO_ROOM, DiskFull

_MINE = ".restoring"
_INSIDE = "restore.part"
_AT_ODDS = "what it signs is not what it holds"
_SLACK = 16 << 20


@contextmanager
def restored(source: IO[bytes], data: Path) -> Iterator[tuple[Path, Mark]]:
    """Unpack a backup and prove it, give where it lies for the block, and then put it in place.

    Leaves nothing behind when it raises: `NotEmpty`, `BackupDamaged`, `DiskFull`, or whatever the
    block raises.
    """
    _check_free(data)
    part = _beside(data)
    with _told(data), _place(part):
        try:
            mark = _unpacked(source, part)
            yield part, mark
            _put(part, data)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise


def _beside(data: Path) -> Path:
    """Return where to unpack: in the same file system as `data`, which may be one of its own."""
    return data / _INSIDE if data.is_mount() else data.with_name(f"{data.name}.part")


def _check_free(data: Path) -> None:
    if data.is_symlink() or (data.exists() and not data.is_dir()):
        raise NotEmpty(data, "is no directory")
    ours = {_INSIDE, "lost+found"} if data.is_mount() else set()
    if data.is_dir() and any(found.name not in ours for found in data.iterdir()):
        raise NotEmpty(data, "is not empty. Name another directory, or move this one away")


@contextmanager
def _place(part: Path) -> Iterator[None]:
    """Make the directory `part`, for us alone; what a killed restore left in it goes."""
    part.parent.mkdir(parents=True, exist_ok=True)
    if part.exists() and not (part / _MINE).exists():
        raise NotEmpty(part, "is in the way: what is in it is not of a restore")
    part.mkdir(mode=0o700, exist_ok=True)
    with (part / _MINE).open("wb") as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise NotEmpty(part, "is being restored to by another process") from fault
        for other in part.iterdir():
            if other.name != _MINE:
                shutil.rmtree(other) if other.is_dir() else other.unlink()
        yield


def _unpacked(source: IO[bytes], part: Path) -> Mark:
    """Write every file below `part`, and prove what was written."""
    hashes: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    mark: Mark | None = None
    left = 0
    for name, size, pieces in Reader(source).files():
        if (mark is None) != (name == model.MARK):
            raise BackupDamaged("it does not begin with its mark")
        if name in (model.MARK, model.MANIFEST, model.SIGNED):
            kept[name] = b"".join(pieces)
            hashes[name] = hashlib.sha256(kept[name]).hexdigest()
        elif (left := left - size) >= 0:
            hashes[name] = _written(part / name, pieces)
        else:
            raise BackupDamaged("it holds more than its mark says")
        if mark is None:
            mark = _mark_of(kept[name])
            _check_room(part, left := mark.bytes)
    if mark is None:
        raise BackupDamaged("it is empty")
    _check(part, mark, hashes, kept)
    return mark


def _written(path: Path, pieces: Iterator[bytes]) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    said = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        for piece in pieces:
            said.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return said.hexdigest()


def _mark_of(content: bytes) -> Mark:
    try:
        mark = msgspec.json.decode(content, type=Mark)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BackupDamaged("its mark cannot be read") from fault
    if mark.format != model.FORMAT:
        raise BackupDamaged(f"it has the format {mark.format}, of a newer `micelio`")
    return mark


def _check_room(part: Path, needed: int) -> None:
    room = os.statvfs(part)
    if room.f_bavail * room.f_frsize < needed + _SLACK:
        raise DiskFull(f"no room for {needed:,} bytes in {part.parent}")


def _check(part: Path, mark: Mark, hashes: dict[str, str], kept: dict[str, bytes]) -> None:
    """Raise `BackupDamaged` unless files, manifest, mark, signature and key all agree."""
    if model.MANIFEST not in kept or model.SIGNED not in kept:
        raise BackupDamaged("it ends too early")
    listed = {name: hashes[name] for name in hashes.keys() - {model.MANIFEST, model.SIGNED}}
    if manifest_of(listed) != kept[model.MANIFEST]:
        raise BackupDamaged(f"{_differing(listed, kept[model.MANIFEST])} is not what it was")
    if DATABASE not in listed or f"{KEYS}/{NODE_KEY}" not in listed:
        raise BackupDamaged("it lacks the database or the node's key")
    try:
        opened = open_envelope(kept[model.SIGNED])
        signed = msgspec.json.decode(opened.payload, type=Signed)
        key = load(part / KEYS / NODE_KEY)
    except (KeysFault, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BackupDamaged(f"its signature does not hold ({fault})") from fault
    if opened.payload_type != model.PAYLOAD_TYPE or opened.signer != key.did:
        raise BackupDamaged("another key than the node's has signed it")
    if signed != _said(mark, hashes[model.MANIFEST]) or mark.node != key.did:
        raise BackupDamaged(_AT_ODDS)


def _said(mark: Mark, manifest: str) -> Signed:
    return Signed(
        mark.format, mark.node, mark.taken_at, mark.event, mark.files, mark.bytes, manifest
    )


def _differing(found: dict[str, str], manifest: bytes) -> str:
    """Return the name of a file that the manifest says something else of."""
    lines = set(manifest.decode("utf-8", "replace").splitlines())
    names = [name for name, digest in sorted(found.items()) if f"{digest}  {name}" not in lines]
    return names[0] if names else "the list of its files"


def _put(part: Path, data: Path) -> None:
    """Give what is proven its name; where that is a mount point, its files theirs."""
    for directory in (part / KEYS / "accounts", part / KEYS, part / "objects" / "packs", part):
        if directory.is_dir():
            sync_directory(directory)
    if part.parent == data:
        # The database last: without it, no start takes what is there for a node.
        for file in sorted(part.iterdir(), key=lambda file: file.name == DATABASE):
            file.rename(data / file.name)
        part.rmdir()
    else:
        part.rename(data)
    (data / _MINE).unlink()
    sync_directory(data)
    sync_directory(data.parent)


@contextmanager
def _told(data: Path) -> Iterator[None]:
    """Say what the system says of a place to write to in our words."""
    try:
        yield
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise DiskFull(f"nothing was restored, no room in {data.parent}") from fault
        raise Denied(
            "restore.cannot-write",
            f"Nothing was restored: {fault.filename or data}: {fault.strerror}.",
            data=str(data),
        ) from fault

"""A private key in a file of its own: one line of hex, mode 0600.

A key is written whole to a temporary file, synced, and only then given its name, by a link that
fails if the name is taken: of two processes that make a key at once, both end with the same one.
"""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from keys.ed25519 import SEED_BYTES, PrivateKey
from keys.errors import BadKey, KeyFileUnsafe

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def load_or_make(path: Path) -> PrivateKey:
    """Return the key in `path`, made now if there is none.

    Raises `KeyFileUnsafe` if group or others have any right to it, if it is a link, or if it
    belongs to somebody else; `BadKey` if it does not hold a key.
    """
    with contextlib.suppress(FileNotFoundError):
        return load(path)
    keep(path, PrivateKey.generate())
    return load(path)


def load(path: Path) -> PrivateKey:
    """Return the key in `path`; raises as `load_or_make`, and `FileNotFoundError`."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise KeyFileUnsafe(path, "is not a plain file that we can read") from fault
    try:
        _check(path, os.fstat(handle))
        return _parse(path, os.read(handle, 2 * SEED_BYTES + 2))
    finally:
        os.close(handle)


def keep(path: Path, key: PrivateKey) -> None:
    """Write `key` to `path` durably, unless there is a key already; `load` then says which."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write(temporary, key.seed.hex().encode() + b"\n")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _check(path: Path, facts: os.stat_result) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise KeyFileUnsafe(path, "is not a plain file")
    if facts.st_uid != os.geteuid():
        raise KeyFileUnsafe(path, "belongs to another user")
    if facts.st_mode & _OTHERS:
        mode = stat.S_IMODE(facts.st_mode)
        raise KeyFileUnsafe(path, f"is open to others (mode {mode:04o}); make it 0600")


def _parse(path: Path, line: bytes) -> PrivateKey:
    try:
        seed = bytes.fromhex(line.decode("ascii").removesuffix("\n"))
    except ValueError as fault:
        raise BadKey(f"The file {path} does not hold a key.") from fault
    if len(seed) != SEED_BYTES:
        raise BadKey(f"The file {path} does not hold a key.")
    return PrivateKey.from_seed(seed)


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

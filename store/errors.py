"""What can be wrong with stored bytes.

StoreFault
├── Absent        the store does not hold this object
├── Corrupt       bytes do not match their digest, or cannot be read back
├── BadRecord     not a record, or one that contradicts itself
│   ├── TooLarge   it announces more than any object may have
│   └── Truncated  it ends in the middle
├── BadTree       not a tree node, or changes that no tree can take
├── BadPath       a path that no project may hold
├── BadManifest   not a manifest, or not of that content
├── BadChanges    not a change list
├── BadDigest     not a SHA-256 digest
├── BadBundle     not a bundle, or a damaged one
├── DiskFull      nothing more can be written
└── DatabaseUnusable    the database cannot be opened, read or written
    └── DatabaseDamaged  it is no database, or one that contradicts itself
"""

import errno
from pathlib import Path

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system answers where there is no room to write: a full disk, a quota, a limit."""


class StoreFault(Exception):
    """The root of this package's errors."""


class Absent(StoreFault):
    """The store does not hold the object `digest`."""

    def __init__(self, digest: bytes) -> None:
        super().__init__(f"there is no object {digest.hex()}")
        self.digest = digest


class Corrupt(StoreFault):
    """The bytes found for `digest` at `where` are not its bytes."""

    def __init__(self, digest: bytes, where: str) -> None:
        super().__init__(f"object {digest.hex()} is damaged: {where}")
        self.digest = digest
        self.where = where


class BadRecord(StoreFault):
    """These bytes are no record."""


class TooLarge(BadRecord):
    """The record announces more bytes than an object may have."""


class Truncated(BadRecord):
    """The bytes end in the middle of a record."""


class BadTree(StoreFault):
    """These bytes are no tree node, or the changes do not fit the tree."""


class BadPath(StoreFault):
    """No project may hold a file of this path."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path[:200]!r} {reason}")
        self.path = path
        self.reason = reason


class BadManifest(StoreFault):
    """These bytes are no manifest of the content they are said to describe."""


class BadChanges(StoreFault):
    """These bytes are no change list."""


class BadDigest(StoreFault):
    """This is no SHA-256 digest."""


class BadBundle(StoreFault):
    """This file is no bundle, or not whole."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the bundle cannot be read: {reason}")
        self.reason = reason


class DiskFull(StoreFault):
    """There is no room to write; what was acknowledged before is kept."""


class DatabaseUnusable(StoreFault):
    """The database at `path` cannot be worked with."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path


class DatabaseDamaged(DatabaseUnusable):
    """What lies at `path` is no database, or a damaged one."""

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
├── Unfollowed    a position that does not follow the one before it
│   ├── Graft          it, or what it rests on, is of another project
│   ├── Replay         it, or its session, came before
│   ├── Downgrade      its record is missing, or none that we know
│   ├── Equivocates    its home said something else before
│   ├── ForgedAuthor   who is said to have made it did not sign that
│   ├── AlteredTree    its tree is not the one before with its change applied
│   ├── Gap            it is not the next position
│   ├── NotHome        no home of the project signed it
│   └── Outlived       an old home signed it behind its tenure
├── DiskFull      nothing more can be written
└── DatabaseUnusable    the database cannot be opened, read or written
    └── DatabaseDamaged  it is no database, or one that contradicts itself
"""

import errno
from pathlib import Path
from typing import ClassVar

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


class Unfollowed(StoreFault):
    """A position does not follow; `code` names the condition, for programs."""

    code: ClassVar[str] = "unfollowed"


class Graft(Unfollowed):
    """The position, or what it rests on, belongs to another project."""

    code: ClassVar[str] = "graft"


class Replay(Unfollowed):
    """What is offered as new came before."""

    code: ClassVar[str] = "replay"


class Downgrade(Unfollowed):
    """There is no landing record of a form that we know."""

    code: ClassVar[str] = "downgrade"


class Equivocates(Unfollowed):
    """The home signed something that cannot stand beside what it signed before."""

    code: ClassVar[str] = "equivocation"


class ForgedAuthor(Unfollowed):
    """The contributor did not sign this."""

    code: ClassVar[str] = "forged-author"


class AlteredTree(Unfollowed):
    """The tree is not the one before with the change applied, and nothing else."""

    code: ClassVar[str] = "altered-tree"


class Gap(Unfollowed):
    """It is a later position than the next."""

    code: ClassVar[str] = "gap"


class NotHome(Unfollowed):
    """The record is not signed by the home that orders its position."""

    code: ClassVar[str] = "not-home"


class Outlived(Unfollowed):
    """An old home signed the record for a position that is not its any more."""

    code: ClassVar[str] = "outlived"


class DiskFull(StoreFault):
    """There is no room to write; what was acknowledged before is kept."""


class DatabaseUnusable(StoreFault):
    """The database at `path` cannot be worked with."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path


class DatabaseDamaged(DatabaseUnusable):
    """What lies at `path` is no database, or a damaged one."""

"""What a backup says of itself, and what can be wrong with one."""

from dataclasses import dataclass
from pathlib import Path

from node.kernel.errors import Conflict, Invalid, Unreachable

FORMAT = 1
MARK = "backup/mark.json"
MANIFEST = "backup/MANIFEST"
SIGNED = "backup/signed.json"
PAYLOAD_TYPE = "application/vnd.micelio.backup+json"


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a project was: its id, and the position of its newest landing."""

    id: str
    position: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the node stood: all that was acknowledged before `taken_at` (Unix ms) is in it.

    `event` is the newest event; `files` and `bytes` are what the node consists of.
    """

    format: int
    node: str
    taken_at: int
    event: int
    files: int
    bytes: int
    projects: tuple[Stand, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """What the node's key signs: the mark in short, and the hash of the manifest."""

    format: int
    node: str
    taken_at: int
    event: int
    files: int
    bytes: int
    manifest: str


class BackupDamaged(Invalid):
    """The file is not what `micelio backup` wrote, or not all of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "backup.damaged",
            f"Nothing was restored. This is no whole backup: {reason}. Take another copy of it.",
            reason=reason,
        )


class NodeDamaged(Conflict):
    """The node lacks something that its database names."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "backup.node-damaged",
            f"No backup was made: {reason}. `micelio fsck` says more; to keep what is there, stop"
            " the node and copy its directory.",
            reason=reason,
        )


class BackupExists(Conflict):
    """There is a file of that name."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "backup.exists",
            f"No backup was made: there is a file {file}. Choose another name, or --replace it.",
            file=str(file),
        )


class BackupRuns(Conflict):
    """Another backup is being written there."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            "backup.runs", f"Another `micelio backup` is writing {file}.", file=str(file)
        )


class NotEmpty(Conflict):
    """There is something where the node is to be restored."""

    def __init__(self, where: Path, reason: str) -> None:
        super().__init__(
            "restore.not-empty",
            f"Nothing was restored: {where} {reason}.",
            data=str(where),
        )


class NobodyReads(Unreachable):
    """Whoever was to take the backup from us went away."""

    def __init__(self) -> None:
        super().__init__("backup.nobody-reads", "No backup was made: the reader went away.")
